"""What is compiled ahead is what solves need."""

import pytest
import torch

from stabview import kernels
from stabview.engine.ahead import METHODS, compile_steps
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.radon import RadonOperator, equispaced_angles

needs_numba = pytest.mark.skipif(not kernels.available, reason="numba is not installed")


@needs_numba
def test_after_it_no_solve_compiles_anything():
    from numba.core.dispatcher import Dispatcher

    from stabview.methods.sparse.regularisers import fused_blocks, fused_differences, wavelet_kernels
    from stabview.methods.sparse.solvers import fused_spectrum, splitting_kernels

    def variants() -> int:
        modules = (fused_blocks, fused_differences, wavelet_kernels, fused_spectrum, splitting_kernels)
        loops = [loop for module in modules for loop in vars(module).values() if isinstance(loop, Dispatcher)]
        return sum(len(loop.signatures) for loop in loops)

    assert len(list(compile_steps())) == 2 * len(METHODS)
    known = variants()
    assert known > 0
    for operator in (
        FourierOperator(sampling_mask("multilevel", (48, 40), 0.5)), RadonOperator((48, 40), equispaced_angles(12)),
    ):  # fmt: skip
        y = operator(torch.ones(operator.image_shape, dtype=operator.dtype))
        for name in METHODS:
            sparse_method(name, operator, max_steps=12)(y, operator)
    assert variants() == known


def test_without_numba_there_is_nothing_to_do(monkeypatch):
    monkeypatch.setattr(kernels, "available", False)
    assert list(compile_steps()) == []
