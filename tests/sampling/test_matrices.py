"""Matrices and cosine coefficients as sampling operators: exact, seeded, nested, and never too large for the memory."""

import numpy as np
import pytest
import torch
from scipy.fft import dct, dctn

from stabview.images.errors import InputError
from stabview.sampling.cosine import CosineOperator, dct_submatrix
from stabview.sampling.matrices import GaussianOperator, MatrixOperator
from stabview.sampling.operator import SamplingOperator, least_squares


def given(dtype: torch.dtype) -> MatrixOperator:
    generator = np.random.default_rng(3)
    matrix = generator.standard_normal((7, 12)) + 1j * generator.standard_normal((7, 12))
    return MatrixOperator(matrix, (3, 4), dtype=dtype)


OPERATORS = {
    "gaussian": lambda dtype: GaussianOperator((4, 5), rate=0.4, seed=1, dtype=dtype),
    "gaussian, complex": lambda dtype: GaussianOperator((3, 4), 7, seed=1, complex=True, dtype=dtype),
    "gaussian, tall": lambda dtype: GaussianOperator((3, 5), 40, dtype=dtype),
    "given, complex": given,
    "cosine": lambda dtype: CosineOperator((4, 6), rate=0.5, dtype=dtype),
    "cosine, odd and even": lambda dtype: CosineOperator((3, 8), 17, seed=4, dtype=dtype),
    "cosine, all": lambda dtype: CosineOperator((1, 9), rate=1.0, dtype=dtype),
    "part of a cosine matrix": lambda dtype: dct_submatrix(12, 20, 64, 2, image_shape=(4, 5), dtype=dtype),
}


def random(shape, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def dense(operator: SamplingOperator) -> np.ndarray:
    pixels = int(np.prod(operator.image_shape))
    unit = torch.eye(pixels, dtype=operator.dtype).reshape(pixels, *operator.image_shape)
    return operator(unit).reshape(pixels, -1).numpy().T


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)], ids=["64", "32"])
@pytest.mark.parametrize("name", OPERATORS)
def test_the_adjoint_is_exact_also_for_batches(name, dtype, tolerance):
    operator = OPERATORS[name](dtype)
    x, y = (random((2, 3, *shape), operator.dtype) for shape in (operator.image_shape, operator.data_shape))
    forward, backward = operator(x), operator.adjoint(y)
    assert forward.shape == y.shape and backward.shape == x.shape and forward.dtype == operator.dtype
    size = float(torch.linalg.vector_norm(forward) * torch.linalg.vector_norm(y))
    gap = torch.vdot(forward.flatten(), y.flatten()) - torch.vdot(x.flatten(), backward.flatten())
    assert abs(complex(gap)) <= tolerance * size
    torch.testing.assert_close(forward[1, 2], operator(x[1, 2]))
    torch.testing.assert_close(operator.minimum_norm(y)[0, 1], operator.minimum_norm(y[0, 1]))


@pytest.mark.parametrize("name", OPERATORS)
def test_norm_and_minimum_norm_are_those_of_the_matrix(name):
    operator = OPERATORS[name](torch.float64)
    matrix = dense(operator)
    assert operator.norm() == pytest.approx(np.linalg.norm(matrix, 2), rel=1e-9)
    y = random(operator.data_shape, operator.dtype)
    wanted = (np.linalg.pinv(matrix) @ y.numpy()).reshape(operator.image_shape)
    np.testing.assert_allclose(operator.minimum_norm(y).numpy(), wanted, rtol=1e-6, atol=1e-8 * np.abs(wanted).max())


@pytest.mark.parametrize("name", OPERATORS)
def test_both_directions_can_be_differentiated_twice(name):
    operator = OPERATORS[name](torch.float64)
    x = random(operator.image_shape, operator.dtype).requires_grad_(True)
    assert torch.autograd.gradcheck(operator, (x,), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(lambda x: operator.adjoint(operator(x) * operator(x).abs()), (x,))


def test_gaussian_entries_have_variance_one_over_m():
    for complex_ in (False, True):
        matrix = GaussianOperator((16, 16), 300, seed=5, complex=complex_, dtype=torch.float64).matrix.numpy()
        assert matrix.mean() == pytest.approx(0, abs=1e-3)
        assert (np.abs(matrix) ** 2).mean() == pytest.approx(1 / 300, rel=0.02)
        kurtosis = (matrix.real**4).mean() / (matrix.real**2).mean() ** 2
        assert kurtosis == pytest.approx(3, rel=0.05)
    assert matrix.real.std() == pytest.approx(matrix.imag.std(), rel=0.02)


def test_more_samples_keep_those_there_are():
    few, many = (GaussianOperator((9, 8), m, seed=7, dtype=torch.float64) for m in (10, 40))
    torch.testing.assert_close(few.matrix * 10**0.5, many.matrix[:10] * 40**0.5)
    torch.testing.assert_close(few.matrix.float(), few.to(dtype=torch.float32).matrix)
    few, many = (CosineOperator((9, 8), m, seed=7) for m in (10, 40))
    assert few.chosen.tolist() == many.chosen.tolist()[:10]
    assert few.rate == 10 / 72 and few.chosen[0] == 0, "the mean is always measured"


def test_cosine_coefficients_are_those_of_scipy():
    for shape in ((8, 8), (7, 10), (5, 1)):
        operator = CosineOperator(shape, rate=1.0, dtype=torch.float64)
        x = random(shape, torch.float64)
        wanted = dctn(x.numpy(), norm="ortho").ravel()[operator.chosen.numpy()]
        np.testing.assert_allclose(operator(x).numpy(), wanted, atol=1e-13)


def test_parts_of_a_cosine_matrix_are_ill_conditioned_and_gaussian_ones_are_not():
    whole = dct_submatrix(128, 128, 128, dtype=torch.float64).matrix.numpy()
    np.testing.assert_allclose(whole, dct(np.eye(128), norm="ortho", axis=0), atol=1e-13)
    part = dct_submatrix(60, 60, 128, dtype=torch.float64).matrix.numpy()
    row = int(np.argmax([np.isin(part[0].round(12), line.round(12)).all() for line in whole]))
    columns = [int(np.argmin(np.abs(whole[row] - value))) for value in part[0]]
    np.testing.assert_allclose(part[0], whole[row, columns], atol=1e-13)
    values = np.linalg.svd(part, compute_uv=False)
    assert values[0] <= 1 + 1e-12 and values[0] > 50 * values[-1]
    values = np.linalg.svd(GaussianOperator((1, 60), 15, dtype=torch.float64).matrix.numpy(), compute_uv=False)
    assert values[0] < 5 * values[-1]


def test_a_large_matrix_is_iterated_on(monkeypatch):
    operator = GaussianOperator((8, 8), 20, dtype=torch.float64)
    exact, y = operator.norm(), random((20,), torch.float64)
    image = operator.minimum_norm(y)
    monkeypatch.setattr("stabview.sampling.matrices.DECOMPOSED", 1)
    other = GaussianOperator((8, 8), 20, dtype=torch.float64)
    assert other.norm() == pytest.approx(exact, rel=1e-4)
    torch.testing.assert_close(other.minimum_norm(y), image, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(least_squares(operator, y), image, rtol=1e-4, atol=1e-5)


def test_a_matrix_too_large_for_the_memory_is_refused_with_a_size_that_fits():
    with pytest.raises(InputError, match=r"at most 181 x 181 pixels .* at most 4096 samples") as refused:
        GaussianOperator((256, 256), rate=0.25)
    assert "4.0 GiB" in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: GaussianOperator((8, 8)),
        lambda: GaussianOperator((8, 8), 4, rate=0.5),
        lambda: GaussianOperator((8, 8), rate=0.001),
        lambda: MatrixOperator(np.ones((2, 6)), (2, 2)),
        lambda: MatrixOperator(np.ones(6)),
        lambda: MatrixOperator(np.full((2, 6), np.inf)),
        lambda: CosineOperator((4, 4), 17),
        lambda: dct_submatrix(9, 3, 8),
    ],
    ids=["neither", "both", "no sample", "shape", "a vector", "not finite", "too many", "rows"],
)
def test_what_cannot_be_sampled_is_refused(make):
    with pytest.raises(InputError):
        make()
