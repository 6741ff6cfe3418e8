"""Where the shipped files are: `resources/` beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """The path of a shipped file, `path("weights", "deep-mri.safetensors")`."""
    for root in (_HERE / "_resources", _HERE.parent / "resources"):
        if root.is_dir():
            return root.joinpath(*parts)
    raise FileNotFoundError(f"the resources of StabView are missing beside {_HERE}; install the package again")
