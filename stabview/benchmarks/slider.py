"""How soon a moved slider is a painted picture, in the real window."""

from __future__ import annotations

import statistics
from dataclasses import replace

from stabview.machine import draw_offscreen_without_display
from stabview.study.examples import example


def run(*, threads: int | None = None) -> dict[str, object]:
    """Median, 95th percentile and maximum, idle and while a search runs in the background."""
    draw_offscreen_without_display()
    from stabview.gui.demonstration import time_slider

    study = example("hallucination").study()
    study = study.having(perturbation=replace(study.perturbation, steps=12))
    idle, searching = time_slider(study, threads=threads)
    return {"idle": _sentence(idle), "while a search runs": _sentence(searching)}


def _sentence(times: list[float]) -> str:
    times = sorted(times)
    late = times[int(0.95 * (len(times) - 1))]
    middle = statistics.median(times)
    return f"median {middle:.1f}, 95th percentile {late:.1f}, longest {times[-1]:.1f} ({len(times)} moves)"
