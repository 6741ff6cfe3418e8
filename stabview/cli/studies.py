"""The commands about studies: run, pdf, verify, examples."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from stabview.cli.common import seeded, study_of, teller, trust, with_settings_of
from stabview.images.errors import InputError

DIFFERS = 1
"""Exit code of a replay that gives other numbers."""
_SHOWN = 20


def fill_run(parser: argparse.ArgumentParser) -> None:
    """Options of `run`."""
    study = "a study (.toml), or the name of an example or of an experiment; left out: the default study"
    parser.add_argument("study", type=Path, nargs="?", metavar="STUDY", help=study)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting, such as image.size=128, or a parameter of an experiment")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pdf", action="store_true", help="the report as PDF too")
    parser.add_argument("--film", choices=("gif", "mp4"), help="the iterates as a film too")


def run(options: argparse.Namespace) -> None:
    """Run a study or experiment and write what it found."""
    from stabview.report.findings import write_findings
    from stabview.study.runner import run_experiments, run_study

    study = seeded(with_settings_of(options.study, options.set), options)
    trust(study.network.path, options)
    common = {"device": options.device, "threads": options.threads, "tell": teller(options)}
    if study.experiments:
        files = run_experiments(study, options.out, write_findings, **common)
    else:
        files = run_study(study, options.out, _writer(options), **common)
    if options.pdf:
        files.append(_pdf(options.out))
    print(f"{len(files)} files in {options.out}; the report is {options.out / 'report.html'}")


def _writer(options: argparse.Namespace) -> Callable[..., list[Path]]:
    """`write_outcome`, and the film where it was asked for."""
    from stabview.report.animation import write_animation
    from stabview.report.write import write_outcome

    def write(result, frames, scene, study, folder, arrays) -> list[Path]:
        files = write_outcome(result, frames, scene, study, folder, arrays)
        if options.film:
            files.append(write_animation(frames, scene, Path(folder) / f"iterates.{options.film}"))
        return files

    return write


def fill_pdf(parser: argparse.ArgumentParser) -> None:
    """Options of `pdf`."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of a report")


def write_pdf(options: argparse.Namespace) -> None:
    """Lay out a report that is there."""
    print(f"Wrote {_pdf(options.folder)}")


def _pdf(folder: Path) -> Path:
    from stabview.machine import draw_offscreen_without_display

    draw_offscreen_without_display()
    try:
        from stabview.gui.export.pdf import write_pdf
    except ImportError as error:
        raise InputError(f"The PDF needs Qt, and a system library is missing ({error}); use report.html.") from error
    return write_pdf(folder / "report.html", folder / "report.pdf")


def fill_verify(parser: argparse.ArgumentParser) -> None:
    """Options of `verify`."""
    parser.add_argument("result", type=Path, metavar="REPORT.json", help="result.json of a report, or its folder")
    parser.add_argument("--tolerance", type=float, default=1e-3, metavar="T",
                        help="relative difference that is allowed (default: 0.001)")  # fmt: skip


def verify_report(options: argparse.Namespace) -> int:
    """Replay a report; returns the exit code."""
    from stabview.report.verify import verify

    found = verify(options.result, tolerance=options.tolerance, device=options.device, threads=options.threads,
                   tell=teller(options))  # fmt: skip
    for line in found.differences[:_SHOWN]:
        print(line)
    if len(found.differences) > _SHOWN:
        print(f"... and {len(found.differences) - _SHOWN} more")
    print(found.sentence)
    return 0 if found.agrees else DIFFERS


def fill_examples(parser: argparse.ArgumentParser) -> None:
    """Options of `examples`."""
    parser.add_argument("--export", nargs=2, metavar=("NAME", "FILE"), help="write an example as a study to edit")
    parser.add_argument("--schema", action="store_true", help="every section, key and name that a study may use")


def examples(options: argparse.Namespace) -> None:
    """List, export or explain."""
    from stabview.experiments.catalogue import EXPERIMENTS
    from stabview.study.examples import EXAMPLES
    from stabview.study.schema import schema_text
    from stabview.study.toml_file import write_study

    if options.schema:
        print(schema_text())
    elif options.export:
        name, path = options.export
        write_study(study_of(Path(name)), Path(path))
        print(f"Wrote {path}; run it with: stabview run {path} --out DIR")
    else:
        for name, entry in EXAMPLES.items():
            print(f"{name:18} {entry.sentence} ({entry.source})")
        for name, entry in EXPERIMENTS.items():
            print(f"{name:18} {entry.sentence} ({entry.source})")
