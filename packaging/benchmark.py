#!/usr/bin/env python3
"""Makes the environment for `stabview bench soa --env DIR`: `python3 packaging/benchmark.py DIR`.

It holds the packages StabView is compared with, and nothing of StabView; StabView needs none of them. BART is taken
from the system where it is installed (on Debian and Ubuntu: apt-get install bart). A package that cannot be installed
is told and left out; the table then comes without it. About 2 GB.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from run import CONSTRAINTS, Environment, SetupError, say

PINNED = ("-c", str(CONSTRAINTS))
"""NumPy, PyTorch and what else both have are of the same version on both sides."""
PEERS = (
    ("scikit-image", ("scikit-image",)),
    ("sigpy", ("sigpy==0.1.27",)),
    ("ASTRA", ("astra-toolbox==2.5.0",)),
    ("ODL", ("odl==1.0.0",)),
    # deepinv asks for torchvision, which nothing measured uses, see stabview/benchmarks/peers/with_deepinv.py
    ("what deepinv needs", ("matplotlib", "tqdm", "torchmetrics", "einops", "requests", "h5py", "natsort", "ptwt")),
    ("deepinv", ("--no-deps", "deepinv==0.5.0")),
)


def install_peers(environment: Environment) -> list[str]:
    """PyTorch for this machine, then the peers; returns what could not be installed."""
    source = environment.torch_source(list(PINNED))
    environment.pip("installing PyTorch", "install", *PINNED, *source, "torch", "numpy", "scipy", "PyWavelets")
    missing = []
    for what, arguments in PEERS:
        try:
            environment.pip(f"installing {what}", "install", *PINNED, *arguments)
        except SetupError as error:
            say(f"{what} is left out: {error}")
            missing.append(what)
    if shutil.which("bart") is None:
        say("BART is not on the path: install it with your system's packages, or go without it")
    return missing


def main() -> int | str:
    """The exit code, or what stopped it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the environment is made")
    folder = parser.parse_args().folder.absolute()
    environment = Environment(folder)
    try:
        if environment.version() is None:
            environment.make(may_delete=environment.unfinished.exists())
        missing = install_peers(environment)
    except SetupError as error:
        return str(error)
    environment.unfinished.unlink(missing_ok=True)
    say(f"now: stabview bench soa --env {folder}")
    return 1 if len(missing) == len(PEERS) else 0


if __name__ == "__main__":
    sys.exit(main())
