"""The story of a session at the workbench, without a window: every answer belongs to what was asked last."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from stabview.report.write import write_outcome
from stabview.study.frames import IMAGE_PANELS, SIGNED_PANELS
from stabview.study.study import ImageChoice, NetworkChoice, PerturbationChoice, SamplingChoice, SweepChoice
from tests.study.benches import STEPS, WAIT, assert_same, numbers, searched


def test_it_begins_with_the_clean_images(bench, study):
    assert bench.last_error is None and (bench.count, bench.position) == (1, 0)
    scene, frame = bench.scene, bench.frame()
    assert scene.x.shape == (48, 48) and scene.x.max() == pytest.approx(1, abs=1e-5)
    assert scene.mask.mean() == pytest.approx(scene.rate) and scene.samples == scene.mask.sum()
    assert scene.network_title == "Small cascade" and "TV" in scene.soa_title and scene.trained_rate == 0.25
    assert not frame.pending and set(frame.panels) == {*IMAGE_PANELS, *SIGNED_PANELS}
    np.testing.assert_allclose(frame.panels["input"], scene.x, atol=1e-6)
    for name in ("perturbation", "networkDifference", "soaDifference"):
        assert not frame.panels[name].any()
    for method in ("network", "soa", "quick"):
        solver = {"iterations", "gap", "converged"} if method == "soa" else set()
        assert set(frame.measures[method]) == {"psnr", "ssim", "relative_error", "data_misfit"} | solver
    assert frame.measures["soa"]["converged"] and frame.measures["soa"]["gap"] < 1e-3
    error = frame.panels["soaError"]
    wanted = 10 * np.log10(scene.x.max() ** 2 / np.mean(error**2))
    assert 10 < frame.measures["soa"]["psnr"] <= wanted + 1e-3, "the panel shows the real part of that error"
    assert not bench.progress.busy and {"scene", "frame", "progress"} <= set(bench.events)


def test_pictures_cannot_be_written_on(bench):
    for picture in (bench.scene.x, *bench.frame().panels.values()):
        with pytest.raises(ValueError, match="read-only"):
            picture[0, 0] = 1


def test_a_search_runs_to_its_plan_and_every_iterate_has_its_numbers(bench):
    searched(bench)
    assert bench.count == bench.planned == STEPS + 1 and not bench.searching and not bench.can_resume
    curve = bench.curve
    assert [index for index, *_ in curve] == list(range(STEPS + 1))
    norms = [norm for _, norm, _, _ in curve]
    assert norms == sorted(norms) and norms[0] == 0 and norms[-1] == pytest.approx(0.03, rel=1e-3)
    assert all(change is not None and soa is not None for _, _, change, soa in curve), "SoA is filled in for all"
    assert curve[-1][2] > 0.01
    for index in (3, 6, 1):
        bench.move_to(index)
        frame = bench.quiet().frame()
        assert frame.index == bench.position == index and not frame.pending
        assert frame.relative_norm == pytest.approx(norms[index])
        assert {"change", "amplification", "lipschitz"} <= set(frame.measures["network"]) & set(frame.measures["soa"])
        assert frame.panels["soaDifference"].any() and frame.panels["networkDifference"].any()
        size = np.linalg.norm(bench.frame().panels["perturbation"]) / np.linalg.norm(bench.scene.x)
        assert 0 < size <= frame.relative_norm + 1e-6, "the panel is the real part of r"
    bench.move_to(99)
    assert bench.position == STEPS
    bench.move_to(-3)
    assert bench.position == 0


def test_a_stopped_search_goes_on_where_it_stopped(bench, bench_of, study):
    bench.stop_at(3)
    bench.run_search()
    bench.quiet()
    assert 3 <= bench.count < STEPS + 1 and bench.can_resume and bench.planned == STEPS + 1
    assert all(soa is not None for *_, soa in bench.curve), "the others are not forgotten"
    begun = numbers(bench)
    searched(bench)
    assert bench.count == STEPS + 1 and not bench.can_resume
    assert_same(numbers(bench)[: len(begun)], begun)
    assert_same(numbers(bench), numbers(searched(bench_of(study).quiet())))


def test_what_is_painted_is_reported_and_can_be_taken_back(bench, painted):
    before = numbers(bench)
    bench.change(painted.having(sampling=bench.study.sampling), "Paint")
    bench.quiet()
    assert [report.detail for report in bench.detail_reports] == [0, 1] and bench.count == 1
    for report in bench.detail_reports:
        assert set(report.captured) == {"network", "soa"} and report.index == 0
        assert 0 < report.exposure <= 1 and 0.2 < report.captured["soa"] < 1.3
    assert bench.undo_label == "Paint"
    with pytest.raises(AssertionError):
        assert_same(numbers(bench), before)
    bench.undo()
    bench.quiet()
    assert bench.detail_reports == () and bench.redo_label == "Paint"
    assert_same(numbers(bench), before)
    bench.redo()
    assert len(bench.quiet().detail_reports) == 2


def test_the_details_follow_the_slider(bench_of, painted):
    bench = searched(bench_of(painted).quiet())
    clean = bench.detail_reports
    bench.move_to(STEPS)
    moved = bench.quiet().detail_reports
    assert {report.index for report in clean} == {0} and {report.index for report in moved} == {STEPS}
    assert moved[0].captured["network"] != clean[0].captured["network"] and moved[0].exposure == clean[0].exposure


def test_another_sparse_method_keeps_the_iterates(bench):
    searched(bench)
    bench.move_to(4)
    before = numbers(bench.quiet())
    scene = bench.scene
    bench.change(bench.study.having(soa=replace(bench.study.soa, lambda_=0.02)), "Weight")
    after = numbers(bench.quiet())
    assert (bench.count, bench.position) == (STEPS + 1, 4) and bench.scene.soa_title != scene.soa_title
    for (objective, norm, old), (objective_now, norm_now, new) in zip(before, after, strict=True):
        assert (objective, norm, old["network"]) == (objective_now, norm_now, new["network"])
        assert old["soa"]["psnr"] != new["soa"]["psnr"]
    assert not bench.frame().pending


def test_another_sparse_method_does_not_end_a_search(bench, bench_of, study):
    begun = threading.Event()
    bench.when = lambda event: begun.set() if event == "iterate" and bench.count > 2 else None
    longer = study.having(perturbation=replace(study.perturbation, steps=40))
    bench.change(longer, "Steps")
    bench.run_search()
    assert begun.wait(WAIT)
    other = longer.having(soa=replace(longer.soa, lambda_=0.02))
    bench.change(other, "Weight")
    assert bench.count > 2
    assert_same(numbers(bench.quiet()), numbers(searched(bench_of(other).quiet())))
    assert bench.count == 41


def test_another_search_keeps_what_was_found_until_it_runs(bench):
    bench.stop_at(4)
    bench.run_search()
    bench.quiet()
    before, count = numbers(bench), bench.count
    bench.change(bench.study.having(perturbation=replace(bench.study.perturbation, seed=8)), "Seed")
    bench.quiet()
    assert bench.count == count and not bench.can_resume
    assert_same(numbers(bench), before)
    searched(bench)
    assert bench.count == STEPS + 1
    assert bench.frame(1).objective != pytest.approx(before[1][0], rel=1e-4), "begun anew, from another seed"


def test_a_new_search_takes_the_details_and_the_curve_of_the_old_one_away(bench_of, painted):
    bench = searched(bench_of(painted).quiet())
    bench.move_to(STEPS)
    bench.quiet()
    bench.run_sweep()
    bench.quiet()
    assert bench.sweep_position == STEPS and bench.sweep_points
    bench.change(bench.study.having(perturbation=replace(bench.study.perturbation, seed=8)), "Seed")
    bench.quiet()
    searched(bench)
    assert bench.position == 0
    assert {report.index for report in bench.detail_reports} == {0}, "the details where the slider stands"
    assert not bench.sweep_points or bench.sweep_position == 0, "no curve of an iterate that is gone"


def test_a_slow_answer_for_an_iterate_of_the_old_search_is_not_taken_for_the_new_one(bench_of, study):
    """SoA of an old iterate is still being solved when the new search has already come further."""
    slow = study.having(
        image=ImageChoice(phantom="shepp-logan", size=128), perturbation=PerturbationChoice(steps=3),
        soa=replace(study.soa, tolerance=1e-12),
    )  # fmt: skip
    bench = bench_of(slow).quiet()
    found, filling = threading.Event(), threading.Event()
    bench.when = lambda event: found.set() if event == "iterate" and bench.count == 4 else None
    bench.run_search()
    assert found.wait(WAIT)
    other = slow.having(perturbation=PerturbationChoice(steps=3, seed=5))
    bench.when = lambda event: filling.set() if event == "frame" else None
    bench.change(other, "Seed")
    assert filling.wait(WAIT)
    searched(bench)
    assert_same(numbers(bench), numbers(searched(bench_of(other).quiet())))


def test_a_change_of_the_image_in_the_middle_of_a_search_drops_the_old_iterates(bench):
    begun = threading.Event()
    bench.when = lambda event: begun.set() if event == "iterate" and bench.count > 2 else None
    bench.change(bench.study.having(perturbation=replace(bench.study.perturbation, steps=2000)), "Steps")
    bench.run_search()
    assert begun.wait(WAIT) and bench.searching
    bench.change(bench.study.having(image=ImageChoice(phantom="shepp-logan", size=40)), "Image")
    assert bench.count == 0 and not bench.searching
    bench.quiet()
    assert bench.count == 1 and bench.scene.x.shape == (40, 40) and bench.frame().panels["network"].shape == (40, 40)
    assert bench.last_error is None and not bench.can_resume


def test_everything_can_be_stopped_in_the_middle(bench):
    begun = threading.Event()
    bench.when = lambda event: begun.set() if event == "iterate" and bench.count > 2 else None
    many = PerturbationChoice(steps=5000)
    bench.change(bench.study.having(perturbation=many, sweep=SweepChoice(rates=tuple(np.linspace(0.1, 1, 60)))), "Long")
    bench.run_search()
    bench.run_sweep()
    assert begun.wait(WAIT) and bench.progress.busy
    bench.cancel()
    bench.quiet()
    assert not bench.progress.busy and 2 < bench.count < 5001 and len(bench.sweep_points) < 60
    assert bench.last_error is None and bench.can_resume
    bench.move_to(2)
    assert not bench.quiet().frame().pending


def test_the_curve_over_the_rate_is_computed_where_the_slider_stands(bench):
    searched(bench)
    bench.run_sweep()
    clean = bench.quiet().sweep_points
    assert [point.rate for point in clean] == sorted(point.rate for point in clean) and len(clean) == 3
    own = bench.frame(0).measures
    assert clean[1].psnr["network"] == pytest.approx(own["network"]["psnr"], rel=1e-5)
    assert clean[1].psnr["soa"] == pytest.approx(own["soa"]["psnr"], rel=1e-5)
    bench.move_to(STEPS)
    bench.run_sweep()
    moved = bench.quiet().sweep_points
    assert bench.sweep_position == STEPS
    assert moved[1].psnr["network"] == pytest.approx(bench.frame(STEPS).measures["network"]["psnr"], rel=1e-4)


def test_a_wrong_choice_is_told_and_the_workbench_lives_on(bench, tmp_path):
    before = numbers(bench)
    good = bench.study
    bench.change(good.having(sampling=replace(good.sampling, rate=2.0)), "Rate")
    assert "rate" in bench.last_error[0] and bench.study == good, "an impossible value is not taken at all"
    bench.change(good.having(image=ImageChoice(path=str(tmp_path / "nothing.png"))), "Image")
    bench.quiet()
    assert "nothing.png" in bench.last_error[0] and "\n" not in bench.last_error[0]
    assert bench.count == 0 and bench.frame() is None and not bench.progress.busy
    bench.run_search()
    bench.quiet()
    bench.undo()
    bench.quiet()
    assert_same(numbers(bench), before)
    (tmp_path / "bad.safetensors").write_bytes(b"no")
    bench.change(good.having(network=NetworkChoice(path=str(tmp_path / "bad.safetensors"))), "Network")
    bench.quiet()
    assert "safetensors" in bench.last_error[0]
    bench.undo()
    assert_same(numbers(bench.quiet()), before)
    assert bench.last_error[1] == "", "nothing that was not foreseen"


def test_a_rate_dragged_along_is_one_step_of_undo_and_ends_at_its_last_value(bench):
    start = bench.study
    for rate in (0.35, 0.4, 0.45, 0.5):
        bench.change(start.having(sampling=replace(start.sampling, rate=rate)), "Rate", merge=True)
    bench.quiet()
    assert bench.scene.rate == pytest.approx(0.5, abs=0.02) and bench.count == 1
    bench.undo()
    assert bench.study == start and bench.quiet().scene.rate == pytest.approx(0.33, abs=0.03)


def test_mri_and_ct_in_one_session(bench):
    ct = bench.study.having(
        image=ImageChoice(phantom="ellipses", size=40), sampling=SamplingChoice("radon", views=15),
        network=NetworkChoice(name="ell-50"), perturbation=PerturbationChoice(search="ascent", steps=4),
    )  # fmt: skip
    bench.change(ct, "CT")
    searched(bench.quiet())
    assert bench.last_error is None and bench.scene.mask is None and len(bench.scene.angles) == 15
    assert bench.count > 1 and set(bench.frame().panels) == {*IMAGE_PANELS, *SIGNED_PANELS}


def test_the_report_has_every_number_there_is(bench_of, painted, tmp_path):
    bench = searched(bench_of(painted, write=write_outcome).quiet())
    bench.run_sweep()
    bench.quiet()
    bench.report_to(tmp_path / "out")
    bench.quiet()
    assert bench.last_error is None and bench.report_folder == tmp_path / "out" and "report" in bench.events
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_closed_workbench_says_nothing_more(bench_of, study):
    bench = bench_of(study)
    bench.run_search()
    assert bench.close(WAIT)
    told = len(bench.events)
    bench.move_to(0)
    assert len(bench.events) == told
    assert not any(thread.name in ("answers", "search") and thread.is_alive() for thread in threading.enumerate())
