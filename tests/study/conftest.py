"""Small real studies, a small network in a file, and workbenches that are closed again."""

from dataclasses import replace

import pytest

from stabview.study.study import Detail, ImageChoice, NetworkChoice, PerturbationChoice, Study, SweepChoice
from tests.study.benches import WAIT, Bench
from tests.untrained import untrained_cascade

SIZE = 48


@pytest.fixture(scope="session")
def network_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    return untrained_cascade(folder, "small", size=SIZE, cascades=2, depth=3, filters=8)


@pytest.fixture(scope="session")
def study(network_file) -> Study:
    """A drawn head, 48 pixels wide, and a search of six steps."""
    return Study(
        image=ImageChoice(phantom="head-flair", size=SIZE),
        network=NetworkChoice(path=str(network_file)),
        perturbation=PerturbationChoice(steps=6, max_relative_norm=0.03),
        sweep=SweepChoice(rates=(0.2, 0.33, 1.0)),
    )


@pytest.fixture(scope="session")
def painted(study) -> Study:
    """The same with a heart and a lesion painted on it, and noise on the data."""
    details = (
        Detail("symbol", (24.0, 20.0), 9.0, 0.3, text="♥"),
        Detail("lesion", (30.0, 30.0), 4.0, -0.2),
    )
    return study.having(details=details, sampling=replace(study.sampling, noise=0.01))


@pytest.fixture
def bench_of():
    """Makes workbenches; none may leave an error or a thread behind."""
    made = []

    def make(study: Study, **options) -> Bench:
        made.append(Bench(study, **options))
        return made[-1]

    yield make
    for bench in made:
        assert bench.close(WAIT)


@pytest.fixture
def bench(bench_of, study) -> Bench:
    """A workbench whose clean images are there."""
    return bench_of(study).quiet()
