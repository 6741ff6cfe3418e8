"""Single settings of a study as text, "sampling.rate=0.25": read into a study, and written out of one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from stabview.images.errors import InputError
from stabview.study.networks import named, needs
from stabview.study.study import Study
from stabview.study.toml_file import study_from_dict, study_to_dict

_EITHER = {"image": ("path", "phantom"), "network": ("path", "name")}
"""Keys of which a section has one; setting one takes the other away."""


def with_settings(study: Study, assignments: Sequence[str]) -> Study:
    """The study with NAME=VALUE applied, one after another; VALUE as it would stand in TOML, or a bare word.

    NAME is section.key, `details` for the whole list, or a parameter where the study runs experiments. With a network
    that takes one single operator come its size and samples.
    """
    tables = study_to_dict(study)
    for assignment in assignments:
        name, value = _read(assignment)
        section, dot, key = name.partition(".")
        if study.experiments and not dot:
            study = study.having(experiments=tuple(
                replace(one, parameters={**one.parameters, name: value}) for one in study.experiments
            ))  # fmt: skip
            tables["experiments"] = study_to_dict(study)["experiments"]
        elif not dot:
            tables[name] = value
        else:
            table = tables.setdefault(section, {})
            if not isinstance(table, dict):
                raise InputError(f"'{section}' is a list: give all of it, as in {section}=[{{kind = \"lesion\"}}].")
            for other in _EITHER.get(section, ()):
                if key in _EITHER[section] and other != key:
                    table.pop(other, None)
            table[key] = value
            if (section, key) == ("network", "name"):
                _leave_out(tables, needs(card) if (card := named(value)) is not None else {})
    return study_from_dict(tables)


def _leave_out(tables: dict[str, object], values: Mapping[str, Mapping[str, object]]) -> None:
    """Take keys away, so that they become what the network needs."""
    for section, keys in values.items():
        tables[section] = {key: value for key, value in tables.get(section, {}).items() if key not in keys}


def settings_of(study: Study) -> list[str]:
    """What `with_settings` makes this study from, beginning with `Study()`."""
    usual, found = study_to_dict(Study()), []
    for section, value in study_to_dict(study).items():
        if isinstance(value, Mapping):
            known = usual.get(section, {})
            found += [f"{section}.{key}={_bare(entry)}" for key, entry in value.items() if known.get(key) != entry]
        else:
            found.append(f"{section}={toml_value(value)}")
    return found


def toml_value(value: object) -> str:
    """A plain value on one line of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {toml_value(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _read(assignment: str) -> tuple[str, object]:
    name, sign, text = assignment.partition("=")
    name, text = name.strip(), text.strip()
    if not sign or not name or not text:
        raise InputError(f"'{assignment}' is no NAME=VALUE, such as image.size=128.")
    try:
        return name, tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return name, text.strip("\"'")


def _bare(value: object) -> str:
    """A word without quotes where it can be read back so."""
    text = toml_value(value)
    if isinstance(value, str) and _read(f"a={value}")[1] == value:
        return value
    return text
