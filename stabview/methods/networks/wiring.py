"""What the file of a network does not say: what it is fed with and what it gives. Stored as TOML beside it."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from stabview.images.errors import InputError

CHOICES: dict[str, dict[str, str]] = {
    "operator": {
        "fourier": "single-coil MRI", "multicoil": "multi-coil MRI", "radon": "CT",
        "radial-fourier": "MRI along spokes", "gaussian": "a Gaussian matrix", "dct": "cosine coefficients",
        "any": "every kind of data",
    },
    "input": {
        "image": "the direct reconstruction of the operator (zero-filled, back-projected)",
        "zero-filled": "the zero-filled image A*y of MRI data",
        "rss": "the root of the sum of squares of the zero-filled coils",
        "fbp": "the filtered back-projection of CT data",
        "sinogram": "the sinogram",
        "kspace": "k-space, zero where nothing was measured",
        "kspace+mask": "k-space and, as a second argument, the mask",
        "data+operator": "the data and StabView's operator, as `method(y, operator)`",
        "data+physics": "the data and deepinv's physics, as `model(y, physics)`",
    },
    "channels": {
        "real": "one real channel", "magnitude": "one channel, the modulus",
        "two": "two channels, real and imaginary part", "complex": "one complex channel",
    },
    "layout": {
        "channels-first": "(batch, channels, rows, columns)", "channels-last": "(batch, rows, columns, channels)",
        "no-channels": "(batch, rows, columns)",
    },
    "centring": {
        "corner": "zero frequency first, as torch.fft.fft2 gives it",
        "middle": "zero frequency in the middle",
        "both": "zero frequency in the middle and the image's middle as its origin, as fastMRI",
    },
    "scaling": {
        "none": "as the data come", "max": "divided by the largest modulus of the direct reconstruction",
        "mean-std": "brought to mean 0 and standard deviation 1",
    },
    "output": {
        "image": "the image", "correction": "what is added to its input", "noise": "what is subtracted from its input",
        "kspace": "k-space",
    },
}  # fmt: skip
"""Every field that is a choice, its values and what they mean."""

IMAGES = ("image", "zero-filled", "rss", "fbp")
"""Inputs that are images."""
_SENTENCES = {
    "operator": "the data it reconstructs from", "input": "what it is fed with", "channels": "how numbers come in",
    "layout": "the order of its axes", "centring": "of k-space, in and out",
    "scaling": "before the network, undone after it; part of f", "clamp": "largest modulus after scaling; 0: none",
    "output": "what it gives", "multiple": "rows and columns are padded to a multiple of this",
    "size": "the only number of rows and columns it takes; 0: any", "trained_rate": "rate, or number of views",
}  # fmt: skip


@dataclass(frozen=True)
class Wiring:
    """How a network is connected; see `CHOICES` for the names. Checked when it is made.

    clamp : largest modulus after scaling, 0 for none.
    multiple : rows and columns are padded by reflection to a multiple of it.
    size : rows and columns of a network that takes one size only, 0 for any.
    trained_rate : rate, or number of views, of the training, where known.
    """

    operator: str
    input: str = "image"
    channels: str = "real"
    layout: str = "channels-first"
    centring: str = "corner"
    scaling: str = "none"
    clamp: float = 0.0
    output: str = "image"
    multiple: int = 1
    size: int = 0
    trained_rate: float | None = None

    def __post_init__(self) -> None:
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                raise InputError(f"{name} is '{getattr(self, name)}'; it has to be one of {', '.join(known)}.")
        for name, least in (("clamp", 0), ("multiple", 1), ("size", 0)):
            value = getattr(self, name)
            whole = name == "clamp" or isinstance(value, int)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= least or not whole:
                raise InputError(f"{name} is {value}; it has to be a {'' if name == 'clamp' else 'whole '}number, "
                                 f"at least {least}.")  # fmt: skip
        rate = self.trained_rate
        if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int | float) or not rate > 0):
            raise InputError(f"trained_rate is {rate}; it has to be a rate or a number of views.")
        if self.scaling == "mean-std" and self.input not in IMAGES:
            raise InputError(f"The scaling mean-std is for images; the input {self.input} takes none or max.")
        if self.output in ("correction", "noise") and self.input not in IMAGES:
            raise InputError(f"The output '{self.output}' is added to an image; the input {self.input} is none.")

    @property
    def sentence(self) -> str:
        """In words, for the window and the command line."""
        takes, gives = CHOICES["input"][self.input], CHOICES["output"][self.output]
        if self.input.startswith("data+"):
            return f"takes {takes}"
        channels, scaling = CHOICES["channels"][self.channels], CHOICES["scaling"][self.scaling]
        return f"takes {takes} ({channels}, {scaling}) and gives {gives}"


def wiring_path(path: Path) -> Path:
    """Where the wiring of a network file is kept: NAME.stabview.toml beside it."""
    return path.with_name(path.stem + ".stabview.toml")


def read_wiring(path: Path) -> Wiring:
    """The wiring in a TOML file. Raises InputError, naming the key that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name} cannot be read ({error}); correct or delete it.") from error
    names = [field.name for field in fields(Wiring)]
    for key in table:
        if key not in names:
            raise InputError(f"{path.name} has a key '{key}' that no wiring has; there are {', '.join(names)}.")
    if "operator" not in table:
        raise InputError(f"{path.name} does not say the operator; there are {', '.join(CHOICES['operator'])}.")
    try:
        return Wiring(**table)
    except (InputError, TypeError) as error:
        raise InputError(f"{path.name}: {error}") from error


def write_wiring(wiring: Wiring, path: Path, *, replace: bool = False) -> None:
    """Write it, with the other choices as comments. Raises InputError where a file is in the way or cannot be made."""
    if path.exists() and not replace:
        raise InputError(f"{path.name} is there already and is left as it is; delete it first to write another.")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(wiring_text(wiring), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written ({error.strerror or error}).") from error


def wiring_text(wiring: Wiring) -> str:
    """The text of the TOML file."""
    lines = ["# How StabView connects this network. Correct what was guessed wrongly; delete the file to guess again."]
    for field in fields(Wiring):
        value = getattr(wiring, field.name)
        also = " | ".join(CHOICES.get(field.name, ()))
        comment = f"# {_SENTENCES[field.name]}" + (f": {also}" if also else "")
        shown = f'"{value}"' if isinstance(value, str) else value
        lines.append(f"{comment}\n# {field.name} =" if value is None else f"{comment}\n{field.name} = {shown}")
    return "\n".join(lines) + "\n"
