"""Networks exported with torch.export (.pt2): the graph is read and evaluated here, operation by operation.

Nothing is unpickled, imported, compiled or evaluated as an expression; only operations on the lists of `exported_scan`
are called. Files that need more go through `torch.export.load`, with the user's consent.
"""

from __future__ import annotations

import math
import operator
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from stabview.images.errors import InputError
from stabview.methods.networks.formats.exported_scan import member, read_json, target_is_known
from stabview.methods.networks.formats.graph import GraphNetwork, Shape

_TYPES = {
    1: torch.uint8, 2: torch.int8, 3: torch.int16, 4: torch.int32, 5: torch.int64, 6: torch.float16, 7: torch.float32,
    8: torch.float64, 10: torch.complex64, 11: torch.complex128, 12: torch.bool, 13: torch.bfloat16,
}  # fmt: skip
_FORMATS = {1: torch.contiguous_format, 2: torch.channels_last, 3: torch.channels_last_3d, 4: torch.preserve_format}
_CHECKS = ("_assert_scalar", "_assert_tensor_metadata", "sym_constrain_range", "sym_constrain_range_for_size")


def read_exported(path: Path) -> GraphNetwork:
    """The network in a .pt2 file that `exported_scan.why_unsafe` finds nothing against."""
    try:
        with zipfile.ZipFile(path) as archive:
            module = read_json(archive, "models/model.json")["graph_module"]
            tensors = {kind: _tensors(archive, kind) for kind in ("weights", "constants")}
        return ExportedGraph(module, tensors["weights"], tensors["constants"])
    except (KeyError, ValueError, TypeError, IndexError, RuntimeError, zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path.name} cannot be read as a network of torch.export ({error}).") from error


def load_trusted(path: Path) -> nn.Module:
    """The network by `torch.export.load`, which can run code from the file: only with the user's consent."""
    try:
        program = torch.export.load(path)
        return _Program(program)
    except Exception as error:
        reason = str(error).strip().splitlines()[:1]
        raise InputError(f"{path.name} cannot be loaded by this PyTorch ({''.join(reason)}).") from error


class _Program(GraphNetwork):
    """An exported program; its module is kept out of `modules()`, as it refuses train and eval."""

    def __init__(self, program: torch.export.ExportedProgram) -> None:
        super().__init__()
        self._held = [program.module(check_guards=False)]
        values = {node.name: node.meta["val"] for node in program.graph.nodes if node.op == "placeholder"}
        self.input_shapes = tuple(
            tuple(side if isinstance(side, int) else None for side in values[name].shape)
            for name in program.graph_signature.user_inputs
        )
        for parameter in self._held[0].parameters():
            parameter.requires_grad_(False)

    def _apply(self, fn: Callable, recurse: bool = True) -> _Program:
        self._held[0]._apply(fn)
        return self

    def evaluate(self, *inputs: torch.Tensor) -> torch.Tensor:
        given = self._held[0](*inputs)
        return given[0] if isinstance(given, tuple | list) else given


class ExportedGraph(GraphNetwork):
    """The graph of a .pt2 file. `tables` and tensors are those of the archive."""

    def __init__(
        self, module: dict, weights: dict[str, torch.Tensor], constants: dict[str, torch.Tensor]
    ) -> None:
        super().__init__()
        graph, signature = module["graph"], module["signature"]
        self._inputs: list[str] = []
        self._kept: dict[str, str] = {}
        self._fixed: dict[str, object] = {}
        for spec in signature["input_specs"]:
            (kind, entry), = spec.items()
            if kind == "user_input":
                ((form, value),) = entry["arg"].items()
                if form == "as_tensor":
                    self._inputs.append(value["name"])
            elif kind == "constant_input":
                ((_, value),) = entry["value"].items()
                self._fixed[entry["name"]] = value
            else:
                source = {"parameter": "parameter_name", "buffer": "buffer_name",
                          "tensor_constant": "tensor_constant_name"}[kind]  # fmt: skip
                name = entry["arg"]["name"]
                stored = weights if entry[source] in weights else constants
                self._kept[name] = f"t{len(self._kept)}"
                self.register_buffer(self._kept[name], stored[entry[source]])
        self._nodes = [_node(entry) for entry in graph["nodes"]]
        outputs = zip(signature["output_specs"], graph["outputs"], strict=True)
        (self._output, *_) = (value["as_tensor"]["name"] for spec, value in outputs if "user_output" in spec)
        self.input_shapes = tuple(_shape(graph["tensor_values"][name]) for name in self._inputs)
        self._last_use = self._last_uses()

    def evaluate(self, *inputs: torch.Tensor) -> torch.Tensor:
        if len(inputs) != len(self._inputs):
            raise InputError(f"This network takes {len(self._inputs)} inputs and was given {len(inputs)}.")
        values: dict[str, object] = dict(zip(self._inputs, inputs, strict=True)) | self._fixed
        values |= {name: getattr(self, held) for name, held in self._kept.items()}
        device = inputs[0].device
        for place, (call, arguments, keywords, outputs) in enumerate(self._nodes):
            given = call(
                *(_value(entry, values, device) for entry in arguments),
                **{name: _value(entry, values, device) for name, entry in keywords.items()},
            )
            if len(outputs) == 1 and isinstance(outputs[0], str):
                values[outputs[0]] = given
            else:
                names = outputs[0] if isinstance(outputs[0], list) else outputs
                values |= {name: one for name, one in zip(names, given, strict=False) if name}
            for name in self._last_use.get(place, ()):
                values.pop(name, None)
        return values[self._output]

    def _last_uses(self) -> dict[int, list[str]]:
        """Which values are not needed any more after which node."""
        last: dict[str, int] = {}
        for place, (_, arguments, keywords, outputs) in enumerate(self._nodes):
            for name in (*_names(list(arguments) + list(keywords.values())), *_flat(outputs)):
                last[name] = place
        freed: dict[int, list[str]] = {}
        for name, place in last.items():
            if name != self._output:
                freed.setdefault(place, []).append(name)
        return freed


def _node(entry: dict) -> tuple[Callable, list[dict], dict[str, dict], list]:
    """The function, its arguments in place and by name, and what its results are called."""
    target = entry["target"]
    if not target_is_known(target):
        raise ValueError(f"its graph calls '{target[:80]}'")
    call = _function(target)
    placed = [one["arg"] for one in entry["inputs"] if one.get("kind") != 2]
    named = {one["name"]: one["arg"] for one in entry["inputs"] if one.get("kind") == 2}
    outputs: list = []
    for one in entry["outputs"]:
        ((form, value),) = one.items()
        if form == "as_tensors":
            outputs.append([tensor["name"] for tensor in value])
        elif form == "as_none":
            outputs.append("")
        else:
            outputs.append(value["as_name"] if "as_name" in value else value["name"])
    return call, placed, named, outputs or [""]


def _function(target: str) -> Callable:
    if target.startswith("torch.ops.aten."):
        name, _, overload = target.removeprefix("torch.ops.aten.").partition(".")
        if name in _CHECKS:
            return lambda *arguments, **keywords: None
        return getattr(getattr(torch.ops.aten, name), overload or "default")
    module, _, name = target.rpartition(".")
    return getattr({"_operator": operator, "torch": torch, "math": math}[module], name)


def _value(entry: dict, values: dict[str, object], device: torch.device) -> object:
    """An argument of a node."""
    ((form, value),) = entry.items()
    if form in ("as_tensor", "as_optional_tensor"):
        return values[value["name"]] if "name" in value else _value(value, values, device)
    if form in ("as_tensors", "as_optional_tensors", "as_nested_tensors"):
        return [_value(one, values, device) if "name" not in one else values[one["name"]] for one in value]
    if form in ("as_sym_int", "as_sym_float", "as_sym_bool"):
        return values[value["as_name"]] if "as_name" in value else next(iter(value.values()))
    if form in ("as_sym_ints", "as_sym_floats", "as_sym_bools"):
        return [values[one["as_name"]] if "as_name" in one else next(iter(one.values())) for one in value]
    if form == "as_none":
        return None
    if form == "as_scalar_type":
        return _TYPES[value]
    if form == "as_memory_format":
        return _FORMATS[value]
    if form == "as_layout":
        return torch.strided
    if form == "as_device":
        return device
    if form == "as_complex":
        return complex(value["real"], value["imag"])
    if form in ("as_int", "as_ints", "as_float", "as_floats", "as_string", "as_strings", "as_bool", "as_bools"):
        return value
    raise InputError(f"The graph of this network has an argument of the kind {form}, which StabView does not know.")


def _names(entries: list[dict]) -> list[str]:
    """The values that arguments refer to."""
    found: list[str] = []
    for entry in entries:
        for value in entry.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    found += [one[key] for key in ("name", "as_name") if key in one]
                    found += _names([one]) if "as_tensor" in one else []
    return found


def _flat(outputs: list) -> list[str]:
    return [name for one in outputs for name in (one if isinstance(one, list) else [one])]


def _shape(meta: dict) -> Shape:
    return tuple(side.get("as_int") for side in meta["sizes"])


def _tensors(archive: zipfile.ZipFile, kind: str) -> dict[str, torch.Tensor]:
    """The stored tensors by name, from their bytes."""
    table = read_json(archive, f"data/{kind}/model_{kind}_config.json")["config"]
    raw: dict[str, torch.Tensor] = {}
    tensors = {}
    for name, entry in table.items():
        meta, source = entry["tensor_meta"], entry["path_name"]
        if entry["use_pickle"]:
            raise ValueError(f"'{name}' is a pickle")
        if source not in raw:
            data = archive.read(member(archive, f"data/{kind}/{source}"))
            raw[source] = _from_bytes(data, _TYPES[meta["dtype"]])
        sizes, strides = ([side["as_int"] for side in meta[key]] for key in ("sizes", "strides"))
        start = meta["storage_offset"]["as_int"]
        tensors[name] = torch.as_strided(raw[source], sizes, strides, start).clone()
    return tensors


def _from_bytes(data: bytes, kind: torch.dtype) -> torch.Tensor:
    if not data:
        return torch.empty(0, dtype=kind)
    with warnings.catch_warnings():  # the bytes cannot be written to; they are copied before anything is
        warnings.simplefilter("ignore")
        return torch.frombuffer(data, dtype=kind).clone()
