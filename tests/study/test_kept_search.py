"""Several searches side by side, resumed from any iterate; a search that hides or draws a detail."""

from dataclasses import replace

import numpy as np
import pytest

from stabview.study.kept_search import placed
from stabview.study.study import Detail
from tests.study.benches import STEPS, numbers, searched

LESION = Detail("lesion", (20.0, 22.0), 8.0, 0.4)


def aimed(bench, goal: str, *, hidden: bool):
    """The study with a lesion that the search is to hide or to draw."""
    study = bench.study
    choice = replace(study.perturbation, goal=goal, detail=0, max_relative_norm=0.2)
    bench.change(study.having(details=(replace(LESION, hidden=hidden),), perturbation=choice), goal)
    return bench.quiet()


def test_a_kept_search_comes_back_as_it_was_and_the_other_one_is_kept(bench):
    searched(bench)
    first = numbers(bench)
    bench.searches.keep()
    bench.searches.keep()  # the same one is kept once
    assert len(bench.searches.kept) == 1
    bench.change(bench.study.having(perturbation=replace(bench.study.perturbation, momentum=0.0)), "momentum")
    searched(bench.quiet())
    second = numbers(bench)
    assert [one[0] for one in second] != [one[0] for one in first]
    bench.searches.show(1)
    bench.quiet()
    for one, other in zip(numbers(bench), first, strict=True):
        assert one[0] == pytest.approx(other[0], rel=1e-5)
        assert one[2]["soa"]["psnr"] == pytest.approx(other[2]["soa"]["psnr"], abs=1e-3)
    assert bench.study.perturbation.momentum is None and len(bench.searches.kept) == 2
    rows = bench.searches.compared()
    assert len(rows) == 2 and rows[0].at_norm == pytest.approx(rows[1].at_norm)


def test_kept_searches_come_back_with_their_session(bench, bench_of, study, tmp_path):
    first = numbers(searched(bench))
    bench.searches.keep()
    bench.change(bench.study.having(perturbation=replace(bench.study.perturbation, momentum=0.0)), "momentum")
    searched(bench.quiet())
    bench.save_session(tmp_path / "s.stabview", {})
    again = bench_of(study)
    again.open_session(tmp_path / "s.stabview")
    again.quiet()
    assert again.searches.compared() == bench.searches.compared() and len(again.searches.kept) == 1
    again.searches.show(1)
    again.quiet()
    assert [one[0] for one in numbers(again)] == [one[0] for one in first] and again.last_error is None
    assert [search.number for search in again.searches.kept] == [1, 2], "the one that was present is kept in its turn"


def test_a_search_goes_on_from_any_iterate_and_what_it_had_found_is_kept(bench):
    searched(bench)
    middle, last = STEPS // 2, bench.frame(STEPS)
    bench.change(bench.study.having(perturbation=replace(bench.study.perturbation, momentum=0.9)), "momentum")
    bench.quiet()
    bench.searches.resume_from(middle)
    bench.quiet()
    assert bench.count == STEPS + 1 and len(bench.searches.kept) == 1
    assert bench.frame(STEPS).objective != last.objective
    kept = bench.searches.kept[0]
    assert kept.kept.iterates[middle].objective == bench.frame(middle).objective
    bench.searches.resume_from(0)
    assert "Choose an iterate" in bench.last_error[0]


def test_undo_brings_back_the_search_that_a_changed_image_threw_away(bench):
    found = numbers(searched(bench))
    for contrast in (0.1, 0.2):
        detail = replace(LESION, contrast=contrast)
        bench.change(bench.study.having(details=(detail,)), "paint", merge=contrast > 0.1)
    assert bench.quiet().count == 1
    bench.undo()
    for one, other in zip(numbers(bench.quiet()), found, strict=True):
        assert one[0] == pytest.approx(other[0], rel=1e-5)
    assert bench.last_error is None


def test_curves_of_searches_are_compared_where_their_norms_agree():
    assert placed([(0.01, 2.0), (0.03, 5.0), (0.09, 7.0)], [0.0, 0.02, 0.04]) == [(0.5, 2.0), (1.5, 5.0)]


def test_the_first_iterate_that_lost_enough_is_found(bench):
    searched(bench)
    psnr = bench.series("network", "psnr")
    lost = psnr[0] - psnr[STEPS - 2]
    found = bench.first_lost(lost)
    assert psnr[found] <= psnr[0] - lost and all(value > psnr[0] - lost for value in psnr[:found])
    assert bench.first_lost(1000.0) is None


def test_hiding_takes_more_of_the_detail_out_than_the_plain_search(bench):
    kept = {}
    for goal in ("change", "hide"):
        searched(aimed(bench, goal, hidden=False))
        bench.move_to(bench.count - 1)
        (report,) = bench.quiet().detail_reports
        estimate, clean = (bench.frame(k).panels["network"] for k in (bench.count - 1, 0))
        inside = np.s_[18:27, 16:25]
        kept[goal] = float((estimate - clean)[inside].mean())
        assert report.index == bench.count - 1
    assert kept["hide"] < kept["change"] and kept["hide"] < 0


def test_drawing_puts_some_of_a_hidden_detail_into_the_image(bench):
    searched(aimed(bench, "draw", hidden=True))
    bench.move_to(bench.count - 1)
    (report,) = bench.quiet().detail_reports
    assert report.captured["network"] > 0.02
    bench.move_to(0)
    assert bench.quiet().detail_reports[0].captured["network"] == pytest.approx(0, abs=1e-6)


def test_a_goal_without_its_detail_stops_only_the_search(bench):
    study = bench.study
    choice = replace(study.perturbation, goal="draw", detail=3)
    bench.change(study.having(perturbation=choice), "goal")
    assert bench.quiet().frame(0).panels["network"].any()
    bench.run_search()
    assert "not there" in bench.quiet().last_error[0] and bench.count == 1
