"""The plots of a report as SVG: PSNR against sampling, growth of a search, and any other lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from stabview.report.line_plot import Line, LinePlot, Mark, NothingToDraw
from stabview.report.wording import METHODS

CEILING = 60.0  # dB: reconstructions that are exact but for rounding are drawn there, as arrows


def sampling_plot(
    result: Mapping, *, views: bool = False, trained: float | None = None, titles: Mapping[str, str] | None = None
) -> str:
    """PSNR of every method against the sampling rate (in percent) or the number of views; "" without a sweep."""
    points = sorted(result.get("sweep", ()), key=lambda point: point["rate"])
    scale = 1 if views else 100
    lines = _lines(points, titles, lambda point, method: (point["rate"] * scale, point["psnr"].get(method)), CEILING)
    lines = [replace(line, bars=_bars(points, line.method)) for line in lines]
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


def _bars(points: Sequence[Mapping], method: str) -> tuple[tuple[float, float], ...]:
    """From the lowest to the highest PSNR over the masks of each point that a line has; () where each had one."""
    if all("psnr_low" not in point for point in points):
        return ()
    known = [point for point in points if math.isfinite(point["psnr"].get(method, math.nan))]
    return tuple(
        tuple(point.get(end, {}).get(method, point["psnr"][method]) for end in ("psnr_low", "psnr_high"))
        for point in known
    )  # fmt: skip


def line_plot(
    title: str, x_label: str, y_label: str, lines: Sequence[Line], marks: Sequence[Mark] = (), *, from_0: bool = False,
    log_x: bool = False, log_y: bool = False,
) -> str:  # fmt: skip
    """The SVG file of a `LinePlot`; "" where there is no point to draw."""
    try:
        return LinePlot(title, x_label, y_label, lines, marks, from_0=from_0, log_x=log_x, log_y=log_y).svg
    except NothingToDraw:
        return ""


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
    others = {key for entry in entries for key in entry.get("psnr", {}) if key not in METHODS}
    lines = []
    for method in [*methods, *sorted(others)]:
        pairs = [point(entry, method) for entry in entries]
        pairs = [(x, y) for x, y in pairs if y is not None and math.isfinite(x) and math.isfinite(y)]
        if pairs:
            title = (titles or {}).get(method, METHODS.get(method, method))
            lines.append(Line(method, title, tuple(x for x, _ in pairs), tuple(y for _, y in pairs), ceiling))
    return lines
