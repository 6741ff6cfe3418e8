"""The window of an experiment looks as it was looked at, with a drawn finding: dark at scale 1, light at scale 2.

Where it is meant to look different, look at it and write it anew: STABVIEW_GOLDEN=write pytest THIS_FILE
"""

import numpy as np
import pytest

from stabview.experiments.catalogue import EXPERIMENTS
from stabview.experiments.finding import Chart, Finding, Line, Picture, Table
from stabview.gui.app import create_application
from stabview.gui.bridge import Bridge
from stabview.gui.experiments.window import ExperimentWindow
from stabview.study.experiments import ExperimentRun
from stabview.study.study import ImageChoice, Study
from stabview.study.workbench import Workbench
from tests.gui.golden import unlike


def rings(count: int) -> np.ndarray:
    """(24, 24) between 0 and 1."""
    across = np.linspace(-1, 1, 24, dtype=np.float32)
    return 0.5 + 0.5 * np.cos(count * np.hypot(across[:, None], across))


def finding(agrees: bool | None) -> Finding:
    """Everything that a finding may hold, drawn and the same each time."""
    norms, names = (0.0, 1.0, 2.0, 4.0), ("FIRENET", "TV", "Deep MRI")
    lines = tuple(Line(name, norms, tuple(k * x for x in norms)) for k, name in enumerate(names))
    errors = (Line("network", (1.0, 10.0, 1e5), (1e-3, 1e-2, 1.0)), Line("soa", (1.0, 10.0, 1e5), (1e-3, 1e-3, 2e-3)))
    table = Table("Loss in dB", ("attack", "FIRENET", "TV", "seconds", "kept"),
                  (("for FIRENET", 0.85333, 26.448, 3, True), ("for TV", 0.25, 82.076, 12, False)))  # fmt: skip
    pictures = [Picture(f"rings {k}", rings(4 * k), f"{k} of them, and a caption that goes on") for k in (1, 2, 3)]
    signed = Picture("difference", rings(9) - 0.5, signed=True)
    return Finding(
        4, 4, "For delta <= 2^-15 the network loses 6.1 dB, the reference method 0.9 dB.", agrees,
        {"largest loss in dB": 6.14748, "smallest": 2.2e-16}, (table,),
        (Chart("Loss to the attack", "||e|| / ||y|| in %", "loss in dB", lines),
         Chart("Error", "steps", "error", errors, log_x=True, log_y=True)),
        (*pictures, signed),
    )  # fmt: skip


@pytest.fixture
def window(qapp, qtbot):
    bridge = Bridge()
    workbench = Workbench(Study(image=ImageChoice(phantom="ellipses", size=32)), listener=bridge.listen)
    bridge.attach(workbench)
    workbench.close(30)  # nothing is computed here, and nothing may come between
    qtbot.wait(50)

    def make(agrees: bool | None, size: tuple[int, int]) -> ExperimentWindow:
        window = ExperimentWindow(bridge, EXPERIMENTS["transfer"])
        qtbot.addWidget(window)
        run = ExperimentRun(window.experiment, {}, finding(agrees), 3.0, 0.0, finished=True)
        window.show_run(run, busy=False)
        window.resize(*size)
        window.show()
        qtbot.wait(50)
        return window

    return make


@pytest.mark.parametrize(
    ("theme", "scale", "agrees", "size"), [("dark", 1, False, (1180, 1100)), ("light", 2, True, (900, 1180))]
)
def test_the_window_looks_as_it_did(window, theme, scale, agrees, size, tmp_path):
    create_application(theme_choice=theme)
    fault = unlike(window(agrees, size), f"experiment-{theme}-{scale}", scale, tmp_path)
    assert not fault, fault


@pytest.mark.parametrize(("theme", "scale"), [("dark", 1), ("light", 2)])
def test_what_is_enlarged_looks_as_it_did(window, theme, scale, tmp_path):
    create_application(theme_choice=theme)
    shown = window(None, (700, 520))
    faults = []
    for name, tile in (("picture", shown.view.mosaic.pictures[0]), ("chart", shown.view.mosaic.charts[0])):
        shown.view.enlarge(tile)
        faults.append(unlike(shown.view.enlarged, f"enlarged-{name}-{theme}-{scale}", scale, tmp_path))
    faults = [fault for fault in faults if fault]
    assert not faults, faults
