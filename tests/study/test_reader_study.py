"""Reader studies: balanced and repeatable trials that show what they say, and tables that can be read back."""

import csv
import io

import numpy as np
import pytest

from stabview.images.errors import InputError
from stabview.study.frames import Frame
from stabview.study.reader_study import (
    LESION,
    PERTURBED,
    Answer,
    Plan,
    answers_csv,
    lesion_trials,
    perturbed_trials,
    sensitivity,
    summary_csv,
)


@pytest.fixture
def frames():
    x = np.pad(np.ones((30, 30), np.float32), 9)
    bad = x + np.indices(x.shape)[0].astype(np.float32)
    return tuple(Frame(k, 0.1 * k, None, {"input": x, "network": picture}) for k, picture in enumerate((x, bad)))


def test_perturbed_trials_are_balanced_repeatable_and_say_where_the_perturbed_one_is(frames):
    plan = Plan(trials=20, seed=3)
    trials = list(perturbed_trials(plan, *frames))
    assert sum(trial.truth for trial in trials) == 10
    for trial in trials:
        assert trial.pictures[trial.truth].max() > 1 >= trial.pictures[1 - trial.truth].max()
        assert trial.pictures[0].shape == trial.pictures[1].shape
    again = list(perturbed_trials(plan, *frames))
    assert [trial.facts for trial in again] == [trial.facts for trial in trials]
    assert len({(trial.facts["row"], trial.facts["column"]) for trial in trials}) > 10


def test_lesion_trials_have_it_in_the_middle_or_not_at_all(study):
    plan = Plan(LESION, "input", trials=6, size=5.0, contrast=1.0, seed=1)
    trials = list(lesion_trials(plan, study))
    assert sum(trial.truth for trial in trials) == 3
    middle = trials[0].pictures[0].shape[0] // 2
    for trial in trials:
        in_the_middle = float(trial.pictures[0][middle, middle])
        assert in_the_middle > 1.1 if trial.truth else in_the_middle <= 1, "tissue is 0.15 to 1, the lesion adds 1"


def test_the_tables_hold_every_answer_and_d_prime():
    plan = Plan(trials=4)
    given = [(0, 0), (1, 1), (1, 0), (0, 0)]
    answers = [Answer(k, truth, said, 1.5 + k, facts={"row": k}) for k, (truth, said) in enumerate(given)]
    rows = list(csv.DictReader(io.StringIO(answers_csv(plan, answers))))
    assert [int(row["right"]) for row in rows] == [1, 1, 0, 1] and rows[2]["seconds"] == "3.5" and rows[3]["row"] == "3"
    (summary,) = csv.DictReader(io.StringIO(summary_csv(plan, answers)))
    assert float(summary["d_prime"]) == sensitivity(PERTURBED, answers).d_prime and summary["right"] == "3"


def test_too_few_answers_are_told():
    with pytest.raises(InputError, match="no answers"):
        sensitivity(PERTURBED, [])
    with pytest.raises(InputError, match="with and without"):
        sensitivity(LESION, [Answer(0, 1, 1, 1.0)])
