"""Where perturbations live: sizes, gradients, and what the knobs of a scanner do to data."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.methods.method import MethodSpec
from stabview.perturbation.continuation import continuation
from stabview.perturbation.objective import Objective
from stabview.perturbation.physical import PhysicalSpace, knobs_of, space_of
from stabview.perturbation.projected import adam_ascent, projected_ascent
from stabview.perturbation.rigid import moved
from stabview.perturbation.space import OperatorSpace
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.noncartesian import RadialFourierOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage

SIDE = 24
norm = torch.linalg.vector_norm
OPERATORS = {
    "fourier": lambda: FourierOperator(sampling_mask("cartesian-gaussian", (SIDE, SIDE), 0.5, seed=1),
                                       dtype=torch.float64),
    "multicoil": lambda: MultiCoilOperator(sampling_mask("cartesian-gaussian", (SIDE, SIDE), 0.5, seed=1),
                                           birdcage((SIDE, SIDE), 3), dtype=torch.float64),
    "radial-fourier": lambda: RadialFourierOperator((SIDE, SIDE), 12, dtype=torch.float64),
    "radon": lambda: RadonOperator((SIDE, SIDE), equispaced_angles(12), dtype=torch.float64),
}  # fmt: skip


class Smooth:
    """A reconstruction that is nowhere linear and has all derivatives."""

    spec = MethodSpec("smooth", "Smooth")
    takes_batches = True

    def __call__(self, y, operator):
        start = operator.adjoint(y)
        return start + torch.sin(3 * start)


def image(operator, count: int | None = None) -> torch.Tensor:
    drawn = [np.abs(phantom("ellipses", SIDE, seed=seed).pixels) for seed in range(count or 1)]
    x = torch.from_numpy(np.stack(drawn) / np.max(drawn)).to(operator.dtype)
    return x if count else x[0]


def objective_in(space: str, operator, count: int | None = None) -> Objective:
    x = image(operator, count)
    y = operator(x)
    return Objective(Smooth(), operator, x, y, space=space_of(space, operator, x, y))


@pytest.mark.parametrize("count", [None, 2])
@pytest.mark.parametrize("space", ["image", "samples", "operator", "physical"])
@pytest.mark.parametrize("name", OPERATORS)
def test_the_gradient_in_every_space_is_that_of_finite_differences(name, space, count):
    objective = objective_in(space, OPERATORS[name](), count)
    generator = torch.Generator().manual_seed(0)
    scale = 0.1 * objective.space.reference
    point, towards = scale * objective.random_direction(generator), objective.random_direction(generator) * scale
    slope = float((objective(point).gradient.conj() * towards).real.sum())
    ahead, behind = (float(objective(point + sign * 1e-4 * towards).value) for sign in (1, -1))
    assert slope == pytest.approx((ahead - behind) / 2e-4, rel=1e-5)
    rest = objective(objective.space.zero)
    torch.testing.assert_close(rest.y, objective.y, rtol=1e-10, atol=1e-12)
    assert float(rest.value) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("space", ["image", "samples", "operator", "physical"])
@pytest.mark.parametrize("search", [continuation, projected_ascent, adam_ascent])
def test_the_budget_holds_in_every_space(search, space):
    objective = objective_in(space, OPERATORS["fourier"]())
    for iterate in search(objective, steps=6, budget=0.02, restarts=2):
        assert iterate.relative_norm <= 0.02
        assert iterate.relative_norm == objective.relative_norm(iterate.v)
        assert iterate.r.shape == objective.x.shape
    assert iterate.relative_norm > 0.005 and iterate.objective > 0
    assert norm(objective.operator(iterate.r) - iterate.y + objective.y) < 1e-4 * norm(objective.y)


def test_one_perturbation_for_several_images_is_added_to_each():
    objective = objective_in("image", OPERATORS["fourier"](), 3)
    v = 0.3 * objective.random_direction(torch.Generator().manual_seed(1))
    alone = [
        Objective(Smooth(), objective.operator, x, objective.operator(x))(v) for x in objective.x
    ]
    together = objective(v)
    assert float(together.value) == pytest.approx(sum(float(one.value) for one in alone))
    torch.testing.assert_close(together.gradient, sum(one.gradient for one in alone))


def test_the_operator_mismatch_is_the_smallest_with_its_effect():
    operator = OPERATORS["fourier"]()
    x = image(operator, 3)
    space = OperatorSpace(operator, x, operator(x))
    v = space.random(1, torch.Generator().manual_seed(2))
    basis = torch.linalg.qr(x.reshape(3, -1).T).Q
    mismatch = torch.einsum("rhw,pr->hwp", v[0], basis.conj())
    torch.testing.assert_close(space.data(v)[0] - space.y, torch.einsum("hwp,bp->bhw", mismatch, x.reshape(3, -1)))
    assert float(norm(mismatch)) == pytest.approx(float(norm(v)))


def turned_by(knob: str, name: str, settings, limit: float):
    """(x, operator, data with one knob set)."""
    operator = OPERATORS[name]()
    x = image(operator)
    space = PhysicalSpace(operator, x, operator(x), knobs={knob: limit})
    v = torch.zeros(1, *space.shape, dtype=torch.float64)
    v[0] += torch.as_tensor(settings, dtype=torch.float64)
    return x, operator, space.data(v)[0]


def test_motion_all_the_time_is_an_image_that_stands_elsewhere():
    path = [[1.0] * 6, [0.5] * 6, [0.0] * 6]
    for name in ("fourier", "multicoil", "radial-fourier", "radon"):
        x, operator, data = turned_by("motion", name, np.ravel(path), 2.0)
        torch.testing.assert_close(data, operator(torch.roll(x, (2, 1), (0, 1))), rtol=1e-9, atol=1e-9)


def test_an_image_turns_about_its_middle():
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    angle = np.deg2rad(20)

    def blob(row, column):
        return torch.from_numpy(np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 8))

    zero = torch.zeros(1, 1, 1, dtype=torch.float64)
    turned = moved(blob(0, 5)[None], zero, zero, zero + angle)[0, 0, 0]
    places = [blob(sign * 5 * np.sin(angle), 5 * np.cos(angle)) for sign in (1, -1)]
    assert min(float(norm(turned - place)) for place in places) < 2e-3 * float(norm(turned))


def test_a_view_angle_off_by_its_limit_is_the_view_of_that_angle():
    rows, columns = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    x = torch.from_numpy(np.exp(-((rows - 1) ** 2) / 4 - (columns - 5) ** 2 / 10))
    operator = OPERATORS["radon"]()
    space = PhysicalSpace(operator, x, operator(x), knobs={"view-angle": 2.0})
    data = space.data(torch.ones(1, 12, dtype=torch.float64))[0]
    shifted = [RadonOperator((SIDE, SIDE), operator.angles + turn, dtype=torch.float64)(x) for turn in (-2, 2)]
    off = [float(norm(data - other) / norm(data - operator(x))) for other in shifted]
    assert min(off) < 0.15 and max(off) > 1  # the pixels of this small image are coarse


def test_other_knobs_do_what_their_names_say():
    x, operator, data = turned_by("b0-offset", "multicoil", 1.0, 3.0)
    full = MultiCoilOperator(np.ones((SIDE, SIDE), bool), operator.maps, dtype=torch.float64)
    shifted = torch.fft.fft2(torch.roll(torch.fft.ifft2(full(x)), -3, -2)) * operator.weights
    torch.testing.assert_close(data, shifted)
    x, operator, data = turned_by("coil-gain", "multicoil", [-1, 0, 0], 1.0)
    assert not data[0].any() and torch.equal(data[1:], operator(x)[1:])
    x, operator, data = turned_by("rotation-centre", "radon", 1.0, 2.0)
    torch.testing.assert_close(data, torch.roll(operator(x), 2, -1), atol=1e-9, rtol=1e-9)
    x, operator, data = turned_by("b0-drift", "radial-fourier", 1.0, 90.0)
    torch.testing.assert_close(data, 1j * operator(x))
    x, operator, data = turned_by("detector-gain", "radon", 1.0, 0.01)
    torch.testing.assert_close(data, operator(x) + 0.01 * operator(x).max())


def test_the_worst_spike_is_one_sample():
    operator = OPERATORS["fourier"]()
    x = image(operator)
    y = operator(x)
    space = PhysicalSpace(operator, x, y, knobs={"spike": 0.2})
    *_, last = continuation(Objective(Smooth(), operator, x, y, space=space), steps=5, budget=1.0)
    (found,) = (last.y - y).abs()[(last.y - y).abs() > 1e-9]
    assert float(found) == pytest.approx(0.2 * float(y.abs().max()), rel=1e-4)
    size, unit = space.settings(last.v)["spike"]
    assert size == pytest.approx(0.2, rel=1e-4) and unit


def test_unknown_knobs_are_refused_with_those_there_are():
    operator = OPERATORS["radon"]()
    x = image(operator)
    assert "spike" not in knobs_of("radon")
    with pytest.raises(InputError, match=r"no knob 'spike'.*rotation-centre"):
        PhysicalSpace(operator, x, operator(x), knobs={"spike": 0.1})
