"""The two parts of an error, and patches that do not agree."""

import numpy as np
import torch

from stabview.experiments import catalogue
from stabview.experiments.hallucination_maps import agreement, error_parts
from stabview.experiments.setting import setting
from stabview.images.phantoms import phantom


def test_the_parts_add_up_and_the_second_cannot_be_seen():
    case = setting({"network": "deep-mri", "size": 48})
    with torch.no_grad():
        estimate = case.network(case.y, case.operator)
    measured, unseen = error_parts(case, estimate)
    assert torch.allclose(measured + unseen, estimate - case.x, atol=1e-6)
    assert float(torch.linalg.vector_norm(case.operator(unseen))) < 1e-5
    assert float(torch.linalg.vector_norm(measured)) < 1e-4  # Deep MRI takes over the data exactly


def test_a_patch_that_was_made_up_is_found():
    x = phantom("head-t1", 96).pixels / 1.2
    fake = x.copy()
    fake[40:56, 40:56] = np.random.default_rng(0).random((16, 16))
    _, candidates = agreement(fake, x, 16)
    assert (40, 40) in candidates and all(28 <= row <= 52 and 28 <= column <= 52 for row, column in candidates)
    assert agreement(x, x, 16)[1] == []


def test_a_reconstruction_made_elsewhere_is_compared(tmp_path):
    case = setting({"network": "deep-mri", "size": 48})
    np.save(tmp_path / "mine.npy", 7 * case.x.abs().numpy())
    result = list(catalogue.run("hallucination-maps", {"size": 48, "reconstruction": str(tmp_path / "mine.npy")}))[-1]
    assert result.tables[0].rows[-1][0] == "mine" and result.tables[0].rows[-1][2] < 1e-5
