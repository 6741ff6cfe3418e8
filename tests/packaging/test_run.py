"""The set-up script: what it refuses, what it asks for, and when an environment has to be made again."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "run.py"


@pytest.fixture(scope="module")
def run() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("stabview_packaging_run", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the two files that say what has to be installed."""
    (tmp_path / "packaging").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "packaging" / "constraints.txt").write_text("torch==2.13.0\n")
    return tmp_path


def test_old_pythons_can_read_the_script():
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))


def test_refuses_an_old_python_and_names_one_that_is_there(run):
    complaint = run.python_complaint((3, 9, 2), on_path=lambda name: name == "python3.12" and "/usr/bin/python3.12")
    assert "3.11" in complaint
    assert "this is 3.9" in complaint
    assert "python3.12 packaging/run.py" in complaint


def test_accepts_the_python_of_the_tests(run):
    assert run.python_complaint(sys.version_info) is None


def test_missing_libraries_name_each_debian_package_once(run):
    absent = {"libEGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"}
    packages = run.missing_packages(run.PAINTING_LIBRARIES, load=lambda library: library not in absent)
    assert packages == ["libegl1", "libglib2.0-0"]
    assert run.apt_line(packages, root=False) == "sudo apt-get install -y --no-install-recommends libegl1 libglib2.0-0"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the loader's way of naming libraries on Linux")
def test_a_library_that_does_not_exist_cannot_be_loaded(run):
    assert run.can_load("libc.so.6")
    assert not run.can_load("libstabview-does-not-exist.so.1")


def test_display_decides_which_libraries_a_window_needs(run):
    assert "libxcb-cursor.so.0" in run.window_libraries({"DISPLAY": ":0"})
    assert set(run.window_libraries({"WAYLAND_DISPLAY": "wayland-0"})) == set(run.WAYLAND_LIBRARIES)
    assert run.window_libraries({}) == {}


def test_without_root_the_line_to_run_is_said(run, monkeypatch):
    monkeypatch.setattr(run, "is_root", lambda: False)
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(run.SetupError, match="sudo apt-get install -y --no-install-recommends python3-venv"):
        run.provide_packages(["python3-venv"], "venv is missing")


def test_stamp_follows_requirements_pins_and_place(run, checkout, tmp_path_factory):
    stamps = [run.stamp(checkout)]
    (checkout / "pyproject.toml").write_text("[project]\nname = 'stabview'\n")
    stamps.append(run.stamp(checkout))
    (checkout / "packaging" / "constraints.txt").write_text("torch==2.13.1\n")
    stamps.append(run.stamp(checkout))
    moved = checkout.rename(tmp_path_factory.mktemp("elsewhere") / "stabview")
    stamps.append(run.stamp(moved))
    assert len(set(stamps)) == len(stamps)
    assert run.stamp(moved) == stamps[-1]


def test_users_own_variables_stay(run):
    assert run.run_environment({}, in_window=False)["QT_QPA_PLATFORM"] == "offscreen"
    assert run.run_environment({"QT_QPA_PLATFORM": "vnc"}, in_window=False)["QT_QPA_PLATFORM"] == "vnc"
    assert "QT_QPA_PLATFORM" not in run.run_environment({}, in_window=True)


def test_cuda_is_seen_in_pips_report(run):
    def needs_cuda(*requirements: str) -> bool:
        report = {"install": [{"metadata": {"name": "torch", "requires_dist": list(requirements)}}]}
        return run.needs_cuda(report, system="Linux", machine="x86_64")

    assert needs_cuda("sympy", "nvidia-cudnn-cu13==9.20.0.48; platform_system == 'Linux'")
    assert needs_cuda("cuda-bindings<14,>=13.0.3")
    assert not needs_cuda("sympy", "nvidia-cudnn-cu13; platform_system == 'Windows'")
    assert not needs_cuda("nvidia-nccl-cu13; platform_system == 'Linux' and platform_machine == 'aarch64'")
    assert not run.needs_cuda({"install": []})


def test_a_failing_step_says_what_it_ran_and_how_it_ended(run):
    script = "import sys; print('no space left'); sys.exit(3)"
    with pytest.raises(run.SetupError, match=r"(?s)copying: failed with exit code 3.*no space left"):
        run.step("copying", [sys.executable, "-c", script])


def test_exit_codes_pass_through(run):
    assert run.run_in_front([sys.executable, "-c", "raise SystemExit(5)"], None) == 5


class TestEnvironment:
    """Which folders the script makes, leaves alone and clears."""

    @pytest.fixture
    def environment(self, run, tmp_path, monkeypatch):
        """An environment without what takes long: pip, and all that pip would install."""
        step = run.step
        monkeypatch.setattr(run, "step", lambda what, command: step(what, [*command, "--without-pip"]))
        made = run.Environment(tmp_path / "venv")
        monkeypatch.setattr(made, "install", lambda: None)
        return made

    def test_is_ready_once_made_until_its_python_is_gone(self, environment):
        assert not environment.is_ready()
        environment.prepare()
        assert environment.is_ready()
        environment.python.unlink()
        assert not environment.is_ready()

    def test_is_made_again_when_it_was_cut_short(self, environment, monkeypatch):
        def interrupted() -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(environment, "install", interrupted)
            with pytest.raises(KeyboardInterrupt):
                environment.prepare()
        assert not environment.is_ready()
        left_over = environment.folder / "half-installed"
        left_over.touch()
        environment.prepare()
        assert environment.is_ready()
        assert not left_over.exists()

    def test_a_folder_of_the_user_is_never_cleared(self, run, environment):
        environment.folder.mkdir()
        treasure = environment.folder / "thesis.txt"
        treasure.touch()
        with pytest.raises(run.SetupError, match="remove it, or set STABVIEW_VENV"):
            environment.prepare()
        assert treasure.exists()
