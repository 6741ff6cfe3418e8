"""Methods beside the study's own: in every frame that is looked at, in no search and no report."""

from dataclasses import replace

import numpy as np

from stabview.study.others import MOST, other_methods
from stabview.study.problem import Parts, build_problem
from tests.study.benches import STEPS, searched


def test_another_method_reconstructs_the_data_of_the_iterate_in_sight(bench):
    searched(bench)
    bench.show_other("cg", True)
    frame = bench.quiet().frame()
    problem = build_problem(bench.study.having(soa=replace(bench.study.soa, method="cg")), Parts())
    iterate = bench._results.iterates[bench.position]
    expected = problem.soa(iterate.y, problem.operator).abs().numpy()
    np.testing.assert_allclose(frame.panels["other:cg"], expected, atol=1e-5)
    assert frame.measures["other:cg"]["psnr"] > 0 and not frame.pending
    bench.move_to(1)
    assert bench.quiet().frame(1).panels["other:cgDifference"].any()


def test_others_are_left_out_of_reports_and_sessions_and_go_when_they_are_not_wanted(bench):
    searched(bench)
    bench.show_other("wavelet", True)
    bench.quiet()
    assert all(set(measures) <= {"network", "soa", "quick"} for measures in bench._results.kept().measures.values())
    assert bench.frame(STEPS).panels.keys() >= {"network", "soa"}
    bench.show_other("wavelet", False)
    assert not any(name.startswith("other") for name in bench.quiet().frame().panels)


def test_a_few_at_most_and_only_those_that_take_the_data(bench):
    names = list(other_methods(bench.study))
    assert "tv" not in names and "fbpconvnet" not in names
    for name in names[: MOST + 1]:
        bench.show_other(name, True)
    assert bench.others == tuple(f"other:{name}" for name in names[1 : MOST + 1])
    bench.show_other("cg", True)
    bench.change(bench.study.having(soa=replace(bench.study.soa, method="cg")), "method")
    assert "other:cg" not in bench.others
