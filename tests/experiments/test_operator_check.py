"""The check of the operators finds them exact, and finds one that is not."""

import pytest
import torch

from stabview.experiments import catalogue, operator_check
from stabview.experiments.operator_check import OPERATORS, dense, dot_error
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask


def test_every_operator_passes():
    result = list(catalogue.run("operator-check", {"size": 24}))[-1]
    assert result.agrees, result.verdict
    assert len(result.tables[0].rows) == len(OPERATORS) >= 9


class Scaled(FourierOperator):
    """Its adjoint is one per cent too large."""

    def _adjoint(self, y):
        return 1.01 * super()._adjoint(y)


def test_a_wrong_adjoint_is_found(monkeypatch):
    mask = sampling_mask("multilevel", (20, 21), 0.5, seed=0)
    assert dot_error(Scaled(mask, dtype=torch.float64)) > 1e-6 > 1e-12 > dot_error(
        FourierOperator(mask, dtype=torch.float64)
    )
    monkeypatch.setattr(Scaled, "to", lambda self, device=None, dtype=None: self)
    build = {"wrong": lambda shape, dtype: Scaled(sampling_mask("multilevel", shape, 0.5, seed=0), dtype=dtype)}
    monkeypatch.setattr(operator_check, "OPERATORS", build)
    assert list(catalogue.run("operator-check", {"size": 24}))[-1].agrees is False


def test_dense_is_the_operator():
    operator = FourierOperator(sampling_mask("multilevel", (5, 4), 0.5, seed=0), dtype=torch.float64)
    x = torch.randn(5, 4, dtype=torch.complex128)
    y = torch.from_numpy(dense(operator)) @ x.flatten()
    torch.testing.assert_close(y, operator(x).flatten())
    assert operator.norm() == pytest.approx(1)
