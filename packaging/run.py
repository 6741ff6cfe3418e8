#!/usr/bin/env python3
"""Sets StabView up in an environment of its own and runs it: `python3 packaging/run.py demo`, or `test`.

Needs nothing but Python. The first run installs (about 1.6 GB in `.venv`), later ones start at once. It also starts on
Pythons that are too old for StabView, in order to say so.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
OLDEST, NEWEST = (3, 11), (3, 14)
DISK_GB = 3.0
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"

# Shared libraries that Qt's wheels expect of the system, with the Debian and Ubuntu packages that bring them.
PAINTING_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
X11_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}

STARTED = time.monotonic()


class SetupError(Exception):
    """Something that stops the set-up; the text says what and what to do."""


def say(text: str) -> None:
    """A line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:4.0f} s] {text}", flush=True)


# ---------------------------------------------------------------------------------------------------------- the system


def python_complaint(version: Sequence[int], on_path: Callable[[str], str | None] = shutil.which) -> str | None:
    """Why this Python, a tuple such as (3, 9), cannot run StabView, and which can; None when it can."""
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return None
    names = [f"python3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    other = next((name for name in names if on_path(name)), None)
    advice = (
        f"Run it with the one you have: {other} packaging/run.py"
        if other
        else "Install one of them, for instance with your system's package manager or from python.org."
    )
    oldest, newest, this = (".".join(map(str, numbers[:2])) for numbers in (OLDEST, NEWEST, version))
    return f"StabView needs Python {oldest} to {newest}; this is {this}. {advice}"


def venv_package(executable: str = sys.executable, system: str = "/usr/bin/python3") -> str:
    """The Debian package with the venv module of this Python."""
    if os.path.realpath(executable) == os.path.realpath(system):
        return "python3-venv"
    return f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def can_make_environments() -> bool:
    """Whether this Python can make a virtual environment with pip in it. Debian leaves that to a package of its own."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def can_load(library: str) -> bool:
    """Whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: dict[str, str], load: Callable[[str], bool] = can_load) -> list[str]:
    """The Debian packages, each once, of those `libraries` (name -> package) that cannot be loaded."""
    return list(dict.fromkeys(package for library, package in libraries.items() if not load(library)))


def window_libraries(environ: Mapping[str, str]) -> dict[str, str]:
    """The libraries that a window needs beyond painting, by the kind of display."""
    libraries = {}
    if environ.get("DISPLAY"):
        libraries.update(X11_LIBRARIES)
    if environ.get("WAYLAND_DISPLAY"):
        libraries.update(WAYLAND_LIBRARIES)
    return libraries


def has_display(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a window can be shown: always on Windows and macOS, on other systems where a display is named."""
    return platform in ("win32", "darwin") or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def nvidia_driver_visible() -> bool:
    """Whether PyTorch could find an NVIDIA GPU here."""
    return os.path.exists("/proc/driver/nvidia/version") or shutil.which("nvidia-smi") is not None


def apt_line(packages: Sequence[str], root: bool) -> str:
    """The one line that installs Debian or Ubuntu packages."""
    return "{}apt-get install -y --no-install-recommends {}".format("" if root else "sudo ", " ".join(packages))


def is_root() -> bool:
    """Whether packages may be installed without asking."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def provide_packages(packages: Sequence[str], why: str) -> None:
    """Install Debian packages where that is allowed; raise SetupError with the line to run where it is not."""
    if shutil.which("apt-get") is None:
        raise SetupError(f"{why} (as Debian and Ubuntu call it). Install it with your system's package manager.")
    if not is_root():
        raise SetupError(f"{why}. Run this line, then start again:\n\n    {apt_line(packages, root=False)}")
    environ = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    what, install = "installing " + ", ".join(packages), shlex.split(apt_line(packages, root=True))
    if any(Path("/var/lib/apt/lists").glob("*Packages*")):
        try:
            step(what, install, environ)
            return
        except SetupError:
            say("that failed; once more with fresh package lists")
    step("fetching the package lists (apt-get update)", ["apt-get", "update"], environ)
    step(what, install, environ)


def check_system(environ: Mapping[str, str], wants_window: bool) -> bool:
    """Provide what venv and Qt need of the system; returns whether a window can be shown where one is wanted."""
    linux = sys.platform.startswith("linux")
    needed = [] if can_make_environments() else [venv_package()]
    needed += missing_packages(PAINTING_LIBRARIES) if linux else []
    for_window = missing_packages(window_libraries(environ)) if linux and wants_window else []
    if needed:
        provide_packages(needed + for_window, "This system lacks what StabView needs: " + ", ".join(needed))
        absent = missing_packages(PAINTING_LIBRARIES) if linux else []
        if absent:
            raise SetupError("These packages are there, but their libraries cannot be loaded: " + ", ".join(absent))
    elif for_window:
        try:
            provide_packages(for_window, "This system lacks what a window needs: " + ", ".join(for_window))
        except SetupError as error:
            say(f"{error}\nGoing on without a window.")
            return False
    return wants_window


# -------------------------------------------------------------------------------------------------------- running steps


def step(what: str, command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
    """Run one command quietly, with a sign of life every half minute; SetupError with its last lines if it fails."""
    say(f"{what} ...")
    began = time.monotonic()
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command, cwd=str(ROOT), env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=30)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  still at it after {time.monotonic() - began:.0f} s")
        except KeyboardInterrupt:
            stop(process)
            raise
        log.seek(0)
        lines = log.read().splitlines()
    if code != 0:
        shown = " ".join(map(shlex.quote, command))
        ending = "\n".join("    " + line for line in lines[-25:])
        raise SetupError(f"{what}: failed with exit code {code}\n    $ {shown}\n{ending}")


def stop(process: subprocess.Popen) -> None:
    """Let a child end that has had Ctrl+C too; ask it, then end it, if it does not."""
    for ask in (None, signal.SIGINT if os.name == "posix" else signal.SIGTERM):
        if ask is not None:
            process.send_signal(ask)
        try:
            process.wait(timeout=15)
            return
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def run_in_front(command: Sequence[str], environ: Mapping[str, str], folder: Path | None = None) -> int:
    """Run a command with our input and output; returns its exit code, 128 + signal when a signal ended it."""
    process = subprocess.Popen(command, cwd=folder and str(folder), env=environ)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        stop(process)
        raise
    if code < 0:
        say(f"ended by signal {-code} ({signal.Signals(-code).name})")
        return 128 - code
    return code


# ------------------------------------------------------------------------------------------------------ the environment


def stamp(root: Path = ROOT) -> str:
    """What a finished environment is good for: this checkout with these requirements and pins."""
    digest = hashlib.sha256(str(root.resolve()).encode())
    for part in (root / "pyproject.toml", root / "packaging" / "constraints.txt"):
        digest.update(b"\0" + part.read_bytes())
    return digest.hexdigest()


def environment_folder(environ: Mapping[str, str]) -> Path:
    """`.venv` in the checkout, or what STABVIEW_VENV names."""
    return Path(environ.get("STABVIEW_VENV") or ROOT / ".venv").expanduser().absolute()


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


class Environment:
    """A virtual environment.

    The file `stamp` in it says what it was finished for. `unfinished` is there while it is made for the first time:
    where it is found again, the making was cut short. Only such an environment, or one of ours whose Python does not
    start any more, is ever deleted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = python_of(folder)
        self.stamp = folder / "stabview-stamp"
        self.unfinished = folder / "stabview-unfinished"

    def version(self) -> tuple[int, ...] | None:
        """(major, minor) of its Python, None where that does not start."""
        try:
            text = subprocess.run(
                [str(self.python), "-c", "import sys; print(*sys.version_info[:2])"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=60,
                check=True,
            ).stdout
            return tuple(int(number) for number in text.split())
        except (OSError, ValueError, subprocess.SubprocessError):
            return None

    def is_ready(self) -> bool:
        """Whether nothing needs to be done."""
        return (
            not self.unfinished.exists()
            and self.stamp.is_file()
            and self.stamp.read_text() == stamp()
            and self.version() is not None
        )

    def prepare(self) -> None:
        """Make it, mend it or bring it up to date."""
        version = self.version()
        cut_short = self.unfinished.exists()
        if cut_short or version is None:
            self.make(may_delete=cut_short or self.stamp.exists())
        elif python_complaint(version):
            raise SetupError(f"{self.folder} has Python {version[0]}.{version[1]}: remove it, or set STABVIEW_VENV")
        elif self.stamp.exists():
            self.stamp.unlink()
        self.install()
        self.stamp.write_text(stamp())
        if self.unfinished.exists():
            self.unfinished.unlink()
        say("the environment is ready")

    def make(self, may_delete: bool) -> None:
        """An environment with nothing but pip."""
        try:
            if self.folder.exists() and may_delete:
                say(f"removing what an earlier set-up left in {self.folder}")
                shutil.rmtree(str(self.folder))
            self.folder.mkdir(parents=True, exist_ok=True)
            if any(self.folder.iterdir()):
                raise SetupError(f"{self.folder} is no working environment: remove it, or set STABVIEW_VENV")
            free = shutil.disk_usage(str(self.folder)).free / 1e9
            if free < DISK_GB:
                raise SetupError(f"{DISK_GB:.0f} GB of disk are needed in {self.folder}; {free:.1f} GB are free")
            self.unfinished.touch()
        except OSError as error:
            raise SetupError(f"The environment {self.folder} cannot be written: {error}") from error
        step(f"making the environment {self.folder}", [sys.executable, "-m", "venv", str(self.folder)])

    def pip(self, what: str, *arguments: str) -> None:
        """One call of pip."""
        environ = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1", PIP_USER="0", PYTHONUTF8="1")
        step(what, [str(self.python), "-m", "pip", *arguments], environ)

    def install(self) -> None:
        """PyTorch first, because there are several builds of it, then the rest."""
        pinned = ["-c", str(CONSTRAINTS)]
        # An older pip downloads all of PyTorch only to tell what it would install.
        self.pip("bringing pip up to date", "install", "--upgrade", "pip>=24")
        source = self.torch_source(pinned)
        self.pip("installing PyTorch", "install", *pinned, *source, "torch")
        self.pip("installing StabView and the other libraries", "install", *pinned, "-e", f"{ROOT}[dev]")

    def torch_source(self, pinned: list[str]) -> list[str]:
        """Extra arguments of pip that find the build of PyTorch that suits this machine."""
        brings_cuda = needs_cuda(self.resolve("looking for PyTorch", pinned))
        if not brings_cuda or nvidia_driver_visible():
            return []
        source = ["--extra-index-url", TORCH_CPU_INDEX, "--retries", "1"]
        try:
            if not needs_cuda(self.resolve("no NVIDIA driver here: looking for PyTorch's CPU build", pinned + source)):
                say(f"taking PyTorch's CPU build from {TORCH_CPU_INDEX}")
                return source
        except SetupError:
            say(f"{TORCH_CPU_INDEX} does not answer")
        say("taking the build with CUDA, which works here too but needs about 5 GB")
        return []

    def resolve(self, what: str, arguments: Sequence[str]) -> dict:
        """pip's report of the PyTorch it would install, without what that needs."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            self.pip(what, "install", "--dry-run", "--no-deps", "--report", str(report), *arguments, "torch")
            return json.loads(report.read_text(encoding="utf-8"))


def needs_cuda(report: dict, system: str = platform.system(), machine: str = platform.machine()) -> bool:
    """Whether a report of pip's holds a package that needs NVIDIA's libraries on this kind of machine."""
    requirements = [line for item in report["install"] for line in item["metadata"].get("requires_dist", [])]
    return any(
        requirement.startswith(("nvidia-", "cuda-"))
        and ("platform_system" not in requirement or system in requirement)
        and ("platform_machine" not in requirement or machine in requirement)
        for requirement in requirements
    )


# -------------------------------------------------------------------------------------------------------- the commands


def run_environment(environ: Mapping[str, str], in_window: bool) -> dict[str, str]:
    """The variables a run starts with; whatever the user has set stays."""
    settings = {
        "OMP_WAIT_POLICY": "passive",
        "PYQTGRAPH_QT_LIB": "PySide6",
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",  # where there is none at all, as in containers; Qt complains otherwise
    }
    if not in_window:
        settings["QT_QPA_PLATFORM"] = "offscreen"
    settings.update(environ)
    return settings


def demo(python: Path, in_window: bool, name: str, extra: list[str]) -> int:
    """Show a shipped example: in the window, or into ./demo-out where there is no display."""
    environ = run_environment(os.environ, in_window)
    command = [str(python), "-m", "stabview", "--demo", name]
    if in_window:
        say(f"opening the window on the example '{name}'")
    else:
        output = Path.cwd() / "demo-out"
        command += ["--offscreen-out", str(output)]
        say(f"no display: painting the example '{name}' into {output}")
    return run_in_front(command + extra, environ)


def test(python: Path, extra: list[str]) -> int:
    """Run the tests, one thread of PyTorch in each process."""
    environ = run_environment(os.environ, in_window=False)
    environ.setdefault("OMP_NUM_THREADS", "1")
    say("running the tests")
    return run_in_front([str(python), "-m", "pytest", *extra], environ, ROOT)


def parse(arguments: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """The command, the example's name, and what is passed on."""
    parser = argparse.ArgumentParser(
        prog="run.py",
        allow_abbrev=False,
        description="Sets StabView up in .venv (or the folder STABVIEW_VENV) and runs it.",
        epilog="Further arguments go on to StabView (demo) or to pytest (test).",
    )
    commands = {"demo": "show an example", "test": "run the tests", "setup": "only set up"}
    described = "; ".join(f"{name}: {meaning}" for name, meaning in commands.items())
    parser.add_argument("command", choices=commands, help=described)
    parser.add_argument("--example", default="hallucination", metavar="NAME", help="which example the demo shows")
    return parser.parse_known_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: that of what was run, 1 if the set-up failed, 130 after Ctrl+C."""
    chosen, extra = parse(arguments)
    complaint = python_complaint(sys.version_info)
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    try:
        wants_window = chosen.command == "demo" and has_display(os.environ)
        in_window = check_system(os.environ, wants_window)
        environment = Environment(environment_folder(os.environ))
        if not environment.is_ready():
            environment.prepare()
        if chosen.command == "demo":
            return demo(environment.python, in_window, chosen.example, extra)
        if chosen.command == "test":
            return test(environment.python, extra)
        return 0
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; the next run takes it up again", file=sys.stderr)
        return 130


if __name__ == "__main__":
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
