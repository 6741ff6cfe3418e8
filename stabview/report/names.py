"""How a report speaks of the user's files: data by the hash of their contents, so that no name of a person gets in.

Names of images, k-space and masks often are names of patients. A report that is passed on therefore calls them
`image-3f2a9c1b.png`, after the first digits of their SHA-256, unless its author agreed to their names. Networks keep
the names of their files, since they are what is under test. `study.toml` alone says where everything lies.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path, PurePath

from stabview.methods.networks.formats.entry_point import is_entry_point, with_file
from stabview.study.frames import Scene
from stabview.study.study import FILES, Study, with_files
from stabview.study.toml_file import study_text, study_to_dict

AGREED = "names"
"""Key of the table `report` of a result: its author agreed to the names of files."""
PRIVATE = "study.toml"
"""The file of a report that names files and folders of the computer it was written on."""
_PRIVATE_WORDS = (
    "# This file names files and folders of one computer, so that the study can be run again there.\n"
    "# Leave it out when you pass the report on: result.json holds the same study without them.\n\n"
)
_DIGITS = 8
_ENDINGS = (".nii.gz", ".nii", ".dcm", ".ima", ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".npy", ".npz", ".txt",
            ".csv", ".hdr", ".img", ".h5", ".mat")  # fmt: skip
_FROM_HEADER = re.compile(r"(DICOM|[A-Z]{2,6}) \d+ x \d+")  # a title made from a DICOM header


class Naming:
    """The files of a study and what its report calls them. agreed : by their own names."""

    def __init__(self, study: Study, *, agreed: bool = False) -> None:
        self.original, self.agreed = study, agreed

    @cached_property
    def files(self) -> dict[str, dict[str, object]]:
        """ "section.key" -> name, and bytes and sha256 of what is a file and there."""
        found = {}
        for section, key in FILES:
            path = getattr(getattr(self.original, section), key)
            if path is not None and not (section == "network" and is_entry_point(path)):
                kind = section if key == "path" else key
                found[f"{section}.{key}"] = _facts(kind, Path(path), self.agreed or section == "network")
        return found

    @cached_property
    def study(self) -> Study:
        """The study with files by these names."""
        study = self.original
        for place, facts in self.files.items():
            section, key = place.split(".")
            study = replace(study, **{section: replace(getattr(study, section), **{key: facts["name"]})})
        path = study.network.path
        if path is not None:
            path = with_file(path, lambda file: PurePath(file).name)
            study = replace(study, network=replace(study.network, path=path))
        return study

    def title(self, title: str) -> str:
        """The title of the image; one that comes from the name of a file becomes its kind and hash."""
        image = self.files.get("image.path")
        if image is None or self.agreed or _FROM_HEADER.fullmatch(title):
            return title
        kind = PurePath(str(image["name"])).suffix.lstrip(".").upper()
        return " ".join(word for word in (kind, "image", str(image.get("sha256", ""))[:_DIGITS]) if word)

    def scene(self, scene: Scene) -> Scene:
        """The scene with such a title."""
        return replace(scene, title=self.title(scene.title))

    def result(self, result: Mapping) -> dict:
        """A result with such a title, study and files; its proof does not say whose image it was made on."""
        named = {**result, "study": study_to_dict(self.study)}
        image, proof = result.get("image", {}), result.get("validity", {})
        if "title" in image:
            named["image"] = {**image, "title": self.title(image["title"])}
        if "image" in proof and not self.agreed:
            here = proof["image"] == image.get("title")
            named["validity"] = {**proof, "image": self.title(proof["image"]) if here else "another image"}
        if self.files:
            named["files"] = self.files
        return named

    @property
    def private_text(self) -> str:
        """study.toml: files by whole paths, so that it runs from every folder; it says so where it names any."""
        text = study_text(with_files(self.original, _whole))
        return (_PRIVATE_WORDS if self.files else "") + text


def _facts(kind: str, path: Path, named: bool) -> dict[str, object]:
    ending = next((ending for ending in _ENDINGS if path.name.lower().endswith(ending)), "")  # others may hide a name
    if not path.is_file():
        return {"name": path.name if named else f"{kind}{'' if path.is_dir() else ending}"}
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.name if named else f"{kind}-{digest[:_DIGITS]}{ending}"
    return {"name": name, "bytes": path.stat().st_size, "sha256": digest}


def _whole(section: str, path: str) -> str:
    return with_file(path, os.path.abspath) if section == "network" else os.path.abspath(path)
