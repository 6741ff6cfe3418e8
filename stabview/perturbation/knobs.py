"""What goes wrong in scanners, as differentiable maps of the data with a few numbers each, every number within a box.

A knob turns data (n, B, *data_shape) of images x (B, H, W) into other data; its numbers v (n, count) run from -1 to 1
and are multiplied by the knob's limit. Time runs over phase encoding lines (columns of the grid, from left to right),
spokes or views, and is cut into six pieces of equal length.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch

from stabview.perturbation.ball import Ball, Box, Spike
from stabview.perturbation.rigid import moved
from stabview.sampling.operator import SamplingOperator

PIECES = 6
GRID = ("fourier", "multicoil")
LINES = (*GRID, "radial-fourier")
TIMED = (*LINES, "radon")


@dataclass(frozen=True, eq=False)
class Scan:
    """What the knobs are turned on: x (B, H, W), its data y (B, *data_shape) and the operator."""

    operator: SamplingOperator
    x: torch.Tensor
    y: torch.Tensor

    @property
    def lines(self) -> int:
        """How many lines, spokes or views one after another make the data."""
        return self.operator.data_shape[-1 if self.operator.name in GRID else -2]

    def along_time(self, values: torch.Tensor) -> torch.Tensor:
        """(..., lines) in the order of acquisition, shaped to multiply data (..., 1 [, 1], lines[, 1])."""
        if self.operator.name in GRID:
            values = torch.fft.ifftshift(values, dim=-1)
            return values.reshape(*values.shape[:-1], *[1] * (len(self.operator.data_shape) - 1), self.lines)
        return values.unsqueeze(-1)


class Knob(ABC):
    """One thing that goes wrong.

    Attributes
    ----------
    unit, limit : in words, and the half width of the box in it. operators : where it applies.
    """

    name: str
    unit: str
    limit: float
    operators: tuple[str, ...]
    ball: Ball = Box()

    def __init__(self, scan: Scan, limit: float | None = None) -> None:
        self.scan, self.limit = scan, type(self).limit if limit is None else limit

    @property
    @abstractmethod
    def count(self) -> int:
        """How many numbers it has."""

    @abstractmethod
    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        """The data with it. `v` in units of `limit`, times it already done."""


class Motion(Knob):
    """A rigid motion path: in every piece of time the image stands elsewhere."""

    name, unit, limit, operators = "motion", "pixels and degrees", 1.0, TIMED

    @property
    def count(self) -> int:
        return 3 * PIECES

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        scan = self.scan
        path = v.reshape(len(v), 3, PIECES, 1)
        change = moved(scan.x, path[:, 0], path[:, 1], torch.deg2rad(path[:, 2])) - scan.x  # (n, pieces, B, H, W)
        piece = torch.arange(scan.lines, device=v.device) * PIECES // scan.lines
        taken = (piece == torch.arange(PIECES, device=v.device)[:, None]).to(v.dtype)
        taken = scan.along_time(taken).unsqueeze(1)
        return data + (scan.operator(change.to(scan.operator.dtype)) * taken).sum(dim=1)


class FieldOffset(Knob):
    """exp(2 pi i d k / H) along the readout (down the rows): the image is shifted by d pixels."""

    name, unit, limit, operators = "b0-offset", "pixels of shift along the readout", 1.0, GRID
    count = 1

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        k = torch.fft.fftfreq(data.shape[-2], dtype=v.dtype, device=v.device)[:, None]
        return data * torch.exp(2j * np.pi * v.reshape(-1, *[1] * (data.ndim - 1)) * k)


class FieldDrift(Knob):
    """exp(i phi(t)): the phase drifts from line to line, linear between its values at the pieces' ends."""

    name, unit, limit, operators = "b0-drift", "degrees of phase", 20.0, LINES
    count = PIECES + 1

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        path = torch.nn.functional.interpolate(v[:, None], self.scan.lines, mode="linear", align_corners=True)[:, 0]
        return data * torch.exp(1j * self.scan.along_time(torch.deg2rad(path))).unsqueeze(1)


class CoilGain(Knob):
    """y_c (1 + g_c); a limit of 1 lets coils fail altogether."""

    name, unit, limit, operators = "coil-gain", "share of each coil's signal", 0.1, ("multicoil",)

    @property
    def count(self) -> int:
        return self.scan.operator.data_shape[0]

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return data * (1 + v)[:, None, :, None, None]


class KspaceSpike(Knob):
    """One sample is off; its place and phase are looked for, which the l1 ball over all samples does exactly."""

    name, unit, limit, operators = "spike", "share of the largest sample", 0.1, GRID
    ball = Spike()

    @property
    def count(self) -> int:
        return 2 * int(np.prod(self.scan.operator.data_shape))

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        spikes = torch.view_as_complex(v.reshape(len(v), 1, *self.scan.operator.data_shape, 2))
        return data + self.scan.operator.restrict(spikes) * self.scan.y.abs().max()


class RotationCentre(Knob):
    """The sinogram shifted along the detector: the axis of rotation is not where it is thought to be."""

    name, unit, limit, operators = "rotation-centre", "detector bins", 1.0, ("radon",)
    count = 1

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        k = torch.fft.rfftfreq(data.shape[-1], dtype=v.dtype, device=v.device)
        phase = torch.exp(-2j * np.pi * v.reshape(-1, *[1] * (data.ndim - 1)) * k)
        return torch.fft.irfft(torch.fft.rfft(data) * phase, n=data.shape[-1])


class ViewAngle(Knob):
    """Every view a little off its angle: the parabola through the sinograms at -limit, 0 and limit."""

    name, unit, limit, operators = "view-angle", "degrees", 0.5, ("radon",)

    def __init__(self, scan: Scan, limit: float | None = None) -> None:
        super().__init__(scan, limit)
        turn = torch.tensor([[-1.0], [1.0]], dtype=scan.x.dtype, device=scan.x.device) * np.deg2rad(self.limit)
        with torch.no_grad():
            zero = torch.zeros_like(turn)
            change = moved(scan.x, zero[None], zero[None], turn[None])[0] - scan.x
            before, after = scan.operator(change)
        self._slope, self._bend = (after - before) / 2 / self.limit, (after + before) / 2 / self.limit**2

    @property
    def count(self) -> int:
        return self.scan.lines

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        jitter = v[:, None, :, None]
        return data + jitter * self._slope + jitter.square() * self._bend


class DetectorGain(Knob):
    """An offset of every bin, the same in all views (rings): the logarithm turns gains into offsets."""

    name, unit, limit, operators = "detector-gain", "share of the largest line integral", 0.01, ("radon",)

    @property
    def count(self) -> int:
        return self.scan.operator.data_shape[-1]

    def turn(self, data: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return data + v[:, None, None, :] * self.scan.y.abs().max()


KNOBS: dict[str, type[Knob]] = {
    knob.name: knob
    for knob in (
        Motion, FieldOffset, FieldDrift, CoilGain, KspaceSpike, RotationCentre, ViewAngle, DetectorGain,
    )
}  # fmt: skip
