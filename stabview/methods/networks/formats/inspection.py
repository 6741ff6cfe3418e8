"""What a network file is and whether opening it can run code. Nothing of the file is run; torch is not needed."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from stabview.images.errors import InputError
from stabview.methods.networks.formats.exported_scan import why_unsafe

ENDINGS = (".safetensors", ".pt", ".pth", ".ckpt", ".npz", ".pt2", ".onnx", ".ts", ".torchscript")
"""Endings of the files that can be opened."""
ADVICE = 'save the weights alone, as safetensors or torch.save(model.state_dict(), "net.pt"), or export .pt2 or ONNX'
_REFUSED_ENDINGS = {
    ".h5": "Keras", ".hdf5": "Keras", ".keras": "Keras", ".pb": "TensorFlow", ".tflite": "TensorFlow Lite",
    ".index": "TensorFlow", ".meta": "TensorFlow", ".mat": "MATLAB", ".pkl": "pickle", ".pickle": "pickle",
    ".joblib": "pickle", ".mlmodel": "Core ML", ".mlpackage": "Core ML", ".engine": "TensorRT",
}  # fmt: skip


@dataclass(frozen=True)
class NetworkFile:
    """What a file is.

    kind : "safetensors", "state-dict", "npz", "exported", "torchscript" or "onnx".
    title : in words.
    danger : why opening it can run code, one clause; empty where it cannot.
    """

    path: Path
    kind: str
    title: str
    danger: str = ""


def inspect_file(path: Path) -> NetworkFile:
    """What the file is, by its contents. Raises InputError for what cannot be opened, saying what to do instead."""
    if path.is_dir():
        raise InputError(f"{path.name} is a folder, not a network{_saved_model(path)}; {ADVICE}.")
    if not path.is_file():
        raise InputError(f"The network file {path} does not exist.")
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror or error}); check its permissions.") from error
    ending = path.suffix.lower()
    if not head:
        raise InputError(f"{path.name} is empty: it is no network, neither safetensors nor anything else.")
    if head.startswith(b"\x89HDF") or ending in (".h5", ".hdf5", ".keras"):
        raise InputError(_other(path, "Keras (HDF5)"))
    if head.startswith(b"PK"):
        return _zip(path)
    if ending == ".safetensors" or head[8:9] == b"{":
        return NetworkFile(path, "safetensors", "safetensors")
    if ending == ".onnx":
        return NetworkFile(path, "onnx", "ONNX")
    if ending in _REFUSED_ENDINGS:
        raise InputError(_other(path, _REFUSED_ENDINGS[ending]))
    if head[:1] == b"\x80" and ending in (".pt", ".pth", ".ckpt", ".bin", ".tar"):
        return NetworkFile(path, "state-dict", "weights saved by an old PyTorch")
    raise InputError(
        f"{path.name} is no network that StabView knows (safetensors, state dicts, .pt2, TorchScript, ONNX); {ADVICE}."
    )


def _zip(path: Path) -> NetworkFile:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path.name} is damaged or was not copied in full ({error}); get it again.") from error
    inner = {name.partition("/")[2] for name in names}
    if names and all(name.endswith(".npy") for name in names):
        return NetworkFile(path, "npz", "arrays of NumPy")
    if "config.json" in names and any(name.endswith(".weights.h5") for name in names):
        raise InputError(_other(path, "Keras"))
    if "archive_format" in inner or any(name.startswith("models/") for name in inner) or _old_export(names):
        return NetworkFile(path, "exported", "torch.export", why_unsafe(path))
    if "constants.pkl" in inner or any(name.startswith("code/") for name in inner):
        return NetworkFile(path, "torchscript", "TorchScript", "TorchScript holds a program of its own")
    if "data.pkl" in inner:
        return NetworkFile(path, "state-dict", "weights saved by PyTorch")
    raise InputError(f"{path.name} is a ZIP archive without a network in it; {ADVICE}.")


def _old_export(names: list[str]) -> bool:
    return "serialized_exported_program.json" in names


def _other(path: Path, kind: str) -> str:
    if kind == "pickle":
        return f"{path.name} is a pickle, which runs code when it is opened, and is not opened; {ADVICE}."
    return f"{path.name} is a {kind} file, which StabView does not read; convert it to ONNX or safetensors."


def _saved_model(path: Path) -> str:
    return " (a TensorFlow SavedModel: convert it to ONNX)" if (path / "saved_model.pb").is_file() else ""
