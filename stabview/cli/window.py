"""`stabview` without a command: the window, or a demonstration of it without a display."""

from __future__ import annotations

import argparse
from pathlib import Path

from stabview.cli.common import seeded, study_of, teller, trust
from stabview.images.errors import InputError


def window(options: argparse.Namespace) -> int:
    """Open the window on what was given, or leave pictures of it in a folder."""
    from stabview.methods.networks.formats.inspection import ENDINGS
    from stabview.study.study import Study

    study = seeded(study_of(Path(options.demo)) if options.demo else Study(), options)
    for path in options.files:
        if path.suffix.lower() in ENDINGS:
            trust(str(path), options)
    if options.offscreen_out is not None:
        from stabview.machine import draw_offscreen_without_display

        draw_offscreen_without_display()
        from stabview.gui.demonstration import demonstrate

        print(demonstrate(study, options.offscreen_out, device=options.device, threads=options.threads,
                          tell=teller(options)))  # fmt: skip
        return 0
    try:
        from stabview.gui.app import run
    except ImportError as error:
        raise InputError(
            f"The window cannot open because a system library is missing ({error}); on Debian or Ubuntu install libgl1"
            " libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1, or use `stabview run`."
        ) from error
    gallery = not (options.files or options.demo)
    return run(study, options.files, device=options.device, threads=options.threads, start=bool(options.demo),
               gallery=gallery)  # fmt: skip
