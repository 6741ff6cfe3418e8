"""The comparison with other packages: the gap is counted rightly, peers answer, and a row compares the same problem."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from stabview.benchmarks import problems, soa
from stabview.benchmarks.peers.measuring import Solver, iterations_to, search
from stabview.benchmarks.rounds import Contest, Found, Peer, PeerError, play
from stabview.images.errors import InputError


class Descent(Solver):
    """Gradient descent on 1 + 1/2 sum c (x - 1)^2: F* = 1, the gap after k steps of t is 1/2 sum c (1 - t c)^(2k)."""

    settings = ({"step": 0.05}, {"step": 0.15}, {"step": 3.0})
    cap, long = 400, 2000
    curvature = np.array([1.0, 4.0])

    def solve(self, setting, iterations, look=None, fine=False):
        x = np.zeros(2)
        for _ in range(iterations):
            x = x - setting["step"] * self.curvature * (x - 1)
            if look is not None:
                look(x)
        return x

    def objective(self, x):
        return 1 + 0.5 * float((self.curvature * (x - 1) ** 2).sum())

    def exact(self, step: float, tolerance: float) -> int:
        gaps = [0.5 * float((self.curvature * (1 - step * self.curvature) ** (2 * k)).sum()) for k in range(400)]
        return next(k for k, gap in enumerate(gaps) if gap <= tolerance)


def test_the_count_is_the_first_iteration_below_the_gap():
    solver = Descent()
    for setting in solver.settings[:2]:
        run = iterations_to(solver, setting, 1.0, 1e-3, solver.cap)
        assert run.count == solver.exact(setting["step"], 1e-3)


@pytest.mark.parametrize("opening", [1, 16, 400])
def test_the_same_count_is_found_where_iterates_cannot_be_seen(opening):
    solver = Descent()
    solver.traced = False
    run = iterations_to(solver, solver.settings[0], 1.0, 1e-3, solver.cap, opening=opening)
    assert 0 <= run.count - solver.exact(0.05, 1e-3) <= 1


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
def test_search_takes_the_soonest_setting_and_drops_one_that_diverges():
    solver = Descent()
    found = search(solver, 1e-3)
    assert found["setting"] == {"step": 0.15}
    assert found["iterations"] == solver.exact(0.15, 1e-3)
    assert found["minimum"] == pytest.approx(1, abs=1e-9)
    assert 0 < found["gap"] <= 1e-3


def test_a_known_minimum_is_what_the_gap_is_counted_from():
    solver = Descent()
    found = search(solver, 1e-3, minimum=0.9995)
    assert found["minimum"] == 0.9995
    assert found["iterations"] > solver.exact(0.15, 1e-3)


@pytest.mark.parametrize("traced", [True, False])
def test_a_solver_that_does_not_arrive_in_time_is_told_with_what_it_was_given(traced):
    solver = Descent()
    solver.settings, solver.traced = ({"step": 1e-4}, {"step": 2e-4}), traced
    found = search(solver, 1e-3)
    assert found["iterations"] is None and found["setting"] == {"step": 2e-4}
    assert found["missed"]["iterations"] == solver.cap and found["missed"]["wall"] > 0 and found["gap"] > 1e-3
    hurried = search(solver, 1e-3, seconds=0)
    assert hurried["missed"]["iterations"] < solver.cap and hurried["tried"] == 1


@pytest.fixture
def scikit_image(tmp_path):
    peer = Peer(sys.executable, "scikit-image", 1, tmp_path / "peer.log")
    peer.greet()
    yield peer
    peer.close()


def test_a_peer_in_its_own_process_is_timed_beside_ours(scikit_image, tmp_path):
    x = np.zeros((24, 24), np.float32)
    x[8:14, 6:18] = 1
    arrays = {"x": x, "angles": np.arange(0, 180, 30.0), "bins": np.int64(35)}
    calls = {"forward": lambda: x.sum(), "adjoint": lambda: x.T.sum()}
    contest = Contest("small", "small", "radon", arrays, calls, lambda least: {"adjoint_error": 0.0})
    found, said = Found(tmp_path / "found.json"), []
    table = play([contest], [scikit_image], rounds=3, tolerance=1e-3, folder=tmp_path, found=found, say=said.append)
    for part in ("forward", "adjoint"):
        times = table["small"][part]["scikit-image"]
        assert len(times.walls) == 3
        assert min(times.walls) > 0
        # its back-projection is no exact adjoint
        assert 1e-6 < times.facts["adjoint_error"] < 0.5
    again = Found(tmp_path / "found.json")
    assert again.entries == found.entries
    assert len(again.entries) == 1


def test_what_a_peer_cannot_do_is_an_answer_and_not_the_end_of_it(scikit_image):
    with pytest.raises(PeerError, match="FileNotFoundError"):
        scikit_image.ask("load", row="a", kind="radon", problem="nowhere.npz")
    scikit_image.greet()
    assert scikit_image.version


def test_peers_get_the_data_of_our_operator_and_our_true_gap_is_below_the_stated_tolerance():
    (row,) = problems.contests(("tv-points",))
    arrays = row.arrays
    facts = row.facts(row.minima[""]())
    assert arrays["y"].shape == arrays["mask"].shape
    assert not arrays["y"][~arrays["mask"]].any()
    # F at zero is an upper bound of F*, so F* is of the order of the data's energy at most
    assert 0 < facts["minimum"] < 0.5 * float(np.linalg.norm(arrays["y"]) ** 2)
    assert 0 <= facts["gap"] <= 1e-3
    assert facts["converged"]


def test_the_table_says_ratios_of_medians():
    contest = Contest("a", "A row", "tv", {}, {}, dict, lambda: {"FFT pair": 0.001}, wanted=6)
    ours = {"iterations": 11, "gap": 2e-3, "stated_gap": 1e-3, "certified": False}
    times = {
        "stabview": soa.Times("", ours, [0.010, 0.011, 0.090], [0.02, 0.02, 0.02]),
        "slow": soa.Times("2", {"iterations": 10}, [0.2, 0.2, 0.2], [0.1, 0.1, 0.1]),
        "fast": soa.Times("1", {"iterations": 10, "setting": {"tau": 5.0}}, [0.1, 0.11, 0.12], [0.2, 0.2, 0.2]),
    }
    row = soa._figures(contest, {"solve": times})
    part = row["parts"][0]
    assert part["fastest peer"] == "fast"
    assert part["ratio"] == pytest.approx(10)
    assert part["processor ratio"] == pytest.approx(10)
    assert part["floors per iteration"] == pytest.approx(1)
    text = "\n".join(soa._part_lines(part, row, 1e-3))
    assert "NOT BELOW THE GAP" in text
    assert [text.index(word) for word in ("StabView", "fast 1", "slow 2")] == sorted(
        text.index(word) for word in ("StabView", "fast 1", "slow 2")
    )
    assert "tau 5.0" in text


def test_unknown_rows_and_environments_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(InputError, match="no row 'tv'"):
        soa.run(only=("tv",))
    with pytest.raises(InputError, match=r"benchmark\.py"):
        soa.run(environment=tmp_path)


