"""Several coils: the definition, the exact adjoint, and short cuts that give the same as the long way."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.sampling import multicoil
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.sensitivities import birdcage


def random(shape, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def maps_for(coils: int, *shape: int) -> np.ndarray:
    """Any complex maps with sum |S|^2 = 1."""
    maps = random((coils, *shape), torch.complex128, seed=11).numpy()
    return maps / np.linalg.norm(maps, axis=0)


def coil_operator(pattern: str, coils: int, *shape: int, rate: float = 0.4, dtype=torch.float64) -> MultiCoilOperator:
    return MultiCoilOperator(sampling_mask(pattern, shape, rate, seed=3), maps_for(coils, *shape), dtype=dtype)


CASES = {
    "points": ("multilevel", 4, 24, 24),
    "points, odd": ("multilevel", 3, 17, 20),
    "lines, wide": ("cartesian-gaussian", 5, 12, 25),
    "lines, tall, odd": ("fastmri-random", 3, 27, 15),
    "one coil": ("radial", 1, 16, 17),
    "everything": ("full", 2, 9, 8),
}


@pytest.fixture(params=CASES)
def operator(request) -> MultiCoilOperator:
    return coil_operator(*CASES[request.param])


def test_each_coil_measures_the_weighted_image(operator):
    single = FourierOperator(operator.mask, dtype=torch.float64)
    x = random(operator.image_shape, operator.dtype)
    y = operator(x)
    assert y.shape == operator.data_shape
    for coil, sensitivity in zip(y, operator.maps, strict=True):
        torch.testing.assert_close(coil, single(sensitivity * x))
    assert operator.samples == operator.coils * single.samples and operator.rate == single.rate
    torch.testing.assert_close(operator.restrict(torch.ones_like(y)).sum().real.item(), float(operator.samples))


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)], ids=["64", "32"])
@pytest.mark.parametrize("name", CASES)
def test_the_adjoint_is_exact(name, dtype, tolerance):
    operator = coil_operator(*CASES[name], dtype=dtype)
    x, y = random(operator.image_shape, operator.dtype), random(operator.data_shape, operator.dtype, seed=1)
    forward, backward = operator(x), operator.adjoint(y)
    assert forward.dtype == backward.dtype == operator.dtype
    difference = torch.vdot(forward.flatten(), y.flatten()) - torch.vdot(x.flatten(), backward.flatten())
    assert abs(difference) <= tolerance * torch.linalg.vector_norm(forward) * torch.linalg.vector_norm(y)


@pytest.mark.parametrize("budget", [1, 2500, 1 << 30], ids=["one at a time", "a few", "all at once"])
def test_the_gram_is_forward_and_adjoint_in_pieces_of_any_size(operator, budget, monkeypatch):
    monkeypatch.setattr(multicoil, "CACHE_BYTES", budget)
    x = random((2, *operator.image_shape), operator.dtype)
    single = FourierOperator(operator.mask, dtype=torch.float64)
    wanted = sum(s.conj() * single.adjoint(single(s * x)) for s in operator.maps)
    torch.testing.assert_close(operator.gram(x), wanted)
    torch.testing.assert_close(operator.adjoint(operator(x)), wanted)


def test_of_many_coils_on_full_lines_fewer_mixed_ones_give_the_same_gram():
    maps = birdcage((40, 48), 15).astype(np.complex64)
    single = MultiCoilOperator(sampling_mask("cartesian-gaussian", (40, 48), 0.4), maps)
    double = single.to(dtype=torch.float64)
    x = random((40, 48), torch.complex128)
    wanted = double.adjoint(double(x))
    assert len(multicoil.line_coils(single.maps)) < 12
    error = torch.linalg.vector_norm(single.gram(x.to(torch.complex64)) - wanted) / torch.linalg.vector_norm(wanted)
    assert error < 1e-6
    torch.testing.assert_close(double.gram(x), wanted, rtol=1e-12, atol=1e-12)


def test_the_norm_is_the_largest_singular_value_and_at_most_one(operator):
    pixels = int(np.prod(operator.image_shape))
    unit = torch.eye(pixels, dtype=operator.dtype).reshape(pixels, *operator.image_shape)
    largest = np.linalg.norm(operator(unit).reshape(pixels, -1).numpy(), 2)
    assert operator.norm() == pytest.approx(largest, rel=1e-4) and operator.norm() <= 1 + 1e-12
    assert largest <= 1 + 1e-12


def test_both_directions_can_be_differentiated_twice():
    for pattern in ("multilevel", "cartesian-gaussian"):
        operator = coil_operator(pattern, 2, 3, 4, rate=0.6)
        x = random(operator.image_shape, operator.dtype).requires_grad_(True)

        def through_everything(x, operator=operator):
            y = operator(x)
            return operator.adjoint(y * y.abs().square())

        assert torch.autograd.gradcheck(through_everything, (x,))
        assert torch.autograd.gradgradcheck(through_everything, (x,))
        assert torch.autograd.gradcheck(operator, (x,), check_forward_ad=True)
        assert torch.autograd.gradcheck(operator.gram, (x,))


def test_a_batch_gives_what_single_images_give(operator):
    x = random((2, 3, *operator.image_shape), operator.dtype)
    y = operator(x)
    assert y.shape == (2, 3, *operator.data_shape)
    torch.testing.assert_close(y[1, 2], operator(x[1, 2]))
    torch.testing.assert_close(operator.adjoint(y)[0, 1], operator.adjoint(y[0, 1]))
    torch.testing.assert_close(operator.gram(x)[1, 0], operator.gram(x[1, 0]))


def test_the_minimum_norm_image_is_the_image_where_coils_make_up_for_lines():
    """Twofold undersampling and six coils: enough equations, so conjugate gradients find the image itself."""
    mask = np.zeros((16, 20), dtype=bool)
    mask[:, ::2] = True
    operator = MultiCoilOperator(mask, maps_for(6, 16, 20), dtype=torch.float64)
    x = random(operator.image_shape, operator.dtype)
    found = operator.minimum_norm(operator(x))
    assert torch.linalg.vector_norm(found - x) < 1e-5 * torch.linalg.vector_norm(x)
    assert torch.linalg.vector_norm(operator.quick_inverse(operator(x)) - x) > 0.1 * torch.linalg.vector_norm(x)


def test_root_sum_of_squares_of_full_data_is_the_magnitude():
    operator = coil_operator("full", 4, 12, 15)
    x = random((2, *operator.image_shape), operator.dtype)
    torch.testing.assert_close(operator.rss(operator(x)), x.abs())


def test_the_hash_tells_maps_and_masks_apart_and_not_their_precision():
    mask, maps = sampling_mask("multilevel", (16, 16), 0.4, seed=0), maps_for(3, 16, 16)
    operator = MultiCoilOperator(mask, maps)
    assert operator.spec == operator.to(dtype=torch.float64).spec == MultiCoilOperator(mask, torch.tensor(maps)).spec
    assert operator.to(dtype=torch.float64).dtype == torch.complex128
    others = MultiCoilOperator(mask, maps[::-1]), MultiCoilOperator(np.rot90(mask), maps)
    assert len({operator.spec, *(other.spec for other in others)}) == 3


@pytest.mark.parametrize(
    ("mask", "maps"),
    [
        (np.zeros((8, 8)), np.ones((2, 8, 8))),
        (np.ones((2, 8, 8)), np.ones((2, 8, 8))),
        (np.ones((8, 8)), np.ones((8, 8))),
        (np.ones((8, 8)), np.ones((2, 8, 9))),
        (np.ones((8, 8)), np.zeros((2, 8, 8))),
        (np.ones((8, 8)), np.full((2, 8, 8), np.nan)),
    ],
    ids=["no sample", "three-dimensional mask", "one map", "other size", "zero maps", "nan"],
)
def test_what_cannot_be_measured_is_refused(mask, maps):
    with pytest.raises(InputError):
        MultiCoilOperator(mask, maps)
