"""No name of a person comes into a report by way of a file's name, unless its author agreed to that."""

import hashlib
import json
import tomllib
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from stabview.report.animation import write_animation
from stabview.report.names import PRIVATE, Naming
from stabview.report.verify import verify
from stabview.report.write import write_outcome
from stabview.study.runner import StudyRun
from stabview.study.study import ImageChoice, NetworkChoice, PerturbationChoice, SamplingChoice, Study, SweepChoice

NAME = b"Doe_Jane"


@pytest.fixture
def picture(tmp_path):
    """A picture whose file is called after a patient, in a folder called after one."""
    folder = tmp_path / "Doe_Jane_1970"
    folder.mkdir()
    rows, columns = np.indices((32, 32))
    Image.fromarray((np.hypot(rows - 16, columns - 16) < 10).astype(np.uint8) * 200).save(folder / "Doe_Jane.png")
    return folder / "Doe_Jane.png"


@pytest.fixture
def run(picture, monkeypatch):
    monkeypatch.chdir(picture.parent)
    study = Study(
        image=ImageChoice(path=picture.name, size=32),  # as it is given on the command line, from where one is
        network=NetworkChoice(name="firenet"),
        perturbation=PerturbationChoice(steps=1),
        sweep=SweepChoice(rates=(1.0,)),
    )
    run = StudyRun(study, device="cpu", threads=1)
    list(run.search())
    return run


def holding(folder, word):
    """The files of a folder in which a word stands."""
    found = []
    for path in folder.rglob("*"):
        parts = [path.read_bytes()] if path.is_file() else []
        if path.is_file() and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                parts += [archive.read(name) for name in archive.namelist()]
        if any(word in part for part in parts):
            found.append(path.relative_to(folder).as_posix())
    return found


def test_only_the_private_study_names_the_file(run, picture, tmp_path):
    run.write(write_outcome, tmp_path / "out")
    assert holding(tmp_path / "out", NAME) == [PRIVATE]
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    name = f"image-{digest[:8]}.png"
    assert result["files"] == {"image.path": {"name": name, "bytes": picture.stat().st_size, "sha256": digest}}
    assert result["study"]["image"]["path"] == name and result["image"]["title"] == f"PNG image {digest[:8]}"
    assert digest in (tmp_path / "out" / "report.html").read_text()


def test_the_private_study_runs_from_anywhere_and_says_that_it_is_private(run, picture, tmp_path, monkeypatch):
    run.write(write_outcome, tmp_path / "out")
    text = (tmp_path / "out" / PRIVATE).read_text()
    assert tomllib.loads(text)["image"]["path"] == str(picture)
    assert text.startswith("#") and "Leave it out when you pass the report on" in text
    monkeypatch.chdir(tmp_path)
    assert verify(tmp_path / "out", device="cpu", threads=1).agrees


def test_a_report_that_was_passed_on_is_verified_with_the_image_under_its_hash(run, picture, tmp_path):
    run.write(write_outcome, tmp_path / "out")
    (tmp_path / "out" / PRIVATE).unlink()
    name = json.loads((tmp_path / "out" / "result.json").read_text())["study"]["image"]["path"]
    (tmp_path / "out" / name).write_bytes(picture.read_bytes())
    assert verify(tmp_path / "out", device="cpu", threads=1).agrees
    other = np.array(Image.open(picture))
    other[16, 16] = 7
    Image.fromarray(other).save(tmp_path / "out" / name)
    found = verify(tmp_path / "out", device="cpu", threads=1)
    assert any(sentence.startswith("files.image.path.sha256 is") for sentence in found.differences)


def test_names_are_there_where_the_author_agreed(run, tmp_path):
    def write(result, *others, **more):
        return write_outcome({**result, "report": {"names": True}}, *others, **more)

    run.write(write, tmp_path / "out")
    assert {"result.json", "report.html", PRIVATE} <= set(holding(tmp_path / "out", NAME))
    assert "The author agreed to names" in (tmp_path / "out" / "report.html").read_text()
    assert b"Doe_Jane_1970" not in (tmp_path / "out" / "result.json").read_bytes(), "names of files, not of folders"


def test_a_proof_does_not_say_whose_image_it_was_made_on(picture):
    naming = Naming(Study(image=ImageChoice(path=str(picture))))
    result = {"image": {"title": "Doe_Jane"}, "validity": {"strength": "grade 2", "image": "Doe_Jane"}}
    assert naming.result(result)["validity"]["image"] == naming.title("Doe_Jane") != "Doe_Jane"
    drawn = {"image": {"title": "Head phantom"}, "validity": {"strength": "grade 2", "image": "Doe_Jane"}}
    assert Naming(Study()).result(drawn)["validity"]["image"] == "another image"


def test_a_film_has_no_title(outcome, tmp_path):
    scenes = [replace(outcome.scene, title=title) for title in ("Doe_Jane", "somebody else")]
    films = [write_animation(outcome.frames, s, tmp_path / f"{k}.gif").read_bytes() for k, s in enumerate(scenes)]
    assert films[0] == films[1]


def test_endings_that_may_be_names_are_left_out_and_titles_of_dicom_kept(tmp_path):
    for name, ending in (("IM.Doe^Jane", ""), ("a.Doe.nii.gz", ".nii.gz"), ("Doe.DCM", ".dcm")):
        (tmp_path / name).write_bytes(b"x")
        naming = Naming(Study(image=ImageChoice(path=str(tmp_path / name))))
        assert naming.study.image.path == f"image-{hashlib.sha256(b'x').hexdigest()[:8]}{ending}"
    assert naming.title("MR 384 x 274") == "MR 384 x 274" and "Doe" not in naming.title("Doe 1970")
    assert Naming(Study()).title("Head phantom") == "Head phantom"


def test_raw_data_are_called_by_their_hash_and_networks_by_their_name(tmp_path):
    (tmp_path / "Doe.npy").write_bytes(b"coils")
    study = Study(
        sampling=SamplingChoice(operator="multicoil", calibration=str(tmp_path / "Doe.npy")),
        network=NetworkChoice(path=str(tmp_path / "unet.pt")),
    )
    naming = Naming(study)
    assert naming.study.sampling.calibration.startswith("calibration-") and "Doe" not in str(naming.files)
    assert naming.study.network.path == "unet.pt"
    assert Naming(Study(network=NetworkChoice(path="mine.nets:make"))).study.network.path == "mine.nets:make"
