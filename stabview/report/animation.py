"""The iterates as a film, six panels a frame in one set of ranges: GIF by Pillow, MP4 by ffmpeg where there is one."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from stabview.images.errors import InputError
from stabview.report.pictures import NOTICE, Ranges, diverging_table, shared_ranges, sheet_picture
from stabview.study.frames import Frame, Scene

ENDINGS = (".gif", ".mp4")
LEAST = 256
"""Pixels of a panel at least; larger images keep their own."""
HOLD = 1.5
"""Seconds for which the last iterate stands still."""
_NEEDS_FFMPEG = "MP4 films are made by ffmpeg, which was not found: `pip install imageio-ffmpeg`, or choose a .gif."


def write_animation(
    frames: Sequence[Frame], scene: Scene, path: Path, *, seconds: float = 0.15, ranges: Ranges | None = None,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Path:  # fmt: skip
    """Write the iterates that have pictures, without the image's title, which may be a name; returns the path.

    Parameters
    ----------
    path : ends with .gif or .mp4. seconds : for each iterate. ranges : what grey and colour stand for; None: what
        suits all frames. tell : called with (frames done, frames in all).
    """
    shown = [frame for frame in frames if frame.panels]
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"'{path.name}' is no film: choose a name that ends with .gif or .mp4.")
    if not shown:
        raise InputError("There are no iterates yet; run the search first.")
    ranges, scene = ranges or shared_ranges(scene, shown), replace(scene, title="")

    def pictures() -> Iterator[Image.Image]:
        for number, frame in enumerate(shown, 1):
            yield sheet_picture(frame, scene, ranges, least=LEAST)
            tell(number, len(shown))

    write = gif if path.suffix.lower() == ".gif" else mp4
    data = write(pictures(), seconds)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"'{path}' cannot be written ({error.strerror or error}): choose another place.") from error
    return path


def gif(pictures: Iterator[Image.Image], seconds: float) -> bytes:
    """A GIF that repeats; one palette for all frames, so that no colour changes by itself."""
    palette = _palette()
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    times = [round(1000 * seconds)] * (len(frames) - 1) + [round(1000 * max(HOLD, seconds))]
    stream = io.BytesIO()
    frames[0].save(
        stream, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=False,
        comment=NOTICE.encode(),
    )  # fmt: skip
    return stream.getvalue()


def mp4(pictures: Iterator[Image.Image], seconds: float) -> bytes:
    """An MP4 film (H.264 where ffmpeg has it)."""
    program = ffmpeg_program()
    if program is None:
        raise InputError(_NEEDS_FFMPEG)
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        run, last = None, b""
        try:
            for picture in pictures:
                even = picture.crop((0, 0, picture.width + picture.width % 2, picture.height + picture.height % 2))
                if run is None:
                    run = subprocess.Popen(
                        _command(program, even.size, 1 / seconds, film), stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    )  # fmt: skip
                last = even.tobytes()
                run.stdin.write(last)
            for _ in range(max(round(HOLD / seconds) - 1, 0)):
                run.stdin.write(last)
            _, said = run.communicate()
        except BrokenPipeError:
            _, said = run.communicate()
        if run.returncode or not film.is_file():
            raise InputError(f"ffmpeg could not make the film ({_last_line(said)}); choose a .gif.")
        return film.read_bytes()


def ffmpeg_program() -> str | None:
    """The ffmpeg of the package imageio-ffmpeg, or the system's; None where there is neither."""
    try:
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg")


def _command(program: str, size: tuple[int, int], rate: float, film: Path) -> list[str]:
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", f"{rate:g}", "-i", "-"]
    target = ["-an", "-pix_fmt", "yuv420p", "-b:v", "6M", "-movflags", "+faststart", "-metadata", f"comment={NOTICE}"]
    return [program, "-loglevel", "error", "-y", *source, *target, str(film)]


def _last_line(said: bytes) -> str:
    return (said.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]


def _palette() -> Image.Image:
    """128 greys and 128 colours of the differences."""
    greys = np.repeat(np.linspace(0, 255, 128).round().astype(np.uint8)[:, None], 3, axis=1)
    colours = diverging_table()[np.linspace(0, 256, 128).round().astype(int)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate([greys, colours]).ravel().tolist())
    return palette
