"""Opening a network file: what it is decides how it is read, and what can run code waits for consent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import nn

from stabview.images.errors import InputError
from stabview.methods.networks.architectures import build
from stabview.methods.networks.consent import Consent, danger_of
from stabview.methods.networks.formats import deep_mri_npz, entry_point, exported, torchscript
from stabview.methods.networks.formats.graph import GraphNetwork
from stabview.methods.networks.formats.inspection import NetworkFile, inspect_file
from stabview.methods.networks.formats.recognition import Recognised, recognise
from stabview.methods.networks.formats.state_dict import read_state_dict
from stabview.methods.networks.formats.weights import fill, read_safetensors
from stabview.methods.networks.trial import attempt, guesses
from stabview.methods.networks.unet import FASTMRI
from stabview.methods.networks.wiring import Wiring

Operators = tuple[str, ...]
_RESTRICTED = "weights from a file (restricted unpickler, no code was run)"
_READ = "exported graph (.pt2, read without running code)"


@dataclass(frozen=True)
class Opened:
    """A network as it came out of its file, before it is connected.

    Attributes
    ----------
    candidates : wirings that may suit it; one where there is nothing to guess.
    architecture, parameters : what it is, for its card. trust : one line on its file.
    sha256 : of the file, or of the source of Python code. stem : its name.
    channels_last : whether its tensors may be laid out so, which is faster for convolutions.
    """

    module: nn.Module
    candidates: Sequence[Wiring]
    architecture: str
    parameters: dict[str, object]
    trust: str
    sha256: str
    stem: str
    channels_last: bool = False


def open_network(path: Path | str, *, trusted: bool = False, prefer: str | None = None) -> Opened:
    """The module in a file, not yet connected; see `loading.load_file`."""
    danger, sha256 = danger_of(path)
    trust = _agreed(path, danger, sha256, trusted) if danger else ""
    if entry_point.is_entry_point(str(path)):
        return _made_by_python(str(path), sha256, trust, _operators(prefer))
    file = inspect_file(Path(path))
    return _OPENERS[file.kind](file, sha256, trust, _operators(prefer))


def _operators(prefer: str | None) -> tuple[str, ...]:
    """Those whose data a network is tried on."""
    return tuple(dict.fromkeys((*([prefer] if prefer else []), "fourier", "radon")))


def _agreed(path: Path | str, danger: str, sha256: str, trusted: bool) -> str:
    """The line on trust of something that can run code. Raises InputError where it was not agreed to."""
    agreement = Consent().given(sha256)
    if agreement is None and not trusted:
        name = path if entry_point.is_entry_point(str(path)) else Path(path).name
        raise InputError(
            f"{name} can run code when it is opened: {danger}. If you trust where it comes from (SHA-256"
            f" {sha256[:12]}...), open it in the window and agree, or use --trust; otherwise ask for weights alone"
            " (safetensors), a plain .pt2 or ONNX."
        )
    when = f"agreed to on {agreement.when[:10]}" if agreement is not None else "trusted for this run"
    return f"can run code ({danger}); {when}"


def _open_safetensors(file: NetworkFile, sha256: str, _: str, operators: Operators) -> Opened:
    state = read_safetensors(file.path, "any architecture")
    try:
        found = recognise(state, file.path.name)
    except InputError as error:
        raise InputError(
            f"{file.path.name} does not say which architecture it is for and its weights are of none that StabView"
            f" knows; put its model card {file.path.stem}.json beside it."
        ) from error
    return _of_architecture(found, file, sha256, "weights from a file (safetensors, cannot run code)", operators)


def _open_state_dict(file: NetworkFile, sha256: str, _: str, operators: Operators) -> Opened:
    found = recognise(read_state_dict(file.path), file.path.name)
    return _of_architecture(found, file, sha256, _RESTRICTED, operators)


def _open_npz(file: NetworkFile, sha256: str, _: str, operators: Operators) -> Opened:
    """The kernels are taken as stored or flipped, whichever reconstructs the phantom better."""
    arrays = deep_mri_npz.read_arrays(file.path)
    trust, tried = "weights from a file (NumPy arrays, cannot run code)", []
    for words, flipped in deep_mri_npz.VARIANTS.items():
        found = deep_mri_npz.cascade(arrays, flipped=flipped, source=file.path.name)
        opened = _of_architecture(found, file, sha256, f"{trust}; kernels {words}", operators)
        result = attempt(opened.module, opened.candidates[0])
        tried.append((result.gain, words, opened))
    (best, words, opened), (other, _, _) = sorted(tried, key=lambda one: -one[0])
    told = {"kernels": words, "PSNR above the other": f"{best - other:.1f} dB"}
    return Opened(**{**opened.__dict__, "parameters": {**opened.parameters, **told}})


def _of_architecture(
    found: Recognised, file: NetworkFile, sha256: str, trust: str, operators: Operators
) -> Opened:
    module = build(found.architecture, found.parameters)
    fill(module, found.state, file.path.name, found.architecture)
    candidates = [Wiring(operator=module.operator, input="data+operator")]
    if found.architecture == "unet":
        candidates = _unet_candidates(found.parameters["in_channels"], operators)
    return Opened(module.eval(), candidates, found.architecture, dict(found.parameters), trust, sha256,
                  file.path.stem, channels_last=True)  # fmt: skip


def _unet_candidates(channels: int, operators: Operators) -> list[Wiring]:
    """As fastMRI feeds it first, then the other ways."""
    mri = [one for one in operators if one in ("fourier", "multicoil")]
    published = [Wiring(**{**asdict(FASTMRI), "operator": one}) for one in mri]
    return [*(published if channels == 1 else []), *guesses(channels=channels, operators=operators)]


def _open_exported(file: NetworkFile, sha256: str, trust: str, operators: Operators) -> Opened:
    module = exported.load_trusted(file.path) if file.danger else exported.read_exported(file.path)
    return _of_graph(module, "torch.export", file, sha256, trust or _READ, operators)


def _open_onnx(file: NetworkFile, sha256: str, _: str, operators: Operators) -> Opened:
    from stabview.methods.networks.formats.onnx_graph import read_onnx

    return _of_graph(read_onnx(file.path), "ONNX", file, sha256, "ONNX graph (cannot run code)", operators)


def _of_graph(
    module: GraphNetwork, title: str, file: NetworkFile, sha256: str, trust: str, operators: Operators
) -> Opened:
    candidates = guesses(module.input_shapes, operators=operators)
    if not candidates:
        raise InputError(
            f"{file.path.name} takes inputs of the shapes {', '.join(map(str, module.input_shapes))}, which StabView"
            " cannot feed; export a network of (batch, channels, rows, columns) with one or two channels."
        )
    return Opened(module, candidates, title, {}, trust, sha256, file.path.stem)


def _open_torchscript(file: NetworkFile, sha256: str, trust: str, operators: Operators) -> Opened:
    module = torchscript.load_trusted(file.path)
    first = next((one for one in module.parameters() if one.ndim == 4), None)
    channels = first.shape[1] if first is not None and first.shape[1] in (1, 2) else None
    candidates = guesses(channels=channels, operators=operators)
    return Opened(module, candidates, "TorchScript", {}, trust, sha256, file.path.stem)


def _made_by_python(text: str, sha256: str, trust: str, operators: Operators) -> Opened:
    made = entry_point.as_callable(entry_point.call_factory(text))
    style = entry_point.call_style(made)
    module = made if isinstance(made, nn.Module) else _Called(made)
    candidates = guesses(operators=operators) if not style else [
        Wiring(operator=getattr(made, "operator", "any") if style == "data+operator" else "any", input=style)
    ]  # fmt: skip
    return Opened(module.eval(), candidates, "Python", {"factory": text}, trust, sha256, text.rpartition(":")[2])


class _Called(nn.Module):
    """A callable that is no module, as one."""

    def __init__(self, call: Callable) -> None:
        super().__init__()
        self.call = call

    def forward(self, *arguments: object) -> object:
        return self.call(*arguments)


_OPENERS = {
    "safetensors": _open_safetensors, "state-dict": _open_state_dict, "npz": _open_npz, "exported": _open_exported,
    "torchscript": _open_torchscript, "onnx": _open_onnx,
}  # fmt: skip
