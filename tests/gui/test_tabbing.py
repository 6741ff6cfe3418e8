"""With the tab key alone one gets to every control and out of it again, in every layout and on every page."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from stabview.gui.pictures import LAYOUTS
from stabview.study.study import ExperimentChoice


def stops(window: QWidget) -> set[QWidget]:
    """What has to be reached: everything in sight that takes the focus by the tab key."""
    return {
        widget for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window) and widget.isEnabled() and widget.window() is window
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        and not (widget.parentWidget() and widget.parentWidget().focusProxy() is widget)
        and not widget.objectName().startswith("qt_") and type(widget) is not QWidget
    }  # fmt: skip


def reached(window: QWidget, key: Qt.Key, most: int = 400) -> set[QWidget]:
    """Where the key goes, from the widget with the focus until it is back there."""
    window.activateWindow()
    first = QApplication.focusWidget()
    found = {first}
    for _ in range(most):
        QTest.keyClick(QApplication.focusWidget(), key)
        if QApplication.focusWidget() is first:
            return found
        found.add(QApplication.focusWidget())
    raise AssertionError(f"{key} goes round without coming back to {first.objectName()}")


def assert_all_reached(window: QWidget) -> None:
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        missed = {widget.objectName() or type(widget).__name__ for widget in stops(window) - reached(window, key)}
        assert not missed, f"{key} does not get to {sorted(missed)}"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_tab_key_gets_to_every_control_of_the_window(small_window, qtbot, layout):
    small_window.looking.choose_layout(layout)
    qtbot.wait(20)
    small_window.header.run.setFocus()
    assert_all_reached(small_window)


def test_and_still_does_after_panels_changed_places(small_window, qtbot):
    for other in ("soa", "quick", "network"):
        small_window.stage.show_instead(small_window.stage.shown[0], other)
    small_window.looking.choose_layout("six")
    small_window.looking.choose_layout("two")
    qtbot.wait(20)
    small_window.header.run.setFocus()
    assert_all_reached(small_window)


def test_it_gets_to_every_control_of_an_experiment(small_window, qtbot):
    window = small_window.opener.open_experiment(ExperimentChoice("transfer"))
    qtbot.addWidget(window)
    qtbot.wait(50)
    window.run_button.setFocus()
    assert_all_reached(window)
