"""Which device computes, and how many threads: chosen once, and said in words. torch is imported on first use only."""

from __future__ import annotations

import os

from stabview.images.errors import InputError

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

DEVICES = ("auto", "cpu", "cuda", "mps")


class DeviceMissing(InputError):
    """A device that this machine does not have, or that torch cannot use."""


def choose_device(name: str = "auto", threads: int | None = None) -> str:
    """The torch device for a name in `DEVICES`; sets torch's threads where given."""
    import torch

    if threads is not None:
        if threads < 1:
            raise InputError(f"{threads} threads were asked for; give at least 1.")
        torch.set_num_threads(threads)
    if name not in DEVICES:
        raise InputError(f"There is no device '{name}'; there are {', '.join(DEVICES)}.")
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceMissing("No CUDA device is available; use --device cpu or auto.")
    if name == "mps" and not torch.backends.mps.is_available():
        raise DeviceMissing("No MPS device is available; use --device cpu or auto.")
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return name


def available_device(name: str = "auto", threads: int | None = None) -> tuple[str, str]:
    """The device for a name, and ""; or the CPU, and a sentence that says why."""
    try:
        return choose_device(name, threads), ""
    except DeviceMissing:
        wanted = {"cuda": "an NVIDIA GPU", "mps": "an Apple GPU"}[name]
        said = f"There is no device of the kind you prefer here ({wanted}), so StabView computes on the processor."
        return choose_device("cpu", threads), said


def device_label(device: str) -> str:
    """For the window and the report: "CPU, 2 threads" or the card's name."""
    import torch

    if device.startswith("cuda"):
        return f"GPU, {torch.cuda.get_device_name()}"
    if device == "mps":
        return "GPU, Apple MPS"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads > 1 else ''}"
