"""Small line plots as SVG: each method has a colour of its own (Okabe and Ito), a marker and a dash pattern."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from stabview.report.wording import METHODS

_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 176, 44, 56
_STYLES = {  # colour, dashes, marker
    "network": ("#D55E00", "", "circle"),
    "soa": ("#0072B2", "8 4", "square"),
    "quick": ("#4D4D4D", "2 4", "triangle"),
}
CEILING = 60.0  # dB: reconstructions that are exact but for rounding are drawn there, as arrows
_SHAPES = {
    "square": "m-4 -4h8v8h-8z",
    "triangle": "m0 -5l5 9h-10z",
    "diamond": "m0 -5.5l5 5.5l-5 5.5l-5 -5.5z",
    "arrow": "m0 -9l6 8h-4v8h-4v-8h-4z",
}
_SPARE = (
    ("#009E73", "10 3 2 3", "diamond"), ("#CC79A7", "5 2", "circle"), ("#56B4E9", "1 3", "square"),
    ("#E69F00", "12 3", "triangle"), ("#000000", "2 2", "circle"), ("#0072B2", "8 4", "diamond"),
    ("#D55E00", "", "square"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One method's points; `method` chooses colour, dashes and marker. Above `ceiling` they are arrows at it.

    joined : whether a line goes from point to point.
    """

    method: str
    title: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    ceiling: float = math.inf
    joined: bool = True


@dataclass(frozen=True)
class Mark:
    """A place on the x axis with a name, such as where the network was trained."""

    x: float
    title: str


def sampling_plot(
    result: Mapping, *, views: bool = False, trained: float | None = None, titles: Mapping[str, str] | None = None
) -> str:
    """PSNR of every method against the sampling rate (in percent) or the number of views; "" without a sweep."""
    points = sorted(result.get("sweep", ()), key=lambda point: point["rate"])
    scale = 1 if views else 100
    lines = _lines(points, titles, lambda point, method: (point["rate"] * scale, point["psnr"].get(method)), CEILING)
    marks = [Mark(trained * scale, "trained here")] if trained is not None else []
    label = "number of views" if views else "sampling rate in %"
    return line_plot("PSNR versus sampling", label, "PSNR in dB", lines, marks)


def growth_plot(result: Mapping, *, titles: Mapping[str, str] | None = None) -> str:
    """Change of every method's image (in percent) against ||r||/||x|| (in percent); "" without iterates."""

    def point(iterate: Mapping, method: str) -> tuple[float, float | None]:
        change = iterate.get(method, {}).get("change")
        return 100 * iterate["relative_norm"], None if change is None else 100 * change

    lines = _lines(result.get("iterates", ()), titles, point)
    return line_plot("How much the images change", "||r|| / ||x|| in %", "change of the image in %", lines, from_0=True)


def line_plot(
    title: str, x_label: str, y_label: str, lines: Sequence[Line], marks: Sequence[Mark] = (), *, from_0: bool = False,
    log_x: bool = False, log_y: bool = False,
) -> str:  # fmt: skip
    """An SVG file; "" where there is no point to draw.

    With `from_0` both axes start at 0; a logarithmic axis leaves out what is not positive.
    """
    lines = [_positive(line, log_x, log_y) for line in lines]
    across = [x for line in lines for x in line.x] + [mark.x for mark in marks]
    down = [min(y, line.ceiling) for line in lines for y in line.y]
    if not down:
        return ""
    axis_x, axis_y = _Axis(across, from_0, log_x), _Axis(down, from_0, log_y)
    ticks_x, ticks_y = axis_x.ticks, axis_y.ticks
    right, floor = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + axis_x.share(x) * (right - _LEFT), floor - axis_y.share(y) * (floor - _TOP)

    said = "; ".join(f"{line.title}: {len(line.x)} points" for line in lines)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" role="img" font-family="DejaVu Sans, Verdana, sans-serif" font-size="13">'
        ),
        f"<title>{escape(title)}</title><desc>{escape(f'{y_label} against {x_label}; {said}')}</desc>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for tick in ticks_x:
        x, _ = place(tick, ticks_y[0])
        parts.append(f'<path d="M{x:.1f} {_TOP}V{floor}" stroke="#e2e5e9"/>')
        parts.append(f'<text x="{x:.1f}" y="{floor + 18}" text-anchor="middle">{_number(tick)}</text>')
    for tick in ticks_y:
        _, y = place(ticks_x[0], tick)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#e2e5e9"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4.5:.1f}" text-anchor="end">{_number(tick)}</text>')
    parts.append(f'<path d="M{_LEFT} {_TOP}V{floor}H{right}" fill="none" stroke="#54585e"/>')
    middle = (_TOP + floor) / 2
    parts.append(
        f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(x_label)}</text>'
        f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>'
    )
    for mark in marks:
        x, _ = place(mark.x, ticks_y[0])
        parts.append(f'<path d="M{x:.1f} {_TOP}V{floor}" stroke="#A0307A" stroke-width="1.5" stroke-dasharray="6 4"/>')
        parts.append(f'<text x="{x + 5:.1f}" y="{_TOP - 5}" fill="#A0307A">{escape(mark.title)}</text>')
    spare = iter(_SPARE * (len(lines) + 1))
    for row, line in enumerate(lines):
        style = _STYLES.get(line.method) or next(spare)
        points = [place(x, min(y, line.ceiling)) for x, y in zip(line.x, line.y, strict=True)]
        parts += _drawn(line, style, points, row)
    if any(y > line.ceiling for line in lines for y in line.y):
        words = f"↑ above {max(line.ceiling for line in lines):g}"
        parts.append(f'<text x="{right + 14}" y="{_TOP + 22 + 26 * len(lines)}">{words}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Axis:
    """Ticks that enclose values, and where a value lies between the first and the last."""

    def __init__(self, values: Sequence[float], from_0: bool, logarithmic: bool) -> None:
        self._map = math.log10 if logarithmic else float
        self.ticks = decades(values) if logarithmic else nice_ticks(values, from_0)

    def share(self, value: float) -> float:
        first, last = self._map(self.ticks[0]), self._map(self.ticks[-1])
        return (self._map(value) - first) / (last - first)


def _positive(line: Line, log_x: bool, log_y: bool) -> Line:
    pairs = [(x, y) for x, y in zip(line.x, line.y, strict=True) if not (log_x and x <= 0) and not (log_y and y <= 0)]
    return replace(line, x=tuple(x for x, _ in pairs), y=tuple(y for _, y in pairs))


def decades(values: Sequence[float]) -> list[float]:
    """Powers of ten that enclose positive values, at most eight or so."""
    low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    high = max(high, low + 1)
    step = max(1, math.ceil((high - low) / 8))
    return [10.0**power for power in range(low, high + step, step)]


def nice_ticks(values: Sequence[float], from_0: bool = False) -> list[float]:
    """Five or so round numbers that enclose the values."""
    low, high = min(values), max(values)
    if from_0:
        low = min(low, 0.0)
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-300):
        high, low = high + 0.5 * (abs(high) or 1.0), low - (0.0 if from_0 else 0.5 * (abs(low) or 1.0))
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * tick for tick in range(first, last + 1)]


def _lines(
    entries: Sequence[Mapping],
    titles: Mapping[str, str] | None,
    point: Callable[[Mapping, str], tuple[float, float | None]],
    ceiling: float = math.inf,
) -> list[Line]:
    """The lines of the methods that have points; values that are not finite cannot be drawn."""
    methods = [
        method
        for method in ("network", "soa", "quick")
        if any(point(entry, method)[1] is not None for entry in entries)
    ]
    others = {key for entry in entries for key in entry.get("psnr", {}) if key not in _STYLES}
    lines = []
    for method in [*methods, *sorted(others)]:
        pairs = [point(entry, method) for entry in entries]
        pairs = [(x, y) for x, y in pairs if y is not None and math.isfinite(x) and math.isfinite(y)]
        if pairs:
            title = (titles or {}).get(method, METHODS.get(method, method))
            lines.append(Line(method, title, tuple(x for x, _ in pairs), tuple(y for _, y in pairs), ceiling))
    return lines


def _drawn(line: Line, style: tuple[str, str, str], points: list[tuple[float, float]], row: int) -> list[str]:
    colour, dashes, marker = style
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = _WIDTH - _RIGHT + 14, _TOP + 14 + 26 * row
    stroke = f'<path d="M{x} {y}h34" stroke="{colour}" stroke-width="2"{dashed}/>' if line.joined else ""
    legend = stroke + _marker(marker, x + 17, y, colour)
    title = line.title if len(line.title) <= 16 else line.title[:15] + "…"
    return [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>' if line.joined else "",
        "".join(
            _marker("arrow" if y > line.ceiling else marker, *point, colour)
            for point, y in zip(points, line.y, strict=True)
        ),
        f'{legend}<text x="{x + 42}" y="{y + 4.5}">{escape(title)}</text>',
    ]


def _marker(kind: str, x: float, y: float, colour: str) -> str:
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    return f'<path d="M{x:.1f} {y:.1f}{_SHAPES[kind]}" fill="{colour}"/>'


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")
