"""Total variation: the minimiser that an independent solver finds, and a stopping rule that keeps its promise."""

import numpy as np
import pytest
import torch

from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.regularisers.differences import (
    gradient,
    gradient_adjoint,
    laplacian_spectrum,
    total_variation,
)
from stabview.methods.sparse.rule import default_lambda
from stabview.methods.sparse.solvers.iterate import SolverIterate
from stabview.methods.sparse.solvers.stopping import GapRule
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles


def picture(name: str, size: int, *, phase: bool = False) -> torch.Tensor:
    """A phantom of maximum 1 in float64, with a smooth phase if wanted."""
    pixels = np.abs(phantom(name, size).pixels).astype(np.float64)
    pixels /= pixels.max()
    if phase:
        rows, columns = np.indices(pixels.shape) / size
        pixels = pixels * np.exp(2j * (np.cos(3 * rows) + columns**2))
    return torch.from_numpy(pixels)


def fourier(pattern: str, size: int, rate: float, seed: int = 0) -> FourierOperator:
    return FourierOperator(sampling_mask(pattern, (size, size), rate, seed=seed), dtype=torch.float64)


def tv(operator: SamplingOperator, lambda_: float, **options) -> SparseMethod:
    return sparse_method("tv", operator, lambda_=lambda_, **options)


def value(operator: SamplingOperator, x: torch.Tensor, y: torch.Tensor, lambda_: float) -> float:
    return tv(operator, lambda_).objective.value(operator, x[None], y)


def seen(objective: float | None) -> SolverIterate:
    return SolverIterate(1, torch.zeros(1, 1, 1), objective)


def differences(x: np.ndarray) -> np.ndarray:
    return np.stack([np.roll(x, -1, axis=axis) - x for axis in (0, 1)])


def chambolle_pock(forward, adjoint, norm: float, y: np.ndarray, lambda_: float, steps: int) -> np.ndarray:
    """min 1/2 ||A x - y||^2 + lambda sum |grad x|_2 in NumPy (Chambolle and Pock 2011, algorithm 1)."""
    tau = sigma = 0.99 / np.sqrt(norm**2 + 8)
    x = np.zeros_like(adjoint(y))
    ahead, p, g = x, np.zeros_like(y), np.zeros((2, *x.shape), x.dtype)
    for _ in range(steps):
        p = (p + sigma * (forward(ahead) - y)) / (1 + sigma)
        g = g + sigma * differences(ahead)
        g = g / np.maximum(1, np.sqrt((np.abs(g) ** 2).sum(axis=0)) / lambda_)
        divergence = sum(np.roll(g[axis], 1, axis=axis) - g[axis] for axis in (0, 1))
        old, x = x, x - tau * (adjoint(p) + divergence)
        ahead = 2 * x - old
    return x


def objective(forward, x: np.ndarray, y: np.ndarray, lambda_: float) -> float:
    slopes = np.sqrt((np.abs(differences(x)) ** 2).sum(axis=0)).sum()
    return 0.5 * np.linalg.norm(forward(x) - y) ** 2 + lambda_ * slopes


def test_the_gradient_and_its_adjoint_belong_together():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn((13, 18), dtype=torch.complex128, generator=generator)
    d = torch.randn((2, 13, 18), dtype=torch.complex128, generator=generator)
    left, right = torch.vdot(gradient(x).flatten(), d.flatten()), torch.vdot(x.flatten(), gradient_adjoint(d).flatten())
    assert abs(complex(left - right)) < 1e-12 * abs(complex(left))
    spectrum = laplacian_spectrum((13, 18), x.device, torch.float64)
    diagonal = torch.fft.ifft2(torch.fft.fft2(x) * spectrum)
    torch.testing.assert_close(gradient_adjoint(gradient(x)), diagonal)


def test_the_total_variation_of_a_square_is_its_perimeter():
    x = torch.zeros((12, 12), dtype=torch.float64)
    x[3:8, 4:9] = 0.5
    wanted = 0.5 * (4 * 5 - 2 + np.sqrt(2))  # isotropic: one corner has both differences
    assert float(total_variation(x)) == pytest.approx(wanted)
    assert float(total_variation(x * (0.6 + 0.8j))) == pytest.approx(wanted)
    assert float(total_variation(x.roll(7, 0))) == pytest.approx(wanted), "periodic"


@pytest.mark.parametrize("phase", [False, True], ids=["real", "complex"])
def test_fourier_solutions_agree_with_an_independent_primal_dual_method(phase):
    operator, lambda_ = fourier("cartesian-gaussian", 32, 0.4), 3e-3
    y = operator(picture("head-flair", 32, phase=phase).to(torch.complex128))
    mask = np.fft.ifftshift(operator.mask)

    def forward(x):
        return np.fft.fft2(x, norm="ortho") * mask

    def adjoint(p):
        return np.fft.ifft2(p * mask, norm="ortho")

    best = chambolle_pock(forward, adjoint, 1.0, y.numpy(), lambda_, 4000)
    wanted = objective(forward, best, y.numpy(), lambda_)
    found = tv(operator, lambda_, tolerance=1e-6, max_steps=4000)(y, operator)
    assert objective(forward, found.numpy(), y.numpy(), lambda_) == pytest.approx(wanted, rel=1e-4)
    assert value(operator, found, y, lambda_) == pytest.approx(wanted, rel=1e-4)
    assert np.linalg.norm(found.numpy() - best) < 0.01 * np.linalg.norm(best)


def test_radon_solutions_agree_with_an_independent_primal_dual_method():
    operator = RadonOperator((24, 24), equispaced_angles(9), dtype=torch.float64)
    unit = torch.eye(24 * 24, dtype=torch.float64).reshape(-1, 24, 24)
    matrix = operator(unit).reshape(24 * 24, -1).numpy().T
    norm = np.linalg.norm(matrix, 2)
    y = (matrix @ picture("shepp-logan", 24).numpy().ravel()).reshape(operator.data_shape)
    lambda_ = 2e-3 * norm**2
    # scaled so that ||A|| = 1, which leaves the minimiser as it is

    def forward(x):
        return (matrix @ x.ravel() / norm).reshape(y.shape)

    def adjoint(p):
        return (matrix.T @ p.ravel() / norm).reshape(24, 24)

    best = chambolle_pock(forward, adjoint, 1.0, y / norm, lambda_ / norm**2, 3000)
    wanted = objective(forward, best, y / norm, lambda_ / norm**2) * norm**2
    found = tv(operator, lambda_, tolerance=1e-6, max_steps=4000)(torch.from_numpy(y), operator)
    assert value(operator, found, torch.from_numpy(y), lambda_) == pytest.approx(wanted, rel=1e-4)
    assert np.linalg.norm(found.numpy() - best) < 0.01 * np.linalg.norm(best)


CASES = {
    "lines": (fourier("cartesian-gaussian", 64, 0.33), "head-flair", False),
    "few lines, complex": (fourier("cartesian-gaussian", 64, 0.15), "head-t1", True),
    "radial": (fourier("radial", 64, 0.2), "shepp-logan", False),
    "multilevel, complex": (fourier("multilevel", 64, 0.5), "head-t2", True),
    "equispaced": (fourier("fastmri-equispaced", 64, 0.25), "ellipses", False),
    "radon, 20 views": (RadonOperator((48, 48), equispaced_angles(20), dtype=torch.float64), "ellipses", False),
    "radon, 60 views": (RadonOperator((48, 48), equispaced_angles(60), dtype=torch.float64), "shepp-logan", False),
}


@pytest.mark.parametrize("case", CASES)
def test_the_stopping_rule_keeps_its_promise(case):
    """In float32, as shipped: the true gap is below the tolerance, by the objective of a long run in float64."""
    operator, name, phase = CASES[case]
    x = picture(name, operator.image_shape[0], phase=phase).to(operator.dtype)
    y, lambda_ = operator(x), default_lambda("tv", operator)
    long = tv(operator, lambda_, max_steps=2000 if operator.is_complex else 800)
    *_, last = long.iterates(y, operator)
    wanted = value(operator, last.x, y, lambda_)
    short = operator.to(dtype=torch.float32)
    for tolerance in (1e-2, 1e-3):
        method = tv(operator, lambda_, tolerance=tolerance)
        found = method(y.to(short.dtype), short)
        gap = value(operator, found.to(operator.dtype), y, lambda_) / wanted - 1
        assert gap <= tolerance
        assert method.last.converged and method.last.steps < method.max_steps, "stopped by the rule, not by the limit"


def test_a_slack_that_the_objective_refutes_stops_nothing():
    """Near z = 0 the slack is next to nothing while the objective is far from its minimum."""
    rule, z = GapRule(1e-3), torch.zeros(1, 1, 1)
    looks = [(20.0, 1e-6), (15.0, 1e-5), (9.0, 1e-2), (5.0, 1e-1), (4.0, 1e-2), (3.99, 3e-3), (3.989, 3e-4)]
    iterates = [SolverIterate(k, z, value, slack=slack, exact=True) for k, (value, slack) in enumerate(looks)]
    stops = [rule.reached(iterate) for iterate in iterates]
    assert stops == [False] * 6 + [True]


def test_the_rule_waits_for_a_slow_sequence_and_stops_a_finished_one():
    slow, done = GapRule(1e-3), GapRule(1e-3)
    assert not any(slow.reached(seen(1 + 0.9**k)) for k in range(20))
    assert not done.reached(seen(None)) and not done.reached(seen(5.0)) and not done.reached(seen(1.0))
    assert done.reached(seen(1.0)) or done.reached(seen(1.0))


def test_a_piecewise_constant_image_is_recovered_from_a_few_radial_lines():
    """Candes, Romberg and Tao 2006: its gradient is sparse enough, so TV finds it where zero-filling does not."""
    x = picture("shepp-logan", 64).to(torch.complex128)
    operator = fourier("radial", 64, 0.35)
    y = operator(x)
    found = tv(operator, 1e-5, tolerance=1e-7, max_steps=3000)(y, operator)
    assert psnr(operator.quick_inverse(y), x) < 25
    assert psnr(found, x) > 40


def test_with_every_sample_and_hardly_any_weight_nothing_changes():
    for phase in (False, True):
        x = picture("head-flair", 48, phase=phase).to(torch.complex128)
        operator = fourier("full", 48, 1)
        assert psnr(tv(operator, 1e-8)(operator(x), operator), x) > 100


def test_a_large_weight_leaves_the_mean_and_no_data_give_nothing():
    x = picture("head-flair", 32).to(torch.complex128)
    operator = fourier("full", 32, 1)
    flat = tv(operator, 1e3, max_steps=3000)(operator(x), operator)
    torch.testing.assert_close(flat, x.mean().expand(32, 32), rtol=0.02, atol=0.0)
    assert not tv(operator, 1e-3)(torch.zeros((32, 32), dtype=torch.complex128), operator).any()


def test_the_same_data_give_the_same_image_whatever_was_solved_before():
    operator = fourier("radial", 48, 0.3).to(dtype=torch.float32)
    x = picture("head-t1", 48).to(torch.complex64)
    method = tv(operator, 1e-3)
    first = method(operator(x), operator)
    method(operator(x.flip(0)), operator)
    assert torch.equal(method(operator(x), operator), first)


def test_the_hash_names_the_weight_and_the_tolerance():
    operator = fourier("full", 16, 1)
    hashes = {tv(operator, weight, tolerance=gap).spec.hash for weight in (1e-3, 2e-3) for gap in (1e-3, 1e-4)}
    assert len(hashes) == 4 and tv(operator, 1e-3).spec.hash == tv(operator, 1e-3).spec.hash
