"""Settings as text: they make the study they were written from, and what is wrong with one is told."""

import itertools
from dataclasses import replace

import pytest

import stabview
from stabview.images.errors import InputError
from stabview.study.examples import EXAMPLES
from stabview.study.named import named_study
from stabview.study.settings import settings_of, with_settings
from stabview.study.snippets import command_line, python_script
from stabview.study.study import Detail, ImageChoice, Study

PAINTED = Study(
    image=ImageChoice(path="a slice's.dcm", slice=3, size=128),
    details=(
        Detail("text", (30.0, 20.5), 9.0, -0.3, text='CAN "U" SEE ♥', angle=12.0),
        Detail("stroke", size=3.0, points=((1.0, 2.0), (3.5, 4.0))),
    ),
)
STUDIES = [PAINTED, Study(), *(entry.study() for entry in EXAMPLES.values()), named_study("radial-lines")]


@pytest.mark.parametrize("study", STUDIES)
def test_the_command_line_and_the_script_give_the_study_back(study):
    import shlex

    words = shlex.split(command_line(study))
    assert words[:2] == ["stabview", "run"] and words[-2:] == ["--out", "out"]
    given = [word for before, word in itertools.pairwise(words) if before == "--set"]
    base = Study() if words[2] in ("--set", "--out") else named_study(words[2])
    assert (with_settings(base, given) if given else base) == study
    script = python_script(study, position=3)
    compile(script, "script", "exec")
    if not study.experiments:
        call = script[script.index("stabview.Study(") : script.index("run = ")]
        assert eval(call, {"stabview": stabview}) == study


def test_a_setting_is_a_value_of_toml_or_a_bare_word():
    study = with_settings(
        Study(), ["sampling.rate=0.25", "soa.method=tgv", "image.path=my head.png", "sweep.rates=[0.1, 0.5]"]
    )
    assert (study.sampling.rate, study.soa.method, study.sweep.rates) == (0.25, "tgv", (0.1, 0.5))
    assert (study.image.path, study.image.phantom) == ("my head.png", None)
    assert with_settings(named_study("radial-lines"), ["size=64"]).experiments[0].parameters == {"size": 64}


def test_settings_hold_what_differs_from_the_default_study_only():
    study = Study()
    assert settings_of(study) == []
    assert settings_of(study.having(sampling=replace(study.sampling, rate=0.2))) == ["sampling.rate=0.2"]


@pytest.mark.parametrize(
    ("setting", "said"),
    [("sampling.rate", "NAME=VALUE"), ("sampling.rat=0.2", "rate"), ("sampling.rate=2", "at most 1"), ("x.y=1", "x")],
)
def test_what_is_wrong_is_told(setting, said):
    with pytest.raises(InputError, match=said):
        with_settings(Study(), [setting])


def test_the_package_and_its_interface_offer_the_same_names():
    from stabview import api

    assert tuple(api.__all__) == stabview.__all__
