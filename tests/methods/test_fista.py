"""ISTA, FISTA and Douglas-Rachford with wavelets: optimal, certified, and the same whichever is asked."""

from itertools import islice

import numpy as np
import pytest
import torch

from stabview import kernels
from stabview.images.phantoms import phantom
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.rule import default_lambda
from stabview.methods.sparse.solvers.certificate import gap_from, lower_bound
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles

WEIGHTS = {"p1": 0.4, "p2": 1e-2, "p3": 5e-2}


def fourier(pattern: str, shape: tuple[int, int] = (32, 32), rate: float = 0.5) -> FourierOperator:
    return FourierOperator(sampling_mask(pattern, shape, rate), dtype=torch.float64)


def data(operator: SamplingOperator, name: str = "head-t1", noise: float = 0.02) -> torch.Tensor:
    """Samples of a phantom with noise of that relative norm."""
    height, width = operator.image_shape
    pixels = np.abs(phantom(name, max(height, width)).pixels[:height, :width]).astype(np.float64)
    y = operator(torch.from_numpy(pixels / pixels.max()).to(operator.dtype))
    e = operator.restrict(torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(1)))
    return y + e * (noise * torch.linalg.vector_norm(y) / torch.linalg.vector_norm(e))


def solved(operator, y, problem, *, algorithm, tolerance=1e-6, steps=6000, **options):
    method = sparse_method(
        "wavelet", operator, problem=problem, lambda_=options.pop("lambda_", WEIGHTS[problem]), algorithm=algorithm,
        tolerance=tolerance, max_steps=steps, **options,
    )  # fmt: skip
    method.solve(y, operator)
    return method


@pytest.mark.parametrize("pattern", ["cartesian-gaussian", "multilevel"])
def test_fista_meets_the_conditions_of_optimality(pattern):
    """W A*(Ax - y) is -lambda c/|c| where a coefficient is not zero, and no larger than lambda elsewhere."""
    operator = fourier(pattern)
    y = data(operator)
    method = solved(operator, y, "p2", algorithm="fista", tolerance=1e-10, wavelet="db2")
    x = method.last.x
    (c,) = method.objective.regulariser.analyse(x[None])
    (slope,) = method.objective.regulariser.analyse(operator.adjoint(operator(x) - y)[None])
    active = c.abs() > 1e-6
    assert 20 < int(active.sum()) < 700
    torch.testing.assert_close(slope[active], -1e-2 * c[active] / c[active].abs(), atol=1e-5, rtol=0)
    assert float(slope.abs().max()) <= 1e-2 * (1 + 1e-4)


@pytest.mark.parametrize("problem", ["p1", "p2", "p3"])
@pytest.mark.parametrize("shape", [(32, 32), (27, 34)], ids=str)
def test_the_certificate_is_above_the_true_gap_and_both_fall_to_nothing(problem, shape):
    operator = fourier("multilevel", shape)
    y = data(operator)
    for algorithm in ("douglas-rachford", "fista") if problem == "p2" else ("douglas-rachford",):
        best = solved(operator, y, problem, algorithm=algorithm, tolerance=1e-9, steps=20000)
        assert best.last.converged and best.last.certified
        looks = [i for i in islice(best.iterates(y, operator), best.last.steps) if i.gap is not None]
        gaps = np.array([i.objective for i in looks]) / best.last.objective - 1
        assert (gaps > -2e-9).all()
        assert (np.array([i.gap for i in looks]) >= gaps - 2e-9).all()
        assert looks[-1].gap <= 1e-9


@pytest.mark.parametrize("pattern", ["cartesian-gaussian", "multilevel"])
@pytest.mark.parametrize("problem", ["p1", "p2", "p3"])
def test_different_algorithms_find_the_same_minimum(pattern, problem):
    operator = fourier(pattern)
    y = data(operator)
    names = {"douglas-rachford", "primal-dual", "admm"} | ({"fista", "ista"} if problem == "p2" else set())
    best = solved(operator, y, problem, algorithm="douglas-rachford", tolerance=1e-7, steps=20000).last
    for name in names - {"douglas-rachford"}:
        method = sparse_method("wavelet", operator, problem=problem, lambda_=WEIGHTS[problem], algorithm=name)
        for iterate in method.iterates(y, operator):
            close = iterate.objective is not None and abs(iterate.objective / best.objective - 1) < 1e-4
            if close and torch.linalg.vector_norm(iterate.x - best.x) < 0.02 * torch.linalg.vector_norm(best.x):
                break
        else:
            pytest.fail(f"{name} ended at {iterate.objective}, not {best.objective}")


def test_radon_solutions_agree_and_are_certified():
    operator = RadonOperator((32, 32), equispaced_angles(20), dtype=torch.float64)
    y, weight = data(operator, "ellipses"), 2e-4 * operator.norm() ** 2
    fista = solved(operator, y, "p2", algorithm="fista", tolerance=1e-4, lambda_=weight, wavelet="haar")
    assert fista.last.converged and fista.last.certified
    admm = solved(operator, y, "p2", algorithm="admm", tolerance=1e-6, lambda_=weight, wavelet="haar")
    assert admm.last.objective == pytest.approx(fista.last.objective, rel=2e-4)


def test_the_certificate_as_a_function_agrees_with_a_solver():
    """P2: the misfit is the dual point; P1 and P3: any multiple of it."""
    operator = fourier("multilevel")
    y = data(operator)
    for problem, factor in (("p1", 7), ("p2", 1), ("p3", 7)):
        method = solved(operator, y, problem, algorithm="douglas-rachford", tolerance=1e-8)
        bound = lower_bound(method.objective, operator, y, factor * (operator(method.last.x) - y))
        assert 0 <= gap_from(method.last.objective, bound) < 1e-4


def test_p3_with_a_small_weight_fits_the_data_exactly():
    """Below a weight that depends on the image only, ||u|| < 1 is enough: the square-root LASSO interpolates."""
    operator = fourier("multilevel")
    y = data(operator)
    last = solved(operator, y, "p3", algorithm="douglas-rachford", lambda_=2e-2).last
    assert last.converged
    assert torch.linalg.vector_norm(operator(last.x) - y) < 1e-12 * torch.linalg.vector_norm(y)


def test_compiled_and_torch_passes_take_the_same_steps(monkeypatch):
    for pattern in ("cartesian-gaussian", "multilevel"):
        operator = fourier(pattern, (33, 40))
        y = data(operator)
        runs = []
        for available in (True, False):
            monkeypatch.setattr(kernels, "available", available)
            method = solved(operator, y, "p3", algorithm="douglas-rachford", weights=[2.0, 1.0], levels=2)
            runs.append((method.last.steps, method.last.gap, method.last.x))
        assert runs[0][0] == runs[1][0] and runs[0][1] == pytest.approx(runs[1][1], rel=0.05)
        torch.testing.assert_close(runs[0][2], runs[1][2])


def test_in_float32_it_stops_with_a_certificate_that_holds():
    operator = fourier("cartesian-gaussian", (64, 64), 0.33)
    y = data(operator)
    weight = default_lambda("wavelet", operator, noise=0.02)
    best = solved(operator, y, "p2", algorithm="douglas-rachford", lambda_=weight, tolerance=1e-6, steps=20000)
    short = operator.to(dtype=torch.float32)
    for tolerance in (1e-2, 1e-3):
        method = solved(
            short, y.to(torch.complex64), "p2", algorithm="douglas-rachford", lambda_=weight, tolerance=tolerance
        )
        assert method.last.converged and method.last.certified
        true = best.objective.value(operator, method.last.x[None].to(torch.complex128), y) / best.last.objective - 1
        assert -1e-6 <= true <= method.last.gap <= tolerance


@pytest.mark.parametrize("algorithm", ["douglas-rachford", "fista", "primal-dual"])
def test_a_neighbouring_start_saves_steps(algorithm):
    operator = fourier("multilevel")
    y = data(operator)
    method = solved(operator, y, "p2", algorithm=algorithm, tolerance=1e-4)
    nearby = y + 1e-4 * operator(torch.randn((32, 32), dtype=y.dtype, generator=torch.Generator().manual_seed(3)))
    start, cold = method.last.start, method.solve(nearby, operator).steps
    warm = method.solve(nearby, operator, start=start)
    assert warm.converged and warm.steps < 0.7 * cold


@pytest.mark.parametrize("algorithm", ["douglas-rachford", "fista", "primal-dual", "ista"])
def test_nothing_measured_gives_nothing(algorithm):
    operator = fourier("multilevel")
    method = solved(operator, torch.zeros((32, 32), dtype=torch.complex128), "p2", algorithm=algorithm)
    assert method.last.converged and not method.last.x.any()


def test_a_ball_that_holds_the_data_is_met_by_nothing():
    operator = fourier("multilevel")
    y = data(operator)
    eta = 1.01 * float(torch.linalg.vector_norm(y))
    for algorithm in ("douglas-rachford", "primal-dual"):
        assert not solved(operator, y, "p1", algorithm=algorithm, lambda_=eta).last.x.any()


def test_unpenalised_low_pass_coefficients_are_solved_without_a_certificate():
    operator = fourier("multilevel")
    y = data(operator)
    method = solved(operator, y, "p2", algorithm="douglas-rachford", low_pass=False, tolerance=1e-4)
    assert method.last.converged and not method.last.certified
    assert method.last.objective < solved(operator, y, "p2", algorithm="douglas-rachford").last.objective


def test_the_rule_follows_rate_and_noise():
    def rule(rate, noise, problem="p2", name="wavelet", pattern="cartesian-gaussian"):
        return default_lambda(name, fourier(pattern, (100, 100), rate), problem=problem, noise=noise)

    assert rule(0.2, 0.0) == pytest.approx(8e-3) and rule(0.2, 0.0, name="tv") == pytest.approx(2e-3)
    assert rule(0.1, 0) > rule(0.15, 0) > rule(0.2, 0) > rule(0.33, 0) > rule(0.5, 0)
    assert rule(0.33, 0.03) > rule(0.33, 0.02) > rule(0.33, 0.01) >= rule(0.33, 0)
    assert rule(0.33, 0.06) == pytest.approx(2 * rule(0.33, 0.03))
    assert rule(0.33, 0, pattern="multilevel") < rule(0.33, 0)
    assert rule(0.2, 0.01, "p3") * rule(0.2, 0.01, "p1") == pytest.approx(rule(0.2, 0.01))


def test_the_same_weight_in_all_three_problems_gives_nearly_the_same_image():
    """Within the spread of the misfit from image to image, which the tables of P1 and P3 average over."""
    operator = fourier("cartesian-gaussian", (64, 64), 0.33)
    y = data(operator, noise=0.01)
    images = [
        solved(operator, y, p, algorithm="douglas-rachford", tolerance=1e-4,
               lambda_=default_lambda("wavelet", operator, problem=p, noise=0.01)).last.x
        for p in ("p1", "p2", "p3")
    ]  # fmt: skip
    for x in images[::2]:
        assert torch.linalg.vector_norm(x - images[1]) < 0.1 * torch.linalg.vector_norm(images[1])


def test_fista_in_float32_reaches_its_certificate():
    """Of the misfit itself: the gradient by the normal equations has the rounding of the whole image."""
    operator = fourier("multilevel", (128, 128), 0.33).to(dtype=torch.float32)
    y = data(operator, noise=0.0)
    method = solved(operator, y, "p2", algorithm="fista", lambda_=1e-3, tolerance=1e-3, steps=1500, wavelet="haar")
    assert method.last.converged and method.last.certified
