"""Sampling masks: the rate one asks for, the same mask for the same seed, and masks that grow with the rate."""

from itertools import pairwise

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.sampling.das_masks import das_density, phantom_sparsities
from stabview.sampling.line_masks import fastmri_random_lines
from stabview.sampling.masks import gaussian_lines, sampling_mask

SHAPE = (96, 120)
EXACT = ("das", "gaussian-points", "poisson-disc")
LINES = ("cartesian-gaussian", "fastmri-random", "fastmri-equispaced")
GROWING = ("cartesian-gaussian", "radial", "multilevel", *EXACT)
FAMILIES = (*LINES, "radial", "multilevel", *EXACT)
OFF_THE_RATE = ("fastmri-darestani", "vn-uniform")  # by their definition
RATES = (0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.75, 0.95)


@pytest.mark.parametrize("pattern", [*LINES, "radial", "multilevel"])
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
@pytest.mark.parametrize("pattern", [*FAMILIES, *OFF_THE_RATE])
def test_the_zero_frequency_is_always_sampled(pattern, shape):
    for rate in RATES:
        mask = sampling_mask(pattern, shape, rate, seed=1)
        assert mask.shape == shape and mask.dtype == bool and mask[shape[0] // 2, shape[1] // 2]


@pytest.mark.parametrize("pattern", [*LINES, *OFF_THE_RATE])
def test_line_patterns_measure_full_columns(pattern):
    mask = sampling_mask(pattern, SHAPE, 0.3, seed=2)
    assert (mask == mask[:1]).all() and 0 < mask[0].sum() < SHAPE[1]


@pytest.mark.parametrize("pattern", [*FAMILIES, *OFF_THE_RATE, "full"])
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


def test_fastmri_takes_four_per_cent_in_the_middle_at_eightfold_acceleration():
    every = np.all([sampling_mask("fastmri-random", (1, 400), 1 / 8, seed=seed)[0] for seed in range(60)], axis=0)
    assert every.sum() == 16 and every[192:208].all()


def test_darestani_masks_meet_fourfold_acceleration_before_the_outer_columns_go():
    generator = np.random.default_rng(0)
    for _ in range(20):
        lines = fastmri_random_lines(368, 4, 0.07, generator, tolerance=0.03)
        assert abs(368 / lines.sum() - 4) < 0.03 and lines[184 - 13 : 184 + 13].all()
    masks = [sampling_mask("fastmri-darestani", (1, 368), 0.25, seed=seed)[0] for seed in range(40)]
    assert not any(mask[:24].any() or mask[344:].any() for mask in masks)
    accelerations = [368 / mask.sum() for mask in masks]
    assert min(accelerations) > 4 and np.mean(accelerations) == pytest.approx(4.4, abs=0.1)


def test_vn_lines_are_those_of_the_published_experiment():
    """368 columns at 15 %: a step of 12 from the left edge, -14 to 14 in the middle, a step of 12 beyond."""
    lines = np.flatnonzero(sampling_mask("vn-uniform", (640, 368), 0.15)[0])
    assert lines.tolist() == [*range(0, 169, 12), *range(170, 199), *range(200, 367, 12)]
    few = np.flatnonzero(sampling_mask("vn-uniform", (640, 368), 0.05)[0])
    assert few.tolist() == [0, 59, 118, *range(177, 192), 193, 281]


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


@pytest.mark.parametrize("shape", [(96, 120), (63, 65), (17, 40)], ids=str)
@pytest.mark.parametrize("pattern", EXACT)
def test_point_patterns_hold_exactly_the_number_of_samples(pattern, shape):
    for rate in RATES:
        mask = sampling_mask(pattern, shape, rate, seed=4)
        assert mask.sum() == round(rate * mask.size)


def test_gaussian_points_thin_out_with_the_distance():
    taken = np.mean([sampling_mask("gaussian-points", (60, 90), 0.2, seed=seed) for seed in range(60)], axis=0)
    middle, half_way, corner = taken[28:33, 43:48].mean(), taken[28:33, 65:70].mean(), taken[:10, :10].mean()
    assert middle > 0.7 > half_way > 4 * corner > 0
    assert taken[:, :45].mean() == pytest.approx(taken[:, 46:].mean(), rel=0.1), "alike on both sides"
    assert taken[:30].mean() == pytest.approx(taken[31:].mean(), rel=0.1)


def test_poisson_discs_keep_their_distance_and_it_grows_outwards():
    from scipy.spatial import cKDTree

    mask = sampling_mask("poisson-disc", (128, 128), 0.08, seed=2)
    points = np.argwhere(mask)
    gaps = cKDTree(points).query(points, k=2)[0][:, 1]
    outer = np.hypot(*(points - 64).T) > 50
    inner = np.hypot(*(points - 64).T) < 15
    drawn = np.argwhere(np.random.default_rng(0).random(mask.shape) < mask[:14].mean())
    by_chance = cKDTree(drawn).query(drawn, k=2)[0][:, 1]
    assert gaps[outer].min() >= 2 * np.sqrt(2) > by_chance.min(), "points drawn independently touch"
    assert np.median(gaps[outer]) > 2 * np.median(gaps[inner])


@pytest.mark.parametrize("samples", [200, 1024, 4000, 13000])
def test_das_blocks_hold_the_numbers_of_the_formula(samples):
    """min(round(c M), size) samples in each block, c by bisection; a block may be one off where m is not hit."""
    size, levels = 128, 7
    density = das_density(phantom_sparsities(levels))
    edges = np.array([0, *2 ** np.arange(1, levels + 1)])
    sizes = np.outer(np.diff(edges), np.diff(edges))
    low, high = 0.0, 1e9
    for _ in range(200):
        factor = (low + high) / 2
        counts = np.minimum(np.floor(factor * density + 0.5), sizes)
        low, high = (factor, high) if counts.sum() < samples else (low, factor)
    counts = np.minimum(np.floor(high * density + 0.5), sizes)
    mask = sampling_mask("das", (size, size), samples / size**2, seed=3)
    assert mask.sum() == samples

    for k in range(levels):
        for j in range(levels):
            columns = [slice(64 - edges[n] // 2, 64 + edges[n] // 2) for n in (j, j + 1)]
            rows = [slice(64 - edges[n] // 2, 64 + edges[n] // 2) for n in (k, k + 1)]
            found = sum(
                sign * int(mask[row, column].sum())
                for sign, row, column in (
                    (1, rows[1], columns[1]), (-1, rows[0], columns[1]),
                    (-1, rows[1], columns[0]), (1, rows[0], columns[0]),
                )
            )  # fmt: skip
            assert abs(found - counts[k, j]) <= 1, (k, j)


def test_das_density_of_a_single_scale_falls_as_the_paper_says():
    """Haar, one coefficient in scale 2 of 3: factors 2^-1 per band above it, 2^-1 2^-3 per band below it."""
    density = das_density((0, 1, 0))
    wanted = np.array([[2**-1 * 2**-3 * 4, 2**-1 * 2, 2**-2 * 2], [1, 1, 1 / 2], [2**-1, 1 / 2, 1 / 4]])
    np.testing.assert_allclose(density, wanted)


def test_the_phantom_is_sparse_in_the_fine_scales():
    counts = phantom_sparsities(8)
    room = [4, *(3 * 4**k for k in range(1, 8))]
    fractions = np.array(counts) / room
    assert len(counts) == 8 and fractions[:3].min() > 0.7 and fractions[-1] < 0.01
    assert (np.diff(fractions[2:]) < 0).all()


@pytest.mark.parametrize("rate", [0, -0.1, 1.01, float("nan"), float("inf")])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(InputError, match="rate"):
        sampling_mask("radial", SHAPE, rate)


def test_an_unknown_pattern_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="multilevel"):
        sampling_mask("spiral", SHAPE, 0.3)
