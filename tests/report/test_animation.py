"""Films of the iterates, read back by Pillow and by ffmpeg."""

import itertools
import subprocess

import numpy as np
import pytest
from PIL import Image

from stabview.images.errors import InputError
from stabview.report.animation import ffmpeg_program, write_animation
from stabview.report.pictures import shared_ranges


def test_a_gif_has_one_frame_for_each_iterate_and_they_differ(outcome, tmp_path):
    told = []
    path = write_animation(
        outcome.frames, outcome.scene, tmp_path / "a.gif", seconds=0.2, tell=lambda *news: told.append(news)
    )
    with Image.open(path) as film:
        assert film.n_frames == len(outcome.frames) == 6 and film.info["loop"] == 0
        assert b"Not for diagnosis" in film.info["comment"]
        pictures, times = [], []
        for k in range(film.n_frames):
            film.seek(k)
            times.append(film.info["duration"])
            pictures.append(np.asarray(film.convert("RGB"), int))
    assert times == [200] * 5 + [1500] and told[-1] == (6, 6)
    assert all(np.abs(a - b).max() > 40 for a, b in itertools.pairwise(pictures))


def test_an_mp4_film_is_one_that_ffmpeg_reads(outcome, tmp_path):
    program = ffmpeg_program()
    if program is None:
        with pytest.raises(InputError, match="imageio-ffmpeg"):
            write_animation(outcome.frames, outcome.scene, tmp_path / "a.mp4")
        return
    path = write_animation(outcome.frames, outcome.scene, tmp_path / "a.mp4", seconds=0.25)
    read = subprocess.run([program, "-i", str(path), "-f", "null", "-"], capture_output=True, text=True, check=True)
    assert "Video:" in read.stderr and f"frame={5 + 6:5d}" in read.stderr.replace("frame= ", "frame= ")


def test_chosen_ranges_are_kept_and_nonsense_is_refused(outcome, tmp_path):
    from dataclasses import replace

    ranges = replace(shared_ranges(outcome.scene, outcome.frames), window=(0.5, 0.6))
    write_animation(outcome.frames, outcome.scene, tmp_path / "a.gif", ranges=ranges)
    write_animation(outcome.frames, outcome.scene, tmp_path / "b.gif")
    assert (tmp_path / "a.gif").read_bytes() != (tmp_path / "b.gif").read_bytes()
    with pytest.raises(InputError, match=r"\.gif or \.mp4"):
        write_animation(outcome.frames, outcome.scene, tmp_path / "a.avi")
    with pytest.raises(InputError, match="run the search"):
        write_animation([], outcome.scene, tmp_path / "a.gif")
