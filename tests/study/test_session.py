"""Session files: everything comes back, nothing more is in them, and damaged ones are refused."""

import io
import json
import random
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.study.session import open_session
from stabview.study.study import ImageChoice, NetworkChoice, PerturbationChoice, SamplingChoice, SweepChoice
from stabview.study.toml_file import study_to_dict
from tests.study.benches import STEPS, WAIT, Bench, assert_same, numbers, searched

VIEW = {"slider": 3, "zoom": [1.5, 2.0], "panels": {"input": True}}


@pytest.fixture(scope="module")
def saved(painted, tmp_path_factory):
    """A session with a stopped search, a curve and details, and the workbench it came from."""
    folder = tmp_path_factory.mktemp("session")
    image = folder / "private name" / "slice.npy"
    image.parent.mkdir()
    np.save(image, np.random.default_rng(0).random((60, 44)).astype(np.float32))
    chosen = painted.having(image=ImageChoice(path=str(image), size=48))
    bench = Bench(chosen).quiet()
    bench.stop_at(4)
    searched(bench)
    bench.run_sweep()
    bench.quiet().move_to(2)
    bench.quiet().save_session(folder / "one.stabview", VIEW)
    image.unlink()
    yield bench, folder / "one.stabview"
    assert bench.close(WAIT)


def test_a_session_comes_back_whole(saved, bench_of, study):
    first, path = saved
    second = bench_of(study)
    assert second.open_session(path) == VIEW
    second.quiet()
    assert second.last_error is None and second.study == first.study
    assert (second.count, second.position, second.planned) == (first.count, 2, STEPS + 1)
    assert second.can_resume and second.sweep_points == first.sweep_points
    assert_same(second.curve, first.curve)
    assert_same(numbers(second.quiet()), numbers(first))
    assert_same([vars(report) for report in second.detail_reports], [vars(report) for report in first.detail_reports])
    np.testing.assert_array_equal(second.scene.x, first.scene.x)
    for name, picture in first.frame(3).panels.items():
        np.testing.assert_allclose(second.frame(3).panels[name], picture, atol=1e-5)
    second.undo()
    assert second.study == study, "opening can be undone"


def test_an_opened_session_goes_on_as_if_it_had_never_been_closed(saved, bench_of, study):
    first, path = saved
    second = bench_of(study)
    second.open_session(path)
    searched(second.quiet())
    searched(first)
    assert second.count == first.count == STEPS + 1
    assert_same(numbers(second), numbers(first))


def test_the_same_session_opens_twice_in_a_row(saved, bench_of, study):
    second = bench_of(study)
    for _ in range(2):
        second.open_session(saved[1])
        second.quiet()
        assert second.count >= 4 and second.scene is not None and second.last_error is None


def test_a_session_keeps_what_was_changed_last(bench, bench_of, study, tmp_path):
    bench.change(bench.study.having(sweep=SweepChoice(rates=(0.1, 0.7))), "Rates")
    bench.change(bench.study.having(soa=replace(bench.study.soa, lambda_=0.004)), "Weight")
    bench.quiet().save_session(tmp_path / "s.stabview", {})
    second = bench_of(study)
    second.open_session(tmp_path / "s.stabview")
    assert second.quiet().study == bench.study and second.sweep_planned == (0.1, 0.7)


def test_a_search_in_the_samples_of_ct_comes_back_after_its_settings_were_changed(bench_of, study, tmp_path):
    ct = study.having(
        image=ImageChoice(phantom="ellipses", size=32), sampling=SamplingChoice("radon", views=10),
        network=NetworkChoice(name="ell-50"), perturbation=PerturbationChoice(domain="samples", steps=3),
    )  # fmt: skip
    bench = bench_of(ct).quiet()
    bench.stop_at(2)
    searched(bench)
    bench.save_session(tmp_path / "samples.stabview", {})
    bench.change(ct.having(perturbation=PerturbationChoice(domain="image", steps=3)), "Domain")
    bench.quiet().save_session(tmp_path / "image.stabview", {})
    for name, resumable in (("samples", True), ("image", False)):
        second = bench_of(study)
        second.open_session(tmp_path / f"{name}.stabview")
        second.quiet()
        assert second.last_error is None and second.can_resume is resumable
        assert_same(second.curve, bench.curve)


def test_there_is_no_code_and_nothing_private_in_a_session(saved):
    first, path = saved
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["arrays.npz", "session.json", "study.toml"]
        text = archive.read("session.json").decode()
        with np.load(io.BytesIO(archive.read("arrays.npz")), allow_pickle=False) as arrays:
            assert all(arrays[name].dtype.kind in "fc" for name in arrays.files)
    assert "private name" not in text and str(path.parent) not in text
    assert study_to_dict(open_session(path).study) == study_to_dict(first.study)


def test_a_session_that_cannot_be_written_says_so_and_leaves_nothing(bench, tmp_path):
    with pytest.raises(InputError, match="could not be written"):
        bench.save_session(tmp_path / "no folder" / "s.stabview", {})
    bench.save_session(tmp_path / "s.stabview", {})
    bench.save_session(tmp_path / "s.stabview", {"again": True})
    assert [path.name for path in tmp_path.iterdir()] == ["s.stabview"]
    assert open_session(tmp_path / "s.stabview").view == {"again": True}


def test_a_session_without_an_image_yet_is_not_saved(bench_of, study, tmp_path):
    bench = bench_of(study.having(image=ImageChoice(path=str(tmp_path / "nothing.png"))))
    bench.quiet()
    with pytest.raises(InputError):
        bench.save_session(tmp_path / "s.stabview", {})


def parts_of(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(path) -> str:
    with pytest.raises(InputError) as error:
        open_session(path)
    assert "\n" not in str(error.value) and path.name in str(error.value)
    return str(error.value)


def test_a_damaged_session_is_refused_or_still_whole(saved, tmp_path):
    data = saved[1].read_bytes()
    generator = random.Random(1)
    path = tmp_path / "damaged.stabview"
    for length in (0, 1, 30, len(data) // 2, len(data) - 30, len(data) - 1):
        path.write_bytes(data[:length])
        refused(path)
    opened = 0
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(3):
            place = generator.choice((generator.randrange(len(data)), generator.randrange(len(data) - 400, len(data))))
            damaged[place] = generator.randrange(256)
        path.write_bytes(damaged)
        try:
            stored = open_session(path)
        except InputError:
            continue
        opened += 1
        assert stored.study == open_session(saved[1]).study
    assert opened < 75


def changed(facts: dict, **more) -> bytes:
    return json.dumps({**facts, **more}).encode()


@pytest.mark.parametrize(
    "case",
    [
        "no numbers", "no study", "no arrays", "another version", "a missing array", "a perturbation of another size",
        "more numbers than iterates", "an image of another size", "a list", "an impossible study", "an unknown part",
        "objects instead of numbers", "a deep nest", "a position that is no number",
    ],
)  # fmt: skip
def test_a_session_that_does_not_fit_together_is_refused(saved, tmp_path, case):
    parts = parts_of(saved[1])
    facts = json.loads(parts["session.json"])
    with np.load(io.BytesIO(parts["arrays.npz"])) as stored:
        arrays = dict(stored)
    if case == "no numbers":
        del parts["session.json"]
    elif case == "no study":
        del parts["study.toml"]
    elif case == "no arrays":
        del parts["arrays.npz"]
    elif case == "another version":
        parts["session.json"] = changed(facts, version=99)
    elif case == "a missing array":
        del arrays["network2"]
    elif case == "a perturbation of another size":
        arrays["r1"] = arrays["r1"][:10]
    elif case == "more numbers than iterates":
        parts["session.json"] = changed(facts, objectives=[*facts["objectives"], 1.0])
    elif case == "an image of another size":
        arrays["x"] = arrays["x"][0]
    elif case == "a list":
        parts["session.json"] = b"[1, 2]"
    elif case == "an impossible study":
        parts["study.toml"] = parts["study.toml"].replace(b"rate = 0.33", b"rate = 33.0")
    elif case == "an unknown part":
        parts["session.json"] = changed(facts, image={**facts["image"], "colour": "blue"})
    elif case == "objects instead of numbers":
        arrays["r1"] = np.array([{}], dtype=object)
    elif case == "a deep nest":
        parts["session.json"] = b"[" * 200_000
    elif case == "a position that is no number":
        parts["session.json"] = changed(facts, position="first")
    if "arrays.npz" in parts:
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        parts["arrays.npz"] = buffer.getvalue()
    path = tmp_path / "odd.stabview"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    refused(path)


def test_what_is_no_session_leaves_the_workbench_as_it_was(bench, tmp_path):
    before = numbers(bench)
    (tmp_path / "text.stabview").write_text("hello")
    for name in ("text.stabview", "missing.stabview", "."):
        with pytest.raises(InputError):
            bench.open_session(tmp_path / name)
    assert bench.count == 1
    assert_same(numbers(bench.quiet()), before)
