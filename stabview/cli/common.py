"""What several commands share: progress, seeds, studies by name, settings and consent."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path


def teller(options: argparse.Namespace) -> Callable[[str, int, int, float | None], None]:
    """Progress on standard error: one line that is written over on a terminal, a line for each step elsewhere."""
    if options.quiet:
        return lambda *news: None
    end = "\r" if sys.stderr.isatty() else "\n"

    def tell(what: str, done: int, total: int, seconds_left: float | None) -> None:
        left = "" if not seconds_left else f", about {seconds_left:.0f} s left"
        last = done == total
        print(f"{what}: {done} of {total}{left}".ljust(70), end="\n" if last else end, file=sys.stderr, flush=True)

    return tell


def seeded(study, options: argparse.Namespace):
    """The study with the seed of the command line, where one was given."""
    if options.seed is None:
        return study
    return study.having(
        sampling=replace(study.sampling, seed=options.seed), perturbation=replace(study.perturbation, seed=options.seed)
    )


def with_settings_of(name: Path | None, given: Sequence[str]):
    """A study by file or name, or the default one, with `--set` applied."""
    from stabview.study.settings import with_settings
    from stabview.study.study import Study

    study = Study() if name is None else study_of(name)
    return with_settings(study, given) if given else study


def study_of(name: Path):
    """The study in a file, or of the example or experiment of that name."""
    from stabview.study.named import named_study
    from stabview.study.toml_file import read_study

    return read_study(name) if name.exists() or name.suffix else named_study(str(name))


def trust(path: str | None, options: argparse.Namespace) -> None:
    """Record the user's consent to a network that can run code, where --trust was given."""
    if options.trust and path is not None:
        from stabview.methods.networks.consent import agree

        agree(path, "--trust")
