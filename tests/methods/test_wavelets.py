"""Wavelet coefficients: those of PyWavelets, and an orthonormal transform at every size."""

import numpy as np
import pytest
import pywt
import torch

from stabview import kernels
from stabview.images.errors import InputError
from stabview.methods.sparse.regularisers.wavelet_transform import WaveletTransform
from stabview.methods.sparse.regularisers.wavelets import Wavelet, sparsity_weights

DTYPES = (torch.float64, torch.complex64)
NAMES = ("haar", "db4", "coif3")
SIZES = ((64, 32, 5), (37, 50, 4), (8, 5, 2), (121, 91, 4))


def noise(*shape: int, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def precision(dtype: torch.dtype) -> float:
    return 1e-11 if dtype.to_real() == torch.float64 else 5e-6


@pytest.fixture(params=["compiled", "torch"])
def path(request, monkeypatch):
    monkeypatch.setattr(kernels, "available", request.param == "compiled" and kernels.available)


@pytest.mark.parametrize("wavelet", NAMES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_coefficients_are_those_of_pywavelets(wavelet, dtype, path):
    x = noise(48, 64, dtype=dtype)
    wanted, _ = pywt.coeffs_to_array(pywt.wavedec2(x.numpy(), wavelet, "periodization", level=3))
    found = WaveletTransform(wavelet, (48, 64), 3).forward(x)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, wanted, atol=precision(dtype))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("wavelet", NAMES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_adjoint_is_the_inverse_at_every_size(size, wavelet, dtype, path):
    height, width, levels = size
    transform = WaveletTransform(wavelet, (height, width), levels)
    x, c = noise(2, 3, height, width, dtype=dtype), noise(2, 3, height, width, dtype=dtype, seed=1)
    coefficients = transform.forward(x)
    np.testing.assert_allclose(transform.inverse(coefficients), x, atol=precision(dtype))
    left = torch.vdot(c.flatten(), coefficients.flatten())
    right = torch.vdot(transform.inverse(c).flatten(), x.flatten())
    assert abs(complex(left - right)) < precision(dtype) * float(torch.linalg.vector_norm(c)) ** 2
    np.testing.assert_allclose(coefficients, transform.by_matrices(x, inverse=False), atol=precision(dtype))


@pytest.mark.parametrize("size", [(16, 16, 4), (13, 10, 3)], ids=str)
def test_the_whole_matrix_is_orthogonal(size):
    height, width, levels = size
    unit = torch.eye(height * width, dtype=torch.float64).reshape(-1, height, width)
    matrix = WaveletTransform("db4", (height, width), levels).forward(unit).reshape(height * width, -1)
    torch.testing.assert_close(matrix @ matrix.mT, torch.eye(height * width, dtype=torch.float64))


def test_a_smooth_image_of_odd_size_is_as_sparse_as_one_of_even_size():
    """The sample that an odd level leaves alone costs few coefficients."""

    def largest(n: int) -> float:
        rows, columns = np.indices((n, n)) / n
        x = torch.from_numpy(np.exp(-20 * ((rows - 0.5) ** 2 + (columns - 0.4) ** 2)))
        c = WaveletTransform("db4", (n, n), 4).forward(x).flatten().square().sort(descending=True).values
        return float(c[:400].sum() / c.sum())

    assert largest(129) > 0.999 * largest(128) > 0.99


def test_it_is_differentiated_as_often_as_wanted():
    transform = WaveletTransform("db2", (6, 5), 2)
    x = noise(6, 5, dtype=torch.complex128).requires_grad_()
    assert torch.autograd.gradcheck(transform.forward, x)
    assert torch.autograd.gradcheck(transform.inverse, x)
    assert torch.autograd.gradgradcheck(lambda z: transform.forward(z).abs().square().sum(), x)


def test_conjugates_and_slices_are_read_as_they_are():
    transform = WaveletTransform("db4", (16, 16), 2)
    x = noise(16, 32, dtype=torch.complex128)[:, ::2]
    torch.testing.assert_close(transform.forward(x.conj()), transform.forward(x.conj().clone().contiguous()))


def test_the_number_of_levels_is_sensible_and_checked():
    assert [WaveletTransform("db4", (n, 2 * n)).levels for n in (2, 16, 48, 128, 256, 512)] == [1, 3, 3, 3, 4, 5]
    with pytest.raises(InputError, match="choose 1 to 5"):
        WaveletTransform("haar", (32, 64), 6)


@pytest.mark.parametrize("wavelet", ["bior4.4", "rbio2.2", "dmey", "dbx"])
def test_other_than_orthogonal_wavelets_are_refused(wavelet):
    with pytest.raises(InputError, match="choose haar"):
        Wavelet((32, 32), wavelet=wavelet)


def test_shrinking_and_clipping_share_a_coefficient_out():
    regulariser = Wavelet((24, 24), wavelet="haar", levels=2, weights=sparsity_weights(2), low_pass=False)
    c = regulariser.analyse(noise(1, 24, 24, dtype=torch.complex128))
    shrunk, clipped = regulariser.shrink(c, 0.3), regulariser.clip(c, 0.3)
    torch.testing.assert_close(shrunk[0] + clipped[0], c[0])
    weight = regulariser.blocks[0].weight.expand(1, 24, 24)
    assert (clipped[0].abs() <= 0.3 * weight + 1e-7).all(), "the dual is feasible"
    torch.testing.assert_close(shrunk[0][:, :6, :6], c[0][:, :6, :6])
    size = c[0].abs()
    wanted = c[0] / size * (size - 0.3 * weight).clamp(min=0)
    torch.testing.assert_close(shrunk[0], wanted)


def test_weights_lie_on_their_scales():
    regulariser = Wavelet((32, 32), wavelet="haar", levels=3, weights=[4.0, 2.0, 1.0])
    weight = regulariser.blocks[0].weight[0]
    assert (weight[:8, :8] == 4).all(), "coarsest details and the low-pass block"
    assert (weight[8:16, :16] == 2).all() and (weight[:16, 8:16] == 2).all()
    assert (weight[16:] == 1).all() and (weight[:, 16:] == 1).all()
    assert sparsity_weights(3) == pytest.approx([(64 / s) ** 0.5 for s in (4, 12, 48)])
    with pytest.raises(InputError, match="as many positive weights"):
        Wavelet((32, 32), levels=3, weights=[1.0, 1.0])
