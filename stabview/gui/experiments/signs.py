"""Plain text of experiments with the signs of mathematics: ≤, ‖x‖, 2⁻¹⁵, √3, 9·10⁻¹⁷."""

from __future__ import annotations

import re
from dataclasses import replace

from stabview.experiments.finding import Chart

_RAISED = str.maketrans("-+0123456789", "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = (("<=", "≤"), (">=", "≥"), ("||", "‖"))
_ROOT = re.compile(r"\bsqrt\((\w+)\)")
_POWER = re.compile(r"\^(-?\d+|[+-](?![\w(]))")
_SCIENTIFIC = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)\b")


def signs(text: str) -> str:
    """The text as people would print it; words are left as they are."""
    for plain, sign in _SIGNS:
        text = text.replace(plain, sign)
    text = _ROOT.sub(r"√\1", text)
    text = _SCIENTIFIC.sub(lambda found: f"{found[1]}·10{raised(int(found[2]))}", text)
    return _POWER.sub(lambda found: found[1].translate(_RAISED), text)


def raised(number: int) -> str:
    """A whole number as an exponent."""
    return str(number).translate(_RAISED)


def chart_signs(chart: Chart) -> Chart:
    """A chart whose title, labels and names are so."""
    lines = tuple(replace(line, name=signs(line.name)) for line in chart.lines)
    return replace(
        chart, title=signs(chart.title), x_label=signs(chart.x_label), y_label=signs(chart.y_label), lines=lines
    )
