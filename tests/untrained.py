"""An untrained cascade in a safetensors file that describes itself, for tests that need any network."""

import json
from pathlib import Path


def untrained_cascade(folder: Path, name: str, *, size: int, cascades: int, depth: int, filters: int) -> Path:
    """Write it and return the file; the same weights every time."""
    import torch
    from safetensors.torch import save_file

    from stabview.methods.networks.architectures import build

    torch.manual_seed(0)
    parameters = {"cascades": cascades, "depth": depth, "filters": filters}
    card = {
        "name": name, "title": f"{name.capitalize()} cascade", "summary": "Untrained.", "operator": "fourier",
        "architecture": "deep-mri", "parameters": parameters, "trained_rate": 0.25, "size": size,
    }  # fmt: skip
    path = folder / f"{name}.safetensors"
    save_file(build("deep-mri", parameters).state_dict(), path, metadata={"stabview": json.dumps(card)})
    return path
