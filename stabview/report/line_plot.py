"""A line plot laid out and drawn as SVG, in the colours and the size that are given: those of paper, or of a window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from stabview.report.axes import Axis

_METHODS = {"network": ("", "circle"), "soa": ("8 4", "square"), "quick": ("2 4", "triangle")}  # dashes, marker
_OTHERS = (
    ("10 3 2 3", "diamond"), ("5 2", "circle"), ("1 3", "square"), ("12 3", "triangle"), ("2 2", "circle"),
    ("8 4", "diamond"), ("", "square"),
)  # fmt: skip
_SHAPES = {
    "square": "m-4 -4h8v8h-8z",
    "triangle": "m0 -5l5 9h-10z",
    "diamond": "m0 -5.5l5 5.5l-5 5.5l-5 -5.5z",
    "arrow": "m0 -9l6 8h-4v8h-4v-8h-4z",
}
_CROWD = 24  # a joined line of more points has a marker at some of them only
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[] "), frozenset("mwMWΔΣ%@—")


@dataclass(frozen=True)
class Look:
    """Colours (as CSS has them), pixels, and pixels of a letter.

    Attributes
    ----------
    network, soa, quick, series : colours of these methods, and of the other lines in turn.
    """

    ground: str = "#ffffff"
    ink: str = "#000000"
    faint: str = "#54585e"
    grid: str = "#e2e5e9"
    mark: str = "#A0307A"
    network: str = "#D55E00"
    soa: str = "#0072B2"
    quick: str = "#4D4D4D"
    series: tuple[str, ...] = ("#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#0072B2", "#D55E00")
    width: int = 720
    height: int = 400
    letters: float = 13.0


PAPER = Look()
"""Okabe and Ito on white: how plots are exported."""


@dataclass(frozen=True)
class Line:
    """One method's points; `method` chooses colour, dashes and marker. Above `ceiling` they are arrows at it.

    joined : whether a line goes from point to point. bars : (lowest, highest) at each point, where there are error
        bars.
    """

    method: str
    title: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    ceiling: float = math.inf
    joined: bool = True
    bars: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Mark:
    """A place on the x axis with a name, such as where the network was trained."""

    x: float
    title: str


@dataclass(frozen=True)
class Point:
    """A value of a line, and where it is drawn, in pixels from the left and from the top."""

    title: str
    x: float
    y: float
    across: float
    down: float


class NothingToDraw(ValueError):
    """No line has a point."""


class LinePlot:
    """A plot of at least one point; `svg` is the file, `points` all values in the order of the lines.

    With `from_0` both axes start at 0; a logarithmic axis leaves out what is not positive. Raises NothingToDraw where
    no point is left.
    """

    def __init__(
        self, title: str, x_label: str, y_label: str, lines: Sequence[Line], marks: Sequence[Mark] = (), *,
        from_0: bool = False, log_x: bool = False, log_y: bool = False, look: Look = PAPER,
    ) -> None:  # fmt: skip
        self.title, self.x_label, self.y_label, self.marks, self.look = title, x_label, y_label, marks, look
        self.lines = [line for line in (_positive(line, log_x, log_y) for line in lines) if line.x]
        if not self.lines:
            raise NothingToDraw
        across = [x for line in self.lines for x in line.x] + [mark.x for mark in marks]
        down = [min(y, line.ceiling) for line in self.lines for y in (*line.y, *sum(line.bars, ()))]
        self._x, self._y = Axis(across, from_0, log_x), Axis(down, from_0, log_y)
        self._unit = max(1.0, look.letters / PAPER.letters)  # lines and markers grow with the letters
        self._legend = self._legend_rows()
        row = 1.45 * look.letters
        self._top = 2.1 * look.letters + row * (1 + max(y for _, _, y in self._legend)) + 0.5 * look.letters
        self._top += row if marks else 0
        ticks = max(text_width(self._y.words(tick), look.letters) for tick in self._y.ticks)
        self._left = 2.0 * look.letters + ticks + 6
        self._right, self._floor = look.width - 1.6 * look.letters, look.height - 3.6 * look.letters
        self._pen = 2 * self._unit
        self._styles = self._styled()
        self.points = tuple(
            Point(line.title, x, y, *self._place(x, min(y, line.ceiling)))
            for line in self.lines for x, y in zip(line.x, line.y, strict=True)
        )  # fmt: skip

    @property
    def words(self) -> str:
        """What is drawn, for those who cannot see it."""
        said = "; ".join(f"{line.title}: {len(line.x)} points" for line in self.lines)
        return f"{self.y_label} against {self.x_label}; {said}"

    @property
    def svg(self) -> str:
        look = self.look
        title = _shortened(self.title, look.width - 2 * look.letters, 1.12 * look.letters)
        parts = [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {look.width} {look.height}" '
                f'width="{look.width}" height="{look.height}" role="img" fill="{look.ink}" '
                f'font-family="DejaVu Sans, Verdana, sans-serif" font-size="{look.letters:g}">'
            ),
            f"<title>{escape(self.title)}</title><desc>{escape(self.words)}</desc>",
            f'<rect width="{look.width}" height="{look.height}" fill="{look.ground}"/>',
            (
                f'<text x="{look.letters:g}" y="{1.6 * look.letters:.1f}" font-size="{1.12 * look.letters:.1f}" '
                f'font-weight="bold">{escape(title)}</text>'
            ),
            *self._drawn_axes(),
            *self._drawn_marks(),
        ]
        for line, style in zip(self.lines, self._styles, strict=True):
            parts += self._drawn(line, style)
        return "\n".join([*parts, *self._drawn_legend(), "</svg>"]) + "\n"

    def _place(self, x: float, y: float) -> tuple[float, float]:
        across = self._left + self._x.share(x) * (self._right - self._left)
        return across, self._floor - self._y.share(y) * (self._floor - self._top)

    def _styled(self) -> list[tuple[str, str, str]]:
        """Colour, dashes and marker of every line."""
        styles, other = [], 0
        for line in self.lines:
            if line.method in _METHODS:
                styles.append((getattr(self.look, line.method), *_METHODS[line.method]))
            else:
                styles.append((self.look.series[other % len(self.look.series)], *_OTHERS[other % len(_OTHERS)]))
                other += 1
        return styles

    def _drawn_axes(self) -> list[str]:
        look, left, top, right, floor = self.look, self._left, self._top, self._right, self._floor
        parts, end = [], -math.inf
        for tick in self._x.ticks:
            x, words = self._place(tick, self._y.ticks[0])[0], self._x.words(tick)
            parts.append(f'<path d="M{x:.1f} {top:.1f}V{floor:.1f}" stroke="{look.grid}"/>')
            half = text_width(words, look.letters) / 2
            if x - half > end + 0.5 * look.letters:
                parts.append(_text(x, floor + 1.35 * look.letters, words, look.faint, "middle"))
                end = x + half
        end = math.inf
        for tick in self._y.ticks:
            y = self._place(self._x.ticks[0], tick)[1]
            parts.append(f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{look.grid}"/>')
            if y < end - 1.1 * look.letters:
                parts.append(_text(left - 6, y + 0.35 * look.letters, self._y.words(tick), look.faint, "end"))
                end = y
        parts.append(f'<path d="M{left:.1f} {top:.1f}V{floor:.1f}H{right:.1f}" fill="none" stroke="{look.faint}"/>')
        x_label = _shortened(self.x_label, look.width - 2 * look.letters, look.letters)
        y_label = _shortened(self.y_label, look.height - top, look.letters)
        middle = max((top + floor) / 2, top + text_width(y_label, look.letters) / 2)  # not into the legend
        half = text_width(x_label, look.letters) / 2
        centre = min(max((left + right) / 2, half + 2), look.width - half - 2)
        parts.append(_text(centre, look.height - 0.8 * look.letters, x_label, look.ink, "middle"))
        parts.append(
            f'<text transform="translate({1.25 * look.letters:.1f} {middle:.1f}) rotate(-90)" fill="{look.ink}" '
            f'text-anchor="middle">{escape(y_label)}</text>'
        )
        return parts

    def _drawn_marks(self) -> list[str]:
        look, parts = self.look, []
        for mark in self.marks:
            x = self._place(mark.x, self._y.ticks[0])[0]
            parts.append(
                f'<path d="M{x:.1f} {self._top:.1f}V{self._floor:.1f}" stroke="{look.mark}" stroke-width="1.5" '
                'stroke-dasharray="6 4"/>'
            )
            fits = x + 5 + text_width(mark.title, look.letters) <= look.width
            parts.append(_text(x + 5 if fits else x - 5, self._top - 5, mark.title, look.mark, "" if fits else "end"))
        return parts

    def _drawn(self, line: Line, style: tuple[str, str, str]) -> list[str]:
        colour, dashes, marker = style
        points = [self._place(x, min(y, line.ceiling)) for x, y in zip(line.x, line.y, strict=True)]
        every = math.ceil(len(points) / _CROWD) if line.joined else 1
        shown = [k for k in range(len(points)) if k % every == 0 or k == len(points) - 1 or line.y[k] > line.ceiling]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        drawn = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{self._pen:g}"{self._dashed(dashes)}/>'
        return [
            drawn if line.joined else "",
            "".join(self._bar(x, [min(end, line.ceiling) for end in ends], colour)
                    for x, ends in zip(line.x, line.bars, strict=False)),
            "".join(self._marker("arrow" if line.y[k] > line.ceiling else marker, *points[k], colour) for k in shown),
        ]

    def _bar(self, x: float, ends: Sequence[float], colour: str) -> str:
        """An error bar; none where it would be a dot."""
        (across, bottom), (_, top) = (self._place(x, end) for end in ends)
        if bottom - top < 1:
            return ""
        cap = 3 * self._unit
        path = "".join(f"M{across - cap:.1f} {y:.1f}h{2 * cap:.1f}" for y in (bottom, top))
        pen = f'stroke="{colour}" stroke-width="{0.6 * self._pen:g}"'
        return f'<path d="M{across:.1f} {bottom:.1f}V{top:.1f}{path}" {pen}/>'

    def _legend_rows(self) -> list[tuple[str, float, int]]:
        """Name, place from the left, and row of every line; rows are filled one after the other."""
        look, x, row, found = self.look, self.look.letters, 0, []
        for line in self.lines:
            name = _shortened(line.title, look.width - 2 * look.letters - 42 * self._unit, look.letters)
            wide = 42 * self._unit + text_width(name, look.letters)
            if found and x + wide > look.width - 0.5 * look.letters:
                x, row = look.letters, row + 1
            found.append((name, x, row))
            x += wide + 1.2 * look.letters
        return found

    def _drawn_legend(self) -> list[str]:
        look, parts, above = self.look, [], [line.ceiling for line in self.lines if max(line.y) > line.ceiling]
        for line, (name, x, row), (colour, dashes, marker) in zip(self.lines, self._legend, self._styles, strict=True):
            y = 2.1 * look.letters + (row + 0.5) * 1.45 * look.letters
            stroke = f'<path d="M{x:.1f} {y:.1f}h{34 * self._unit:.1f}" stroke="{colour}"'
            stroke += f' stroke-width="{self._pen:g}"{self._dashed(dashes)}/>'
            marked = self._marker(marker, x + 17 * self._unit, y, colour)
            parts.append(stroke + marked if line.joined else marked)
            parts.append(_text(x + 40 * self._unit, y + 0.35 * look.letters, name, look.ink))
        if above:
            words = f"↑ above {max(above):g}"
            parts.append(_text(self._right, self._top + 1.3 * look.letters, words, look.faint, "end"))
        return parts

    def _dashed(self, dashes: str) -> str:
        scaled = " ".join(f"{self._unit * float(length):g}" for length in dashes.split())
        return f' stroke-dasharray="{scaled}"' if dashes else ""

    def _marker(self, kind: str, x: float, y: float, colour: str) -> str:
        drawn = f'fill="{colour}" stroke="{self.look.ground}" stroke-width="0.8"'
        if kind == "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{4 * self._unit:g}" {drawn}/>'
        placed = f"translate({x:.1f} {y:.1f}) scale({self._unit:g})"
        return f'<path transform="{placed}" d="M0 0{_SHAPES[kind]}" {drawn}/>'


def text_width(text: str, letters: float) -> float:
    """About how wide a text in DejaVu Sans is, in pixels."""
    return letters * sum(0.36 if c in _NARROW else 0.92 if c in _WIDE else 0.69 if c.isupper() else 0.62 for c in text)


def _shortened(text: str, room: float, letters: float) -> str:
    """The text, with dots for what has no room."""
    if text_width(text, letters) <= room:
        return text
    while text and text_width(f"{text}…", letters) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _positive(line: Line, log_x: bool, log_y: bool) -> Line:
    pairs = list(zip(line.x, line.y, strict=True))
    kept = [k for k, (x, y) in enumerate(pairs) if not (log_x and x <= 0) and not (log_y and y <= 0)]
    bars = tuple(line.bars[k] for k in kept) if line.bars and not log_y else ()
    return replace(line, x=tuple(line.x[k] for k in kept), y=tuple(line.y[k] for k in kept), bars=bars)


def _text(x: float, y: float, words: str, colour: str, anchor: str = "") -> str:
    held = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{held}>{escape(words)}</text>'
