"""How large the perturbations of a report are: in the image, in the data, in noise, and in the null space of A."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from stabview.images.errors import InputError
from stabview.study.study import Study

STEPS, TOLERANCE = 30, 1e-4
"""Of the conjugate gradients behind the null-space share; they approach it from above."""


def sizes(
    result: Mapping, study: Study, arrays: Mapping[str, np.ndarray], indices: Iterable[int]
) -> list[dict[str, float]]:
    """Figures of the perturbations of some iterates, r = 0 left out; nothing where r or the operator is not at hand.

    index; norm ||r||; data_norm ||A r||; relative_data_norm ||A r|| / ||A x||; largest_pixel max|r| / max|x|;
    noise_ratio, the size in norms of the scan's noise; of searches in the image also null_space_share,
    ||r - A^+ A r||^2 / ||r||^2. Of searches elsewhere r is the smallest image with the same change of the data.
    """
    from stabview.study.operators import sampling_operator

    x, found = arrays.get("x"), arrays.get("r")
    wanted = [j for j in indices if j > 0 and found is not None and found.ndim == 3 and j < len(found)]
    if x is None or not wanted:
        return []
    try:
        operator = sampling_operator(study.sampling, x.shape)
    except (InputError, MemoryError, OSError):
        return []
    unit = _noise_unit(result)
    return [_sizes(operator, x, found[j], j, unit, study.perturbation.domain, result) for j in wanted]


def _sizes(
    operator, x: np.ndarray, r: np.ndarray, index: int, unit: float | None, domain: str, result: Mapping
) -> dict[str, float]:
    from stabview.sampling.operator import least_squares

    image, data = _measured(operator, r)
    _, clean = _measured(operator, x)
    size = _norm(image)
    facts = {
        "index": index, "norm": size, "data_norm": _norm(data), "relative_data_norm": _norm(data) / _norm(clean),
        "largest_pixel": float(np.abs(r).max() / np.abs(x).max()),
    }  # fmt: skip
    if unit is not None:
        facts["noise_ratio"] = result["iterates"][index]["relative_norm"] / unit
    if domain == "image" and size > 0:
        seen = least_squares(operator, data, steps=STEPS, tolerance=TOLERANCE)
        facts["null_space_share"] = max(0.0, 1 - (_norm(seen) / size) ** 2)
    return facts


def _measured(operator, pixels: np.ndarray) -> tuple:
    import torch

    image = torch.from_numpy(np.array(pixels)).to(operator.device, operator.dtype)
    return image, operator(image)


def _norm(tensor) -> float:
    return float(np.linalg.norm(tensor.numpy()))


def _noise_unit(result: Mapping) -> float | None:
    """The relative norm of a perturbation as large as the noise, from what the search says of its last iterate."""
    ratio, iterates = result.get("search", {}).get("norm_over_noise"), result.get("iterates", ())
    return iterates[-1]["relative_norm"] / ratio if ratio and iterates else None
