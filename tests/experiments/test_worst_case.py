"""Early-stopped worst cases of a small problem."""

from stabview.experiments import catalogue


def test_iterates_grow_within_the_budget_and_the_network_loses():
    given = {"size": 48, "steps": 6, "budget": 0.1, "shown": 2}
    found = list(catalogue.run("worst-case", given))
    result = found[-1]
    norms = [row[1] for row in result.tables[0].rows]
    assert norms[0] == 0 and norms == sorted(norms) and norms[-1] <= 10
    first, last = result.tables[0].rows[0], result.tables[0].rows[-1]
    assert first[2] - last[2] > 3  # dB of the network
    assert result.done == result.total and len(result.pictures) == 3 + 4 + 4
    assert len(found) == len(norms) + 1  # each iterate is shown as it comes
