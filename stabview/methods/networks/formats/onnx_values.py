"""A step of an ONNX graph: its attributes as plain values, and the function of `onnx_operations` that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from stabview.images.errors import InputError

Tensor = torch.Tensor


@dataclass
class Step:
    """One node. `run` is None where the operation is not known; `version` is that of the operator set."""

    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    version: int
    attributes: dict[str, object] = field(default_factory=dict)
    run: Callable | None = None

    @classmethod
    def of(cls, node, versions: dict[str, int], graph) -> Step:
        """The step of a node of the protobuf. Constants are handed to the graph."""
        from onnx import AttributeProto, TensorProto, numpy_helper

        from stabview.methods.networks.formats.onnx_operations import OPERATIONS

        attributes: dict[str, object] = {}
        for one in node.attribute:
            if one.type == AttributeProto.TENSOR:
                if one.t.data_location == TensorProto.EXTERNAL:
                    raise InputError("The ONNX file keeps its weights in another file; save it as one file.")
                attributes[one.name] = np.array(numpy_helper.to_array(one.t))
            elif one.type in (AttributeProto.INT, AttributeProto.FLOAT, AttributeProto.INTS, AttributeProto.FLOATS):
                value = {"INT": one.i, "FLOAT": one.f, "INTS": list(one.ints), "FLOATS": list(one.floats)}
                attributes[one.name] = value[AttributeProto.AttributeType.Name(one.type)]
            elif one.type == AttributeProto.STRING:
                attributes[one.name] = one.s.decode("utf-8", "replace")
            else:
                attributes[one.name] = None  # a graph within the graph: its operation is unknown
        known = node.domain in ("", "ai.onnx")
        title = node.op_type if known else f"{node.domain}.{node.op_type}"
        version = versions.get(node.domain, versions.get("", 1))
        run = OPERATIONS.get(node.op_type) if known else None
        if known and node.op_type == "Constant":
            graph.constant(node.output[0], _constant(attributes))
            run = _nothing
        return cls(title, tuple(node.input), tuple(node.output), version, attributes, run)

    def get(self, name: str, otherwise: object = None) -> object:
        """An attribute."""
        return self.attributes.get(name, otherwise)


def _constant(attributes: dict[str, object]) -> np.ndarray:
    for name, kind in (("value", None), ("value_float", np.float32), ("value_floats", np.float32),
                       ("value_int", np.int64), ("value_ints", np.int64)):  # fmt: skip
        if name in attributes:
            array = np.array(attributes[name], dtype=kind)
            return array.astype(np.float32) if array.dtype.name in ("float16", "bfloat16") else array
    raise InputError("The ONNX file has a constant that is no array of numbers.")


def _nothing(step: Step) -> tuple:
    return ()


def whole(tensor: Tensor | None) -> list[int] | None:
    """The whole numbers in a tensor."""
    return None if tensor is None else [int(one) for one in tensor.reshape(-1).tolist()]


def together(*tensors: Tensor) -> list[Tensor]:
    """The tensors on one device: that of the numbers, where whole numbers come from the CPU."""
    device = next((one.device for one in tensors if one.device.type != "cpu"), torch.device("cpu"))
    return [one.to(device) for one in tensors]
