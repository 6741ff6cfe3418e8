"""Undo and redo of studies."""

from dataclasses import replace

from stabview.study.history import History
from stabview.study.study import Detail, Study

START = Study()


def at_rate(rate: float) -> Study:
    return START.having(sampling=replace(START.sampling, rate=rate))


def test_undo_and_redo_walk_through_the_changes():
    history = History(START)
    assert (history.undo_label, history.redo_label) == (None, None)
    assert history.undo() == START and history.redo() == START
    history.push(at_rate(0.2), "rate")
    history.push(at_rate(0.5), "other rate")
    assert history.undo() == at_rate(0.2)
    assert (history.undo_label, history.redo_label) == ("rate", "other rate")
    assert history.undo() == START
    assert history.redo() == at_rate(0.2) and history.redo() == at_rate(0.5)
    history.undo()
    history.push(at_rate(0.7), "third")
    assert history.redo_label is None
    assert history.undo() == at_rate(0.2)


def test_a_drag_is_one_change_unless_something_came_between():
    history = History(START)
    for rate in (0.2, 0.3, 0.4):
        history.push(at_rate(rate), "rate", merge=True)
    assert history.undo() == START and history.undo_label is None

    history.redo()
    history.push(at_rate(0.6), "rate", merge=True)  # the undo and redo came between
    assert history.undo() == at_rate(0.4)

    history.push(at_rate(0.7), "rate")
    history.push(at_rate(0.8), "other", merge=True)
    history.push(at_rate(0.9), "rate", merge=True)
    assert [history.undo(), history.undo(), history.undo()] == [at_rate(0.8), at_rate(0.7), at_rate(0.4)]


def test_a_change_that_changes_nothing_is_no_change():
    history = History(START)
    history.push(Study(), "rate")
    assert history.undo_label is None


def test_old_changes_are_forgotten():
    history = History(START, depth=3)
    for step in range(1, 6):
        history.push(at_rate(step / 10), "rate")
    for _ in range(9):
        history.undo()
    assert history.study == at_rate(0.2)


def test_details_keep_their_place_and_size_in_an_image_of_another_size():
    stroke = Detail("stroke", size=4.0, points=((9.5, 19.5), (10.5, 21.5)))
    lesion = Detail("lesion", (63.5, 31.5), 12.0)
    study = START.having(image=replace(START.image, size=256)).having(details=(lesion, stroke))
    smaller = study.having(image=replace(study.image, size=128))
    assert smaller.details[0] == replace(lesion, position=(31.5, 15.5), size=6.0)
    assert smaller.details[1] == replace(stroke, position=(-0.25, -0.25), size=2.0, points=((4.5, 9.5), (5.0, 10.5)))
    assert smaller.having(image=study.image).details[0] == lesion
