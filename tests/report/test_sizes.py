"""How large perturbations are: against values worked out by hand."""

import numpy as np
import pytest

from stabview.report.sizes import sizes
from stabview.sampling.masks import sampling_mask
from stabview.study.study import PerturbationChoice, SamplingChoice, Study

SIZE = 32


def wave(row, column):
    """A complex wave of norm 1, one frequency (from the middle) of the unitary Fourier transform."""
    rows, columns = np.indices((SIZE, SIZE))
    return (np.exp(2j * np.pi * (row * rows + column * columns) / SIZE) / SIZE).astype(np.complex64)


@pytest.fixture
def seen_and_unseen():
    """A frequency that the default mask of a study takes, and one that it leaves out."""
    sampling = Study().sampling
    mask = sampling_mask(sampling.pattern, (SIZE, SIZE), sampling.rate, seed=sampling.seed)
    places = [np.argwhere(mask == taken)[0] - SIZE // 2 for taken in (True, False)]
    return wave(*places[0]), wave(*places[1])


def test_the_null_space_share_is_that_of_the_unsampled_frequencies(seen_and_unseen):
    seen, unseen = seen_and_unseen
    r = 0.3 * seen + 0.4 * unseen
    arrays = {"x": wave(0, 0) * 10, "r": np.stack([0 * r, r])}
    iterates = [{"relative_norm": 0.0}, {"relative_norm": 0.05}]
    (found,) = sizes({"iterates": iterates}, Study(), arrays, [0, 1])
    assert found["index"] == 1 and found["norm"] == pytest.approx(0.5, rel=1e-5)
    assert found["data_norm"] == pytest.approx(0.3, rel=1e-5)
    assert found["relative_data_norm"] == pytest.approx(0.03, rel=1e-5)
    assert found["null_space_share"] == pytest.approx(0.16 / 0.25, rel=1e-4)
    assert "noise_ratio" not in found, "there is no noise to compare with"


def test_sizes_in_noise_follow_the_norms_and_only_images_have_a_null_space(seen_and_unseen):
    seen, _ = seen_and_unseen
    arrays = {"x": wave(0, 0), "r": np.stack([0 * seen, seen, 2 * seen])}
    result = {
        "iterates": [{"relative_norm": 0.0}, {"relative_norm": 0.02}, {"relative_norm": 0.04}],
        "search": {"norm_over_noise": 8.0},
    }
    study = Study(perturbation=PerturbationChoice(domain="samples"))
    first, last = sizes(result, study, arrays, [1, 2])
    assert (first["noise_ratio"], last["noise_ratio"]) == pytest.approx((4.0, 8.0))
    assert "null_space_share" not in last


def test_nothing_is_said_where_perturbation_or_operator_is_not_at_hand(tmp_path):
    assert sizes({}, Study(), {}, [1]) == []
    arrays = {"x": wave(0, 0), "r": np.stack([wave(0, 1)] * 2)}
    gone = Study(sampling=SamplingChoice(mask=str(tmp_path / "gone.npy")))
    assert sizes({"iterates": []}, gone, arrays, [1]) == []
