"""Where numbers come from: versions, machine, time and the state of the source. Nothing about persons."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from stabview.machine import processor_name

_PACKAGES = (
    "torch", "numpy", "scipy", "scikit-image", "PyWavelets", "numba", "pillow", "pydicom", "nibabel", "tifffile",
    "safetensors", "PySide6-Essentials",
)  # fmt: skip
_SETTINGS = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "MKL_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG")
"""Variables of the environment that change how sums are computed."""
_ROOT = Path(__file__).resolve().parents[2]


def now() -> str:
    """The time, UTC, as in 2026-03-04T12:34:56+00:00."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def zone() -> str:
    """The zone of the local clock, as in UTC+01:00."""
    offset = datetime.now().astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def stabview_version() -> str:
    """The version of the program, from its package or from the installed distribution."""
    import stabview

    return getattr(stabview, "__version__", None) or _installed("stabview") or "unknown"


def versions() -> dict[str, object]:
    """Versions, platform and source state, for the `provenance` of a result; what is unknown is left out."""
    facts: dict[str, object] = {"stabview": stabview_version(), "python": platform.python_version()}
    facts |= {name.lower(): version for name in _PACKAGES if (version := _installed(name)) is not None}
    facts["platform"] = platform.platform()
    if processor := processor_name():
        facts["processor"] = processor
    facts["cores"] = os.cpu_count() or 1
    return facts | source_state()


@lru_cache(maxsize=1)
def arithmetic() -> dict[str, object]:
    """What sums are computed by: BLAS, OpenMP, flags of determinism; of torch only where it is in use already."""
    import numpy as np

    blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    facts: dict[str, object] = {"blas_numpy": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()}
    torch = sys.modules.get("torch")
    if torch is not None:
        built = torch.__config__.show()
        found = {"blas_torch": r"BLAS_INFO=(\w+)", "openmp": r"\(a\.k\.a\. (OpenMP [\d.]+)\)"}
        facts |= {key: match[1] for key, words in found.items() if (match := re.search(words, built))}
        facts["deterministic_algorithms"] = torch.are_deterministic_algorithms_enabled()
        facts["float32_products"] = torch.get_float32_matmul_precision()
        if torch.cuda.is_initialized():
            facts["cuda"] = torch.version.cuda
    set_ = " ".join(f"{name}={os.environ[name]}" for name in _SETTINGS if name in os.environ)
    return facts | ({"environment": set_} if set_ else {})


@lru_cache(maxsize=1)
def source_state() -> dict[str, object]:
    """`git` and `dirty` (files differ from the commit) when this is a checkout, otherwise nothing."""
    if not (_ROOT / ".git").exists():
        return {}
    commit = _git("rev-parse", "HEAD")
    if not commit:
        return {}
    changes = _git("status", "--porcelain", "--untracked-files=no")
    return {"git": commit} if changes is None else {"git": commit, "dirty": bool(changes)}


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _git(*words: str) -> str | None:
    """What git prints, or None where there is no git or it refuses."""
    try:
        run = subprocess.run(["git", "-C", str(_ROOT), *words], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip()
