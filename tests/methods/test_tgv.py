"""Total generalised variation: slopes cost nothing, two algorithms agree, and ramps are recovered better than by TV."""

import numpy as np
import pytest
import torch

from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.sparse.names import sparse_method
from stabview.methods.sparse.regularisers.differences import gradient
from stabview.methods.sparse.regularisers.generalised_variation import GeneralisedVariation
from stabview.methods.sparse.solvers.block_symbol import block_inverse, multiply
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.radon import RadonOperator, equispaced_angles


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.complex128, generator=torch.Generator().manual_seed(sum(shape)))


def fourier(shape: tuple[int, int], rate: float, pattern: str = "multilevel") -> FourierOperator:
    return FourierOperator(sampling_mask(pattern, shape, rate), dtype=torch.float64)


def picture(size: int) -> torch.Tensor:
    pixels = np.abs(phantom("head-flair", size).pixels).astype(np.float64)
    return torch.from_numpy(pixels / pixels.max())


def ramps(size: int) -> torch.Tensor:
    """Affine within an ellipse and within a rectangle, zero outside."""
    rows, columns = np.indices((size, size)) / size
    ellipse = ((rows - 0.5) / 0.4) ** 2 + ((columns - 0.5) / 0.3) ** 2 < 1
    box = (abs(rows - 0.6) < 0.12) & (abs(columns - 0.5) < 0.15)
    image = ellipse * (0.2 + 0.7 * rows) + box * (0.5 * (0.6 - columns))
    return torch.from_numpy(image)


def inner(a: torch.Tensor, b: torch.Tensor) -> complex:
    return complex(torch.vdot(a.flatten(), b.flatten()))


@pytest.mark.parametrize("shape", [(13, 18), (16, 9)])
def test_transform_adjoint_symbol_and_norm_belong_together(shape):
    tgv = GeneralisedVariation(alpha=(2, 1))
    z = noise(3, *shape)
    c = tgv.analyse(z)
    d = [noise(*part.shape) for part in c]
    left, right = sum(map(inner, c, d)), inner(z, tgv.synthesise(d))
    assert abs(left - right) < 1e-13 * abs(left)
    symbol = tgv.gram_spectrum(shape, z.device, torch.float64)
    torch.testing.assert_close(torch.fft.ifft2(multiply(symbol, torch.fft.fft2(z))), tgv.synthesise(c))
    largest = float(torch.linalg.eigvalsh(symbol.permute(2, 3, 0, 1)).max())
    assert 0.9 * tgv.norm_squared() < largest <= tgv.norm_squared()


def test_the_inverse_symbol_solves_the_image_update():
    operator, tgv, rho = fourier((15, 20), 0.3), GeneralisedVariation(), 0.05
    symbol = tgv.gram_spectrum((15, 20), operator.device, torch.float64)
    inverse = block_inverse(symbol, operator.gram_spectrum(), rho=rho, mu=2.0)
    right = noise(3, 15, 20)
    z = torch.fft.ifft2(multiply(inverse, torch.fft.fft2(right)))
    back = rho * tgv.synthesise(tgv.analyse(z))
    back[0] += 2 * operator.gram(z[0])
    torch.testing.assert_close(back, right)


def test_an_affine_image_costs_nothing_away_from_the_edge():
    rows, columns = torch.meshgrid(torch.arange(14.0), torch.arange(11.0), indexing="ij")
    x = (2 + 3j) * rows + (1 - 0.5j) * columns + 4
    slopes = torch.stack([torch.full_like(x, 2 + 3j), torch.full_like(x, 1 - 0.5j)])
    first, second = GeneralisedVariation().analyse(torch.cat([x[None], slopes]))
    assert first[0, :-1].abs().max() < 1e-4 and first[1, :, :-1].abs().max() < 1e-4
    assert second.abs().max() == 0
    assert float(gradient(x).abs().min()) > 1


def stacked(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """grad x - w and E w with the off-diagonal entry twice, in NumPy."""

    def ahead(a, axis):
        return np.roll(a, -1, axis) - a

    def behind(a, axis):
        return a - np.roll(a, 1, axis)

    x, w1, w2 = z
    mixed = (behind(w1, 1) + behind(w2, 0)) / 2
    return np.stack([ahead(x, 0) - w1, ahead(x, 1) - w2]), np.stack([behind(w1, 0), behind(w2, 1), mixed, mixed])


def stacked_adjoint(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    def ahead(a, axis):
        return np.roll(a, 1, axis) - a

    def behind(a, axis):
        return a - np.roll(a, -1, axis)

    mixed = (q[2] + q[3]) / 2
    first = behind(q[0], 0) + behind(mixed, 1) - p[0]
    second = behind(q[1], 1) + behind(mixed, 0) - p[1]
    return np.stack([ahead(p[0], 0) + ahead(p[1], 1), first, second])


def reference(forward, adjoint, y: np.ndarray, lambda_: float, alpha: tuple[float, float]):
    """Image and minimum by 2000 steps of Chambolle and Pock's algorithm 1; ||A|| = 1 and ||K||^2 < 12."""
    tau, sigma = 0.99 * 10**0.5 / 13**0.5, 0.99 / 10**0.5 / 13**0.5
    z = np.zeros((3, *adjoint(y).shape), adjoint(y).dtype)
    before, u, p, q = z, np.zeros_like(y), *map(np.zeros_like, stacked(z))
    for _ in range(2000):
        ahead = 2 * z - before
        u = (u + sigma * (forward(ahead[0]) - y)) / (1 + sigma)
        slopes, bends = stacked(ahead)
        p, q = p + sigma * slopes, q + sigma * bends
        p = p / np.maximum(1, np.linalg.norm(p, axis=0) / (lambda_ * alpha[1]))
        q = q / np.maximum(1, np.linalg.norm(q, axis=0) / (lambda_ * alpha[0]))
        pull = stacked_adjoint(p, q)
        pull[0] += adjoint(u)
        before, z = z, z - tau * pull
    slopes, bends = (np.linalg.norm(part, axis=0).sum() for part in stacked(z))
    return z[0], 0.5 * np.linalg.norm(forward(z[0]) - y) ** 2 + lambda_ * (alpha[1] * slopes + alpha[0] * bends)


@pytest.mark.parametrize("alpha", [(1, 1), (2, 1)])
def test_fourier_solutions_agree_with_an_independent_primal_dual_method(alpha):
    operator = fourier((21, 26), 0.35)
    y = operator(picture(32)[5:26, 3:29] * torch.exp(1j * torch.linspace(0, 2, 26, dtype=torch.float64)))
    mask = np.fft.ifftshift(operator.mask)
    best, minimum = reference(
        lambda x: np.fft.fft2(x, norm="ortho") * mask, lambda v: np.fft.ifft2(v * mask, norm="ortho"),
        y.numpy(), 2e-2, alpha,
    )  # fmt: skip
    found = sparse_method("tgv", operator, lambda_=2e-2, alpha=alpha, tolerance=1e-6).solve(y, operator)
    assert found.converged and found.objective == pytest.approx(minimum, rel=1e-4)
    assert np.linalg.norm(found.x.numpy() - best) < 0.01 * np.linalg.norm(best)


def test_radon_solutions_agree_with_an_independent_primal_dual_method():
    operator = RadonOperator((20, 20), equispaced_angles(12), dtype=torch.float64)
    unit = torch.eye(20 * 20, dtype=torch.float64).reshape(-1, 20, 20)
    matrix = operator(unit).reshape(20 * 20, -1).numpy().T
    norm = np.linalg.norm(matrix, 2)
    matrix /= norm
    y = matrix @ picture(32)[6:26, 6:26].numpy().ravel()
    _, minimum = reference(
        lambda x: matrix @ x.ravel(), lambda v: (matrix.T @ v).reshape(20, 20), y, 1e-2, (1, 1)
    )  # fmt: skip
    data = norm * torch.from_numpy(y).reshape(operator.data_shape)
    found = sparse_method("tgv", operator, lambda_=1e-2 * norm**2, tolerance=1e-5).solve(data, operator)
    assert found.converged and found.objective == pytest.approx(minimum * norm**2, rel=1e-4)


def test_with_dear_second_derivatives_it_is_total_variation():
    operator, x = fourier((32, 32), 0.4), phantom("shepp-logan", 32).pixels.astype(np.float64)
    y = operator(torch.from_numpy(x).to(torch.complex128))
    options = {"lambda_": 1e-3, "tolerance": 1e-6, "max_steps": 2000}
    dear = sparse_method("tgv", operator, alpha=(1e3, 1), **options).solve(y, operator)
    plain = sparse_method("tv", operator, **options).solve(y, operator)
    assert dear.objective == pytest.approx(plain.objective, rel=2e-3)
    assert torch.linalg.vector_norm(dear.x - plain.x) < 0.02 * torch.linalg.vector_norm(plain.x)


def test_ramps_are_recovered_better_than_by_total_variation():
    operator, x = fourier((64, 64), 0.2), ramps(64).to(torch.complex128)
    y = operator(x)
    weights = (3e-5, 1e-4, 3e-4, 1e-3)
    best = {
        name: max(psnr(sparse_method(name, operator, lambda_=weight)(y, operator), x) for weight in weights)
        for name in ("tv", "tgv")
    }
    assert best["tgv"] > best["tv"] + 1
