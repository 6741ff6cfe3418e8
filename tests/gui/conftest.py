"""A real window on a small real workbench, for tests of what lies around the stage."""


import pytest

from stabview.gui.app import create_application
from stabview.gui.bridge import Bridge
from stabview.gui.main_window import MainWindow
from stabview.gui.preferences import Preferences
from stabview.report.write import write_outcome
from stabview.study.study import Detail, ImageChoice, NetworkChoice, PerturbationChoice, Study, SweepChoice
from stabview.study.workbench import Workbench
from tests.gui.waiting import FEW, until_quiet
from tests.untrained import untrained_cascade

SMALL = 40


@pytest.fixture(scope="session")
def tiny_network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    return untrained_cascade(folder, "tiny", size=SMALL, cascades=1, depth=2, filters=4)


@pytest.fixture
def small_study(tiny_network) -> Study:
    return Study(
        image=ImageChoice(phantom="shepp-logan", size=SMALL),
        network=NetworkChoice(path=str(tiny_network)),
        details=(Detail("lesion", (20.0, 20.0), 5.0, 0.3),),
        perturbation=PerturbationChoice(steps=FEW),
        sweep=SweepChoice(rates=(0.25, 1.0)),
    )


@pytest.fixture
def small_window(qapp, qtbot, small_study):
    """The window with its search done, the slider at the last iterate."""
    create_application(theme_choice="dark")
    bridge = Bridge()
    workbench = Workbench(small_study, device="cpu", threads=1, listener=bridge.listen, write=write_outcome)
    bridge.attach(workbench)
    window = MainWindow(bridge, Preferences(live_curve=False))
    qtbot.addWidget(window)
    window.resize(1224, 800)
    window.show()
    until_quiet(qtbot, workbench, 1)
    window.run_search()
    until_quiet(qtbot, workbench, FEW + 1)
    yield window
    window.close()
