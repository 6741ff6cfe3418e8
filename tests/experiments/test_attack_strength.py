"""The experiments about the searches themselves, small."""

from stabview.experiments.catalogue import run
from stabview.perturbation.named import SEARCHES


def test_the_proof_of_strength_is_streamed_and_ends_with_a_verdict():
    findings = list(run("attack-strength", {"size": 32, "steps": 8, "budget": 0.03}))
    assert all("not established" in one.verdict for one in findings[:-1])
    last = findings[-1]
    assert last.done == last.total and ("grade" in last.verdict or "fails" in last.verdict)
    checks = {name: passed for name, passed, _ in last.tables[0].rows}
    assert checks["gradient"] == "yes" and checks["worse than noise"] == "yes" and len(checks) == 7
    assert last.charts[0].lines[0].x[0] == 1.0 and 0 < last.figures["linear twin"] <= 1.001


def test_every_search_is_compared():
    *_, last = run("search-comparison", {"networks": "deep-mri", "size": 32, "steps": 4})
    rows = last.tables[0].rows
    assert [row[1] for row in rows] == list(SEARCHES)
    assert max(row[4] for row in rows) > 0.05 and all(row[3] > 0 for row in rows)
