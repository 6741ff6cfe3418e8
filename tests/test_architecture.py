"""The order of the packages, where Qt and PyTorch may be imported, and what a start of the program has to load."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = (
    ("__main__",),
    ("cli", "benchmarks"),
    ("api",),
    ("gui",),
    ("report",),
    ("study",),
    ("engine",),
    ("experiments", "training"),
    ("perturbation",),
    ("methods",),
    ("measures", "sampling"),
    ("images",),
    ("resources", "__init__"),
)
LEVEL = {part: level for level, parts in enumerate(LAYERS) for part in parts}
QT = {"PySide6", "shiboken6", "pyqtgraph"}
HEAVY_READERS = {"pydicom", "nibabel", "skimage", "h5py"}


def source_files() -> dict[str, ast.Module]:
    """The syntax tree of every module of the package by its dotted name; packages end with `.__init__`.

    The scripts of `benchmarks/peers` are no modules: they run in an environment of their own, beside other programs.
    """
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in sorted((ROOT / "stabview").rglob("*.py"))
        if path.parent.name != "peers"
    }


SOURCES = source_files()


def imported_names(tree: ast.AST) -> Iterator[str]:
    """Every imported dotted name, wherever in the file; `from a import b` counts as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names_imported_on_load(tree: ast.Module) -> Iterator[str]:
    """Names imported while the module itself is being imported: not in functions, not for type checkers only."""
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        only_for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        if only_for_types or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported_names(node)
        pending += ast.iter_child_nodes(node)


def part_of(module: str) -> str:
    """The part of the package a module belongs to: `gui` for `stabview.gui.app`."""
    part = module.split(".")[1]
    return part if part in LEVEL or (ROOT / "stabview" / part).is_dir() else "__init__"


def importers(packages: set[str]) -> set[str]:
    """The parts of StabView in which one of these other packages is imported anywhere."""
    return {
        part_of(module)
        for module, tree in SOURCES.items()
        for name in imported_names(tree)
        if name.split(".")[0] in packages
    }


def loaded_by(modules: list[str], packages: set[str]) -> set[str]:
    """Those of `packages` that a new Python has loaded after importing `modules`."""
    code = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, *modules], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return packages & set(done.stdout.split())


def modules_in(*prefixes: str) -> list[str]:
    """Importable names of the modules that are one of `prefixes` or lie below it."""
    names = [module.removesuffix(".__init__") for module in SOURCES]
    return [name for name in names if any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)]


def test_every_part_has_a_place_in_the_order():
    assert {part_of(module) for module in SOURCES} <= set(LEVEL)


def test_imports_go_one_way():
    upwards = [
        f"{module} imports {name}"
        for module, tree in SOURCES.items()
        for name in imported_names(tree)
        if name.startswith("stabview.") and LEVEL[part_of(name)] < LEVEL[part_of(module)]
    ]
    assert not upwards


def test_qt_stays_in_the_window():
    assert importers(QT) <= {"gui"}


def test_torch_stays_out_of_the_window_and_the_images():
    assert importers({"torch"}).isdisjoint({"gui", "images"})


def test_readers_of_medical_formats_load_when_a_file_asks_for_them():
    early = [
        f"{module} imports {name}"
        for module, tree in SOURCES.items()
        for name in names_imported_on_load(tree)
        if name.split(".")[0] in HEAVY_READERS
    ]
    assert not early


def test_the_window_opens_without_torch():
    assert not loaded_by(modules_in("stabview.gui"), {"torch", *HEAVY_READERS})


@pytest.mark.parametrize(
    "prefixes",
    [
        ["stabview.cli", "stabview.__main__"],
        ["stabview.study.study", "stabview.study.workbench", "stabview.study.history"],
        ["stabview.engine", "stabview.images"],
    ],
    ids=["command line", "study", "engine and images"],
)
def test_starts_without_qt_and_torch(prefixes: list[str]):
    assert not loaded_by(modules_in(*prefixes), {"torch", "PySide6", "pyqtgraph", *HEAVY_READERS})
