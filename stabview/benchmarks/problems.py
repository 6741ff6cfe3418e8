"""The problems of `stabview bench soa`: the same image, mask, maps and lambda for everybody, and our part in each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from stabview.benchmarks.rounds import Contest
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.images.readers import looks_like_image, open_image
from stabview.methods.linear.least_squares import LeastSquares
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.rule import default_lambda
from stabview.methods.sparse.solvers.iterate import WarmStart
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.rays import LANES
from stabview.sampling.sensitivities import birdcage

LAMBDA = 1e-3
"""Of TV and wavelets with Fourier data, and of SENSE: fixed, so that tables of different dates compare."""
LEVELS = 5
"""Of wavelets, for everybody: as many as BART takes of itself at these sizes."""
COILS = 15
NOISE = 0.01
"""Relative noise of the multi-coil data: without it SENSE has an objective of nearly zero, and no relative gap."""
TIGHT = 1e-7
"""Tolerance of the float64 solve whose objective is our F*."""
RESIDUAL = 1e-4
"""Relative residual at which SENSE stops, as by default; the table shows its true gap."""
SLIDER = (12, 6)
"""Iterates of the search that are made, and the one from which the slider moves on."""


def contests(
    only: tuple[str, ...] | None = None, *, images: Path | None = None, tolerance: float = 1e-3
) -> list[Contest]:
    """The rows called `only` (None: all), each made just now. Raises InputError for an unknown name."""
    lines, points = "cartesian-gaussian", "multilevel"
    rows: dict[str, Callable[[str], Contest]] = {
        "tv-points": lambda name: _single_coil(name, "tv", points, _head(256), tolerance, wanted=6),
        "tv-lines": lambda name: _single_coil(name, "tv", lines, _head(256), tolerance, wanted=20),
        "wavelet-points": lambda name: _single_coil(name, "wavelet", points, _head(256), tolerance, wanted=3),
        "wavelet-lines": lambda name: _single_coil(name, "wavelet", lines, _head(256), tolerance, wanted=3),
        "coils-sense": lambda name: _multi_coil(name, "sense", tolerance, wanted=None),
        "coils-tv": lambda name: _multi_coil(name, "tv", tolerance, wanted=2),
        "coils-wavelet": lambda name: _multi_coil(name, "wavelet", tolerance, wanted=2),
        "radon-256-50": lambda name: _radon(name, 256, 50, wanted=5),
        "radon-256-180": lambda name: _radon(name, 256, 180),
        "radon-512-50": lambda name: _radon(name, 512, 50),
        "ct-tv": lambda name: _tomography(name, tolerance, wanted=3),
        "tv-slider": lambda name: _slider(name, tolerance),
    }
    if images is not None:
        for short, pattern, wanted in (("points", points, 6), ("lines", lines, 20)):
            rows[f"tv-{short}-file"] = lambda name, pattern=pattern, wanted=wanted: _single_coil(
                name, "tv", pattern, _from_file(images), tolerance, wanted=wanted, what="real slice"
            )
    unknown = set(only or ()) - set(rows)
    if unknown:
        raise InputError(f"There is no row '{min(unknown)}'; there are {', '.join(rows)}.")
    return [make(name) for name, make in rows.items() if not only or name in only]


def _head(size: int) -> np.ndarray:
    """A drawn head of largest modulus 1 with a smooth phase."""
    image = prepare(phantom("head-t1", size, seed=1), size=size).x
    return (image * np.exp(1j * _smooth_phase(size))).astype(np.complex64)


def _smooth_phase(size: int) -> np.ndarray:
    u = np.linspace(-1, 1, size)
    return 0.8 * np.sin(1.1 * u[:, None] + 0.6) + 0.9 * u[:, None] * u - 0.5 * np.cos(1.4 * u)


def _from_file(folder: Path) -> np.ndarray:
    """The middle slice of a folder's first image (or of the file given), with the phase of `_head` if it has none."""
    files = sorted(path for path in folder.iterdir() if looks_like_image(path)) if folder.is_dir() else [folder]
    if not files:
        raise InputError(f"There is no image in '{folder}'.")
    image = prepare(open_image(files[0]), size=256).x
    phase = 0 if np.iscomplexobj(image) else _smooth_phase(256)
    return (image * np.exp(1j * phase)).astype(np.complex64)


def _single_coil(
    name: str, method: str, pattern: str, image: np.ndarray, tolerance: float, *, wanted: float,
    what: str = "drawn head",
) -> Contest:  # fmt: skip
    operator = FourierOperator(sampling_mask(pattern, image.shape, 0.33))
    y = operator(torch.from_numpy(image))
    solver = _Solve(method, operator, y, LAMBDA, tolerance)
    title = f"{solver.title}, single coil, {what} {image.shape[0]} x {image.shape[1]}, {operator.rate:.0%} {pattern}"
    return Contest(
        name, title, method, _arrays(method, operator, y), {"solve": solver}, solver.facts,
        lambda: {"FFT pair": fft_pair(image.shape)}, wanted, minima=_minima(method, operator, y),
    )  # fmt: skip


def _multi_coil(name: str, method: str, tolerance: float, *, wanted: float | None) -> Contest:
    image = _head(320)
    maps = birdcage(image.shape, COILS).astype(np.complex64)
    operator = MultiCoilOperator(sampling_mask("cartesian-gaussian", image.shape, 0.33), maps)
    clean = operator(torch.from_numpy(image))
    noise = operator.restrict(torch.randn(clean.shape, generator=torch.Generator().manual_seed(0), dtype=clean.dtype))
    y = clean + NOISE * torch.linalg.vector_norm(clean) / torch.linalg.vector_norm(noise) * noise
    solver = _Solve(method, operator, y, LAMBDA, tolerance)
    arrays = {**_arrays(method, operator, y), "maps": operator.maps.numpy()}
    kind = "sense" if method == "sense" else f"sense-{method}"
    title = f"{solver.title}, {COILS} coils, 320 x 320, {operator.rate:.0%} of the lines, {NOISE:.0%} noise"
    pairs = (COILS, *image.shape)
    return Contest(
        name, title, kind, arrays, {"solve": solver}, solver.facts,
        lambda: {f"{COILS} FFT pairs": fft_pair(pairs)}, wanted, minima=_minima(method, operator, y),
    )  # fmt: skip


def _arrays(method: str, operator: FourierOperator | MultiCoilOperator, y: torch.Tensor) -> dict[str, np.ndarray]:
    levels = {"levels": np.int64(LEVELS)} if method == "wavelet" else {}
    return {"y": y.numpy(), "mask": operator.weights.numpy() > 0, "lambda_": np.float64(LAMBDA), **levels}


def _minima(
    method: str, operator: FourierOperator | MultiCoilOperator, y: torch.Tensor
) -> dict[str, Callable[[], float]]:
    """F* of the peers' variants that are also ours, by name."""
    own = {"": lambda: _minimum(method, operator, y, LAMBDA)}
    if method != "tv":
        return {**own, method: own[""]}
    return {
        **own,
        "tv anisotropic": lambda: _minimum("tv-anisotropic", operator, y, LAMBDA),
        "tv backward": lambda: _minimum("tv", *_turned(operator, y), LAMBDA),
    }


def _turned(
    operator: FourierOperator | MultiCoilOperator, y: torch.Tensor
) -> tuple[FourierOperator | MultiCoilOperator, torch.Tensor]:
    """The problem of the image turned by 180 degrees about pixel (0, 0), whose forward differences were backward."""
    def turn(a):
        return np.roll(np.asarray(a)[..., ::-1, ::-1], (1, 1), (-2, -1)).copy()

    mask = np.fft.fftshift(turn(operator.weights.numpy() > 0))
    coils = isinstance(operator, MultiCoilOperator)
    turned = MultiCoilOperator(mask, turn(operator.maps.numpy())) if coils else FourierOperator(mask)
    return turned, torch.from_numpy(turn(y.numpy()))


def _radon(name: str, size: int, views: int, *, wanted: float | None = None) -> Contest:
    operator, x = _tomograph(size, views)
    y = operator(x)

    def facts(_: float | None) -> dict[str, object]:
        other = torch.randn(y.shape, generator=torch.Generator().manual_seed(0))
        left, right = _inner(y, other), _inner(x, operator.adjoint(other))
        return {"adjoint_error": abs(left - right) / abs(left)}

    parts = {"forward": lambda: operator(x), "adjoint": lambda: operator.adjoint(y)}
    arrays = {"x": x.numpy(), "angles": operator.angles, "bins": np.int64(operator.bins)}
    title = f"Radon transform, {size} x {size}, {views} views"
    return Contest(name, title, "radon", arrays, parts, facts, lambda: _crossing_floor(operator), wanted)


def _inner(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(torch.dot(a.flatten().double(), b.flatten().double()))


def _tomography(name: str, tolerance: float, *, wanted: float) -> Contest:
    operator, x = _tomograph(256, 50)
    lambda_ = default_lambda("tv", operator)
    solver = _Solve("tv", operator, operator(x), lambda_, tolerance)
    arrays = {
        "x": x.numpy(), "angles": operator.angles, "bins": np.int64(operator.bins), "lambda_": np.float64(lambda_),
    }  # fmt: skip
    title = f"{solver.title}, tomography 256 x 256, 50 views"
    return Contest(
        name, title, "ct-tv", arrays, {"solve": solver}, solver.facts,
        lambda: _crossing_floor(operator, 2), wanted, minima={"": solver.minimum},
    )  # fmt: skip


def _tomograph(size: int, views: int) -> tuple[RadonOperator, torch.Tensor]:
    x = torch.from_numpy(prepare(phantom("body", size, seed=1), size=size).x.copy())
    return RadonOperator((size, size), equispaced_angles(views)), x


def _slider(name: str, tolerance: float) -> Contest:
    """TV at the next iterate of the shipped worst-case search, from the solution at the one before, and from zero."""
    from stabview.study.answers import search
    from stabview.study.examples import example
    from stabview.study.problem import Parts, build_problem

    steps, here = SLIDER
    study = example("hallucination").study()
    study = study.having(perturbation=replace(study.perturbation, steps=steps))
    problem = build_problem(study, Parts())
    data = [iterate.y for iterate in search(problem)]
    before, after = data[here], data[here + 1]
    moved = float(torch.linalg.vector_norm(after - before) / torch.linalg.vector_norm(before))
    start = _method("tv", problem.operator, LAMBDA, tolerance).solve(before, problem.operator).start
    warm = _Solve("tv", problem.operator, after, LAMBDA, tolerance, start=start)
    cold = _Solve("tv", problem.operator, after, LAMBDA, tolerance)

    def facts(least: float) -> dict[str, object]:
        return {**warm.facts(least), "cold_iterations": cold.facts(least)["iterations"], "data_moved": moved}

    title = f"{warm.title}, next iterate of the slider (shipped Deep MRI search, step {here} to {here + 1})"
    shape = problem.operator.image_shape
    return Contest(
        name, title, "slider", _arrays("tv", problem.operator, after), {"warm": warm, "cold": cold}, facts,
        lambda: {"FFT pair": fft_pair(shape)}, limit=0.020, minima={"": warm.minimum},
    )  # fmt: skip


class _Solve:
    """One cold (or warm) solve with its stopping rule, as a user gets it, and the truth about its gap."""

    def __init__(
        self, name: str, operator: SamplingOperator, y: torch.Tensor, lambda_: float, tolerance: float, *,
        start: WarmStart | None = None,
    ) -> None:  # fmt: skip
        self.name, self.operator, self.y, self.lambda_, self.start = name, operator, y, lambda_, start
        self.method = _method(name, operator, lambda_, RESIDUAL if name == "sense" else tolerance)
        self.title = self.method.spec.title

    def __call__(self) -> torch.Tensor:
        return self.method.solve(self.y, self.operator, start=self.start).x

    def minimum(self) -> float:
        return _minimum(self.name, self.operator, self.y, self.lambda_)

    def facts(self, least: float) -> dict[str, object]:
        """True gap, stated gap, iterations."""
        solution = self.method.solve(self.y, self.operator, start=self.start)
        value = _value(self.name, self.operator, self.y, self.lambda_, solution.x)
        return {
            "gap": (value - least) / least, "stated_gap": solution.gap, "certified": solution.certified,
            "iterations": solution.steps, "converged": solution.converged, "minimum": least,
        }  # fmt: skip


def _method(name: str, operator: SamplingOperator, lambda_: float, tolerance: float) -> SparseMethod | LeastSquares:
    if name == "sense":
        return LeastSquares(lambda_=lambda_ / operator.norm() ** 2, tolerance=tolerance, title="SENSE (CG)")
    options = {"wavelet": "haar", "levels": LEVELS} if name == "wavelet" else {}
    return sparse_method(name, operator, lambda_=lambda_, tolerance=tolerance, max_steps=20000, **options)


def _minimum(name: str, operator: SamplingOperator, y: torch.Tensor, lambda_: float) -> float:
    """F*, by a solve in float64 to a gap of `TIGHT`."""
    fine, y = operator.to(dtype=torch.float64), y.to(torch.promote_types(y.dtype, torch.float64))
    return _value(name, operator, y, lambda_, _method(name, fine, lambda_, TIGHT).solve(y, fine).x)


def _value(name: str, operator: SamplingOperator, y: torch.Tensor, lambda_: float, x: torch.Tensor) -> float:
    """F(x) in float64."""
    operator = operator.to(dtype=torch.float64)
    x, y = (z.to(torch.promote_types(z.dtype, torch.float64)) for z in (x, y))
    method = _method(name, operator, lambda_, TIGHT)
    if isinstance(method, LeastSquares):
        misfit, size = (float(torch.linalg.vector_norm(z)) for z in (operator(x) - y, x))
        return 0.5 * misfit**2 + 0.5 * lambda_ * size**2
    return method.objective.value(operator, x[None], y)


def fft_pair(shape: tuple[int, ...]) -> float:
    """Seconds of one transform forth and back of complex64, with one thread or all, whichever is faster."""
    x = torch.randn(shape, dtype=torch.complex64)
    return _fastest(lambda: torch.fft.ifft2(torch.fft.fft2(x)))


def _crossing_floor(operator: RadonOperator, times: int = 1) -> dict[str, float]:
    """Two values are read for every line of pixels a ray crosses, as in a dot product of vectors in the cache."""
    parts = operator._table.parts
    crossings = sum(int(part.count[part.slots // LANES].sum()) for part in parts)
    a, b = torch.randn(2, 1 << 13)
    rate = _fastest(lambda: [torch.dot(a, b) for _ in range(64)]) / (64 * a.numel())
    return {f"reading two pixels for each of {crossings:,} crossings": crossings * rate * times}


def _fastest(call: Callable[[], object]) -> float:
    threads, best = torch.get_num_threads(), float("inf")
    for count in {1, threads}:
        torch.set_num_threads(count)
        for _ in range(30):
            start = time.perf_counter()
            call()
            best = min(best, time.perf_counter() - start)
    torch.set_num_threads(threads)
    return best
