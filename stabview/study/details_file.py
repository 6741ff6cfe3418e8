"""Painted details as a file of their own: the `[[details]]` tables of a study, to be put on other images."""

from __future__ import annotations

from pathlib import Path

from stabview.images.errors import InputError
from stabview.study.study import Detail, Study
from stabview.study.toml_file import read_tables, study_from_dict, study_to_dict


def write_details(details: tuple[Detail, ...], path: Path) -> None:
    """Write the details as TOML. Raises InputError where that is not possible."""
    import tomli_w

    tables = {"details": study_to_dict(Study(details=details)).get("details", [])}
    try:
        Path(path).write_text(tomli_w.dumps(tables), encoding="utf-8")
    except OSError as error:
        raise InputError(f"'{path}' cannot be written ({error.strerror or error}): choose another place.") from error


def read_details(path: Path) -> tuple[Detail, ...]:
    """The details in a file of details, or in a study. Raises InputError where there are none."""
    tables = read_tables(Path(path)).get("details", [])
    try:
        details = study_from_dict({"details": tables}).details
    except InputError as error:
        raise InputError(f"'{Path(path).name}': {error}") from error
    if not details:
        raise InputError(f"'{Path(path).name}' has no painted details: choose another file.")
    return details
