"""Timings of the parts that have to be fast; each benchmark is a function that returns figures by name."""

from __future__ import annotations

import importlib
from types import ModuleType

from stabview.images.errors import InputError

BENCHMARKS = {
    "tv": "Total variation, 256 x 256, single coil, 33 % of the lines: time to the stated gap, and the true gap.",
    "soa": "Sparse methods and projectors beside whichever peers are installed: ratios of medians, to a gap of 1e-3.",
    "search": "One step of the worst-case search of Deep MRI and of Ell 50.",
    "slider": "Slider moved to picture painted, six panels, idle and while a search runs.",
}


def run_benchmark(name: str, *, threads: int | None = None, **options: object) -> dict[str, object]:
    """Run one benchmark. Times are in milliseconds; `options` are its own. Raises InputError for an unknown name."""
    return _module(name).run(threads=threads, **options)


def benchmark_lines(name: str, figures: dict[str, object]) -> list[str]:
    """The figures of a benchmark as lines of text."""
    if hasattr(_module(name), "lines"):
        return _module(name).lines(figures)
    return [f"{key}: {value}" for key, value in figures.items()]


def _module(name: str) -> ModuleType:
    if name not in BENCHMARKS:
        raise InputError(f"There is no benchmark '{name}'; there are {', '.join(BENCHMARKS)}.")
    return importlib.import_module(f"stabview.benchmarks.{name}")
