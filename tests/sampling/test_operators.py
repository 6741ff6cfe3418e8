"""Sampling operators are what they claim: linear maps with their exact adjoint, for autograd and for mathematics."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.operator import least_squares, power_iteration
from stabview.sampling.radon import RadonOperator, equispaced_angles


def fourier(pattern: str, *shape: int, rate: float = 0.4):
    return lambda dtype: FourierOperator(sampling_mask(pattern, shape, rate, seed=3), dtype=dtype)


def batch_of_masks(dtype: torch.dtype) -> FourierOperator:
    masks = [sampling_mask("cartesian-gaussian", (16, 24), 0.4, seed=k) for k in range(3)]
    return FourierOperator(np.stack(masks), dtype=dtype)


def radon(views: int, *shape: int):
    return lambda dtype: RadonOperator(shape, equispaced_angles(views), dtype=dtype)


SINGLE = {
    "lines": fourier("cartesian-gaussian", 32, 32),
    "lines, odd": fourier("cartesian-gaussian", 17, 33),
    "fastMRI random": fourier("fastmri-random", 20, 48),
    "fastMRI equispaced, odd": fourier("fastmri-equispaced", 17, 41),
    "radial, odd and even": fourier("radial", 33, 20),
    "multilevel": fourier("multilevel", 24, 31),
    "full": fourier("full", 9, 12),
    "one view": radon(1, 16, 16),
    "tall, odd": radon(7, 25, 16),
    "wide, many views": radon(30, 20, 33),
}
ALL = {**SINGLE, "masks in a batch": batch_of_masks}


def random(shape, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def images(operator, *batch: int, seed: int = 0) -> torch.Tensor:
    if operator.is_complex and operator.mask.ndim == 3:
        batch = (*batch, len(operator.mask))
    return random((*batch, *operator.image_shape), operator.dtype, seed)


def dense(operator) -> np.ndarray:
    """The operator as a matrix, one column for each pixel."""
    pixels = int(np.prod(operator.image_shape))
    unit = torch.eye(pixels, dtype=operator.dtype).reshape(pixels, *operator.image_shape)
    return operator(unit).reshape(pixels, -1).numpy().T


def inner(a: torch.Tensor, b: torch.Tensor) -> complex:
    return complex(torch.vdot(a.flatten(), b.flatten()))


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-10), (torch.float32, 1e-5)], ids=["64", "32"])
@pytest.mark.parametrize("name", ALL)
def test_the_adjoint_is_exact(name, dtype, tolerance):
    operator = ALL[name](dtype)
    x = images(operator)
    y = random(operator(x).shape, operator.dtype, seed=1)
    forward, backward = operator(x), operator.adjoint(y)
    size = float(torch.linalg.vector_norm(forward) * torch.linalg.vector_norm(y))
    assert abs(inner(forward, y) - inner(x, backward)) <= tolerance * size


@pytest.mark.parametrize("name", ALL)
def test_going_backward_applies_the_adjoint(name):
    operator = ALL[name](torch.float64)
    x = images(operator).requires_grad_(True)
    y = operator(x)
    weights = random(y.shape, y.dtype, seed=2)
    (gradient,) = torch.autograd.grad(y, x, weights)
    torch.testing.assert_close(gradient, operator.adjoint(weights), rtol=1e-12, atol=1e-12)
    weights.requires_grad_(True)
    (gradient,) = torch.autograd.grad(operator.adjoint(weights), weights, x.detach())
    torch.testing.assert_close(gradient, y.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "operator",
    [fourier("multilevel", 4, 5, rate=0.6)(torch.float64), radon(3, 5, 4)(torch.float64)],
    ids=["fourier", "radon"],
)
def test_both_directions_can_be_differentiated_twice(operator):
    def through_everything(x):
        y = operator(x)
        return operator.adjoint(y * y.abs().square())

    x = images(operator).requires_grad_(True)
    assert torch.autograd.gradcheck(through_everything, (x,))
    assert torch.autograd.gradcheck(operator, (x,), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(through_everything, (x,))


@pytest.mark.parametrize("name", SINGLE)
def test_a_batch_gives_what_single_images_give(name):
    operator = SINGLE[name](torch.float64)
    x = images(operator, 2, 3)
    y, back = operator(x), operator.adjoint(operator(x))
    assert y.shape == (2, 3, *operator.data_shape) and back.shape == x.shape
    torch.testing.assert_close(y[1, 2], operator(x[1, 2]))
    torch.testing.assert_close(back[0, 1], operator.adjoint(operator(x[0, 1])))
    torch.testing.assert_close(operator.quick_inverse(y)[1, 0], operator.quick_inverse(y[1, 0]))


def test_masks_in_a_batch_act_each_on_their_own_image():
    operator = batch_of_masks(torch.float64)
    x = images(operator)
    for k in range(3):
        alone = FourierOperator(operator.mask[k], dtype=torch.float64)
        torch.testing.assert_close(operator(x)[k], alone(x[k]))


@pytest.mark.parametrize("name", [name for name in SINGLE if isinstance(SINGLE[name](torch.float64), FourierOperator)])
def test_fourier_samples_come_back_unchanged(name):
    operator = SINGLE[name](torch.float64)
    y = operator.restrict(random(operator.data_shape, operator.dtype))
    torch.testing.assert_close(operator(operator.adjoint(y)), y)
    assert int((y != 0).sum()) == operator.samples, "A A* is the identity on all samples, and there are no others"
    assert operator.norm() == 1 and power_iteration(operator, steps=5) == pytest.approx(1, rel=1e-5)


def test_the_centre_of_the_mask_is_the_zero_frequency():
    for shape in ((8, 8), (7, 8), (8, 9), (7, 9)):
        mask = np.zeros(shape, dtype=bool)
        mask[shape[0] // 2, shape[1] // 2] = True
        operator = FourierOperator(mask, dtype=torch.float64)
        x = images(operator)
        torch.testing.assert_close(operator.adjoint(operator(x)), x.mean().expand(shape), msg=str(shape))


def test_data_are_enforced_on_the_samples_only():
    operator = SINGLE["radial, odd and even"](torch.float64)
    x, truth = images(operator), images(operator, seed=1)
    result = operator.enforce_data(x, operator(truth))
    torch.testing.assert_close(operator(result), operator(truth))
    others = FourierOperator(~operator.mask, dtype=torch.float64)
    torch.testing.assert_close(others(result), others(x))


@pytest.mark.parametrize("operator", [radon(5, 10, 12)(torch.float64), radon(30, 12, 12)(torch.float64)], ids=str)
def test_the_norm_is_the_largest_singular_value(operator):
    assert operator.norm() == pytest.approx(np.linalg.norm(dense(operator), 2), rel=1e-4)


def test_the_minimum_norm_image_is_that_of_the_pseudo_inverse():
    for operator in (radon(4, 8, 9)(torch.float64), fourier("multilevel", 8, 9)(torch.float64)):
        matrix, x = dense(operator), images(operator)
        y = operator(x)
        wanted = (np.linalg.pinv(matrix) @ y.numpy().ravel()).reshape(operator.image_shape)
        for found in (operator.minimum_norm(y), least_squares(operator, y)):
            assert float(torch.linalg.vector_norm(operator(found) - y) / torch.linalg.vector_norm(y)) < 1e-3
            assert np.linalg.norm(found.numpy() - wanted) < 0.02 * np.linalg.norm(wanted)


def test_the_hash_tells_operators_apart_and_not_their_precision():
    one, other = radon(4, 8, 8), radon(5, 8, 8)
    assert one(torch.float32).spec == one(torch.float64).spec != other(torch.float32).spec
    first = FourierOperator(sampling_mask("multilevel", (16, 16), 0.4, seed=0))
    second = FourierOperator(sampling_mask("multilevel", (16, 16), 0.4, seed=1))
    assert first.spec == first.to(dtype=torch.float64).spec != second.spec


@pytest.mark.parametrize(
    "make",
    [
        lambda: FourierOperator(np.zeros((8, 8), dtype=bool)),
        lambda: FourierOperator(np.ones(8, dtype=bool)),
        lambda: RadonOperator((8, 8), np.array([])),
        lambda: equispaced_angles(0),
    ],
    ids=["no sample", "a line", "no angle", "no view"],
)
def test_what_cannot_be_sampled_is_refused(make):
    with pytest.raises(InputError):
        make()
