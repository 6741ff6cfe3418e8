"""The present study as a command line and as a Python script that give the same numbers."""

from __future__ import annotations

import shlex
from dataclasses import MISSING, fields, is_dataclass

from stabview.study.examples import EXAMPLES
from stabview.study.fields import matters
from stabview.study.settings import settings_of
from stabview.study.study import Study


def command_line(study: Study, *, folder: str = "out") -> str:
    """`stabview run ...` for a study: by the name of its example, or by what differs from the default study."""
    words = ["stabview", "run"]
    example = next((name for name, entry in EXAMPLES.items() if entry.study() == study), None)
    if example is not None:
        words.append(example)
    elif len(study.experiments) == 1:
        (chosen,) = study.experiments
        words.append(chosen.name)
        words += [word for name, value in chosen.parameters.items() for word in ("--set", f"{name}={_text(value)}")]
    else:
        words += [word for setting in settings_of(study) for word in ("--set", setting)]
    return shlex.join([*words, "--out", folder])


def python_script(study: Study, *, position: int | None = None, folder: str = "out") -> str:
    """A script for `stabview`, the Python interface; `position` is the iterate that was looked at."""
    lines = ["import stabview", ""]
    if study.experiments:
        for number, chosen in enumerate(study.experiments, 1):
            given = "".join(f", {name}={value!r}" for name, value in chosen.parameters.items() if name.isidentifier())
            out = folder if len(study.experiments) == 1 else f"{folder}-{number}"
            lines.append(f'run = stabview.run_experiment("{chosen.name}"{given}, out="{out}")')
            lines.append("print(run.finding.verdict)")
        return "\n".join(lines) + "\n"
    lines += [
        f"study = {_call(study)}",
        "run = stabview.Run(study)",
        "for frame in run.search():",
        '    print(frame.index, frame.relative_norm, frame.measures["network"]["psnr"], frame.measures["soa"]["psnr"])',
    ]
    if study.details:
        lines += ["for report in run.look_for_details():", "    print(report.detail, report.captured)"]
    lines += ["for point in run.sweep():", "    print(point.rate, point.psnr)"]
    if position:
        lines.append(f'picture = run.frames[{position}].panels["network"]  # the iterate that was looked at')
    lines.append(f'run.save("{folder}")')
    return "\n".join(lines) + "\n"


def _call(part: object, level: int = 0) -> str:
    """A dataclass of the study as the call that makes it; what is left to its default is left out."""
    given = []
    for field in fields(part):
        value = getattr(part, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        named = field.name in ("phantom", "name") and value is not None
        if (named or value != default) and matters(part, field.name):
            given.append(f"{field.name}={_value(value, level + 1)}")
    name = f"stabview.{type(part).__name__}"
    if not isinstance(part, Study):
        return f"{name}({', '.join(given)})"
    return f"{name}({_block(given, level)})" if given else f"{name}()"


def _value(value: object, level: int) -> str:
    if is_dataclass(value):
        return _call(value, level)
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return f"({_block([_call(one, level) for one in value], level)})"
    return repr(value)


def _block(entries: list[str], level: int) -> str:
    """Entries on lines of their own, one level further in."""
    pad = "    " * (level + 1)
    return "\n" + "".join(f"{pad}{entry},\n" for entry in entries) + "    " * level


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
