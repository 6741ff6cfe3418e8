"""The command line: `stabview` opens the window, its sub-commands do the same work without one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from stabview import __version__
from stabview.images.errors import InputError

DIFFERS, BAD_INPUT, INTERRUPTED = 1, 2, 130
SHOWN_DIFFERENCES = 20
NOTICE = "Research and education only. Not for diagnosis. A worst-case search finds a lower bound, never a guarantee."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 1 where a replay differs, 2 for bad input, 130 when interrupted."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0] in COMMANDS:
        parser, run = _command_parser(arguments[0])
        arguments = arguments[1:]
    else:
        parser, run = _window_parser(), _window
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


def _teller(options: argparse.Namespace) -> Callable[[str, int, int, float | None], None]:
    """Progress on standard error: one line that is written over on a terminal, a line for each step elsewhere."""
    if options.quiet:
        return lambda *news: None
    end = "\r" if sys.stderr.isatty() else "\n"

    def tell(what: str, done: int, total: int, seconds_left: float | None) -> None:
        left = "" if not seconds_left else f", about {seconds_left:.0f} s left"
        last = done == total
        print(f"{what}: {done} of {total}{left}".ljust(70), end="\n" if last else end, file=sys.stderr, flush=True)

    return tell


def _seeded(study, options: argparse.Namespace):
    if options.seed is None:
        return study
    return study.having(
        sampling=replace(study.sampling, seed=options.seed), perturbation=replace(study.perturbation, seed=options.seed)
    )


def _window(options: argparse.Namespace) -> int:
    from stabview.methods.networks.formats.inspection import ENDINGS
    from stabview.study.study import Study

    study = _seeded(_study_of(Path(options.demo)) if options.demo else Study(), options)
    for path in options.files:
        if path.suffix.lower() in ENDINGS:
            _trust(str(path), options)
    if options.offscreen_out is not None:
        from stabview.machine import draw_offscreen_without_display

        draw_offscreen_without_display()
        from stabview.gui.demonstration import demonstrate

        print(demonstrate(study, options.offscreen_out, device=options.device, threads=options.threads,
                          tell=_teller(options)))  # fmt: skip
        return 0
    try:
        from stabview.gui.app import run
    except ImportError as error:
        raise InputError(
            f"The window cannot open because a system library is missing ({error}); on Debian or Ubuntu install libgl1"
            " libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1, or use `stabview run`."
        ) from error
    gallery = not (options.files or options.demo)
    return run(study, options.files, device=options.device, threads=options.threads, start=bool(options.demo),
               gallery=gallery)  # fmt: skip


def _fill_run(parser: argparse.ArgumentParser) -> None:
    study = "a study (.toml), or the name of an example or of an experiment; left out: the default study"
    parser.add_argument("study", type=Path, nargs="?", metavar="STUDY", help=study)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help="a setting, such as image.size=128, or a parameter of an experiment")  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pdf", action="store_true", help="the report as PDF too")
    parser.add_argument("--film", choices=("gif", "mp4"), help="the iterates as a film too")


def _run(options: argparse.Namespace) -> None:
    from stabview.report.findings import write_findings
    from stabview.study.runner import run_experiments, run_study

    study = _seeded(_with_settings(options.study, options.set), options)
    _trust(study.network.path, options)
    common = {"device": options.device, "threads": options.threads, "tell": _teller(options)}
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


def _pdf(folder: Path) -> Path:
    from stabview.machine import draw_offscreen_without_display

    draw_offscreen_without_display()
    try:
        from stabview.gui.export.pdf import write_pdf
    except ImportError as error:
        raise InputError(f"The PDF needs Qt, and a system library is missing ({error}); use report.html.") from error
    return write_pdf(folder / "report.html", folder / "report.pdf")


def _fill_pdf(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of a report")


def _write_pdf(options: argparse.Namespace) -> None:
    print(f"Wrote {_pdf(options.folder)}")


def _with_settings(name: Path | None, given: Sequence[str]):
    from stabview.study.settings import with_settings
    from stabview.study.study import Study

    study = Study() if name is None else _study_of(name)
    return with_settings(study, given) if given else study


def _study_of(name: Path):
    """The study in a file, or of the example or experiment of that name."""
    from stabview.study.named import named_study
    from stabview.study.toml_file import read_study

    return read_study(name) if name.exists() or name.suffix else named_study(str(name))


def _fill_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("result", type=Path, metavar="REPORT.json", help="result.json of a report, or its folder")
    parser.add_argument("--tolerance", type=float, default=1e-3, metavar="T",
                        help="relative difference that is allowed (default: 0.001)")  # fmt: skip


def _verify(options: argparse.Namespace) -> int:
    from stabview.report.verify import verify

    found = verify(options.result, tolerance=options.tolerance, device=options.device, threads=options.threads,
                   tell=_teller(options))  # fmt: skip
    for line in found.differences[:SHOWN_DIFFERENCES]:
        print(line)
    if len(found.differences) > SHOWN_DIFFERENCES:
        print(f"... and {len(found.differences) - SHOWN_DIFFERENCES} more")
    print(found.sentence)
    return 0 if found.agrees else DIFFERS


def _fill_examples(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--export", nargs=2, metavar=("NAME", "FILE"), help="write an example as a study to edit")
    parser.add_argument("--schema", action="store_true", help="every section, key and name that a study may use")


def _examples(options: argparse.Namespace) -> None:
    from stabview.experiments.catalogue import EXPERIMENTS
    from stabview.study.examples import EXAMPLES
    from stabview.study.schema import schema_text
    from stabview.study.toml_file import write_study

    if options.schema:
        print(schema_text())
    elif options.export:
        name, path = options.export
        write_study(_study_of(Path(name)), Path(path))
        print(f"Wrote {path}; run it with: stabview run {path} --out DIR")
    else:
        for name, entry in EXAMPLES.items():
            print(f"{name:18} {entry.sentence} ({entry.source})")
        for name, entry in EXPERIMENTS.items():
            print(f"{name:18} {entry.sentence} ({entry.source})")


def _fill_networks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("check", nargs="*", metavar="check FILE | card NAME | wiring",
                        help="say whether a network (a file, or package.module:factory) can be loaded and searched,"
                             " print a model card, or print how a network's wiring is written")  # fmt: skip


def _networks(options: argparse.Namespace) -> None:
    from stabview.methods.networks.cards import shipped_card, shipped_cards
    from stabview.methods.networks.formats.entry_point import GROUP, plugins
    from stabview.methods.networks.wiring import Wiring, wiring_text

    words = options.check
    if len(words) == 2 and words[0] == "card":
        print(shipped_card(words[1]).text)
    elif len(words) == 2 and words[0] == "check":
        _check_network(words[1], options)
    elif words == ["wiring"]:
        print(wiring_text(Wiring("fourier")), end="")
    elif words:
        raise InputError("Use `stabview networks`, `networks card NAME`, `networks check FILE` or `networks wiring`.")
    else:
        for card in shipped_cards():
            main = {key: value for key, value in card.figures.items() if key.startswith("PSNR") and " at " not in key}
            figures = ", ".join(f"{key} {value}" for key, value in main.items())
            print(f"{card.name:12} {card.summary}\n{'':12} {figures}; {card.figures.get('measured on', '')}")
        for name, factory in plugins().items():
            print(f"{GROUP}:{name} (installed: {factory}; it is Python code and needs --trust)")


def _check_network(path: str, options: argparse.Namespace) -> None:
    from stabview.engine.device import choose_device
    from stabview.methods.networks.checks import can_be_searched, check_network
    from stabview.methods.networks.loading import load_file
    from stabview.methods.networks.trial import operator_for

    device = choose_device(options.device, options.threads)
    _trust(path, options)
    network = load_file(path, device=device)
    card = network.card
    operator = operator_for(card, device=device)
    print(f"{path}: {card.title}, {card.architecture}, {card.operator} data")
    print(f"file: {network.trust}; SHA-256 {network.spec.sha256}")
    print(f"connected: {card.summary}")
    checks = check_network(network, operator)
    for check in checks:
        print(f"  {'    ' if check.passed is None else 'ok  ' if check.passed else 'FAIL'} {check.sentence}")
    if not can_be_searched(checks):
        raise InputError("This network cannot be searched, and nothing is said about its stability.")


def _trust(path: str | None, options: argparse.Namespace) -> None:
    """Record the user's consent to a network that can run code, where --trust was given."""
    if options.trust and path is not None:
        from stabview.methods.networks.consent import agree

        agree(path, "--trust")


def _fill_train(parser: argparse.ArgumentParser) -> None:
    from stabview.training.names import RECIPES

    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of training images (npz, NIfTI, DICOM, PNG)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.safetensors")
    parser.add_argument("--steps", type=int, metavar="N", help="replaces the recipe's number of steps")
    parser.add_argument("--bfloat16", action="store_true", help="convolutions in bfloat16: faster where the CPU has it")


def _train(options: argparse.Namespace) -> None:
    from stabview.engine.device import choose_device
    from stabview.training.train import train_to_file

    choose_device("cpu", options.threads)
    tell = _teller(options)
    card = train_to_file(
        options.recipe, options.data, options.out, steps=options.steps, seed=options.seed or 0,
        low_precision=options.bfloat16, tell=tell,
        say=(lambda line: None) if options.quiet else (lambda line: print(line, file=sys.stderr)),
    )  # fmt: skip
    print(card.text)


def _fill_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="one benchmark (default: all)")
    parser.add_argument("--json", action="store_true")
    soa = parser.add_argument_group("soa")
    soa.add_argument("--env", type=Path, metavar="DIR", help="benchmark environment (packaging/benchmark.py makes one)")
    soa.add_argument("--rounds", type=int, metavar="N", help="interleaved rounds (default: 7)")
    soa.add_argument("--only", action="append", metavar="ROW", help="one row of the table; may be given several times")
    soa.add_argument("--images", type=Path, metavar="DIR", help="folder with a real slice, for two more rows")


def _bench(options: argparse.Namespace) -> None:
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


def _info(options: argparse.Namespace) -> None:
    from stabview import resources
    from stabview.engine.device import choose_device, device_label
    from stabview.report.provenance import versions

    device = choose_device(options.device, options.threads)
    for name, value in versions().items():
        print(f"{name}: {value}")
    print(f"device: {device_label(device)}")
    print(f"resources: {resources.path()}")


def _nothing(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


COMMANDS: dict[str, tuple[str, Callable, Callable]] = {
    "run": ("Run a study without a window and write numbers, figures and the report.", _fill_run, _run),
    "pdf": ("Write the report of a folder as PDF too.", _fill_pdf, _write_pdf),
    "verify": ("Replay a report and compare every number of it.", _fill_verify, _verify),
    "examples": ("List the shipped examples, or write one as a study to edit.", _fill_examples, _examples),
    "networks": ("List the shipped networks, print a model card, or check a file.", _fill_networks, _networks),
    "train": ("Train a shipped network again; resumes where it was interrupted.", _fill_train, _train),
    "bench": ("Time the parts that have to be fast, on this machine.", _fill_bench, _bench),
    "info": ("Versions, device and paths, to copy into a question or a report.", _nothing, _info),
}
