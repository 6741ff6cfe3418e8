"""FIRENET: reaches the minimum with a true certificate, starts anywhere, differentiates in the data."""

import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.methods.networks.firenet import FIRENET
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.objective import Norm, Objective, Squares
from stabview.methods.sparse.regularisers.wavelets import Wavelet, sparsity_weights
from stabview.methods.sparse.solvers.firenet import firenet_iterates, from_image
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles

SIZE = 32


def problem(*, lambda_: float = 5e-3, wavelet: str = "haar", levels: int = 3):
    x = torch.from_numpy(phantom("shepp-logan", SIZE).pixels.copy()).to(torch.complex128)
    operator = FourierOperator(sampling_mask("multilevel", (SIZE, SIZE), 0.4, seed=0), dtype=torch.float64)
    regulariser = Wavelet((SIZE, SIZE), wavelet=wavelet, levels=levels, weights=sparsity_weights(levels))
    return Objective(Norm(), regulariser, lambda_), operator, operator(x), x


@pytest.mark.parametrize("lambda_", [5e-3, 5e-2], ids=["fits the data", "leaves a residual"])
def test_the_gap_it_states_is_certified_and_gets_small(lambda_):
    objective, operator, y, _ = problem(lambda_=lambda_)
    reference = SparseMethod(
        "reference", "", objective, algorithm="douglas-rachford", tolerance=1e-6, max_steps=3000
    ).solve(y, operator)  # fmt: skip
    assert reference.converged and reference.certified
    for iterate in firenet_iterates(objective, operator, y, max_steps=4000):
        true = (iterate.objective - reference.objective) / reference.objective
        assert -1e-6 < true <= iterate.gap
        if iterate.gap < 4e-3:
            break
    assert iterate.gap < 4e-3
    assert true < 4e-4


def test_it_starts_from_any_image_and_from_a_neighbour():
    objective, operator, y, x = problem()
    method = SparseMethod("firenet", "FIRENET", objective, algorithm="firenet", tolerance=5e-3, max_steps=4000)
    cold = method.solve(y, operator)
    assert cold.converged and cold.certified
    generator = torch.Generator().manual_seed(0)
    spoilt = x + torch.randn(x.shape, generator=generator, dtype=x.dtype)
    end = method.solve(y, operator, start=from_image(spoilt))
    assert end.converged
    assert abs(end.objective - cold.objective) < 5e-3 * cold.objective
    assert float((end.x - x).norm()) < 0.1 * float((spoilt - x).norm())
    assert method.solve(1.001 * y, operator, start=cold.start).steps < cold.steps


def test_what_it_does_not_solve_is_said():
    objective, operator, y, _ = problem()
    with pytest.raises(InputError, match="P3"):
        next(firenet_iterates(Objective(Squares(), objective.regulariser, 1e-3), operator, y))


def test_zero_data_give_a_zero_image():
    objective, operator, y, _ = problem()
    assert not next(firenet_iterates(objective, operator, torch.zeros_like(y))).x.any()


def operators():
    maps = torch.randn(3, 8, 9, generator=torch.Generator().manual_seed(1), dtype=torch.complex128)
    mask = sampling_mask("multilevel", (8, 9), 0.5, seed=0)
    return {
        "fourier": FourierOperator(mask, dtype=torch.float64),
        "multi-coil": MultiCoilOperator(mask, maps, dtype=torch.float64),
        "radon": RadonOperator((8, 9), equispaced_angles(5), dtype=torch.float64),
    }


@pytest.mark.parametrize("name", ["fourier", "multi-coil", "radon"])
def test_the_network_differentiates_in_the_data(name):
    operator = operators()[name]
    generator = torch.Generator().manual_seed(2)
    x = torch.randn((8, 9), generator=generator, dtype=operator.dtype)
    y = operator(x).requires_grad_()
    network = FIRENET(levels=2, inner=3, outer=2, lambda_=1e-2)
    assert torch.autograd.gradcheck(lambda y: network(y, operator), y, fast_mode=True)


def test_the_network_takes_batches_and_float32():
    operator = FourierOperator(sampling_mask("multilevel", (SIZE, SIZE), 0.4, seed=0))
    generator = torch.Generator().manual_seed(3)
    x = torch.randn((2, 3, SIZE, SIZE), generator=generator, dtype=torch.complex64)
    y = operator(x).requires_grad_()
    network = FIRENET()
    image = network(y, operator)
    torch.testing.assert_close(image[1, 2], network(y[1, 2], operator), rtol=1e-4, atol=1e-4)
    (gradient,) = torch.autograd.grad(image.abs().square().sum(), y)
    assert bool(torch.isfinite(torch.view_as_real(gradient)).all())


def test_the_network_repairs_another_methods_image():
    _, operator, y, x = problem()
    network = FIRENET(levels=3, inner=50, outer=8)
    generator = torch.Generator().manual_seed(4)
    spoilt = x + 0.5 * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    repaired = network(y, operator, start=spoilt)
    assert float((repaired - x).norm()) < 0.2 * float((spoilt - x).norm())
    assert float((repaired - x).norm()) < 1.2 * float((network(y, operator) - x).norm())
