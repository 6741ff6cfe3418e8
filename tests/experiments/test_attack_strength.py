"""The experiments about the searches themselves, small."""

from stabview.experiments.catalogue import run
from stabview.experiments.search_comparison import COMPARED


def test_the_proof_of_strength_is_streamed_and_ends_with_a_verdict():
    findings = list(run("attack-strength", {"size": 32, "steps": 8, "budget": 0.03}))
    assert all("not established" in one.verdict for one in findings[:-1])
    last = findings[-1]
    assert last.done == last.total and ("grade" in last.verdict or "fails" in last.verdict)
    checks = {name: passed for name, passed, _ in last.tables[0].rows}
    assert checks["gradient"] == "yes" and checks["worse than noise"] == "yes" and len(checks) == 7
    assert last.figures["starts"] == 8, "small images are cheap"
    assert last.charts[0].lines[0].x[0] == 1.0 and 0 < last.figures["linear twin"] <= 1.001


def test_every_search_is_compared():
    *_, last = run("search-comparison", {"networks": "deep-mri", "size": 32, "steps": 4})
    rows = last.tables[0].rows
    assert [row[1] for row in rows] == list(COMPARED)
    assert max(row[4] for row in rows) > 0.05 and all(row[3] > 0 for row in rows)


def test_the_worst_plausible_case_stays_within_limits_and_below_the_worst():
    *_, last = run("worst-plausible", {"size": 32, "steps": 4, "box": 0.5})
    rows = {row[0]: row for row in last.tables[0].rows}
    assert set(rows) == {"motion", "b0-offset", "b0-drift", "spike", "all together"}
    assert "0.5 pixels" in rows["motion"][1] and all(row[2] > 0 for row in rows.values())
    assert rows["motion"][3] > 0.5, "half a pixel of motion is seen"
    assert rows["b0-drift"][3] < rows["b0-drift"][5], "an arbitrary change of that size does more"


def test_one_perturbation_for_many_images_is_tried_on_others():
    *_, last = run("universal-perturbation", {"size": 32, "steps": 6, "images": 2, "others": 1})
    rows = last.tables[0].rows
    assert [row[1] for row in rows] == ["yes", "yes", "no"]
    for _, _, universal, own, noise in rows:
        assert own > universal > noise
