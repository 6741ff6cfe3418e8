"""Sampling masks: the rate one asks for, the same mask for the same seed, and masks that grow with the rate."""

from itertools import pairwise

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.sampling.masks import gaussian_lines, sampling_mask

SHAPE = (96, 120)
LINES = ("cartesian-gaussian", "fastmri-random", "fastmri-equispaced")
GROWING = ("cartesian-gaussian", "radial", "multilevel")
FAMILIES = (*LINES, "radial", "multilevel")
RATES = (0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.75, 0.95)


@pytest.mark.parametrize("pattern", FAMILIES)
@pytest.mark.parametrize("rate", RATES[1:])
def test_the_realised_rate_is_near_the_nominal_one(pattern, rate):
    realised = np.mean([sampling_mask(pattern, SHAPE, rate, seed=seed).mean() for seed in range(40)])
    assert realised == pytest.approx(rate, abs=0.015)


@pytest.mark.parametrize("pattern", GROWING)
def test_masks_of_one_seed_grow_with_the_rate(pattern):
    masks = [sampling_mask(pattern, SHAPE, rate, seed=5) for rate in (*RATES, 1)]
    for smaller, larger in pairwise(masks):
        assert (larger[smaller]).all() and larger.sum() > smaller.sum()


@pytest.mark.parametrize("pattern", FAMILIES)
def test_a_mask_is_fixed_by_its_seed(pattern):
    mask = sampling_mask(pattern, SHAPE, 0.3, seed=7)
    assert (mask == sampling_mask(pattern, SHAPE, 0.3, seed=7)).all()
    assert any((mask != sampling_mask(pattern, SHAPE, 0.3, seed=seed)).any() for seed in range(3))


@pytest.mark.parametrize("shape", [(64, 64), (63, 65), (16, 40), (17, 17)], ids=str)
@pytest.mark.parametrize("pattern", FAMILIES)
def test_the_zero_frequency_is_always_sampled(pattern, shape):
    for rate in RATES:
        mask = sampling_mask(pattern, shape, rate, seed=1)
        assert mask.shape == shape and mask.dtype == bool and mask[shape[0] // 2, shape[1] // 2]


@pytest.mark.parametrize("pattern", LINES)
def test_line_patterns_measure_full_columns(pattern):
    mask = sampling_mask(pattern, SHAPE, 0.3, seed=2)
    assert (mask == mask[:1]).all() and 0 < mask[0].sum() < SHAPE[1]


@pytest.mark.parametrize("pattern", [*FAMILIES, "full"])
def test_rate_one_is_everything(pattern):
    assert sampling_mask(pattern, SHAPE, 1).all()


def test_the_eight_middle_lines_are_kept_and_the_rest_is_denser_in_the_middle():
    taken = np.mean([sampling_mask("cartesian-gaussian", (1, 128), 0.25, seed=seed)[0] for seed in range(300)], axis=0)
    assert (taken[60:68] == 1).all() and taken[:60].max() < 1
    assert taken[48:56].mean() > 3 * taken[:16].mean() > 0, "dense in the middle, but the edge is seen too"


@pytest.mark.parametrize("lines", [1, 5, 8, 40, 85, 250])
def test_the_density_of_the_training_gives_the_number_of_lines(lines):
    taken = gaussian_lines(256, lines, np.random.default_rng(0))
    assert taken.sum() == lines and taken[128 - min(8, lines) // 2]


def test_the_number_of_lines_is_not_lost_to_rounding():
    """0.29 of 100 lines are 29, although 0.29 * 100 is a hair below it in floating point."""
    for width, lines in ((100, 29), (100, 57), (200, 58), (50, 29)):
        assert sampling_mask("cartesian-gaussian", (4, width), lines / width)[0].sum() == lines


def test_fastmri_centre_block_is_eight_per_cent():
    width = 368
    for pattern in ("fastmri-random", "fastmri-equispaced"):
        every = np.all([sampling_mask(pattern, (1, width), 0.25, seed=seed)[0] for seed in range(60)], axis=0)
        start = width // 2 - 29 // 2
        assert every.sum() == 29 and every[start : start + 29].all(), "round(0.08 * 368) lines, and no other for sure"


def test_fastmri_random_lines_are_equally_likely_outside_the_block():
    masks = np.array([sampling_mask("fastmri-random", (1, 100), 0.25, seed=seed)[0] for seed in range(800)])
    outside = np.delete(masks, np.arange(46, 54), axis=1).mean(axis=0)
    wanted = (25 - 8) / (100 - 8)
    assert outside.mean() == pytest.approx(wanted, abs=0.01)
    assert np.abs(outside - wanted).max() < 5 * np.sqrt(wanted * (1 - wanted) / 800)


def test_fastmri_equispaced_lines_are_equally_far_apart():
    lines = np.flatnonzero(sampling_mask("fastmri-equispaced", (1, 320), 0.25, seed=3)[0])
    outside = lines[(lines < 140) | (lines > 180)]
    gaps = np.diff(outside)
    gaps = gaps[gaps < 20]
    acceleration, block = 4, 26
    step = acceleration * (block - 320) / (block * acceleration - 320)
    assert set(gaps) <= {int(np.floor(step)), int(np.ceil(step))}
    assert gaps.mean() == pytest.approx(step, abs=0.2)


def test_multilevel_samples_everything_in_the_middle_and_less_outside():
    mask = sampling_mask("multilevel", (128, 128), 0.2, seed=0)
    assert mask[60:69, 60:69].all()
    assert mask[32:96, 32:96].mean() > 3 * mask[:16].mean()


@pytest.mark.parametrize("rate", [0, -0.1, 1.01, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(InputError, match="rate"):
        sampling_mask("radial", SHAPE, rate)


def test_an_unknown_pattern_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="multilevel"):
        sampling_mask("spiral", SHAPE, 0.3)
