"""A session file (.stabview): a zip of the study, the prepared image, the iterates and the numbers. No pickle inside.

The image is kept as it was prepared, without anything else from its file, so a session opens on another machine and
holds no patient data besides the pixels.
"""

from __future__ import annotations

import io
import json
import os
import struct
import tomllib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import tomli_w
import torch

from stabview.images.errors import InputError
from stabview.images.prepare import Prepared
from stabview.perturbation.iterate import Iterate, SearchState, clean_iterate
from stabview.study.curve import Draw
from stabview.study.kept_search import KeptSearch
from stabview.study.outcome import Kept
from stabview.study.problem import Problem, plain
from stabview.study.source import SourceImage
from stabview.study.study import Study
from stabview.study.toml_file import study_from_dict, study_to_dict

VERSION = 2
STATE = "search-"
"""Before the names of the tensors from which the search goes on."""
KEPT = "kept-"
"""Before the names of the searches that were kept beside the present one."""
MOST_KEPT = 50
"""Searches more than these are not read."""
LARGEST = 2 << 30
"""A session whose parts unpack to more bytes than this is refused."""


@dataclass(frozen=True, eq=False)
class StoredSession:
    """What a session file holds."""

    study: Study
    source: SourceImage
    view: dict[str, object]
    position: int
    planned: int
    resumable: bool
    draws: tuple[Draw, ...]
    sweep_position: int
    arrays: dict[str, np.ndarray]
    search_step: int
    objectives: tuple[float, ...]
    relative_norms: tuple[float, ...]
    measures: dict[int, dict[str, dict[str, float]]] = field(default_factory=dict)
    soa: dict[int, torch.Tensor] = field(default_factory=dict)
    searches: tuple[KeptSearch, ...] = ()

    def iterates(self, problem: Problem) -> Iterator[Iterate]:
        """The stored iterates for the problem that was built from `study`."""
        yield clean_iterate(problem.objective)
        yield from self.found(1, problem.device)

    def found(self, first: int, device: torch.device | str = "cpu") -> Iterator[Iterate]:
        """The iterates from the first whose arrays are there."""
        last = len(self.objectives) - 1
        for k in range(first, last + 1):
            r, reconstruction, y = (
                torch.from_numpy(self.arrays[f"{name}{k}"]).to(device) for name in ("r", "network", "y")
            )
            state = None
            if k == last and self.search_step >= 0:
                tensors = {
                    name.removeprefix(STATE): torch.from_numpy(array)
                    for name, array in self.arrays.items() if name.startswith(STATE)
                }  # fmt: skip
                state = SearchState(self.search_step, tensors.pop("v"), tensors).to(device)
            numbers = self.objectives[k], self.relative_norms[k]
            yield Iterate(k, partial(_same, r), y, reconstruction, *numbers, state=state)

    def as_kept(self) -> KeptSearch:
        """As a search beside the present one; its number is in the view."""
        kept = Kept(
            tuple(self.found(0)), self.measures, (), self.draws, self.sweep_position, self.position,
            self.planned, self.resumable,
        )  # fmt: skip
        return KeptSearch(int(self.view["number"]), self.study, self.source, kept)


def save_session(
    path: Path, problem: Problem, kept: Kept, view: dict[str, object], searches: tuple[KeptSearch, ...] = ()
) -> None:
    """Write the session, first beside its place and then into it, so that a crash leaves the old one whole.

    The searches beside the present one are sessions within it, with all their iterates and measures.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with zipfile.ZipFile(partial, "w") as archive:
            _write(archive, problem.study, problem.source, kept, view)
            for search in searches:
                inner = io.BytesIO()
                with zipfile.ZipFile(inner, "w") as within:
                    _write(within, search.study, search.source, search.kept, {"number": search.number}, first=0)
                archive.writestr(f"{KEPT}{search.number}.stabview", inner.getvalue())
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"The session could not be written to {path}: {error.strerror}.") from error


def _write(
    archive: zipfile.ZipFile, study: Study, source: SourceImage, kept: Kept, view: dict[str, object], *, first: int = 1
) -> None:
    """One search with its study and image; the arrays of its iterates from `first` on, 0 together with the measures."""
    image = asdict(source.prepared)
    arrays = {"x": np.array(image.pop("x"))}
    for iterate in kept.iterates[first:]:
        arrays[f"r{iterate.index}"] = plain(iterate.r)
        arrays[f"y{iterate.index}"] = plain(iterate.y)
        arrays[f"network{iterate.index}"] = plain(iterate.reconstruction)
    state = kept.iterates[-1].state if kept.iterates else None
    if state is not None:
        arrays |= {STATE + name: plain(tensor) for name, tensor in {"v": state.v, **state.memory}.items()}
    facts = {
        "version": VERSION, "image": image, "view": view, "position": kept.position, "planned": kept.planned,
        "resumable": kept.resumable, "slice_index": source.slice_index, "slice_count": source.slice_count,
        "sweep": [[draw.rate, draw.psnr, draw.planned, draw.number] for draw in kept.draws],
        "sweep_position": kept.sweep_position, "search_step": state.step if state else -1,
        "objectives": [iterate.objective for iterate in kept.iterates],
        "relative_norms": [iterate.relative_norm for iterate in kept.iterates],
        "measures": kept.measures if first == 0 else {},
    }  # fmt: skip
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # r is like noise and hardly compresses
    archive.writestr("study.toml", tomli_w.dumps(study_to_dict(study)))
    archive.writestr("session.json", json.dumps(facts))
    archive.writestr("arrays.npz", buffer.getvalue())


def open_session(path: Path) -> StoredSession:
    """Read a session file. Raises InputError when it is none or damaged."""
    try:
        return _read(path, path.parent)
    except FileNotFoundError as error:
        raise InputError(f"The session {path} does not exist.") from error
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error
    except _DAMAGE as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path.name} is not a session of StabView, or it is damaged ({reason}).") from error


def _draw(rate: float, psnr: dict[str, float], planned: float | None = None, number: int = 0) -> Draw:
    """A draw as it was stored; older sessions know the rate that came of it only."""
    scores = {name: float(value) for name, value in psnr.items()}
    return Draw(float(rate if planned is None else planned), int(number), float(rate), scores)


_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, TypeError, AttributeError, RuntimeError,
    EOFError, OSError,
)  # fmt: skip
"""What reading a zip, JSON, TOML or NumPy file raises when its bytes are wrong."""


def _read(file: Path | io.BytesIO, folder: Path, first: int = 1) -> StoredSession:
    """A session whose files lie beside `folder`; the searches within it have the arrays of all their iterates."""
    within: list[bytes] = []
    with zipfile.ZipFile(file) as archive:
        _refuse_large(archive)
        study = study_from_dict(tomllib.loads(archive.read("study.toml").decode()), folder=folder)
        facts = json.loads(archive.read("session.json"))
        packed = io.BytesIO(archive.read("arrays.npz"))
        if first > 0:
            within = [archive.read(name) for name in archive.namelist() if name.startswith(KEPT)]
    if facts["version"] != VERSION:
        raise InputError("it was written by another version of StabView; open it with that one.")
    with zipfile.ZipFile(packed) as inner:
        _refuse_large(inner)
    with np.load(packed, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    image = facts["image"]
    for key in ("steps", "spacing", "orientation", "crop", "pad"):
        image[key] = tuple(image[key]) if image[key] is not None else None
    pixels = arrays.pop("x")
    pixels.flags.writeable = False
    source = SourceImage(Prepared(x=pixels, **image), int(facts["slice_index"]), int(facts["slice_count"]))
    session = StoredSession(
        study, source, dict(facts["view"]), int(facts["position"]), int(facts["planned"]), bool(facts["resumable"]),
        tuple(_draw(*entry) for entry in facts["sweep"]),
        int(facts["sweep_position"]), arrays, int(facts["search_step"]),
        tuple(map(float, facts["objectives"])), tuple(map(float, facts["relative_norms"])),
        {int(k): measures for k, measures in facts.get("measures", {}).items()},
        searches=tuple(_read(io.BytesIO(data), folder, 0).as_kept() for data in within[:MOST_KEPT]),
    )  # fmt: skip
    _check_sizes(session, pixels.shape, first)
    return session


def _same(r: torch.Tensor) -> torch.Tensor:
    return r


def _refuse_large(archive: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
        raise InputError("it is larger than any session StabView writes; it was not opened.")


def _check_sizes(session: StoredSession, shape: tuple[int, ...], first: int) -> None:
    """Refuse arrays that do not belong together."""
    count = len(session.objectives)
    names = [f"{name}{k}" for k in range(first, count) for name in ("r", "network")]
    images = [session.arrays[name].shape for name in names]
    data = [session.arrays[f"y{k}"].shape for k in range(first, count)]
    if session.study.sampling.operator == "fourier":
        images += data
    if session.search_step >= 0:
        state = session.arrays[STATE + "v"].shape
        if session.resumable and session.study.perturbation.domain == "image":
            images.append(state[1:])
    if len(shape) != 2 or not 0 < count == len(session.relative_norms) or set(images) - {shape} or len(set(data)) > 1:
        raise InputError("its images and numbers do not belong together; it is damaged.")
