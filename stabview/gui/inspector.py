"""A closer look: the magnifier, a region, a line or the histogram, one at a time in the right column."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from stabview.gui import marks
from stabview.gui.cards.fields import tend
from stabview.gui.histogram_page import HistogramPage
from stabview.gui.magnifier import Magnifier
from stabview.gui.profile_page import ProfilePage
from stabview.gui.region_page import RegionPage
from stabview.gui.stage import Stage

_PAUSE_MS = 60  # pages follow a moving slider at most so often
_PAGES = {marks.RECTANGLE: "Region", marks.ELLIPSE: "Region", marks.LINE: "Profile"}


class Inspector(QFrame):
    """Pages by their titles; a region or a line that is drawn brings its page to the front."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.setProperty("card", True)
        self.setObjectName("inspector")
        self.setAccessibleName("A closer look")
        self.magnifier = Magnifier(stage)
        self.region, self.profile, self.histogram = RegionPage(stage), ProfilePage(stage), HistogramPage(stage)
        self.pages: dict[str, QWidget] = {
            "Lens": self.magnifier,
            "Region": self.region,
            "Profile": self.profile,
            "Histogram": self.histogram,
        }
        self.tabs = QTabBar()
        tend(self.tabs, "Closer look", "Magnifier, region, line profile or histogram", "inspectorTabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(True)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        for arrow in self.tabs.findChildren(QToolButton):
            arrow.setToolTip(arrow.accessibleName())
        self.stack = _Pages()
        for title, page in self.pages.items():
            self.tabs.addTab(title)
            self.stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.tabs)
        layout.addWidget(self.stack)
        self._timer = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._timer.timeout.connect(self._refresh)
        self.tabs.currentChanged.connect(self._turn_to)
        stage.painted.connect(self._soon)
        stage.hub.marks.changed.connect(self._mark_changed)
        stage.hub.window_changed.connect(self._soon)
        self._turn_to(0)

    def show_page(self, title: str) -> None:
        """Bring a page to the front."""
        self.tabs.setCurrentIndex(list(self.pages).index(title))

    def figures(self) -> dict[str, QWidget]:
        """The page in front, as something that can become a figure, by its key."""
        keys = {"Lens": "magnifier", "Region": "region", "Profile": "profile", "Histogram": "histogram"}
        title = list(self.pages)[self.tabs.currentIndex()]
        page = self.pages[title]
        return {keys[title]: page if page in (self.magnifier, self.region) else page.chart}

    def tables(self) -> dict[str, str]:
        """The numbers of the region and of the profile as CSV, where there are some."""
        texts = {"region": self.region.csv(), "profile": self.profile.csv()}
        return {key: text for key, text in texts.items() if text}

    @Slot(int)
    def _turn_to(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        self.stack.updateGeometry()
        self._refresh()

    @Slot()
    def _mark_changed(self) -> None:
        book = self.stage.hub.marks
        if book.selected is not None and book.all[book.selected].kind in _PAGES:
            self.show_page(_PAGES[book.all[book.selected].kind])
        self._soon()

    @Slot()
    def _soon(self) -> None:
        if not self._timer.isActive() and self.isVisible():
            self._timer.start()

    @Slot()
    def _refresh(self) -> None:
        page = self.stack.currentWidget()
        if page is not self.magnifier and self.isVisible():
            page.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()


class _Pages(QStackedWidget):
    """As high as the page in front, so that a low page leaves no gap."""

    def sizeHint(self) -> QSize:
        return self.currentWidget().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.currentWidget().minimumSizeHint()
