"""Study files: what is written reads back, and what cannot be run is refused in words that name the place."""

from dataclasses import fields, replace

import pytest

from stabview.images.errors import InputError
from stabview.study.fields import FIELDS
from stabview.study.study import (
    Detail,
    ImageChoice,
    NetworkChoice,
    PerturbationChoice,
    SamplingChoice,
    SoaChoice,
    Study,
    SweepChoice,
)
from stabview.study.toml_file import (
    check_study,
    read_study,
    schema_text,
    study_from_dict,
    study_to_dict,
    write_study,
)

FULL = Study(
    image=ImageChoice(phantom="ellipses", size=128, seed=4),
    sampling=SamplingChoice(operator="radon", views=60, rate=0.2, pattern="radial", noise=0.01),
    network=NetworkChoice(name="ell-50", trained_rate=50.0),
    soa=SoaChoice(lambda_=0.003, tolerance=1e-4),
    details=(
        Detail("symbol", (40.5, 62.0), 14.0, -0.2, "♥", angle=30.0),
        Detail("stroke", size=3.0, points=((1.0, 2.0), (3.5, -4.0)), erase=True),
    ),
    perturbation=PerturbationChoice("ascent", "samples", 60, 0.1, 7, True, 0.01, 0.5, 1e-3, 0.02, 1e-5),
    sweep=SweepChoice(rates=(0.1, 1.0), views=(20, 50)),
)


@pytest.mark.parametrize("study", [Study(), FULL])
def test_a_written_study_reads_back_as_the_same(study, tmp_path):
    path = tmp_path / "study.toml"
    write_study(study, path)
    assert read_study(path) == study
    assert study_from_dict(study_to_dict(study)) == study
    assert [entry.name for entry in tmp_path.iterdir()] == ["study.toml"]


def test_the_example_of_the_manual_is_read(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(
        """
        [image]
        path = "data/slice.dcm"
        slice = 12
        [sampling]
        rate = 1
        [soa]
        lambda = 2e-3
        [[details]]
        kind = "symbol"
        text = "♥"
        position = [140, 92]
        [example]
        title = "beside the study"
        """,
        encoding="utf-8",
    )
    study = read_study(path)
    assert study.image == ImageChoice(path=str(tmp_path / "data" / "slice.dcm"), slice=12)
    assert study.sampling == SamplingChoice(rate=1.0) and isinstance(study.sampling.rate, float)
    assert study.soa.lambda_ == 2e-3
    assert study.details == (Detail("symbol", (140.0, 92.0), text="♥"),)
    assert study.network == Study().network


def test_files_beside_the_study_move_with_it(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    inside, outside = tmp_path / "a" / "scan" / "x.npy", tmp_path / "y.pt"
    study = Study(image=ImageChoice(path=str(inside)), network=NetworkChoice(path=str(outside)))
    write_study(study, tmp_path / "a" / "study.toml")
    (tmp_path / "a" / "study.toml").rename(tmp_path / "b" / "study.toml")
    moved = read_study(tmp_path / "b" / "study.toml")
    assert moved.image.path == str(tmp_path / "b" / "scan" / "x.npy")
    assert moved.network.path == str(outside)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[imge]\nsize = 64", ["section 'imge'", "'image'"]),
        ("[perturbation]\nlamda = 1", ["[perturbation]", "'lamda'", "'lambda'"]),
        ('[sampling]\npattern = "cartesian_gaussian"', ["[sampling] pattern", "'cartesian-gaussian'"]),
        ('[image]\nphantom = "shep-logan"', ["[image] phantom", "'shepp-logan'"]),
        ('[network]\nname = "deepmri"', ["[network] name", "'deep-mri'"]),
        ('[perturbation]\nsearch = "newton"', ["[perturbation] search", "continuation", "ascent"]),
        ("[sampling]\nrate = 0", ["[sampling] rate", "above 0 and at most 1"]),
        ("[sampling]\nrate = 1.01", ["[sampling] rate", "above 0 and at most 1"]),
        ("[sampling]\nrate = nan", ["[sampling] rate", "above 0 and at most 1"]),
        ("[sampling]\nviews = 0", ["[sampling] views", "at least 1"]),
        ('[sampling]\nrate = "0.3"', ["[sampling] rate", "a number, without quotes"]),
        ("[sampling]\nrate = true", ["[sampling] rate", "a number"]),
        ('[image]\nphantom = "ellipses"\nsize = 15', ["[image] size", "at least 16 and at most 1024"]),
        ('[image]\nphantom = "ellipses"\nsize = 64.5', ["[image] size", "whole number"]),
        ('[image]\nphantom = "ellipses"\npath = "x.png"', ["both path and phantom"]),
        ("[image]\nsize = 64", ["neither path nor phantom"]),
        ("[perturbation]\nmax_relative_norm = 1.5", ["max_relative_norm", "at most 1"]),
        ("[perturbation]\nsteps = 10001", ["[perturbation] steps", "at most 10000"]),
        ("[perturbation]\nreal_only = 1", ["real_only", "true or false"]),
        ("[sweep]\nrates = [0.1, 2.0]", ["[sweep] rates 2", "at most 1"]),
        ("[sweep]\nrates = 0.5", ["[sweep] rates", "a list of numbers"]),
        ('[[details]]\nkind = "lesion"\n[[details]]\nkind = "lesion"\ncontrast = 1.5', ["[[details]] 2 contrast", "1"]),
        ('[[details]]\nkind = "lesion"\nsize = 0', ["[[details]] 1 size", "above 0"]),
        ('[[details]]\nkind = "lesion"\nposition = [1]', ["[[details]] 1 position", "[column, row]"]),
        ('[[details]]\nkind = "stroke"', ["[[details]] 1", "points"]),
        ('[[details]]\nkind = "symbol"', ["[[details]] 1", "text"]),
        ("[[details]]\nsize = 3", ["[[details]] 1 has no kind", "lesion"]),
        ('[sampling]\noperator = "radon"', ["deep-mri", "radon", "fourier"]),
        ("[network]\nname = 'deep-mri'\ntrained_rate = 33", ["trained_rate", "at most 1"]),
        ("[sampling]\nrate = 0,33", ["line 2", "rate = 0,33"]),
        ("a = [", ["not valid TOML"]),
    ],
)
def test_what_cannot_be_run_is_refused_by_name(text, words, tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        read_study(path)
    message = str(refusal.value)
    assert "wrong.toml" in message and "\n" not in message
    for word in words:
        assert word in message


def test_files_that_are_no_studies_are_refused(tmp_path):
    (tmp_path / "binary.toml").write_bytes(b"\x89PNG\xff\xfe\x00")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100000)
    for path in (tmp_path, tmp_path / "missing.toml", tmp_path / "binary.toml", tmp_path / "deep.toml"):
        with pytest.raises(InputError):
            read_study(path)
    with pytest.raises(InputError, match="cannot be written"):
        write_study(Study(), tmp_path / "no such folder" / "study.toml")


def test_studies_of_the_window_are_checked_too():
    check_study(FULL)
    for wrong in (
        FULL.having(sampling=replace(FULL.sampling, views=0)),
        FULL.having(details=(Detail("stroke"),)),
        FULL.having(details=(Detail("star"),)),
        FULL.having(image=ImageChoice()),
        FULL.having(perturbation=replace(FULL.perturbation, max_relative_norm=float("inf"))),
    ):
        with pytest.raises(InputError):
            check_study(wrong)


def test_the_schema_names_every_key_and_every_choice():
    text = schema_text()
    for kind, entries in FIELDS.items():
        assert set(entries) == {field.name for field in fields(kind)}
        for name, entry in entries.items():
            assert entry.sentence.split()[0] in text and name.rstrip("_") in text
            for choice in entry.names() if entry.names is not None else ():
                assert f"      {choice} " in text
    assert "hallucination" in text
