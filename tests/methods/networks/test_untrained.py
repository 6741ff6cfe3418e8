"""Untrained networks: they fit, remember, can be stopped and taken up again, and nobody calls them stable."""

import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.networks.architectures import build
from stabview.methods.networks.untrained.fitting import Fit
from stabview.methods.networks.untrained.network import GENERATORS, UntrainedNetwork
from stabview.methods.waiting import Stopped, watched
from stabview.perturbation.joint_descent import joint_descent
from stabview.perturbation.objective import Objective
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage

SIZE = 32


def problem(name: str = "fourier"):
    x = torch.from_numpy(phantom("ellipses", SIZE, seed=1).pixels.copy())
    mask = sampling_mask("cartesian-gaussian", (SIZE, SIZE), 0.5, seed=0)
    operator = {
        "fourier": lambda: FourierOperator(mask),
        "multicoil": lambda: MultiCoilOperator(mask, birdcage((SIZE, SIZE), 4)),
        "radon": lambda: RadonOperator((SIZE, SIZE), equispaced_angles(12)),
    }[name]()
    x = x.to(operator.dtype)
    return x, operator, operator(x)


def network(kind: str, **settings) -> UntrainedNetwork:
    small = {"widths": (8, 16), "inputs": 8} if kind == "deep-image-prior" else {"channels": 16, "layers": 3}
    return UntrainedNetwork(kind, **{**small, **settings})


@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("name", ["fourier", "multicoil", "radon"])
def test_a_fit_explains_the_data_of_any_operator(kind, name):
    x, operator, y = problem(name)
    fit = Fit(network(kind, steps=60).protocol, y, operator)
    losses = [now.loss for now in fit.run()]
    assert fit.best_loss < 0.25 * losses[0]
    assert psnr(fit.result(), x) > psnr(torch.zeros_like(x), x) + 3


@pytest.mark.parametrize("name", ["fourier", "multicoil"])
def test_what_was_measured_is_kept_exactly(name):
    _, operator, y = problem(name)
    x = network("conv-decoder", steps=3)(y, operator)
    tolerance = 1e-4 if name == "fourier" else 0.3  # of coils only what an image can explain
    assert float((operator(x) - y).norm() / y.norm()) < tolerance


def test_the_same_data_are_fitted_once_and_others_anew():
    _, operator, y = problem()
    method, steps = network("deep-decoder", steps=5), []
    with watched(lambda what, done, total: steps.append((what, done, total))):
        first, again = method(y, operator), method(y, operator)
        other = method(1.1 * y, operator)
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert steps[:5] == [("fitting Deep Decoder", k, 5) for k in range(1, 6)] and len(steps) == 10
    assert torch.equal(first, network("deep-decoder", steps=5)(y, operator)), "the seed fixes everything"
    assert not torch.equal(first, network("deep-decoder", steps=5, seed=1)(y, operator))


def test_a_stopped_fit_goes_on_where_it_was():
    _, operator, y = problem()
    whole = network("deep-image-prior", steps=12)(y, operator)  # with jitter: its noise goes on, too
    method, seen = network("deep-image-prior", steps=12), []
    with pytest.raises(Stopped), watched(lambda *news: seen.append(news[1]), lambda: len(seen) == 7):
        method(y, operator)
    with watched(lambda *news: seen.append(news[1])):
        assert torch.equal(method(y, operator), whole)
    assert seen == [*range(1, 8), *range(9, 13)], "step 8 was done when it was stopped"


def test_a_warm_start_is_near_from_the_beginning():
    _, operator, y = problem()
    protocol = network("conv-decoder", steps=80).protocol
    cold = Fit(protocol, y, operator)
    for _ in cold.run():
        pass
    warm = Fit(protocol, 1.01 * y, operator, start=cold)
    warm.advance()
    assert warm.loss < 2 * cold.best_loss


def test_a_search_by_gradients_refuses_and_names_the_one_that_works():
    x, operator, y = problem()
    method = _method("deep-decoder", steps=3)
    objective = Objective(method, operator, x, y)
    with pytest.raises(InputError, match=r"nothing can be said about its stability.*joint-descent"):
        objective(objective.random_direction(torch.Generator().manual_seed(0)))


def test_joint_descent_stays_in_its_budget_and_harms_more_than_noise():
    x, operator, y = problem()
    method = _method("conv-decoder", steps=120, channels=16, layers=3)
    objective = Objective(method, operator, x, y)
    iterates = list(joint_descent(objective, steps=2, budget=0.1, descent=80, warm_up=20))
    assert [iterate.index for iterate in iterates] == [0, 1, 2]
    assert iterates[1].relative_norm <= 0.05 and 0.05 < iterates[2].relative_norm <= 0.1
    last = iterates[2]
    torch.testing.assert_close(last.y, y + operator(last.r))
    assert torch.equal(last.reconstruction, method(last.y, operator)), "a fresh fit"
    noise = objective.random_direction(torch.Generator().manual_seed(1)) * float(last.r.norm())
    assert psnr(last.reconstruction, x) < psnr(method(y + operator(noise), operator), x)


def test_joint_descent_is_for_untrained_networks():
    x, operator, y = problem()
    objective = Objective(_method("firenet"), operator, x, y)
    with pytest.raises(InputError, match="no untrained network"):
        next(joint_descent(objective))


def _method(architecture: str, **parameters):
    from stabview.methods.networks.cards import Card
    from stabview.methods.networks.network import NetworkMethod

    card = Card("one", "One", "", "any", architecture, parameters, None, SIZE)
    return NetworkMethod(build(architecture, parameters), card, trust="")
