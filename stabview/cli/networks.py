"""The commands about networks: networks, train."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stabview.cli.common import teller, trust
from stabview.images.errors import InputError


def fill_networks(parser: argparse.ArgumentParser) -> None:
    """Options of `networks`."""
    parser.add_argument("check", nargs="*", metavar="check FILE | card NAME | wiring",
                        help="say whether a network (a file, or package.module:factory) can be loaded and searched,"
                             " print a model card, or print how a network's wiring is written")  # fmt: skip


def networks(options: argparse.Namespace) -> None:
    """List, describe or check."""
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
    trust(path, options)
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


def fill_train(parser: argparse.ArgumentParser) -> None:
    """Options of `train`."""
    from stabview.training.names import RECIPES

    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of training images (npz, NIfTI, DICOM, PNG)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.safetensors")
    parser.add_argument("--steps", type=int, metavar="N", help="replaces the recipe's number of steps")
    parser.add_argument(
        "--start", type=Path, metavar="FILE.safetensors", help="weights that a new training begins with"
    )
    parser.add_argument(
        "--measure", action="store_true", help="train nothing: measure the figures of the weights in --out anew"
    )
    parser.add_argument("--bfloat16", action="store_true", help="convolutions in bfloat16: faster where the CPU has it")


def train(options: argparse.Namespace) -> None:
    """Train a network by a recipe."""
    from stabview.engine.device import choose_device
    from stabview.training.train import measure_again, train_to_file

    choose_device("cpu", options.threads)
    if options.measure:
        print(measure_again(options.recipe, options.data, options.out).text)
        return
    tell = teller(options)
    card = train_to_file(
        options.recipe, options.data, options.out, steps=options.steps, seed=options.seed or 0,
        low_precision=options.bfloat16, start=options.start, tell=tell,
        say=(lambda line: None) if options.quiet else (lambda line: print(line, file=sys.stderr)),
    )  # fmt: skip
    print(card.text)
