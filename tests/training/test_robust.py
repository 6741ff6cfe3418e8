"""The robust family: the five ways differ in what they should and in nothing else."""

import numpy as np
import pytest
import torch

from stabview.methods.networks.cards import shipped_cards
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.training.robust import FAMILY, VARIANTS, Perturber, jittered, parseval, within
from stabview.training.robust_tasks import TASKS


@pytest.mark.parametrize(
    "operator", [GaussianOperator((16, 16), rate=0.5), RadonOperator((16, 16), equispaced_angles(6))], ids=["cs", "ct"]
)
def test_the_generator_of_perturbations_stays_in_its_ball_and_scales_with_the_data(operator):
    torch.manual_seed(0)
    generator = Perturber(operator, 0.1, width=4)
    y = operator(torch.rand(3, 16, 16))
    sizes = y.flatten(1).norm(dim=1)
    with torch.no_grad():
        generator.layers[-1].weight.mul_(1e4)  # far beyond the ball
        perturbation = generator(y)
        assert perturbation.shape == y.shape
        assert (perturbation.flatten(1).norm(dim=1) / sizes).numpy() == pytest.approx([0.1] * 3, rel=1e-4)
        torch.testing.assert_close(generator(2 * y), 2 * perturbation, rtol=1e-3, atol=1e-4)


def test_what_is_inside_a_ball_is_left_alone():
    v = torch.randn(4, 7)
    torch.testing.assert_close(within(v, 2 * v.norm(dim=1)), v)
    assert within(torch.zeros(1, 7), torch.ones(1)).norm() == 0


def test_jitter_is_as_long_as_it_is_said_to_be():
    y = torch.randn(50, 5, 8)
    share = (jittered(y, 0.1, torch.Generator().manual_seed(0)) - y).flatten(1).norm(dim=1) / y.flatten(1).norm(dim=1)
    assert float(share.max()) <= 0.1001 and 0.03 < float(share.mean()) < 0.07


def test_parseval_is_zero_for_orthonormal_kernels_only():
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.Conv2d(4, 4, 3), torch.nn.Conv2d(4, 1, 3))
    before = float(parseval(network).detach())
    for layer in network:
        torch.nn.init.orthogonal_(layer.weight)
    assert before > 0.1 and float(parseval(network).detach()) < 1e-9


def test_all_of_a_family_see_the_same_images_in_the_same_order():
    seen = {}
    for way in VARIANTS:
        recipe = FAMILY[f"robust-ct-{way}"].recipe(None)
        y, operator, x = recipe.sample(np.random.default_rng(0))
        seen[way] = x
        noisy = float((y - operator(x)).norm() / y.norm())
        assert (noisy > 1e-4) == (way == "jittering")
        assert (recipe.penalty is not None) == (way in ("weight-decay", "parseval"))
        assert (recipe.opponent is not None) == (way == "min-max")
        assert recipe.steps == TASKS["ct"].steps
    assert all(torch.equal(x, seen["plain"]) for x in seen.values())


def test_every_member_is_shipped():
    assert set(FAMILY) <= {card.name for card in shipped_cards()}
