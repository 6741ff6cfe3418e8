"""Masks, angles, k-space and sinograms of the user: what the study makes of them, and what it says of bad ones."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.sampling.files import read_angles, read_mask
from stabview.sampling.radon import RadonOperator
from stabview.sampling.sensitivities import birdcage
from stabview.study.operators import sampling_operator
from stabview.study.problem import Parts, build_problem
from stabview.study.source import source_image
from stabview.study.study import ImageChoice, SamplingChoice, with_files

SIZE = 64


@pytest.fixture
def x():
    pixels = phantom("shepp-logan", SIZE).pixels
    return pixels / pixels.max()


def test_a_mask_of_lines_or_points_is_what_the_operator_measures(tmp_path):
    points = np.zeros((SIZE, SIZE))
    points[20:44, 30] = 2
    np.save(tmp_path / "points.npy", points)
    Image.fromarray((points > 0).astype(np.uint8) * 255).save(tmp_path / "points.png")
    (tmp_path / "columns.txt").write_text("# kept\n3, 30\n32\n")
    for name in ("points.npy", "points.png"):
        assert np.array_equal(read_mask(tmp_path / name, (SIZE, SIZE)), points > 0)
    columns = read_mask(tmp_path / "columns.txt", (SIZE, SIZE))
    assert list(np.flatnonzero(columns[0])) == [3, 30, 32] and columns.all(axis=0).sum() == 3
    sampling = SamplingChoice(mask=str(tmp_path / "points.npy"))
    operator = sampling_operator(sampling, (SIZE, SIZE))
    assert operator.samples == 24 and np.array_equal(operator.mask, points > 0)
    assert sampling_operator(sampling, (SIZE, SIZE), rate=0.5).rate == pytest.approx(0.5), "the curve draws its own"


def test_angles_of_a_file_are_the_views(tmp_path):
    (tmp_path / "angles.csv").write_text("0\n12.5\n90\n")
    sampling = SamplingChoice(operator="radon", angles=str(tmp_path / "angles.csv"))
    assert list(sampling_operator(sampling, (SIZE, SIZE)).angles) == [0, 12.5, 90]
    assert len(sampling_operator(sampling, (SIZE, SIZE), rate=7).angles) == 7


def test_k_space_of_one_and_of_several_coils_becomes_its_image(tmp_path, x):
    def kspace(image):
        shifted = np.fft.ifftshift(image, axes=(-2, -1))
        return np.fft.fftshift(np.fft.fft2(shifted, norm="ortho"), axes=(-2, -1)).astype(np.complex64)

    np.save(tmp_path / "one.npy", kspace(x))
    np.save(tmp_path / "four.npy", kspace(birdcage((SIZE, SIZE), 4) * x))
    for name, tolerance in (("one.npy", 1e-4), ("four.npy", 0.05)):
        source = source_image(ImageChoice(path=str(tmp_path / name), size=SIZE, stored="kspace"))
        assert np.abs(np.abs(source.prepared.x) - x).max() < tolerance, name
        assert any("k-space" in step for step in source.prepared.steps)


def test_a_sinogram_becomes_its_image(tmp_path, x):
    import torch

    angles = np.arange(120) * 1.5
    operator = RadonOperator((SIZE, SIZE), angles, bins=SIZE)
    np.save(tmp_path / "s.npy", operator(torch.from_numpy(x)).reshape(120, -1).numpy())
    source = source_image(ImageChoice(path=str(tmp_path / "s.npy"), size=SIZE, stored="sinogram"))
    error = np.linalg.norm(source.prepared.x - x) / np.linalg.norm(x)
    assert error < 0.25, "it stands upright and where it was"


def test_a_study_runs_on_them_and_names_them_as_its_files(study, tmp_path):
    np.save(tmp_path / "mask.npy", np.arange(48) % 3 == 0)
    own = study.having(sampling=replace(study.sampling, mask=str(tmp_path / "mask.npy")))
    problem = build_problem(own, Parts())
    assert problem.operator.rate == pytest.approx(1 / 3)
    assert with_files(own, lambda section, path: f"{section}!").sampling.mask == "sampling!"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.npy", np.zeros((SIZE, SIZE)), "measures nothing"),
        ("m.npy", np.ones((3, 4)), "shape"),
        ("m.npy", np.ones((SIZE, SIZE), complex), "real numbers"),
        ("m.txt", "1\nmany\n", "no numbers"),
        ("m.txt", "99\n", "from 0 to 63"),
        ("m.png", "no picture", "PNG"),
    ],
)
def test_bad_masks_are_refused_in_one_sentence(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_text(content) if isinstance(content, str) else np.save(path, content)
    with pytest.raises(InputError, match=said):
        read_mask(path, (SIZE, SIZE))


def test_bad_angles_and_missing_files_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([0.0, np.nan]))
    with pytest.raises(InputError, match="finite"):
        read_angles(tmp_path / "a.npy")
    with pytest.raises(InputError, match="no file"):
        read_angles(tmp_path / "b.npy")
