"""ONNX files: the protobuf is parsed by the `onnx` package, the graph is evaluated here in PyTorch, with gradients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.formats.graph import GraphNetwork, Shape
from stabview.methods.networks.formats.onnx_values import Step

_LARGEST = 2**31


def read_onnx(path: Path) -> OnnxGraph:
    """The network in an ONNX file. Raises InputError for operations it does not know, naming them."""
    try:
        import onnx
    except ImportError as error:
        raise InputError(
            f"{path.name} is an ONNX file, which the package 'onnx' is needed for; install it: pip install onnx."
        ) from error
    if path.stat().st_size >= _LARGEST:
        raise InputError(f"{path.name} is larger than 2 GB, which no ONNX file can be; export the network again.")
    try:
        model = onnx.load_model_from_string(path.read_bytes())
        if model.functions:
            from onnx.inliner import inline_local_functions

            model = inline_local_functions(model)
    except Exception as error:
        raise InputError(f"{path.name} cannot be read as ONNX ({str(error)[:120]}).") from error
    if not model.graph.node:
        raise InputError(f"{path.name} is no ONNX network: there is no operation in it.")
    return OnnxGraph(model, path.name)


class OnnxGraph(GraphNetwork):
    """The graph of an ONNX model. Numbers that are weights move with the module, whole numbers stay on the CPU."""

    def __init__(self, model, source: str) -> None:
        super().__init__()
        graph = model.graph
        versions = {entry.domain: entry.version for entry in model.opset_import}
        self._held: dict[str, str] = {}
        self._sizes: dict[str, torch.Tensor] = {}
        for stored in graph.initializer:
            self._keep(stored.name, _array(stored, source))
        self._inputs = [one.name for one in graph.input if one.name not in self._held and one.name not in self._sizes]
        self.input_shapes = tuple(_shape(one) for one in graph.input if one.name in self._inputs)
        self._steps = [Step.of(node, versions, self) for node in graph.node]
        unknown = sorted({step.title for step in self._steps if step.run is None})
        if unknown:
            raise InputError(
                f"{source} uses {', '.join(unknown)}, which StabView cannot differentiate in ONNX; export it as .pt2."
            )
        self._output = graph.output[0].name
        last = {name: place for place, step in enumerate(self._steps) for name in (*step.inputs, *step.outputs)}
        self._freed: dict[int, list[str]] = {}
        for name, place in last.items():
            if name != self._output:
                self._freed.setdefault(place, []).append(name)

    def _keep(self, name: str, array: np.ndarray) -> None:
        tensor = torch.from_numpy(array)
        if tensor.is_floating_point() and tensor.numel():
            self._held[name] = f"t{len(self._held)}"
            self.register_buffer(self._held[name], tensor)
        else:
            self._sizes[name] = tensor

    def constant(self, name: str, array: np.ndarray) -> None:
        """Take over the value of a Constant node."""
        self._keep(name, array)

    def evaluate(self, *inputs: torch.Tensor) -> torch.Tensor:
        if len(inputs) != len(self._inputs):
            raise InputError(f"This network takes {len(self._inputs)} inputs and was given {len(inputs)}.")
        values: dict[str, torch.Tensor | None] = {"": None} | self._sizes
        values |= {name: getattr(self, held) for name, held in self._held.items()}
        values |= dict(zip(self._inputs, inputs, strict=True))
        for place, step in enumerate(self._steps):
            given = step.run(step, *(values[name] for name in step.inputs))
            given = given if isinstance(given, tuple | list) else (given,)
            values |= {name: one for name, one in zip(step.outputs, given, strict=False) if name}
            for name in self._freed.get(place, ()):
                if name:
                    values.pop(name, None)
        return values[self._output]


def _array(stored, source: str) -> np.ndarray:
    from onnx import TensorProto, numpy_helper

    if stored.data_location == TensorProto.EXTERNAL:
        raise InputError(f"{source} keeps its weights in another file; save it as one file.")
    array = np.array(numpy_helper.to_array(stored))
    if array.dtype.name in ("bfloat16", "float16"):
        array = array.astype(np.float32)
    return array


def _shape(entry) -> Shape:
    sides = entry.type.tensor_type.shape.dim
    return tuple(side.dim_value if side.HasField("dim_value") else None for side in sides)
