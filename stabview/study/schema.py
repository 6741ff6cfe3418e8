"""The study file explained: every section, key, type, default and allowed name, from the table of the checks."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import get_args, get_origin

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.study.checks import hints_of, required, type_in_words
from stabview.study.fields import FIELDS, key_of
from stabview.study.study import Study

_WIDTH = 110
_NAMES = 26  # column at which the sentence of a name starts


def schema_text() -> str:
    """All that a study file may hold, as text for people."""
    from stabview.study.examples import EXAMPLES

    parts = [_wrapped("A study is a TOML file. Sections and keys that are left out take the defaults given here.", 0)]
    for section in fields(Study):
        kind = required(hints_of(Study)[section.name])
        many = not is_dataclass(kind)
        heading = f"[[{section.name}]]" if many else f"[{section.name}]"
        parts.append(f"\n{heading}\n{_wrapped(FIELDS[Study][section.name].sentence, 2)}")
        parts += [_key(get_args(kind)[0] if many else kind, field, _default(section)) for field in _fields(kind)]
    parts.append("\nParameters of the experiments")
    for experiment in EXPERIMENTS.values():
        parts.append(f"  {experiment.name}")
        parts += [_name(p.name, f"{p.sentence} Default: {_shown(p.default)}.") for p in experiment.parameters]
    parts.append("\nShipped examples, for stabview --demo NAME and stabview examples --export NAME FILE")
    parts += [_name(name, example.sentence) for name, example in EXAMPLES.items()]
    return "\n".join(parts) + "\n"


def _fields(kind: object) -> tuple[Field, ...]:
    return fields(kind if is_dataclass(kind) else get_args(kind)[0])


def _key(kind: type, field: Field, part: object) -> str:
    entry = FIELDS[kind][field.name]
    words = [entry.sentence, _type(kind, field)]
    if entry.only_for is not None:
        words.append(f"Only for {entry.only_for[0]} {' or '.join(entry.only_for[1])}.")
    default = _default(field)
    if default is MISSING:
        words.append("Needed.")
    elif default not in (None, (), "", {}):
        words.append(f"Default: {_shown(default)}.")
    elif is_dataclass(part) and getattr(part, field.name) not in (default, None):
        words.append(f"Where the whole section is left out: {_shown(getattr(part, field.name))}.")
    lines = [f"  {key_of(field.name)}", _wrapped(" ".join(words), 6)]
    if entry.names is not None:
        lines += [_name(name, sentence) for name, sentence in entry.names().items()]
    return "\n".join(lines)


def _type(kind: type, field: Field) -> str:
    words, entry = type_in_words(hints_of(kind)[field.name]), FIELDS[kind][field.name]
    if entry.names is not None:
        table = get_origin(hints_of(kind)[field.name]) is Mapping
        return "A table of the names below with a number each." if table else "One of the names below."
    words = words.removeprefix("a ")
    return f"{words[0].upper()}{words[1:]}{', ' + entry.range if entry.range else ''}."


def _default(field: Field) -> object:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return str(list(value))
    return f'"{value}"' if isinstance(value, str) else f"{value:.10g}"


def _name(name: str, sentence: str) -> str:
    start = f"      {name}".ljust(_NAMES - 1) + " "
    return textwrap.fill(sentence, _WIDTH, initial_indent=start, subsequent_indent=" " * _NAMES, break_on_hyphens=False)


def _wrapped(text: str, indent: int) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent, break_on_hyphens=False
    )
