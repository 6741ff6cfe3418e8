"""Networks written in Python: `package.module:factory`, `FILE.py:factory`, or `stabview.methods:NAME` of a plug-in.

Everything here runs the user's code, so nothing is imported before consent; the source is found and hashed without
importing it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from pathlib import Path

from stabview.images.errors import InputError

GROUP = "stabview.methods"
_WORD = r"[A-Za-z_]\w*"
_MODULE = re.compile(rf"{_WORD}(\.{_WORD})*:{_WORD}")
_PLUGIN = re.compile(rf"{re.escape(GROUP)}:[\w.-]+")


def is_entry_point(text: str) -> bool:
    """Whether a network's path names Python code and not a file."""
    head, colon, factory = text.rpartition(":")
    script = bool(colon) and head.endswith(".py") and factory.isidentifier()
    return script or bool(_MODULE.fullmatch(text) or _PLUGIN.fullmatch(text))


def with_file(text: str, change: Callable[[str], str]) -> str:
    """The path of a network with `change` applied to the file in it; names of modules stay as they are."""
    if not is_entry_point(text):
        return change(text)
    head, _, factory = text.rpartition(":")
    return f"{change(head)}:{factory}" if head.endswith(".py") else text


def plugins() -> dict[str, str]:
    """The networks that installed packages offer: name -> `package.module:factory`. Imports nothing."""
    return {entry.name: entry.value for entry in entry_points(group=GROUP)}


def source_file(text: str) -> Path:
    """The file in which the factory is looked for. Raises InputError where there is none."""
    head, _, _ = _resolved(text).rpartition(":")
    if head.endswith(".py"):
        path = Path(head)
        if not path.is_file():
            raise InputError(f"There is no Python file {path}; check its name.")
        return path
    where = None
    parts = head.split(".")
    for k in range(len(parts)):
        spec = PathFinder.find_spec(".".join(parts[: k + 1]), where)
        if spec is None:
            raise InputError(f"There is no Python module {head}; install it, or give FILE.py:factory.")
        where = list(spec.submodule_search_locations or [])
    if not spec.origin or not Path(spec.origin).is_file():
        raise InputError(f"The Python module {head} has no source file; name the module the factory is in.")
    return Path(spec.origin)


def source_sha256(text: str) -> str:
    """Of the entry point's name and the file that its factory is in."""
    contents = source_file(text).read_bytes()
    return hashlib.sha256(_resolved(text).encode() + b"\0" + contents).hexdigest()


def call_factory(text: str) -> object:
    """Import the module, call the factory, return what it made. Only with the user's consent."""
    head, _, name = _resolved(text).rpartition(":")
    try:
        module = _module(head)
        factory = getattr(module, name, None)
        if not callable(factory):
            raise InputError(f"{head} has no function {name}; name the function or class that makes the network.")
        return factory()
    except InputError:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines()[:1] or [""]
        raise InputError(f"{text} could not make its network ({type(error).__name__}: {reason[0][:200]}).") from error


def call_style(made: object) -> str:
    """How it is called, as an `input` of the wiring: "data+operator", "data+physics", or "" for images."""
    call = getattr(made, "forward", made)
    try:
        parameters = list(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):
        return ""
    names = [one.name for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    if len(names) < 2:
        return ""
    return {"operator": "data+operator", "physics": "data+physics"}.get(names[1], "")


def _resolved(text: str) -> str:
    if not _PLUGIN.fullmatch(text):
        return text
    name = text.partition(":")[2]
    known = plugins()
    if name not in known:
        others = f"there are {', '.join(known)}" if known else "none is installed"
        raise InputError(f"No installed package offers a network '{name}' in the group {GROUP}; {others}.")
    return known[name]


def _module(head: str):
    if not head.endswith(".py"):
        return importlib.import_module(head)
    path = Path(head)
    name = f"stabview_user_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def as_callable(made: object) -> Callable:
    """Raises InputError for what cannot be called."""
    if not callable(made):
        raise InputError(f"The factory made a {type(made).__name__}, which cannot be called; return the network.")
    return made
