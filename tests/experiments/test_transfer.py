"""Attacks on every method and on the others."""

import torch

from stabview.experiments import catalogue
from stabview.experiments.setting import setting


def test_every_method_is_attacked_within_the_norm_and_by_the_attacks_of_the_others():
    given = {"size": 32, "steps": 3, "eps": 0.1}
    result = list(catalogue.run("transfer", given))[-1]
    matrix = {row[0]: row[1:] for row in result.tables[0].rows}
    assert len(matrix) == 4 and all(len(row) == 4 for row in matrix.values())
    assert result.figures["methods"] == 4 and result.done == result.total
    for line in result.charts[0].lines:
        assert abs(line.x[-1] - 10) < 1e-3 and line.y[-1] > 0.5  # % of k-space, dB
    # of the unitary transform all samples have the norm of the image
    case = setting({"network": "deep-mri", "size": 32})
    assert abs(float(torch.linalg.vector_norm(torch.fft.fft2(case.x, norm="ortho"))) -
               float(torch.linalg.vector_norm(case.x))) < 1e-3  # fmt: skip
