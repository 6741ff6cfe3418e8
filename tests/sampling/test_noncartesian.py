"""Radial spokes off the grid: the sums they stand for, the exact adjoint, and gridding that keeps the values."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms.shepp_logan import shepp_logan
from stabview.sampling.noncartesian import RadialFourierOperator, golden_angles, spoke_frequencies
from stabview.sampling.operator import least_squares
from stabview.sampling.radon import equispaced_angles

CASES = {
    "golden": ((24, 24), 9, None),
    "golden, odd": ((17, 23), golden_angles(6), None),
    "equispaced, tall": ((30, 13), equispaced_angles(7), 30),
    "one spoke, odd readout": ((12, 12), np.array([37.0]), 25),
    "tiny": ((3, 4), 5, None),
}


def make(name: str, dtype: torch.dtype = torch.float64) -> RadialFourierOperator:
    shape, angles, readout = CASES[name]
    return RadialFourierOperator(shape, angles, readout=readout, dtype=dtype)


def random(shape, dtype: torch.dtype, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def direct(operator: RadialFourierOperator) -> np.ndarray:
    """The sums written out: one row for each sample, one column for each pixel."""
    height, width = operator.image_shape
    down, right = (w.reshape(-1, 1, 1) for w in spoke_frequencies(operator.angles, operator.readout))
    rows, columns = np.arange(height)[:, None] - height // 2, np.arange(width)[None, :] - width // 2
    factor = (height * width * operator.samples / max(height, width)) ** -0.5
    return factor * np.exp(-2j * np.pi * (down * rows + right * columns)).reshape(operator.samples, -1)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 3e-8), (torch.float32, 3e-6)], ids=["64", "32"])
@pytest.mark.parametrize("name", CASES)
def test_forward_is_the_sum_over_pixels(name, dtype, tolerance):
    operator = make(name, dtype)
    x = random(operator.image_shape, operator.dtype)
    wanted = direct(operator) @ x.numpy().ravel().astype(complex)
    found = operator(x).numpy().ravel()
    assert np.linalg.norm(found - wanted) < tolerance * np.linalg.norm(wanted)


def test_a_spoke_runs_to_the_right_at_zero_and_down_at_ninety_degrees():
    """A wave along the columns is seen by the first spoke only, at its own frequency."""
    operator = RadialFourierOperator((32, 32), np.array([0.0, 90.0]), dtype=torch.float64)
    wave = torch.exp(2j * np.pi * torch.arange(32, dtype=torch.float64) * 5 / 32).expand(32, 32)
    y = operator(wave).abs()
    assert int(y[0].argmax()) == 32 + 2 * 5 and y[0].max() > 100 * y[1].max()


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)], ids=["64", "32"])
@pytest.mark.parametrize("name", CASES)
def test_the_adjoint_is_exact(name, dtype, tolerance):
    operator = make(name, dtype)
    x, y = random(operator.image_shape, operator.dtype), random(operator.data_shape, operator.dtype, seed=1)
    forward, backward = operator(x), operator.adjoint(y)
    assert forward.dtype == backward.dtype == operator.dtype
    difference = torch.vdot(forward.flatten(), y.flatten()) - torch.vdot(x.flatten(), backward.flatten())
    assert abs(difference) <= tolerance * torch.linalg.vector_norm(forward) * torch.linalg.vector_norm(y)


@pytest.mark.parametrize("name", CASES)
def test_the_gram_is_adjoint_after_forward(name):
    for dtype, tolerance in ((torch.float64, 1e-7), (torch.float32, 1e-5)):
        operator = make(name, dtype)
        x = random((2, *operator.image_shape), operator.dtype)
        wanted = operator.adjoint(operator(x))
        difference = torch.linalg.vector_norm(operator.gram(x) - wanted)
        assert difference < tolerance * torch.linalg.vector_norm(wanted)


@pytest.mark.parametrize("name", CASES)
def test_the_norm_is_the_largest_singular_value(name):
    operator = make(name)
    assert operator.norm() == pytest.approx(np.linalg.norm(direct(operator), 2), rel=1e-4)


@pytest.mark.parametrize(("spokes", "readout"), [(10, None), (60, None), (60, 64)])
def test_the_norm_is_near_one(spokes, readout):
    assert 0.9 < RadialFourierOperator((64, 64), spokes, readout=readout).norm() < 1.1


def test_both_directions_can_be_differentiated_twice():
    operator = RadialFourierOperator((2, 3), 2, readout=3, dtype=torch.float64)

    def through_everything(x):
        y = operator(x)
        return operator.quick_inverse(y * y.abs().square())

    x = random(operator.image_shape, operator.dtype).requires_grad_(True)
    assert torch.autograd.gradcheck(through_everything, (x,))
    assert torch.autograd.gradgradcheck(through_everything, (x,))
    assert torch.autograd.gradcheck(operator, (x,), check_forward_ad=True)


@pytest.mark.parametrize("name", CASES)
def test_a_batch_gives_what_single_images_give(name):
    operator = make(name)
    x = random((2, 3, *operator.image_shape), operator.dtype)
    y = operator(x)
    assert y.shape == (2, 3, *operator.data_shape)
    torch.testing.assert_close(y[1, 2], operator(x[1, 2]))
    torch.testing.assert_close(operator.adjoint(y)[0, 1], operator.adjoint(y[0, 1]))
    torch.testing.assert_close(operator.quick_inverse(y)[1, 0], operator.quick_inverse(y[1, 0]))


@pytest.mark.parametrize("angles", [golden_angles(170), equispaced_angles(170)], ids=["golden", "equispaced"])
def test_gridding_of_many_spokes_keeps_the_values_of_the_image(angles):
    truth = shepp_logan(96).pixels
    operator = RadialFourierOperator((96, 96), angles)
    found = operator.quick_inverse(operator(torch.tensor(truth, dtype=torch.complex64))).numpy()
    assert np.linalg.norm(found - truth) < 0.1 * np.linalg.norm(truth), "all but the corners of k-space was measured"
    assert found.real.sum() == pytest.approx(truth.sum(), rel=1e-3)
    assert float(operator.areas.sum()) == pytest.approx(np.pi / 4, rel=1e-3)


def test_spokes_that_run_twice_count_once():
    angles = golden_angles(40)
    once, twice = (RadialFourierOperator((32, 32), a, dtype=torch.float64) for a in (angles, np.append(angles, angles)))
    x = random((32, 32), torch.complex128)
    torch.testing.assert_close(twice.quick_inverse(twice(x)), once.quick_inverse(once(x)))
    turned = RadialFourierOperator((32, 32), np.append(angles, angles[:1] + 180), dtype=torch.float64)
    assert float(turned.areas.sum()) == pytest.approx(float(once.areas.sum()))


def test_least_squares_sharpen_what_gridding_leaves():
    truth = torch.tensor(shepp_logan(48).pixels, dtype=torch.complex128)
    operator = RadialFourierOperator((48, 48), 40, dtype=torch.float64)
    y = operator(truth)
    gridded, fitted = operator.quick_inverse(y), least_squares(operator, y, steps=60)
    errors = [float(torch.linalg.vector_norm(z - truth) / torch.linalg.vector_norm(truth)) for z in (gridded, fitted)]
    assert errors[1] < 0.16 and errors[1] < 0.75 * errors[0]


def test_golden_angles_cover_the_half_circle():
    angles = golden_angles(55, first=10)
    assert angles[0] == 10 and angles[1] == pytest.approx(10 + 180 * 0.618034) and (angles < 180).all()
    gaps = np.diff(np.sort(np.append(angles, angles.min() + 180)))
    assert gaps.max() < 2.7 * gaps.min(), "at most three gaps, the largest the sum of the other two"


def test_the_hash_tells_operators_apart_and_not_their_precision():
    operator = RadialFourierOperator((16, 16), 5)
    assert operator.spec == operator.to(dtype=torch.float64).spec
    others = RadialFourierOperator((16, 16), 6), RadialFourierOperator((16, 16), 5, readout=16)
    assert len({operator.spec, *(other.spec for other in others)}) == 3
    assert operator.rate == operator.samples / 256 == 5 * 32 / 256


@pytest.mark.parametrize(("angles", "readout"), [(0, None), (np.array([]), None), (np.array([np.nan]), None), (4, 1)])
def test_what_cannot_be_sampled_is_refused(angles, readout):
    with pytest.raises(InputError):
        RadialFourierOperator((8, 8), angles, readout=readout)
