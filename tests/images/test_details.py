"""Painted details: where they are, how large, how bright, and what the eraser takes away."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from stabview import resources
from stabview.images import shapes
from stabview.images.details import render_detail, render_details, render_each
from stabview.images.errors import InputError
from stabview.study.study import Detail

SHAPE = (96, 128)


def centre_of_mass(picture):
    rows, columns = np.indices(picture.shape)
    return (picture * columns).sum() / picture.sum(), (picture * rows).sum() / picture.sum()


@pytest.mark.parametrize("angle", [0, 30, 90])
@pytest.mark.parametrize("position", [(60, 40), (60.25, 40.75), (61.5, 39.5)])
@pytest.mark.parametrize(
    "detail",
    [Detail("lesion", size=9), Detail("symbol", text="♦", size=14), Detail("text", text="OIO", size=11)],
    ids=["lesion", "diamond", "text"],
)
def test_the_centre_of_mass_is_at_the_position_to_a_twentieth_of_a_pixel(detail, position, angle):
    picture = render_detail(SHAPE, replace(detail, position=position, angle=angle))
    assert picture.shape == SHAPE and picture.dtype == np.float32
    assert np.allclose(centre_of_mass(picture), position, atol=0.05)


def test_a_lesion_falls_to_half_its_contrast_at_half_its_size_from_the_centre():
    picture = render_detail(SHAPE, Detail("lesion", position=(64, 48), size=10, contrast=0.4))
    assert picture[48, 64] == pytest.approx(0.4)
    assert picture[48, 69] == pytest.approx(0.2) and picture[43, 64] == pytest.approx(0.2)


@pytest.mark.parametrize("size", [9, 14.5, 30])
@pytest.mark.parametrize("text", ["♠", "♥", "♦", "♣", "E"])
def test_glyphs_are_as_high_as_their_size(text, size):
    picture = render_detail(SHAPE, Detail("symbol", text=text, position=(64, 48), size=size, contrast=1.0))
    height = picture.max(axis=1).sum()  # full rows count 1, rows that are partly covered what is covered
    assert height == pytest.approx(size, abs=1.2)
    assert picture.max() == pytest.approx(1, abs=0.05)


def test_glyphs_turn_clockwise():
    upright = render_detail(SHAPE, Detail("text", text="I", position=(64, 48), size=21))
    turned = render_detail(SHAPE, Detail("text", text="L", position=(64, 48), size=21, angle=90))
    assert np.ptp(np.nonzero(upright)[0]) > np.ptp(np.nonzero(upright)[1])
    # the foot of an L, at the bottom right, comes to the left, its stem from the left to the top
    assert turned[:48].sum() > turned[48:].sum() and turned[:, :64].sum() > turned[:, 64:].sum()


def test_energy_goes_with_the_square_of_the_contrast_and_dark_details_are_negative():
    detail = Detail("symbol", text="♥", position=(64, 48), size=15, contrast=0.1)
    energy = np.square(render_detail(SHAPE, detail)).sum()
    assert np.square(render_detail(SHAPE, replace(detail, contrast=0.3))).sum() == pytest.approx(9 * energy, rel=1e-5)
    dark = render_detail(SHAPE, replace(detail, contrast=-0.1))
    assert np.array_equal(dark, -render_detail(SHAPE, detail)) and dark.min() < -0.09
    assert render_detail(SHAPE, detail, peak=2.0).max() == pytest.approx(0.2, abs=0.01)


def test_glyphs_come_from_the_bundled_bold_font():
    picture = render_detail(SHAPE, Detail("text", text="Rg", position=(64, 48), size=40, contrast=1.0))

    def likeness(name):
        font = ImageFont.truetype(str(resources.path("fonts", name)), 40 * 2048 / 1493)
        left, _, right, _ = font.getmask("Rg").getbbox()
        plain = Image.new("L", (SHAPE[1], SHAPE[0]))
        corner = (64.5 - (left + right) / 2, 48.5 + 20)
        ImageDraw.Draw(plain).text(corner, "Rg", font=font, fill=255, anchor="ls")
        return np.corrcoef(picture.ravel(), np.asarray(plain).ravel())[0, 1]

    assert likeness("DejaVuSans-Bold.ttf") > 0.95 > likeness("DejaVuSans.ttf")


def test_a_stroke_is_as_wide_as_its_brush_and_does_not_build_up_where_it_crosses_itself():
    there_and_back = Detail("stroke", points=((20, 48), (100, 48), (20, 48)), size=6, contrast=0.5)
    picture = render_detail(SHAPE, there_and_back)
    assert picture[:, 60].sum() == pytest.approx(0.5 * 6, rel=1e-5)
    assert picture.max() == pytest.approx(0.5)
    area = 6 * 80 + np.pi * 3**2
    assert picture.sum() == pytest.approx(0.5 * area, rel=0.01)
    dot = render_detail(SHAPE, Detail("stroke", points=((30.0, 30.0),), size=8, contrast=1.0))
    assert dot.sum() == pytest.approx(np.pi * 4**2, rel=0.02)


def test_the_eraser_removes_earlier_strokes_only():
    heart = Detail("symbol", text="♥", position=(60, 48), size=20, contrast=0.3)
    stroke = Detail("stroke", points=((10, 48), (110, 48)), size=5, contrast=0.5)
    eraser = Detail("stroke", points=((60, 0), (60, 95)), size=40, erase=True)
    later = replace(stroke, points=((50, 50), (70, 50)), contrast=0.1)
    erased = render_details(SHAPE, (heart, stroke, eraser, later))
    assert np.allclose(erased[:, 45:75], (render_detail(SHAPE, heart) + render_detail(SHAPE, later))[:, 45:75])
    assert np.array_equal(erased[:, :35], render_detail(SHAPE, stroke)[:, :35])
    each = render_each(SHAPE, (heart, stroke, eraser, later))
    assert np.allclose(sum(each), erased) and not each[2].any()
    assert each[1][48, 60] == 0 and each[1][48, 20] == 0.5


def test_what_lies_outside_the_image_is_cut_off():
    symbol = Detail("symbol", text="♦", position=(0, 0), size=20)
    corner = render_detail(SHAPE, symbol)
    inside = render_detail((200, 200), replace(symbol, position=(100, 100)))
    assert np.allclose(corner[:20, :20], inside[100:120, 100:120], atol=1e-3)
    lesion, stroke = Detail("lesion", position=(-5, 50), size=12), Detail("stroke", points=((-9, 9), (500, 9)), size=3)
    assert render_detail(SHAPE, lesion)[50, 0] > 0 and render_detail(SHAPE, stroke)[9].min() > 0
    for kind, text in (("symbol", "♠"), ("text", "CAN U SEE IT"), ("lesion", "")):
        far = Detail(kind, position=(-900, 4000), text=text)
        assert not render_detail(SHAPE, far).any()
    assert not render_detail(SHAPE, Detail("stroke", points=((-80, -80), (-50, -90)), size=9)).any()


@pytest.mark.parametrize(
    ("detail", "word"),
    [
        (Detail("text", text="  "), "no text"),
        (Detail("stroke"), "no points"),
        (Detail("symbol", text="♥", size=0), "size"),
        (Detail("lesion", position=(float("nan"), 3)), "finite"),
        (Detail("star"), "star"),
        (Detail("text", text="漢"), "漢"),
    ],
)
def test_impossible_details_are_refused_in_one_sentence(detail, word):
    with pytest.raises(InputError, match=word):
        render_detail(SHAPE, detail)


@pytest.mark.parametrize("edge", [1.0, 0.4, 0.1])
def test_a_lesion_keeps_its_size_at_half_maximum_whatever_its_edge(edge):
    lesion = Detail("lesion", position=(64, 48), size=20, contrast=0.4, edge=edge, aspect=1.5)
    picture = render_detail(SHAPE, lesion)
    assert picture[48, 64] == pytest.approx(0.4)
    assert picture[48, 74] == pytest.approx(0.2, rel=1e-3) and picture[63, 64] == pytest.approx(0.2, rel=1e-3)
    assert np.isfinite(picture).all()


def test_a_sharper_edge_falls_faster():
    soft, sharp = (render_detail(SHAPE, Detail("lesion", (64, 48), 20, 0.4, edge=edge)) for edge in (1.0, 0.2))
    assert sharp[48, 72] > soft[48, 72] and sharp[48, 77] < soft[48, 77]


def test_the_texture_of_a_lesion_belongs_to_it_and_moves_with_it():
    plain = Detail("lesion", position=(50, 40), size=24, contrast=0.4)
    rough = replace(plain, texture=0.6)
    still, moved = (render_detail(SHAPE, one) for one in (rough, replace(rough, position=(57, 45))))
    np.testing.assert_allclose(moved[20:80, 30:90], still[15:75, 23:83], atol=2e-4)
    inside = np.s_[34:47, 44:57]
    assert np.std(still[inside] / render_detail(SHAPE, plain)[inside]) > 0.1


def test_what_is_hidden_is_not_painted_and_a_hidden_eraser_erases_nothing():
    stroke = Detail("stroke", (10, 10), 6.0, 0.5, points=((10, 10), (60, 10)))
    eraser = Detail("stroke", (30, 10), 12.0, 0.0, points=((30, 5), (30, 15)), erase=True)
    painted = render_details(SHAPE, (stroke, replace(eraser, hidden=True)))
    np.testing.assert_array_equal(painted, render_detail(SHAPE, stroke))
    assert not render_detail(SHAPE, replace(stroke, hidden=True)).any()


@pytest.mark.parametrize(
    "detail",
    [
        Detail("symbol", (40.0, 30.0), 12.0, text="♥", angle=20.0),
        Detail("lesion", (40.0, 30.0), 12.0, aspect=1.6, angle=30.0),
        Detail("stroke", (30.0, 30.0), 4.0, points=((30.0, 30.0), (44.0, 30.0), (44.0, 40.0))),
    ],
)
def test_objects_are_moved_grown_and_turned_about_their_middle(detail):
    middle = shapes.centre(detail)
    assert shapes.centre(shapes.moved(detail, 5, -3)) == pytest.approx((middle[0] + 5, middle[1] - 3))
    grown = shapes.scaled(detail, 2.0)
    assert shapes.centre(grown) == pytest.approx(middle, abs=0.1) and grown.size == 2 * detail.size
    assert render_detail(SHAPE, grown).sum() == pytest.approx(4 * render_detail(SHAPE, detail).sum(), rel=0.1)
    turned = shapes.turned(shapes.turned(detail, 70.0), -70.0)
    np.testing.assert_allclose(render_detail(SHAPE, turned), render_detail(SHAPE, detail), atol=0.02)
