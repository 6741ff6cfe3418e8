#!/usr/bin/env python3
"""Makes the environment for `stabview bench soa --env DIR`: `python3 packaging/benchmark.py DIR`.

It holds the packages StabView is compared with, and nothing of StabView; StabView needs none of them. BART is taken
from the system where it is installed (on Debian and Ubuntu: apt-get install bart). A package that cannot be installed
is told and left out; the table then comes without it. About 2 GB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PEERS = (
    ("PyTorch", ("torch==2.13.0", "--extra-index-url", TORCH_CPU_INDEX)),
    ("NumPy, SciPy, PyWavelets", ("numpy", "scipy", "PyWavelets")),
    ("scikit-image", ("scikit-image==0.26.0",)),
    ("sigpy", ("sigpy==0.1.27",)),
    ("ASTRA", ("astra-toolbox==2.5.0",)),
    ("ODL", ("odl==1.0.0",)),
)
DEEPINV = "deepinv==0.5.0"
DEEPINV_NEEDS = ("matplotlib", "tqdm", "torchmetrics", "einops", "requests", "h5py", "natsort", "ptwt")


def python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(folder: Path, what: str, *arguments: str) -> bool:
    """pip install; says what could not be installed."""
    sys.stdout.write(f"{what} ...\n")
    command = [str(python_of(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False).returncode == 0:
        return True
    sys.stdout.write(f"{what} could not be installed\n")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the environment is made")
    folder = parser.parse_args().folder
    if not python_of(folder).is_file():
        venv.create(folder, with_pip=True)
    missing = [what for what, arguments in PEERS if not install(folder, what, *arguments)]
    # without torchvision deepinv still does what is measured, see stabview/benchmarks/peers/with_deepinv.py
    install(folder, "torchvision", "torchvision", "--extra-index-url", TORCH_CPU_INDEX)
    parts = (("deepinv", ("--no-deps", DEEPINV)), ("what deepinv needs", DEEPINV_NEEDS))
    missing += [what for what, arguments in parts if not install(folder, what, *arguments)]
    if shutil.which("bart") is None:
        missing.append("BART")
        sys.stdout.write("BART is not on the path: install it with your system's packages, or go without it\n")
    sys.stdout.write(f"Now: stabview bench soa --env {folder}\n")
    return 1 if len(missing) > len(PEERS) else 0


if __name__ == "__main__":
    sys.exit(main())
