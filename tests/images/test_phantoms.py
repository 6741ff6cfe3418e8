"""Drawn images: the same for the same seed, with tissues and values a radiologist expects."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from stabview.images.errors import InputError
from stabview.images.phantoms import PHANTOMS, body, body_organs, head, head_tissues, phantom, shepp_logan
from stabview.images.phantoms.body_parts import Organ
from stabview.images.phantoms.tissues import Tissue


@pytest.mark.parametrize("name", PHANTOMS)
@pytest.mark.parametrize("size", [128, 181])
def test_every_phantom_is_repeatable_at_any_size(name, size):
    first, again = phantom(name, size, seed=3), phantom(name, size, seed=3)
    assert first.shape == (size, size)
    assert first.pixels.dtype == np.float32
    assert not first.pixels.flags.writeable
    assert np.array_equal(first.pixels, again.pixels)
    assert np.isfinite(first.pixels).all()
    if name != "shepp-logan":
        assert not np.array_equal(first.pixels, phantom(name, size, seed=4).pixels)


def test_ellipses_lie_at_the_same_place_at_every_size():
    for seed in range(4):
        coarse, fine = phantom("ellipses", 128, seed=seed).pixels, phantom("ellipses", 512, seed=seed).pixels
        from_centre = np.hypot(*(np.mgrid[:128, :128] - 63.5))
        there, found = (
            float((picture * from_centre).sum() / picture.sum())
            for picture in (fine.reshape(128, 4, 128, 4).mean(axis=(1, 3)), coarse)
        )
        assert found == pytest.approx(there, abs=0.06), "pixels from the centre, on average"


def test_shepp_logan_has_the_published_grey_values():
    pixels = shepp_logan(400).pixels

    def at(x, y):
        return pixels[int((1 - y) * 200), int((1 + x) * 200)]

    assert at(0, 0.9) == pytest.approx(1.0)
    assert at(0, 0.8) == pytest.approx(0.2)
    assert at(0.22, 0.0) == pytest.approx(0.0, abs=1e-6)
    assert at(0, 0.4) == pytest.approx(0.3)
    assert at(0, 0.0) == pytest.approx(0.2)
    assert at(0.95, 0.95) == 0.0
    area = np.pi * (0.69 * 0.92 - 0.8 * 0.6624 * 0.874 + 0.1 * (0.21 * 0.25))  # without the overlapping rest
    small = 0.1 * np.pi * (2 * 0.046**2 + 2 * 0.046 * 0.023 + 0.023**2) - 0.2 * np.pi * (0.11 * 0.31 + 0.16 * 0.41)
    assert 4 * pixels.astype(float).mean() == pytest.approx(area + small, rel=0.02)


def _median(pixels, labels, *tissues):
    region = np.isin(labels, tissues)
    inner = binary_erosion(region)
    return float(np.median(pixels[inner if inner.sum() > 20 else region]))


@pytest.mark.parametrize("seed", [0, 7])
def test_tissues_rank_as_in_each_sequence(seed):
    labels = head_tissues(256, seed=seed, lesions=0)
    value = {}
    for contrast in ("T1", "T2", "FLAIR"):
        pixels = head(256, contrast=contrast, seed=seed, lesions=0).pixels
        value[contrast] = {tissue: _median(pixels, labels, tissue) for tissue in map(Tissue, np.unique(labels))}
    t1, t2, flair = value["T1"], value["T2"], value["FLAIR"]
    assert t1[Tissue.VENTRICLE] < t1[Tissue.GREY] < t1[Tissue.THALAMUS] < t1[Tissue.WHITE] < t1[Tissue.FAT]
    assert t2[Tissue.PALLIDUM] < t2[Tissue.WHITE] < t2[Tissue.GREY] < t2[Tissue.VENTRICLE]
    assert flair[Tissue.VENTRICLE] < flair[Tissue.FAT] < flair[Tissue.WHITE] < flair[Tissue.GREY]
    for values in value.values():
        assert values[Tissue.AIR] < 0.05
        assert values[Tissue.BONE] < 0.2


def test_the_cortex_is_a_ribbon_of_even_thickness():
    labels = head_tissues(256, seed=2, lesions=0, level=0.68)
    grey, white = np.sum(labels == Tissue.GREY), np.sum(labels == Tissue.WHITE)
    assert 0.5 < grey / white < 1.6
    deepest = binary_erosion(labels == Tissue.GREY, iterations=4)
    assert deepest.sum() < 0.03 * grey


def test_lesions_lie_where_the_facts_say_and_shine_in_flair():
    size = 256
    with_lesions = head(size, contrast="FLAIR", seed=5, lesions=4)
    without = head(size, contrast="FLAIR", seed=5, lesions=0)
    assert len(with_lesions.facts["lesions"]) == 4
    assert without.facts["lesions"] == []
    for lesion in with_lesions.facts["lesions"]:
        column, row = lesion["position"]
        window = np.s_[round(row) - 1 : round(row) + 2, round(column) - 1 : round(column) + 2]
        assert with_lesions.pixels[window].max() > without.pixels[window].max() + 0.1
        assert 1 < lesion["size"] < 20


def test_the_anatomy_does_not_depend_on_the_contrast_but_on_the_level():
    assert head(128, seed=1, contrast="T1").facts["lesions"] == head(128, seed=1, contrast="T2").facts["lesions"]
    low, vertex = head_tissues(128, seed=1, level=0.45), head_tissues(128, seed=1, level=0.95)
    assert np.sum(low == Tissue.THALAMUS) > 50
    assert np.sum(vertex == Tissue.THALAMUS) == 0
    assert np.sum(vertex == Tissue.VENTRICLE) == 0


@pytest.mark.parametrize("seed", [0, 3])
def test_organs_of_the_abdomen_have_their_ct_numbers(seed):
    image, organs = body(256, seed=seed, lesions=0), body_organs(256, seed=seed, lesions=0)
    assert (image.units, image.modality) == ("HU", "CT")
    expected = {
        Organ.AIR: (-1024, -970),
        Organ.FAT: (-125, -80),
        Organ.MUSCLE: (40, 75),
        Organ.LIVER: (85, 130),
        Organ.SPLEEN: (95, 140),
        Organ.KIDNEY: (130, 220),
        Organ.MARROW: (130, 320),
    }
    for organ, (low, high) in expected.items():
        assert low < _median(image.pixels, organs, organ) < high, organ.name
    assert image.pixels[organs == Organ.BONE].max() > 600
    assert image.pixels.min() >= -1024


def test_liver_lesions_are_darker_than_the_liver_and_where_the_facts_say():
    image, organs = body(256, seed=1, lesions=3, noise=0), body_organs(256, seed=1, lesions=3)
    liver = _median(image.pixels, organs, Organ.LIVER)
    assert len(image.facts["lesions"]) == 3
    for lesion in image.facts["lesions"]:
        column, row = lesion["position"]
        assert image.pixels[round(row), round(column)] < liver - 20


def test_the_chest_holds_air():
    image, organs = body(256, seed=2, region="thorax"), body_organs(256, seed=2, region="thorax")
    assert np.mean(organs == Organ.LUNG) > 0.08
    assert -920 < _median(image.pixels, organs, Organ.LUNG) < -780
    assert 120 < _median(image.pixels, organs, Organ.BLOOD) < 190


def test_the_lowest_slices_show_eyes_filled_with_fluid():
    pixels, labels = head(256, contrast="T2", seed=3, level=0.05).pixels, head_tissues(256, seed=3, level=0.05)
    assert np.sum(labels == Tissue.VITREOUS) > 500
    assert _median(pixels, labels, Tissue.VITREOUS) > 2 * _median(pixels, labels, Tissue.MUSCLE)
    assert np.sum(head_tissues(128, seed=3, level=0.5) == Tissue.VITREOUS) == 0


def test_unknown_names_and_values_are_told_in_one_sentence():
    with pytest.raises(InputError, match="head-flair"):
        phantom("head-flare")
    with pytest.raises(InputError, match=r"size|pixels"):
        phantom("head-t1", 4)
    with pytest.raises(InputError, match="T1, T2, FLAIR"):
        head(contrast="PD")
    with pytest.raises(InputError, match="level"):
        head(level=2)
    with pytest.raises(InputError, match="thorax"):
        body(region="knee")
    with pytest.raises(InputError, match="options"):
        phantom("head-t1", 64, colour="red")
