"""What the cards of the left column and the painting tools do to the study, and how they follow it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget, QSlider, QWidget

from stabview.gui import theme
from stabview.gui.bridge import Bridge
from stabview.gui.cards.column import CardColumn
from stabview.gui.cards.paint_state import PaintState
from stabview.gui.cards.seen_card import verdict
from stabview.gui.image_panel import ImagePanel
from stabview.gui.paint_tools import outline
from stabview.images.details import render_detail
from stabview.study.study import Detail, ImageChoice, NetworkChoice, Study
from stabview.study.workbench import Workbench

SHAPE = (64, 64)
HEART = Detail("symbol", (30.0, 20.0), 12.0, 0.2, "♥")


@pytest.fixture
def bridge(qapp):
    bridge = Bridge()
    workbench = Workbench(
        Study(image=ImageChoice(phantom="shepp-logan", size=64)), device="cpu", threads=1, listener=bridge.listen
    )
    bridge.attach(workbench)
    bridge.hub.set_image(SHAPE, 1.0)
    yield bridge
    bridge.close()


@pytest.fixture
def column(bridge, qtbot):
    theme.load_fonts()
    column = CardColumn(bridge)
    qtbot.addWidget(column)
    column.show()
    return column


def pick(combo: QComboBox, key: str) -> None:
    """Choose an item as a click would."""
    index = combo.findData(key)
    assert index >= 0, f"{combo.objectName()} does not offer {key}"
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def drag(tool, *points: tuple[float, float]) -> None:
    tool.press(*points[0])
    for point in points[1:]:
        tool.move(*point, True)
    tool.release(*points[-1])


def test_every_field_has_a_name_a_tooltip_and_a_tab_stop(column):
    fields = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget, QSlider)
    seen = 0
    for widget in column.widget().findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget.parent(), QComboBox | QLineEdit)
        if isinstance(widget, fields) and not inner:
            seen += 1
            assert widget.accessibleName() and widget.toolTip(), widget
            assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget.accessibleName()
    assert seen > 40


@pytest.mark.parametrize(
    "name",
    ["rateSlider", "detailPalette"]
    + [f"detail.{kind}" for kind in ("spade", "heart", "diamond", "club", "text", "lesion", "brush", "eraser")],
)
def test_documented_object_names_are_there_once(column, name):
    assert len(column.findChildren(QWidget, name)) == 1


def test_dragging_the_rate_is_one_step_for_undo(bridge, column, qtbot):
    slider = column.findChild(QSlider, "rateSlider")
    for target in (60, 30):
        slider.setSliderDown(True)
        for tick in range(slider.value(), target, 5 if target > slider.value() else -5):
            slider.setValue(tick)
        slider.setValue(target)
        slider.setSliderDown(False)
    rate = lambda: bridge.workbench.study.sampling.rate  # noqa: E731
    assert rate() == pytest.approx(0.31)
    bridge.workbench.undo()
    assert rate() == pytest.approx(0.61)
    bridge.workbench.undo()
    assert rate() == pytest.approx(0.33)
    qtbot.waitUntil(lambda: slider.value() == 32)
    assert bridge.workbench.undo_label is None


def test_a_network_of_the_other_operator_brings_its_operator_in_one_step(bridge, column, qtbot):
    network, workbench = column.cards["network"], bridge.workbench
    with qtbot.waitSignal(bridge.message) as said:
        pick(network.choice, "ell-50")
    assert "operator" in said.args[0] and network.message.text() == said.args[0]
    assert workbench.study.network.name == "ell-50" and workbench.study.sampling.operator == "radon"
    sampling = column.cards["sampling"]
    qtbot.waitUntil(lambda: sampling.operator.key() == "radon")
    assert sampling.caption(sampling.rate).text() == "views" and sampling.rate.value() == 50
    workbench.undo()
    assert workbench.study.network.name == "deep-mri" and workbench.study.sampling.operator == "fourier"


def test_a_network_of_one_single_operator_brings_it_and_takes_no_other(bridge, column, qtbot):
    network, image, workbench = column.cards["network"], column.cards["image"], bridge.workbench
    pick(network.choice, "automap")
    study = workbench.study
    assert (study.image.size, study.sampling.pattern, study.sampling.rate) == (32, "poisson-disc", 0.6)
    assert "32 x 32" in network.message.text()
    qtbot.waitUntil(lambda: "no other operator" in network.training.text())
    qtbot.waitUntil(lambda: image.size.key() == "32")
    pick(image.size, "128")
    assert "one operator only" in workbench.last_error[0] and workbench.study == study
    qtbot.waitUntil(lambda: image.size.key() == "32")
    pick(network.choice, "deep-mri")
    assert workbench.study.image.size == 256 and workbench.study.sampling.pattern == "cartesian-gaussian"


def test_the_other_operator_brings_a_network_trained_for_it(bridge, column):
    pick(column.cards["sampling"].operator, "radon")
    assert bridge.workbench.study.sampling.operator == "radon"
    assert bridge.workbench.study.network.name == "ell-50"
    pick(column.cards["sampling"].operator, "dct")
    study = bridge.workbench.study
    assert (study.sampling.operator, study.network.name) == ("dct", "firenet"), "one that takes any operator"


def test_a_study_changed_elsewhere_shows_in_the_cards_and_changes_nothing(bridge, column, qtbot):
    study = bridge.workbench.study
    other = study.having(
        image=replace(study.image, phantom="ellipses", size=128, seed=3),
        sampling=replace(study.sampling, pattern="radial", rate=0.217, noise=0.015),
        network=NetworkChoice(path="/somewhere/mine.safetensors"),
        soa=replace(study.soa, lambda_=0.0125),
        perturbation=replace(study.perturbation, search="ascent", steps=77, momentum=0.9, max_relative_norm=0.035),
        details=(HEART, Detail("lesion", (9.0, 9.0), 7.0, -0.1)),
    )
    bridge.workbench.change(other, "by code")
    cards = column.cards
    qtbot.waitUntil(lambda: cards["sampling"].pattern.key() == "radial")
    assert (cards["image"].source.key(), cards["image"].size.key(), cards["image"].seed.value()) == (
        "ellipses",
        "128",
        3,
    )
    assert cards["sampling"].rate.value() == 22 and cards["sampling"].noise.value() == 1.5
    assert cards["network"].choice.currentText() == "mine.safetensors" and not cards["network"].model_card.isEnabled()
    assert cards["soa"].lambda_.text() == "0.0125" and cards["soa"].tolerance.text() == ""
    search = cards["search"]
    assert (search.search.key(), search.steps.value(), search.budget.value()) == ("ascent", 77, 3.5)
    assert search.numbers["momentum"].text() == "0.9" and search.numbers["step"].placeholderText() == "auto"
    assert [cards["details"].list.item(i).text()[:6] for i in range(2)] == ["♥ 12 p", "lesion"]
    qtbot.wait(20)
    assert bridge.workbench.study == other and bridge.workbench.undo_label == "by code"


def test_a_file_with_slices_is_opened_at_the_middle_one_and_browsed(bridge, column, qtbot, tmp_path):
    card = column.cards["image"]
    np.save(tmp_path / "stack.npy", np.random.default_rng(0).random((7, 64, 64), np.float32))
    card.open_file(tmp_path / "stack.npy")
    qtbot.waitUntil(card.slice.isVisible)
    assert (card.source.currentText(), card.slice.value()) == ("stack.npy", 3)
    card.slice.spin.setValue(5)
    assert bridge.workbench.study.image.slice == 5
    (tmp_path / "note.txt").write_text("no image")
    with qtbot.waitSignal(bridge.error_raised) as told:
        card.open_file(tmp_path / "note.txt")
    assert "note.txt" in told.args[0]
    assert card.source.currentText() == "stack.npy"


def test_an_empty_number_means_auto(bridge, column, qtbot):
    field, study = column.cards["soa"].lambda_, lambda: bridge.workbench.study
    column.cards["soa"].set_folded(False)
    qtbot.keyClicks(field, "2e-3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert study().soa.lambda_ == 0.002
    qtbot.keyClicks(field, "e")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert study().soa.lambda_ == 0.002  # half a number counts for nothing
    field.clear()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert study().soa.lambda_ is None
    qtbot.keyClicks(field, "0.5\r")
    assert study().soa.lambda_ == 0.5
    field.findChild(QAbstractButton).click()  # the cross that empties the field
    assert study().soa.lambda_ is None


def test_a_click_with_a_stamp_paints_and_a_drag_moves_it_all_in_one_step(bridge, column, qtbot):
    qtbot.mouseClick(column.findChild(QAbstractButton, "detail.heart"), Qt.MouseButton.LeftButton)
    drag(bridge.hub.tool, (20, 20), (25, 21), (30, 20))
    assert bridge.workbench.study.details == (HEART,)
    drag(bridge.hub.tool, (31, 22), (41, 32))  # on the heart: moves it
    assert bridge.workbench.study.details == (replace(HEART, position=(40.0, 30.0)),)
    bridge.workbench.undo()
    assert bridge.workbench.study.details == (HEART,)
    bridge.workbench.undo()
    assert bridge.workbench.study.details == () and bridge.workbench.undo_label is None


def test_the_mouse_paints_where_it_points(bridge, column, qtbot):
    panel = ImagePanel("input", bridge.hub)
    qtbot.addWidget(panel)
    panel.resize(400, 420)
    panel.set_picture(np.zeros(SHAPE, np.float32), 0)
    panel.show()
    column.findChild(QAbstractButton, "detail.lesion").click()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.to_screen(20.0, 40.0).toPoint())
    (lesion,) = bridge.workbench.study.details
    assert lesion.position == pytest.approx((20, 40), abs=0.2)


def test_a_press_beside_the_image_paints_nothing(bridge, column):
    for kind in ("lesion", "brush"):
        PaintState.of(bridge).set(kind=kind)
        drag(bridge.hub.tool, (-30, 20), (-20, 20))
    assert bridge.workbench.study.details == ()


def test_a_stroke_is_one_detail_and_one_step_and_escape_takes_it_back(bridge, column):
    paint = PaintState.of(bridge)
    paint.set(kind="brush")
    paint.set(size=4.0)
    drag(bridge.hub.tool, *((10 + k, 20) for k in range(30)))
    (stroke,) = bridge.workbench.study.details
    assert (stroke.kind, stroke.size, stroke.erase) == ("stroke", 4.0, False)
    assert stroke.points == ((10, 20), (39, 20))  # points between are left out
    picture = render_detail(SHAPE, stroke)
    assert picture[20, 12:38].min() == pytest.approx(0.2) and not picture[24:].any()
    paint.set(kind="eraser")
    bridge.hub.tool.press(20, 10)
    bridge.hub.tool.move(20, 30, True)
    assert bridge.workbench.study.details[1].erase
    bridge.hub.tool.cancel()
    assert bridge.workbench.study.details == (stroke,)
    bridge.workbench.undo()
    assert bridge.workbench.study.details == ()


def test_a_stroke_with_few_points_looks_like_the_path_of_the_mouse(bridge, column):
    PaintState.of(bridge).set(kind="brush")
    path = [(32 + 20 * math.cos(0.03 * k), 32 + 20 * math.sin(0.03 * k)) for k in range(200)]
    path += [(30 - 0.5 * k, 32) for k in range(40)] + [(10 + 0.5 * k, 33) for k in range(40)]  # there and back
    drag(bridge.hub.tool, *path)
    (stroke,) = bridge.workbench.study.details
    assert len(stroke.points) < 50
    difference = render_detail(SHAPE, stroke) - render_detail(SHAPE, replace(stroke, points=tuple(path)))
    assert abs(difference).max() < 0.35 * stroke.contrast


def test_the_selected_detail_follows_the_fields_and_is_deleted_by_its_key(bridge, column, qtbot):
    card = column.cards["details"]
    bridge.workbench.change(bridge.workbench.study.having(details=(HEART, replace(HEART, text="♠"))), "by code")
    qtbot.waitUntil(lambda: card.list.count() == 2)
    card.list.setCurrentRow(1)
    card.size.spin.setValue(20)
    card.contrast.spin.setValue(-30)
    card.column.setValue(12.5)
    spade = bridge.workbench.study.details[1]
    assert (spade.size, spade.contrast, spade.position) == (20, -0.3, (12.5, 20.0))
    assert bridge.workbench.study.details[0] == HEART
    qtbot.keyClick(card.list, Qt.Key.Key_Delete)
    assert bridge.workbench.study.details == (HEART,)
    qtbot.waitUntil(lambda: card.undo.toolTip() == "Undo: delete symbol")
    qtbot.mouseClick(card.undo, Qt.MouseButton.LeftButton)
    assert len(bridge.workbench.study.details) == 2


def test_details_can_be_painted_without_a_mouse(bridge, column, qtbot):
    qtbot.keyClick(column.findChild(QAbstractButton, "detail.lesion"), Qt.Key.Key_Space)
    qtbot.keyClick(column.findChild(QAbstractButton, "details.add"), Qt.Key.Key_Space)
    (lesion,) = bridge.workbench.study.details
    assert lesion.kind == "lesion" and lesion.position == (31.5, 31.5)


def test_taking_up_a_tool_leaves_what_is_painted_alone(bridge, column):
    column.findChild(QAbstractButton, "detail.heart").click()
    drag(bridge.hub.tool, (30, 20))
    column.findChild(QAbstractButton, "detail.brush").click()
    column.cards["details"].size.spin.setValue(7)
    assert bridge.workbench.study.details == (HEART,)
    drag(bridge.hub.tool, (10, 50), (20, 50))
    assert bridge.workbench.study.details[1].size == 7


def test_another_tool_releases_the_palette(bridge, column, qtbot):
    button = column.findChild(QAbstractButton, "detail.club")
    button.click()
    assert button.isChecked() and bridge.hub.tool is not None
    bridge.hub.set_tool(None)  # Escape
    assert not button.isChecked()


@pytest.mark.parametrize("angle", [0, 35])
@pytest.mark.parametrize(
    "detail", [HEART, Detail("text", (30.0, 30.0), 8.0, 0.5, "Ag7"), Detail("lesion", (20.5, 30.0), 9)]
)
def test_the_outline_is_where_the_detail_will_be(column, detail, angle):
    detail = replace(detail, angle=angle)
    picture = render_detail(SHAPE, detail)
    rows, columns = (picture >= picture.max() / 2).nonzero()
    points = [point for line in outline(detail) for point in line]
    across, down = [p[0] for p in points], [p[1] for p in points]
    assert columns.min() - 0.5 == pytest.approx(min(across), abs=1)
    assert columns.max() + 0.5 == pytest.approx(max(across), abs=1)
    assert rows.min() - 0.5 == pytest.approx(min(down), abs=1)
    assert rows.max() + 0.5 == pytest.approx(max(down), abs=1)


@pytest.mark.parametrize(
    ("kept", "word"),
    [(-0.2, "lost"), (0.49, "lost"), (0.5, "weakened"), (0.75, "kept"), (1.1, "kept"), (1.4, "overdone")],
)
def test_contrast_in_words(kept, word):
    assert verdict(kept)[0] == word


def test_the_last_card_says_what_became_of_the_detail(bridge, column, qtbot):
    seen = column.cards["seen"]
    assert "Paint a detail" in seen.state.text()
    study = bridge.workbench.study
    bridge.workbench.change(study.having(details=(HEART,)), "by code")
    qtbot.waitUntil(lambda: "%" in seen.exposure.text(), timeout=60000)
    assert seen.which.text().startswith("♥")
    qtbot.waitUntil(lambda: all(label.text() != "…" for label in seen.kept.values()), timeout=60000)
    (report,) = bridge.workbench.detail_reports
    assert report.exposure == bridge.workbench.exposures[0] and 0 <= report.exposure <= 1
    assert verdict(bridge.workbench.detail_reports[0].captured["network"])[0] in seen.kept["network"].text()
