"""Training data: subjects stay in one split, and what the recipes claim of their samples is true."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.sampling.fourier import FourierOperator
from stabview.training import deep_mri
from stabview.training.brains import SUBJECTS, brain_slices
from stabview.training.data import Drawn, Mixture, Reused, augmented, read_folder, smooth_phase, subjects_in


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Ten subjects with three slices each; the value of a pixel tells the subject."""
    root = tmp_path_factory.mktemp("data")
    for subject in range(10):
        images = np.zeros((3, 256, 256), dtype=np.float32)
        images[:2, 40:200, 60:190] = 0.5
        images[:2, 100, 100] = 1
        images[:2, 0, subject] = 0.25
        np.savez(root / f"subject{subject}.npz", images=images)
    return root


def subjects_of(images) -> set[int]:
    return {int(np.flatnonzero(image[0])[0]) for image in images}


def test_no_subject_is_in_two_splits(folder):
    splits = [brain_slices(folder, split) for split in ("train", "validation", "test")]
    found = [subjects_of(split.images) for split in splits]
    assert [len(subjects) for subjects in found] == [6, 2, 2]
    assert set.union(*found) == set(range(10)) and sum(map(len, found)) == 10
    names = [set(names) for names in SUBJECTS.values()]
    assert sum(map(len, names)) == len(set.union(*names)), "nor among those of the shipped network"


def test_empty_slices_are_left_out_and_images_are_scaled(folder):
    data = read_folder(folder, ("subject3",))
    assert len(data.images) == 2 and data.subjects == ["subject3"] * 2
    assert all(image.max() == 1 and image.dtype == np.float32 for image in data.images)
    assert subjects_in(folder) == [f"subject{k}" for k in range(10)]


def test_folders_that_cannot_be_used_are_refused(folder, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_folder(tmp_path / "nothing", None)
    with pytest.raises(InputError, match="No training images"):
        read_folder(tmp_path, None)
    with pytest.raises(InputError, match="No training images of the subjects nobody"):
        read_folder(folder, ("nobody",))
    np.savez(tmp_path / "odd.npz", pictures=np.zeros((1, 8, 8)))
    with pytest.raises(InputError, match="no array 'images'"):
        read_folder(tmp_path, None)
    with pytest.raises(InputError, match="at least 3"):
        brain_slices(tmp_path, "train")
    with pytest.raises(InputError, match="--data"):
        deep_mri.recipe(None)


def test_a_strip_of_rows_is_an_exact_smaller_problem():
    """Lines along the columns leave the rows apart: F* P F acts on every row by itself."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn((64, 48), dtype=torch.complex128, generator=generator)
    lines = np.random.default_rng(0).random(48) < 0.4
    whole = FourierOperator(np.broadcast_to(lines, (64, 48)), dtype=torch.float64)
    strip = FourierOperator(np.broadcast_to(lines, (20, 48)), dtype=torch.float64)
    torch.testing.assert_close(
        strip.adjoint(strip(x[10:30])), whole.adjoint(whole(x))[10:30], rtol=1e-12, atol=1e-12
    )


def test_a_sample_of_the_recipe_has_the_lines_it_says(folder):
    recipe = deep_mri.recipe(folder, heads=0.0, rows=16, batch=3)
    y, operator, x = recipe.sample(np.random.default_rng(0))
    assert y.shape == x.shape == (3, 16, 256) and x.is_complex()
    assert (operator.mask[:, 0].sum(axis=1) == deep_mri.LINES).all()
    assert (operator.mask[0] != operator.mask[1]).any(), "a mask of its own for every image"
    torch.testing.assert_close(operator(x), y)
    again = recipe.sample(np.random.default_rng(0))[0]
    assert torch.equal(again, y)


def test_the_phase_changes_no_modulus_and_is_smooth():
    for seed in range(5):
        phase = smooth_phase(np.random.default_rng(seed), (40, 50))
        np.testing.assert_allclose(np.abs(phase), 1, atol=1e-6)
        assert np.abs(np.diff(phase, axis=0)).max() < 0.6 and np.abs(np.diff(phase, axis=1)).max() < 0.6


def test_augmenting_moves_and_scales_and_keeps_the_original():
    image = np.random.default_rng(0).random((32, 32)).astype(np.float32)
    before = image.copy()
    for seed in range(8):
        changed = augmented(np.random.default_rng(seed), image)
        factor = np.sort(changed.ravel()) / np.sort(image.ravel())
        assert changed.dtype == np.float32 and 0.5 <= factor.min() <= factor.max() * 1.0001 <= 1.1 * 1.0002
    assert (image == before).all()


def test_a_mixture_draws_its_parts_by_their_shares():
    ones, twos = (Drawn(lambda generator, value=value: np.full((2, 2), value), str(value)) for value in (1.0, 2.0))
    mixture = Mixture(((0.8, ones), (0.2, twos)))
    generator = np.random.default_rng(0)
    share = np.mean([mixture.draw(generator)[0, 0] == 1 for _ in range(1000)])
    assert share == pytest.approx(0.8, abs=0.05) and mixture.source == "80% 1.0; 20% 2.0"


def test_phantoms_that_are_reused_are_replaced_now_and_then():
    made = []

    def draw(generator: np.random.Generator) -> np.ndarray:
        made.append(len(made))
        return np.full((2, 2), made[-1])

    data, generator = Reused(draw, "numbers", kept=10, fresh=0.1), np.random.default_rng(0)
    given = [int(data.draw(generator)[0, 0]) for _ in range(500)]
    assert 40 < len(made) < 80, "ten at first, then one draw in ten"
    assert max(given) == made[-1] and len(set(given[-100:])) > 10 and min(given[-100:]) > 0
