"""The curve of PSNR over the sampling: error bars over masks, and a curve that follows image and slider by itself."""

import threading
import time
from dataclasses import replace

import pytest

from stabview.measures.errors import psnr
from stabview.study.curve import Draw, sweep_points
from stabview.study.operators import sampling_operator
from stabview.study.runner import StudyRun
from stabview.study.study import NetworkChoice, SweepChoice
from tests.study.benches import STEPS, searched


def curve(study):
    run = StudyRun(study, device="cpu", threads=1)
    assert [point.rate for point in run.sweep()]
    return run, sweep_points(run.draws)


def test_bars_reach_from_the_worst_to_the_best_mask_and_the_point_is_that_of_the_pictures(study):
    run, points = curve(study.having(sweep=SweepChoice(rates=(0.25, 0.5), masks=4)))
    x = run.problem.x
    for planned, point in zip((0.25, 0.5), points, strict=True):
        quick = []
        for seed in range(4):
            operator = sampling_operator(replace(study.sampling, seed=seed), tuple(x.shape), rate=planned)
            quick.append(psnr(operator.adjoint(operator(x)), x))
        assert point.masks == 4 and point.psnr["quick"] == pytest.approx(quick[0], rel=1e-5)
        assert point.low["quick"] == pytest.approx(min(quick), rel=1e-5)
        assert point.high["quick"] == pytest.approx(max(quick), rel=1e-5)
        assert max(quick) > min(quick) + 0.01
    sweep = run.result["sweep"]
    assert sweep[0]["masks"] == 4 and sweep[0]["psnr_low"]["soa"] <= sweep[0]["psnr"]["soa"]


def test_views_that_are_no_matter_of_chance_have_no_bars_unless_there_is_noise(study):
    ct = study.having(
        sampling=replace(study.sampling, operator="radon", views=20), network=NetworkChoice(name="firenet"),
        sweep=SweepChoice(views=(10, 20), masks=2),
    )  # fmt: skip
    _, still = curve(ct)
    assert [(point.rate, point.masks, point.low) for point in still] == [(10, 1, {}), (20, 1, {})]
    _, noisy = curve(ct.having(sampling=replace(ct.sampling, noise=0.05)))
    assert all(point.masks == 2 and point.low["soa"] < point.high["soa"] for point in noisy)


def test_no_point_without_its_own_mask():
    draws = [Draw(0.5, 1, 0.5, {"soa": 30.0}), Draw(0.2, 0, 0.21, {"soa": 20.0}), Draw(0.2, 1, 0.19, {"soa": 22.0})]
    (point,) = sweep_points(draws)
    assert (point.rate, point.psnr["soa"], point.low["soa"], point.high["soa"], point.masks) == (0.21, 20, 20, 22, 2)


def test_a_curve_that_follows_is_there_by_itself_and_stays_where_nothing_of_it_changed(bench_of, study):
    bench = bench_of(study)
    bench.follow_curve(True)
    clean = bench.quiet().sweep_points
    assert len(clean) == 3 and clean[0].masks == 3 and bench.sweep_draws == (9, 9)
    before = bench.events.count("sweep")
    bench.change(study.having(sampling=replace(study.sampling, rate=0.5)), "rate")
    bench.quiet()
    assert bench.sweep_points == clean, "another rate is another place on the same curve"
    assert bench.events.count("sweep") - before < 4, "and nothing of it was computed again"
    bench.change(study.having(sampling=replace(study.sampling, noise=0.1)), "noise")
    bench.quiet()
    assert bench.sweep_points[2].psnr["quick"] < clean[2].psnr["quick"] - 1


def test_a_curve_follows_the_slider_and_is_remembered_for_every_iterate(bench_of, study):
    bench = searched(bench_of(study).quiet())
    bench.follow_curve(True)
    clean = bench.quiet().sweep_points
    bench.move_to(STEPS)
    moved = bench.quiet().sweep_points
    assert bench.sweep_position == STEPS and bench.clean_curve == clean
    assert moved[1].psnr["network"] == pytest.approx(bench.frame(STEPS).measures["network"]["psnr"], rel=1e-4)
    assert moved[1].psnr["network"] < clean[1].psnr["network"] - 0.01
    bench.move_to(0)
    assert bench.sweep_points == clean, "at once, without computing"
    bench.follow_curve(False)
    bench.move_to(1)
    assert bench.quiet().sweep_position == 0 and not bench.sweeping


def test_fewer_masks_take_bars_away_and_more_add_to_what_is_there(bench_of, study):
    bench = bench_of(study).quiet()
    bench.run_sweep()
    three = bench.quiet().sweep_points
    bench.change(study.having(sweep=replace(study.sweep, masks=1)), "masks")
    assert [point.masks for point in bench.sweep_points] == [1, 1, 1]
    assert [point.psnr for point in bench.sweep_points] == [point.psnr for point in three]
    bench.change(study.having(sweep=replace(study.sweep, masks=4)), "masks")
    bench.run_sweep()
    four = bench.quiet().sweep_points
    assert four[0].masks == 4 and four[0].low["soa"] <= three[0].low["soa"]


def test_a_curve_follows_where_the_slider_stands_when_a_search_ends(bench_of, study):
    bench = bench_of(study)
    bench.follow_curve(True)
    bench.when = lambda event: bench.move_to(bench.count - 1) if event == "iterate" else None
    searched(bench.quiet())
    assert bench.position == STEPS == bench.sweep_position and bench.sweep_draws == (9, 9)


def test_a_search_does_not_share_the_processor_with_a_curve_that_follows(bench_of, study):
    bench = bench_of(study.having(sweep=SweepChoice(rates=tuple(k / 60 for k in range(6, 60)), masks=20)))
    bench.follow_curve(True)
    begun = threading.Event()
    bench.when = lambda event: begun.set() if event == "sweep" and bench.sweep_draws[0] > 0 else None
    assert begun.wait(120)
    along = []
    bench.when = lambda event: along.append(bench.sweep_draws[0]) if event == "iterate" and bench.searching else None
    bench.run_search()
    until = time.monotonic() + 120
    while time.monotonic() < until and not (bench.count > STEPS and bench.sweep_draws[0] > along[-1]):
        time.sleep(0.01)  # until it has gone on after the search
    assert len(set(along)) <= 2, "one draw may have been in the middle"
    assert bench.count == STEPS + 1 and bench.sweep_draws[0] > along[-1]
    bench.cancel()
    bench.quiet()
