"""The benchmark of the search says what it is to say, on small images."""

from stabview.benchmarks.search import run


def test_search_and_leanest_loop_are_measured_in_one_run():
    figures = run(threads=1, size=32)
    for title in ("Deep MRI (D5-C5)", "Ell 50"):
        assert float(figures[f"{title}: search over leanest loop"]) > 0.5
        assert "ms a step" in figures[f"{title}: leanest loop"] and "float32" in figures[f"{title}: search in bfloat16"]
        assert f"{title}: loss of 5 dB" in figures
