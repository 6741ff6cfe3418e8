"""ASTRA: its CPU projectors "line" and "linear" through `OpTomo`."""

from __future__ import annotations

import astra
import numpy as np
from measuring import Operation
from variants import dot_error


def version() -> str:
    return astra.__version__


def projector(problem: dict, kind: str):
    """The pair as ASTRA offers it: bins one pixel wide, a pixel of size 1."""
    angles = np.deg2rad(problem["angles"])
    height, width = problem["x"].shape
    volume = astra.create_vol_geom(height, width)
    geometry = astra.create_proj_geom("parallel", 1.0, int(problem["bins"]), angles)
    return astra.OpTomo(astra.create_projector(kind, geometry, volume))


def projections(problem: dict) -> Operation:
    """Forward and adjoint of both projectors."""
    x = problem["x"].astype(np.float32)
    parts, errors = {}, []
    for kind in ("line", "linear"):
        operator = projector(problem, kind)
        y = operator.FP(x)
        other = np.random.default_rng(0).standard_normal(y.shape).astype(np.float32)
        errors.append(dot_error(y, other, x, operator.BP(other)))
        parts[f"forward {kind}"] = lambda operator=operator: operator.FP(x)
        parts[f"adjoint {kind}"] = lambda operator=operator, other=other: operator.BP(other)
    return Operation(parts, max(errors))


KINDS = {"radon": projections}
