"""A real window on a small real workbench, for tests of what lies around the stage."""

import json

import pytest

from stabview.gui.app import create_application
from stabview.gui.bridge import Bridge
from stabview.gui.main_window import MainWindow
from stabview.report.write import write_outcome
from stabview.study.study import Detail, ImageChoice, NetworkChoice, PerturbationChoice, Study, SweepChoice
from stabview.study.workbench import Workbench
from tests.gui.waiting import FEW, until_quiet

SMALL = 40


@pytest.fixture(scope="session")
def tiny_network(tmp_path_factory):
    """A small untrained cascade in a safetensors file that describes itself."""
    import torch
    from safetensors.torch import save_file

    from stabview.methods.networks.architectures import build

    torch.manual_seed(0)
    parameters = {"cascades": 1, "depth": 2, "filters": 4}
    card = {
        "name": "tiny", "title": "Tiny cascade", "summary": "Untrained.", "operator": "fourier",
        "architecture": "deep-mri", "parameters": parameters, "trained_rate": 0.25, "size": SMALL,
    }  # fmt: skip
    path = tmp_path_factory.mktemp("network") / "tiny.safetensors"
    save_file(build("deep-mri", parameters).state_dict(), path, metadata={"stabview": json.dumps(card)})
    return path


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
    window = MainWindow(bridge)
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    until_quiet(qtbot, workbench, 1)
    window.run_search()
    until_quiet(qtbot, workbench, FEW + 1)
    yield window
    window.close()
