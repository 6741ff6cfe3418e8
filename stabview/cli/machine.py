"""The commands about this machine: bench, info."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from stabview.images.errors import InputError


def fill_bench(parser: argparse.ArgumentParser) -> None:
    """Options of `bench`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="one benchmark (default: all)")
    parser.add_argument("--json", action="store_true")
    soa = parser.add_argument_group("soa")
    soa.add_argument("--env", type=Path, metavar="DIR", help="benchmark environment (packaging/benchmark.py makes one)")
    soa.add_argument("--rounds", type=int, metavar="N", help="interleaved rounds (default: 7)")
    soa.add_argument("--only", action="append", metavar="ROW", help="one row of the table; may be given several times")
    soa.add_argument("--images", type=Path, metavar="DIR", help="folder with a real slice, for two more rows")


def bench(options: argparse.Namespace) -> None:
    """Run benchmarks and print their figures."""
    from stabview.benchmarks import BENCHMARKS, benchmark_lines, run_benchmark

    names = [options.name] if options.name else list(BENCHMARKS)
    own = {"environment": options.env, "rounds": options.rounds, "only": options.only, "images": options.images}
    own = {name: value for name, value in own.items() if value is not None}
    if own and options.name != "soa":
        raise InputError("--env, --rounds, --only and --images belong to `stabview bench soa`.")
    own["say"] = (lambda line: None) if options.quiet else (lambda line: print(line, file=sys.stderr))
    results = {
        name: run_benchmark(name, threads=options.threads, **(own if name == "soa" else {})) for name in names
    }
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for name, figures in results.items():
        print(name)
        for line in benchmark_lines(name, figures):
            print(f"  {line}")


def info(options: argparse.Namespace) -> None:
    """Print versions, device and paths."""
    from stabview import resources
    from stabview.engine.device import choose_device, device_label
    from stabview.report.provenance import versions

    device = choose_device(options.device, options.threads)
    for name, value in versions().items():
        print(f"{name}: {value}")
    print(f"device: {device_label(device)}")
    print(f"resources: {resources.path()}")


def nothing(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""
