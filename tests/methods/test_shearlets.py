"""Shearlets: a Parseval frame on any grid that tells directions apart, and sums of regularisers solved as one."""

import numpy as np
import pytest
import torch

from stabview import kernels
from stabview.images.phantoms import phantom
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.objective import Objective, Squares
from stabview.methods.sparse.regularisers.combined import Combined
from stabview.methods.sparse.regularisers.generalised_variation import GeneralisedVariation
from stabview.methods.sparse.regularisers.regulariser import Regulariser
from stabview.methods.sparse.regularisers.shearlets import Shearlets
from stabview.methods.sparse.regularisers.total_variation import TotalVariation
from stabview.methods.sparse.solvers.block_symbol import multiply
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask


def noise(*shape: int, real: bool = False) -> torch.Tensor:
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, dtype=torch.float64 if real else torch.complex128, generator=generator)


def inner(a: torch.Tensor, b: torch.Tensor) -> complex:
    return complex(torch.vdot(a.flatten(), b.flatten()))


def summed(share: float = 0.3) -> Combined:
    tgv = GeneralisedVariation(alpha=(2, 1))
    return Combined("sum", "sum", (Shearlets(levels=(0, 1)), tgv), (share, 1.0), scales=(1.5, 1.0), beginning=tgv)


@pytest.mark.parametrize("shape", [(64, 64), (33, 48), (40, 27), (9, 6)])
@pytest.mark.parametrize("levels", [(1, 1, 2), (0, 0, 1, 1), (3,)])
@pytest.mark.parametrize("real", [True, False], ids=["real", "complex"])
def test_a_parseval_frame_on_any_grid(shape, levels, real):
    shearlets, z = Shearlets(levels=levels), noise(1, *shape, real=real)
    c = shearlets.analyse(z)
    assert [part.shape[0] for part in c] == [1, *(4 * 2**level for level in levels)]
    assert all(part.is_complex() != real for part in c), "real images have real coefficients"
    torch.testing.assert_close(shearlets.synthesise(c), z, rtol=1e-12, atol=1e-12)
    d = [noise(*part.shape, real=real) for part in c]
    left, right = sum(map(inner, c, d)), inner(z, shearlets.synthesise(d))
    assert abs(left - right) < 1e-12 * sum(float(torch.linalg.vector_norm(part)) ** 2 for part in d)
    alike = shearlets.analyse(z.to(torch.complex128))
    for part, other in zip(c, alike, strict=True):
        torch.testing.assert_close(part.to(torch.complex128), other)


@pytest.mark.parametrize("direction", range(16))
def test_an_edge_is_seen_by_the_shearlets_along_it(direction):
    """The wave vector of direction m has slope coordinate m / 4: (1, t) up to the diagonal, then (2 - t, 1), ..."""
    t = direction / 4 if direction <= 12 else direction / 4 - 4
    across = (1, t) if t <= 1 else (2 - t, 1)
    rows, columns = np.indices((128, 128)) - 64
    distance = (rows * across[0] + columns * across[1]) / np.hypot(*across)
    edge = torch.from_numpy(np.tanh(distance) * np.exp(-(rows**2 + columns**2) / 600))
    finest = Shearlets(levels=(1, 1, 2)).analyse(edge[None])[-1]
    energies = finest.square().sum(dim=(1, 2))
    assert int(energies.argmax()) == direction
    far = [energies[(direction + k) % 16] for k in range(5, 12)]
    assert float(sum(far)) < 0.1 * float(energies.sum())


def test_a_sum_of_regularisers_is_one():
    regulariser, z = summed(), noise(3, 14, 11)
    c = regulariser.analyse(z)
    d = [noise(*part.shape) for part in c]
    left, right = sum(map(inner, c, d)), inner(z, regulariser.synthesise(d))
    assert abs(left - right) < 1e-12 * abs(left)
    symbol = regulariser.gram_spectrum((14, 11), z.device, torch.float64)
    torch.testing.assert_close(torch.fft.ifft2(multiply(symbol, torch.fft.fft2(z))), regulariser.synthesise(c))
    assert float(torch.linalg.eigvalsh(symbol.permute(2, 3, 0, 1)).max()) <= regulariser.norm_squared()
    parts = 0.3 * Shearlets(levels=(0, 1)).value(Shearlets(levels=(0, 1)).analyse(z[:1]))
    tgv = GeneralisedVariation(alpha=(2, 1))
    assert float(regulariser.value(c)) == pytest.approx(float(parts + tgv.value(tgv.analyse(z))))
    flipped = Combined("sum", "sum", (TotalVariation(), tgv), (1.0, 1.0))
    assert flipped.synthesise(flipped.analyse(z)).shape == (3, 14, 11)


@pytest.mark.parametrize(
    "regulariser", [Shearlets(levels=(0, 1)), summed(), GeneralisedVariation()], ids=lambda one: one.name
)
@pytest.mark.parametrize("real", [True, False], ids=["real", "complex"])
def test_the_compiled_pass_is_the_one_in_torch(regulariser, real, monkeypatch):
    if not kernels.available:
        pytest.skip("numba is not installed")
    z = noise(regulariser.planes, 20, 15, real=real)
    if not isinstance(regulariser, GeneralisedVariation):
        regulariser = regulariser.reweighted(regulariser.analyse(z))
    s = [noise(*part.shape, real=real) for part in regulariser.analyse(z)]
    fast, slow = [part.clone() for part in s], [part.clone() for part in s]
    pulled, value, slack = regulariser.advance_and_look(z, fast, 0.2, 1.7, following=0.15)
    monkeypatch.setattr(kernels, "available", False)
    wanted, size, excess = regulariser.advance_and_look(z, slow, 0.2, 1.7, following=0.15)
    torch.testing.assert_close(pulled, wanted)
    assert (value, slack) == (pytest.approx(size), pytest.approx(excess))
    for part, other in zip(fast, slow, strict=True):
        torch.testing.assert_close(part, other)


def minimum(regulariser: Regulariser, operator: FourierOperator, y: torch.Tensor, lambda_: float, steps: int) -> float:
    """By Chambolle and Pock's algorithm 1, from the regulariser's transform and the definition of its norm alone."""
    length = 0.99 / (1 + regulariser.norm_squared()) ** 0.5
    tau, sigma = length * 8**0.5, length / 8**0.5
    z = torch.zeros((regulariser.planes, *operator.image_shape), dtype=torch.complex128)
    before, u, p = z, torch.zeros_like(y), [torch.zeros_like(part) for part in regulariser.analyse(z)]
    for _ in range(steps):
        ahead = 2 * z - before
        u = (u + sigma * (operator(ahead[0]) - y)) / (1 + sigma)
        p = [a + sigma * b for a, b in zip(p, regulariser.analyse(ahead), strict=True)]
        for block, part in zip(regulariser.blocks, p, strict=True):
            size = torch.linalg.vector_norm(part, dim=0, keepdim=True) if block.grouped else part.abs()
            part /= torch.clamp(size / (lambda_ * torch.as_tensor(block.weight)).clamp(min=1e-30), min=1)
        pull = regulariser.synthesise(p)
        pull[0] += operator.adjoint(u)
        before, z = z, z - tau * pull
    return Objective(Squares(), regulariser, lambda_).value(operator, z, y)


@pytest.mark.parametrize("name", ["shearlet", "shearlet-tgv"])
def test_admm_finds_the_minimum_of_a_slower_method(name):
    operator = FourierOperator(sampling_mask("multilevel", (26, 21), 0.4), dtype=torch.float64)
    x = np.abs(phantom("head-t2", 32).pixels[3:29, 5:26]).astype(np.float64)
    y = operator(torch.from_numpy(x / x.max() * np.exp(1j * np.linspace(0, 2, 21))))
    method = sparse_method(name, operator, lambda_=2e-2, algorithm="admm", levels=(0, 1), tolerance=1e-3)
    found = method.solve(y, operator)
    wanted = minimum(method.objective.regulariser, operator, y, 2e-2, 1000)
    assert found.converged and found.objective == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("options", [{"levels": ()}, {"levels": (1, -1)}, {"epsilon": 0.0}])
def test_settings_without_a_meaning_are_refused(options):
    with pytest.raises(ValueError, match=r"shear levels|epsilon"):
        Shearlets(**options)
