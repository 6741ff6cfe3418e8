"""The worst of N noises: the same for both methods, and worse for larger N."""

import torch

from stabview.experiments import catalogue
from stabview.experiments.setting import setting
from stabview.experiments.worst_of_noises import noisy
from stabview.measures.errors import psnr

SMALL = {"size": 48, "steps": 3, "draws": 21, "level": 0.03}


def test_both_methods_see_the_same_noise_of_the_stated_norm():
    result = list(catalogue.run("worst-of-noises", SMALL))[-1]
    one, twenty, all_of_them, search = result.tables[0].rows
    assert one[2] <= twenty[2] <= all_of_them[2]
    assert search[0] == "search" and search[2] > all_of_them[2]
    case = setting({"network": "deep-mri", "size": 48})
    y = noisy(case, 0.03, twenty[1] - 1)
    assert abs(float(torch.linalg.vector_norm(y - case.y) / torch.linalg.vector_norm(case.y)) - 0.03) < 1e-6
    for method, loss in ((case.network, twenty[3]), (case.soa, twenty[5])):
        with torch.no_grad():
            lost = psnr(method(case.y, case.operator), case.x) - psnr(method(y, case.operator), case.x)
        assert abs(lost - loss) < 0.05
