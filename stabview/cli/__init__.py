"""The command line: `stabview` opens the window, its sub-commands do the same work without one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from stabview import __version__
from stabview.cli import machine, networks, studies
from stabview.cli.window import window
from stabview.images.errors import InputError

BAD_INPUT, INTERRUPTED = 2, 130
NOTICE = "Research and education only. Not for diagnosis. A worst-case search finds a lower bound, never a guarantee."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 where a replay differs, 2 for bad input, 130 when interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0] in COMMANDS:
        parser, run = _command_parser(arguments[0])
        arguments = arguments[1:]
    else:
        parser, run = _window_parser(), window
    options = parser.parse_args(arguments)
    try:
        return run(options) or 0
    except InputError as error:
        print(f"stabview: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("stabview: interrupted; what was finished is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _common() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    parser.add_argument("--threads", type=int, metavar="N", help="threads for the mathematics (default: all cores)")
    parser.add_argument("--seed", type=int, metavar="N", help="replaces the seeds of sampling and search")
    parser.add_argument("--trust", action="store_true",
                        help="open a network that can run code (TorchScript, Python); this is recorded")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    return parser


def _window_parser() -> argparse.ArgumentParser:
    listing = "\n".join(f"  {name:10} {sentence}" for name, (sentence, _, _) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="stabview", parents=[_common()], formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Open the window. FILE: an image, a network, a study (.toml) or a session (.stabview).",
        epilog=f"commands (stabview COMMAND --help):\n{listing}\n\n{NOTICE}",
    )  # fmt: skip
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--demo", metavar="NAME", help="open a shipped example, running (see: stabview examples)")
    parser.add_argument("--offscreen-out", type=Path, metavar="DIR",
                        help="run in the real window without a display; leave pictures and numbers in DIR")  # fmt: skip
    parser.add_argument("--version", action="version", version=f"StabView {__version__}")
    return parser


def _command_parser(name: str) -> tuple[argparse.ArgumentParser, Callable]:
    sentence, fill, run = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"stabview {name}", parents=[_common()], description=sentence, epilog=NOTICE)
    fill(parser)
    return parser, run


COMMANDS: dict[str, tuple[str, Callable, Callable]] = {
    "run": ("Run a study without a window and write numbers, figures and the report.", studies.fill_run, studies.run),
    "pdf": ("Write the report of a folder as PDF too.", studies.fill_pdf, studies.write_pdf),
    "verify": ("Replay a report and compare every number of it.", studies.fill_verify, studies.verify_report),
    "examples": (
        "List the shipped examples, or write one as a study to edit.",
        studies.fill_examples,
        studies.examples,
    ),
    "networks": (
        "List the shipped networks, print a model card, or check a file.",
        networks.fill_networks,
        networks.networks,
    ),
    "train": ("Train a shipped network again; resumes where it was interrupted.", networks.fill_train, networks.train),
    "bench": ("Time the parts that have to be fast, on this machine.", machine.fill_bench, machine.bench),
    "info": ("Versions, device and paths, to copy into a question or a report.", machine.nothing, machine.info),
}
