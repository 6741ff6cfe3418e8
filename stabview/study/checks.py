"""Typed tables: the parts of a study from plain values; unknown keys and impossible values are refused by name."""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from numbers import Integral, Real
from pathlib import PurePath
from typing import Union, get_args, get_origin, get_type_hints

from stabview.experiments.catalogue import experiment
from stabview.images.errors import InputError
from stabview.study.fields import FIELDS, Field, key_of
from stabview.study.study import Study


def check_study(study: Study) -> None:
    """Refuse values that no study can have, whether it came from a file or from the window.

    Raises
    ------
    InputError : says which value of which section it is, and what is allowed.
    """
    part_from_table(Study, table_of(study))
    _one_of(study.image, "[image]", "path", "phantom")
    _one_of(study.network, "[network]", "name", "path")
    _check_network(study)
    for chosen in study.experiments:
        experiment(chosen.name).values(chosen.parameters)
    for number, detail in enumerate(study.details, 1):
        where = f"[[details]] {number}"
        if detail.kind == "stroke" and not detail.points:
            raise InputError(f"{where} is a stroke without points: give points = [[column, row], ...].")
        if detail.kind in ("symbol", "text") and not detail.text.strip():
            raise InputError(f'{where} is a {detail.kind} without text: give what is to be painted, text = "♥".')


def table_of(part: object) -> dict[str, object]:
    """A part of a study, and the parts in it, as nested tables with the keys of TOML; nothing is left out."""

    def plain(value: object) -> object:
        if is_dataclass(value):
            return table_of(value)
        return [plain(entry) for entry in value] if isinstance(value, (tuple, list)) else value

    return {key_of(field.name): plain(getattr(part, field.name)) for field in fields(part)}


def part_from_table(kind: type, table: object, where: str = "") -> object:
    """A dataclass of the study from a table with the keys of TOML; left-out keys take their defaults.

    Parameters
    ----------
    kind : `Study` or one of its parts.
    where : what to call the table in messages, "[sampling]"; "" for the study itself.
    """
    if not isinstance(table, Mapping):
        raise InputError(f"{where} is {_shown(table)}, but a table is needed there: {where} with keys below it.")
    names = {key_of(field.name): field for field in fields(kind)}
    values = {}
    for key, value in table.items():
        if key not in names:
            raise InputError(_unknown_key(where, key, names))
        name = names[key].name
        values[name] = _value(hints_of(kind)[name], FIELDS[kind][name], value, _place(kind, where, key))
    for key, field in names.items():
        if field.name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f"{where} has no {key}: {_allowed_names(FIELDS[kind][field.name])}.")
    return kind(**values)


@cache
def hints_of(kind: type) -> dict[str, object]:
    """The types of the attributes of a dataclass."""
    return get_type_hints(kind)


def required(hint: object) -> object:
    """`T` for `T | None`, the type itself otherwise."""
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = (entry for entry in get_args(hint) if entry is not type(None))
    return hint


def suggestion(word: object, names: Iterable[str]) -> str:
    """ "did you mean 'rate'?" where something is near, otherwise the whole list."""
    names = list(names)
    near = get_close_matches(str(word).lower(), names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(repr(name) for name in near)}?"
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names) or 'none'}."


def _place(kind: type, where: str, key: str) -> str:
    if kind is not Study:
        return f"{where} {key}"
    return f"[[{key}]]" if key in ("details", "experiments") else f"[{key}]"


def _unknown_key(where: str, key: str, names: Iterable[str]) -> str:
    if where:
        return f"{where} has no key '{key}'; {suggestion(key, names)}"
    return f"A study has no section '{key}'; {suggestion(key, names)}"


def _value(hint: object, field: Field, value: object, where: str) -> object:
    """`value` as the type of the attribute, checked."""
    if value is None and required(hint) is not hint:
        return None
    hint = required(hint)
    if is_dataclass(hint):
        return part_from_table(hint, value, where)
    if get_origin(hint) is tuple:
        return _values(hint, field, value, where)
    if get_origin(hint) is Mapping:
        if not isinstance(value, Mapping):
            raise InputError(f"{where} is {_shown(value)}; it has to be a table, {{ size = 64 }}.")
        return dict(value) if field.names is None else _limits(field, value, where)
    if hint is bool:
        if not isinstance(value, bool):
            raise InputError(f"{where} is {_shown(value)}; it has to be true or false.")
        return value
    if hint is str:
        return _text(field, value, where)
    return _number(hint, field, value, where)


def _limits(field: Field, value: Mapping, where: str) -> dict[str, float]:
    """A table of numbers under names."""
    for name in value:
        if name not in field.names():
            raise InputError(f"{where} has no '{name}'; {suggestion(name, field.names())}")
    return {name: float(_number(float, field, number, f"{where} {name}")) for name, number in value.items()}


def _values(hint: object, field: Field, value: object, where: str) -> tuple[object, ...]:
    inner = get_args(hint)
    if not isinstance(value, (list, tuple)):
        raise InputError(f"{where} is {_shown(value)}; it has to be {type_in_words(hint)}.")
    if inner[-1] is Ellipsis:
        return tuple(_value(inner[0], field, entry, f"{where} {place}") for place, entry in enumerate(value, 1))
    if len(value) != len(inner):
        raise InputError(f"{where} has {len(value)} values; it has to be {type_in_words(hint)}.")
    return tuple(_value(kind, field, entry, where) for kind, entry in zip(inner, value, strict=True))


def _text(field: Field, value: object, where: str) -> str:
    if isinstance(value, PurePath):
        value = str(value)
    if not isinstance(value, str):
        raise InputError(f"{where} is {_shown(value)}; it has to be a text in quotes.")
    if field.names is not None and value not in field.names():
        raise InputError(f"{where} cannot be {_shown(value)}; {suggestion(value, field.names())}")
    if field.longest is not None and len(value) > field.longest:
        raise InputError(f"{where} has {len(value)} characters; it may have {field.longest}.")
    if "\0" in value:
        raise InputError(f"{where} has a character in it that no text can have (NUL): take it out.")
    return value


def _number(hint: object, field: Field, value: object, where: str) -> int | float:
    whole = hint is int
    if isinstance(value, bool) or not isinstance(value, Integral if whole else Real):
        quotes = ", without quotes" if isinstance(value, str) else ""
        raise InputError(f"{where} is {_shown(value)}; it has to be a {type_in_words(hint)}{quotes}.")
    number = int(value) if whole else float(value)
    if not math.isfinite(number) or field.refuses(number):
        raise InputError(f"{where} is {number:.10g}; it has to be {field.range or 'a finite number'}.")
    return number


def type_in_words(hint: object) -> str:
    """What a value of this type looks like, for messages and the schema."""
    hint = required(hint)
    if get_origin(hint) is not tuple:
        return {bool: "true or false", int: "whole number", float: "number", str: "text"}.get(hint, "table")
    inner = get_args(hint)
    if inner[-1] is not Ellipsis:
        return "[column, row]"
    entry = type_in_words(inner[0])
    return f"a list [{entry}, ...]" if entry == "[column, row]" else f"a list of {entry}s"


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        text = text.lower()
    if isinstance(value, Mapping):
        return "a table"
    return text if len(text) <= 60 else text[:57] + "..."


def _allowed_names(field: Field) -> str:
    return "give one of " + ", ".join(field.names()) if field.names is not None else field.sentence.rstrip(".")


def _one_of(part: object, where: str, first: str, second: str) -> None:
    given = [key for key in (first, second) if getattr(part, key) is not None]
    for key in given:
        if not getattr(part, key).strip():
            raise InputError(f"{where} {key} is empty: give one, or leave the key out.")
    if len(given) == 2:
        raise InputError(f"{where} has both {first} and {second}: leave one of them out.")
    if not given:
        names = ", ".join(next(f.names() for f in (FIELDS[type(part)][k] for k in (first, second)) if f.names))
        raise InputError(f"{where} has neither {first} nor {second}: give one of them ({names}, or a file).")


def _check_network(study: Study) -> None:
    from stabview.methods.networks.cards import shipped_cards
    from stabview.study.networks import missing_for

    operator, network = study.sampling.operator, study.network
    trained = network.trained_rate
    if trained is not None and not study.sampling.counts_views and trained > 1:
        raise InputError(f"[network] trained_rate is {trained:g}; a sampling rate is at most 1.")
    if trained is not None and study.sampling.counts_views and trained < 1:
        raise InputError(f"[network] trained_rate is {trained:g}; for {operator} it is a number of views, at least 1.")
    if network.name is None:
        return
    cards = {card.name: card for card in shipped_cards()}
    made_for = cards[network.name].operator
    if not cards[network.name].takes(operator):
        others = ", ".join(name for name, card in cards.items() if card.takes(operator))
        advice = f"choose {others}, or" if others else "choose"
        raise InputError(
            f"[network] {network.name} reconstructs from {made_for} data and [sampling] operator is {operator}: "
            f"{advice} the operator {made_for}."
        )
    missing = missing_for(cards[network.name], study)
    if missing:
        settings = ", ".join(
            f"[{section}] " + ", ".join(f"{key} = {_shown(value)}" for key, value in values.items())
            for section, values in missing.items()
        )
        raise InputError(f"[network] {network.name} takes one operator only: set {settings}.")
