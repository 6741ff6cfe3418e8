"""Timings of the parts that have to be fast; each benchmark is a function that returns figures by name."""

from __future__ import annotations

import importlib

from stabview.images.errors import InputError

BENCHMARKS = {
    "tv": "Total variation, 256 x 256, single coil, 33 % of the lines: time to the stated gap, and the true gap.",
    "search": "One step of the worst-case search of Deep MRI and of Ell 50.",
    "slider": "Slider moved to picture painted, six panels, idle and while a search runs.",
}


def run_benchmark(name: str, *, threads: int | None = None) -> dict[str, object]:
    """Run one benchmark. Times are in milliseconds. Raises InputError for an unknown name."""
    if name not in BENCHMARKS:
        raise InputError(f"There is no benchmark '{name}'; there are {', '.join(BENCHMARKS)}.")
    module = importlib.import_module(f"stabview.benchmarks.{name}")
    return module.run(threads=threads)
