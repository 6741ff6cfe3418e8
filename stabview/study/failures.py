"""What went wrong in a job, in words for the user."""

from __future__ import annotations

import traceback

from stabview.images.errors import InputError
from stabview.study.jobs import QUESTIONS


def in_words(key: str, error: BaseException) -> tuple[str, str]:
    """(sentence, details to copy) for the failure of the job `key`."""
    if isinstance(error, InputError):
        return str(error), ""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "There is not enough memory for this; choose a smaller image or fewer views.", details
    doing = {**QUESTIONS, "experiment": "running the experiment"}.get(key, "searching")
    return f"Something went wrong in StabView while {doing}: {error}", details
