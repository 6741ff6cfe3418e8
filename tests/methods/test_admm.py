"""ADMM: compiled and plain passes agree, P1 and P3 are solved like P2, warm starts keep the promise of the rule."""

import numpy as np
import pytest
import torch

from stabview import kernels
from stabview.images.phantoms import phantom
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.regularisers.total_variation import TotalVariation
from stabview.methods.sparse.rule import default_lambda
from stabview.methods.sparse.solvers.fourier_update import FourierUpdate
from stabview.methods.sparse.solvers.primal_dual import primal_dual_iterates
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.operator import SamplingOperator

needs_numba = pytest.mark.skipif(not kernels.available, reason="numba is not installed")
SHAPES = [(7, 9), (1, 6), (16, 1), (33, 20)]


def picture(name: str, size: int) -> torch.Tensor:
    """A phantom of maximum 1 with a smooth phase, complex128."""
    pixels = np.abs(phantom(name, size).pixels).astype(np.float64)
    rows, columns = np.indices(pixels.shape) / size
    return torch.from_numpy(pixels / pixels.max() * np.exp(2j * (np.cos(3 * rows) + columns**2)))


def fourier(pattern: str, shape: tuple[int, int], rate: float, seed: int = 0) -> FourierOperator:
    return FourierOperator(sampling_mask(pattern, shape, rate, seed=seed), dtype=torch.float64)


def bump(shape: tuple[int, int], seed: int = 0) -> torch.Tensor:
    """A smooth random image of norm 1."""
    noise = torch.randn(shape, dtype=torch.complex128, generator=torch.Generator().manual_seed(seed))
    squares = torch.fft.fftfreq(shape[0])[:, None] ** 2 + torch.fft.fftfreq(shape[1])[None] ** 2
    image = torch.fft.ifft2(torch.fft.fft2(noise) * torch.exp(-20 * squares))
    return image / torch.linalg.vector_norm(image)


def energy(method: SparseMethod, operator: SamplingOperator, z: torch.Tensor, y: torch.Tensor) -> float:
    return method.objective.value(operator, z.to(operator.dtype), y)


def close(found: float, wanted: float, relative: float) -> bool:
    return abs(found - wanted) <= relative * max(abs(wanted), 1e-3)


@needs_numba
@pytest.mark.parametrize("anisotropic", [False, True], ids=["isotropic", "anisotropic"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.complex128], ids=str)
def test_the_compiled_pass_gives_what_the_reference_gives(dtype, anisotropic):
    tv = TotalVariation(anisotropic=anisotropic)
    single = dtype in (torch.float32, torch.complex64)
    for shape in SHAPES:
        generator = torch.Generator().manual_seed(shape[0])
        z = torch.randn((1, *shape), dtype=dtype, generator=generator)
        s = torch.randn((2, *shape), dtype=dtype, generator=generator)
        s[:, 0, 0] = 0
        mine, theirs, quiet = [s.clone()], [s.clone()], [s.clone()]
        out = torch.empty_like(z)
        pulled, size, slack = tv.advance_and_look(z, mine, 0.7, 1.8, following=0.6, out=out)
        wanted, *numbers = Regulariser.advance_and_look(tv, z, theirs, 0.7, 1.8, following=0.6)
        tolerance = {"rtol": 1e-5, "atol": 3e-6} if single else {"rtol": 1e-12, "atol": 1e-12}
        assert pulled is out
        torch.testing.assert_close(pulled, wanted, **tolerance)
        torch.testing.assert_close(mine[0], theirs[0], **tolerance)
        assert close(size, numbers[0], 1e-6) and close(slack, numbers[1], 1e-5 if single else 1e-12)
        torch.testing.assert_close(tv.advance(z, quiet, 0.7, 1.8, following=0.6), wanted, **tolerance)
        torch.testing.assert_close(quiet[0], theirs[0], **tolerance)


@needs_numba
@pytest.mark.parametrize("problem", ["p1", "p2", "p3"])
def test_without_numba_the_iterates_are_the_same(problem, monkeypatch):
    operator = fourier("cartesian-gaussian", (30, 21), 0.4)
    y = operator(picture("head-t1", 32)[1:31, 4:25])
    found = []
    for available in (True, False):
        monkeypatch.setattr(kernels, "available", available)
        method = sparse_method("tv", operator, problem=problem, lambda_=0.02, max_steps=12)
        found.append(list(method.iterates(y, operator)))
    for mine, theirs in zip(*found, strict=True):
        torch.testing.assert_close(mine.z, theirs.z, rtol=1e-9, atol=1e-9)
        assert (mine.objective is None) == (theirs.objective is None)
        if mine.objective is not None:
            assert close(mine.objective, theirs.objective, 1e-9) and close(mine.slack, theirs.slack, 1e-6)


def test_the_state_says_the_same_at_another_threshold():
    """Scaled for the next threshold, it holds the same split d and the same multiplier b / threshold."""
    tv, z = TotalVariation(), torch.randn((1, 8, 9), dtype=torch.complex128)
    one, two = [torch.randn((2, 8, 9), dtype=torch.complex128)], []
    two = [one[0].clone()]
    tv.advance(z, one, 0.5, 1.8)
    tv.advance(z, two, 0.5, 1.8, following=0.2)
    torch.testing.assert_close(tv.shrink(one, 0.5)[0], tv.shrink(two, 0.2)[0])
    torch.testing.assert_close(tv.clip(one, 0.5)[0] / 0.5, tv.clip(two, 0.2)[0] / 0.2)


@pytest.mark.parametrize(
    ("name", "problem", "weight"), [("tv", "p1", 0.3), ("tv-anisotropic", "p1", 0.1), ("tv", "p3", 0.04)]
)
def test_p1_and_p3_agree_with_the_primal_dual_algorithm(name, problem, weight):
    operator = fourier("cartesian-gaussian", (24, 31), 0.5)
    y = operator(picture("head-t1", 32)[4:28, :31])
    y = y + 0.02 * operator.restrict(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(1)))
    lambda_ = weight * float(torch.linalg.vector_norm(y)) if problem == "p1" else weight
    method = sparse_method(name, operator, problem=problem, lambda_=lambda_, tolerance=1e-5, max_steps=5000)
    assert method.algorithm == "admm"
    found = method.solve(y, operator)
    *_, other = primal_dual_iterates(method.objective, operator, y, max_steps=1500)
    z, wanted = found.start.tensors[0], energy(method, operator, other.z, y)
    assert found.converged and found.objective == pytest.approx(energy(method, operator, z, y), rel=1e-9)
    assert abs(found.objective / wanted - 1) < 1e-4
    if problem == "p1":
        assert torch.linalg.vector_norm(operator(found.x) - y) <= lambda_ * (1 + 1e-5)
        assert torch.linalg.vector_norm(operator(other.x) - y) <= lambda_ * (1 + 1e-4), "the reference is feasible"


def test_p3_is_p2_at_the_weight_that_its_misfit_says():
    """The optimality of P3 is that of P2 with lambda ||Ax - y||."""
    operator = fourier("radial", (32, 32), 0.4)
    y = operator(picture("ellipses", 32))
    root = sparse_method("tv", operator, problem="p3", lambda_=0.02, tolerance=1e-7, max_steps=5000).solve(y, operator)
    misfit = float(torch.linalg.vector_norm(operator(root.x) - y))
    squares = sparse_method("tv", operator, lambda_=0.02 * misfit, tolerance=1e-7, max_steps=5000).solve(y, operator)
    assert misfit > 0
    assert torch.linalg.vector_norm(root.x - squares.x) < 2e-3 * torch.linalg.vector_norm(squares.x)


def test_p1_meets_data_exactly_or_not_at_all():
    operator = fourier("cartesian-gaussian", (32, 32), 0.5)
    y = operator(picture("head-t2", 32))
    size = float(torch.linalg.vector_norm(y))
    exact = sparse_method("tv", operator, problem="p1", lambda_=0.0).solve(y, operator)
    assert torch.linalg.vector_norm(operator(exact.x) - y) < 1e-4 * size
    loose = sparse_method("tv", operator, problem="p1", lambda_=1.1 * size, tolerance=1e-3).solve(y, operator)
    assert torch.linalg.vector_norm(operator(loose.x) - y) <= 1.1 * size
    assert loose.objective < 1e-3 * exact.objective, "an image without variation is allowed"


@pytest.mark.parametrize("problem", ["p2", "p3"])
def test_the_image_update_solves_its_problem(problem):
    operator = fourier("gaussian-points", (18, 13), 0.4)
    tv, rho = TotalVariation(), 0.3
    y = operator(picture("head-t1", 32)[:18, :13])
    g = tv.synthesise([torch.randn((2, 18, 13), dtype=torch.complex128)])
    data = sparse_method("tv", operator, problem=problem, lambda_=0.1).objective.data
    update = FourierUpdate(data, operator, tv, y)
    x = update(g.clone(), g, rho, look=True)[0]
    misfit = operator(x) - y
    size = float(torch.linalg.vector_norm(misfit))
    slope = operator.adjoint(misfit) / (1.0 if problem == "p2" else size)
    slope = slope + rho * (tv.synthesise(tv.analyse(x[None])) - g)[0]
    assert torch.linalg.vector_norm(slope) < 1e-5 * rho * torch.linalg.vector_norm(g)
    assert update.fit == pytest.approx(size**2 / 2 if problem == "p2" else size, rel=1e-6)


NEIGHBOURS = {
    "lines": ("cartesian-gaussian", "head-t1", 0.33, 0.0),
    "points": ("gaussian-points", "head-flair", 0.3, 0.0),
    "few, noisy": ("multilevel", "head-t2", 0.15, 0.03),
}


@pytest.mark.parametrize("case", NEIGHBOURS)
def test_a_warm_start_keeps_the_promise_in_fewer_steps(case):
    """Along a slider: data of x + r that grow by 0.1 to 1 %, each solve started from the one before; in float32."""
    pattern, name, rate, noise = NEIGHBOURS[case]
    operator = fourier(pattern, (96, 96), rate)
    x = picture(name, 96)
    y = operator(x)
    error = operator.restrict(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(2)))
    y = y + noise * error * torch.linalg.vector_norm(y) / torch.linalg.vector_norm(error)
    lambda_ = default_lambda("tv", operator, noise=noise)
    method = sparse_method("tv", operator, lambda_=lambda_)
    best = sparse_method("tv", operator, lambda_=lambda_, tolerance=2e-6, max_steps=2000)
    short = operator.to(dtype=torch.float32)
    found, reference = method.solve(y.to(torch.complex64), short), best.solve(y, operator)
    cold = found.steps
    for level in (0.001, 0.003, 0.01, 0.01):
        data = y + operator(bump((96, 96)) * level * torch.linalg.vector_norm(x))
        found = method.solve(data.to(torch.complex64), short, start=found.start)
        reference = best.solve(data, operator, start=reference.start)
        gap = energy(method, operator, found.start.tensors[0], data) / reference.objective - 1
        assert found.converged and gap <= method.tolerance
        assert found.steps <= (12 if level < 0.01 else cold)


def test_iterates_stay_as_they_were_and_a_start_is_not_used_up():
    operator = fourier("radial", (32, 32), 0.4)
    y = operator(picture("head-t1", 32))
    method = sparse_method("tv", operator, lambda_=1e-3, max_steps=15)
    kept = [(iterate.z, iterate.z.clone()) for iterate in method.iterates(y, operator)]
    assert all(torch.equal(z, copy) for z, copy in kept)
    start = method.solve(y, operator).start
    first = method.solve(1.01 * y, operator, start=start)
    assert torch.equal(method.solve(1.01 * y, operator, start=start).x, first.x)


def test_a_cancelled_solve_says_that_it_has_not_converged():
    operator = fourier("radial", (48, 48), 0.3)
    y = operator(picture("head-flair", 48))
    method, calls = sparse_method("tv", operator, tolerance=1e-6), iter(range(100))
    cut = method.solve(y, operator, stopped=lambda: next(calls) == 4)
    assert cut.steps == 5 and not cut.converged and cut.gap > 1e-6
    limited = sparse_method("tv", operator, tolerance=1e-6, max_steps=7).solve(y, operator)
    assert limited.steps == 7 and not limited.converged
    resumed = method.solve(y, operator, start=cut.start)
    assert resumed.converged and resumed.objective < cut.objective


def test_warming_up_leaves_no_trace():
    operator = fourier("radial", (16, 16), 0.5)
    method = sparse_method("tv", operator)
    method.warm_up(operator)
    assert method.last is None
