"""Studies as TOML files: what a person writes is checked in full before anything runs; what is written reads back."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

from stabview.images.errors import InputError
from stabview.methods.networks.formats.entry_point import with_file
from stabview.study.checks import check_study, part_from_table
from stabview.study.fields import key_of, matters
from stabview.study.networks import completed
from stabview.study.schema import schema_text
from stabview.study.study import Study, with_files

__all__ = [
    "check_study", "read_study", "read_tables", "schema_text", "study_from_dict", "study_text", "study_to_dict",
    "write_study",
]  # fmt: skip

ABOUT = "example"  # a table with title, sentence and source that shipped studies have beside the study itself
_LARGEST = 16 * 2**20


def read_study(path: str | Path) -> Study:
    """The study in a TOML file; relative paths in it start at its folder.

    Raises
    ------
    InputError : no such file, no TOML (with the line), unknown keys, impossible values.
    """
    path = Path(path)
    tables = read_tables(path)
    try:
        return study_from_dict(tables, folder=path.parent)
    except InputError as error:
        raise InputError(f"'{path.name}': {error}") from error


def read_tables(path: Path) -> dict[str, object]:
    """The plain tables of a TOML file. Raises `InputError` for a file that cannot be read or is no TOML."""
    try:
        if path.is_dir():
            raise InputError(f"'{path.name}' is a folder: give a study in it, a file that ends with .toml.")
        if path.stat().st_size > _LARGEST:
            raise InputError(f"'{path.name}' is larger than {_largest()}: that is no study, choose another file.")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no study '{path}': check the name.") from error
    except OSError as error:
        raise InputError(f"'{path.name}' cannot be read ({error.strerror or error}): check its permissions.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"'{path.name}' is no text in UTF-8: save it as that, or choose another file.") from error
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise InputError(f"'{path.name}' is nested too deeply for a study: choose another file.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"'{path.name}' is not valid TOML, {_at_line(str(error), text)}") from error


def study_from_dict(data: Mapping[str, object], *, folder: str | Path | None = None) -> Study:
    """A checked study from the tables of a TOML file.

    Size and samples that they leave out are those of the network, where that takes one single operator.

    Parameters
    ----------
    folder : where relative paths of image and network start; None leaves them as they are.
    """
    tables = completed({key: table for key, table in data.items() if key != ABOUT})
    study = part_from_table(Study, tables)
    check_study(study)
    return study if folder is None else _with_paths(study, lambda path: _resolved(path, Path(folder)))


def study_to_dict(study: Study) -> dict[str, object]:
    """The tables of a study for a TOML file; they give the same study back.

    Everything is written out, so that the file means the same when defaults change, except what is None or empty, and
    what has no effect (the number of views of an MRI study) and its default value.
    """
    return _table(study)


def study_text(study: Study) -> str:
    """The study as the text of a TOML file."""
    import tomli_w

    return _short_lists(tomli_w.dumps(study_to_dict(study)))


def write_study(study: Study, path: str | Path) -> None:
    """Write a study as TOML, whole or not at all; files in the same folder or below it are named from there.

    Raises
    ------
    InputError : the file cannot be written.
    """
    path = Path(path)
    folder = path.parent.resolve()
    text = study_text(_with_paths(study, lambda file: _from(file, folder)))
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"'{path}' cannot be written ({error.strerror or error}): choose another place.") from error


def _table(part: object) -> dict[str, object]:
    table = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if value is None or value == () or value == "":
            continue
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if not matters(part, field.name) and value == default:
            continue
        value = _plain(value)
        if value != {}:
            table[key_of(field.name)] = value
    return table


def _plain(value: object) -> object:
    if is_dataclass(value):
        return _table(value)
    return [_plain(entry) for entry in value] if isinstance(value, tuple) else value


def _short_lists(text: str) -> str:
    """Lists of numbers on one line, `position = [140.0, 92.0]`, where tomli_w takes a line for each number."""

    def joined(found: re.Match) -> str:
        return "[" + ", ".join(line.strip().rstrip(",") for line in found[1].strip().splitlines()) + "]"

    return re.sub(r"\[\n((?: +[-+.\deE]+,\n)+) *\]", joined, text)


def _with_paths(study: Study, change: Callable[[str], str]) -> Study:
    """The study with `change` applied to the files it names; a network may be a function in a file, or in a module."""
    return with_files(study, lambda part, path: with_file(path, change) if part == "network" else change(path))


def _resolved(path: str, folder: Path) -> str:
    return os.path.abspath(folder / Path(path).expanduser())


def _from(path: str, folder: Path) -> str:
    resolved = Path(os.path.abspath(path))
    return resolved.relative_to(folder).as_posix() if resolved.is_relative_to(folder) else str(resolved)


def _at_line(message: str, text: str) -> str:
    """ "line 3: invalid value: rate = 0,33" from what tomllib says."""
    found = re.search(r" \(at line (\d+), column \d+\)$", message)
    if not found:
        return f"at its end: {message.removesuffix(' (at end of document)').lower()}."
    line = int(found[1])
    shown = text.splitlines()[line - 1].strip() if line <= len(text.splitlines()) else ""
    return f"line {line}: {message[: found.start()].lower()}: {shown[:80]}"


def _largest() -> str:
    return f"{_LARGEST // 2**20} MB"
