"""FIRENET as a network: the restarted primal-dual iterations unrolled, nothing learnt, differentiable in the data."""

from __future__ import annotations

import torch
from torch import nn

from stabview.methods.sparse.solvers.firenet import published_wavelets, restarts, soft
from stabview.sampling.operator import SamplingOperator


class FIRENET(nn.Module):
    """outer x inner layers for min ||A x - y|| + lambda sum_j w_j ||W_j x||_1 (Colbrook, Antun and Hansen, PNAS 2022).

    With 5 x 5 layers, as published for images, the objective is far from its minimum; 50 inner layers reach it.

    Parameters
    ----------
    wavelet, levels : of W; levels left out: two fewer than the image has (5 at 128 x 128, 6 at 256 x 256).
    inner, outer : p and n. lambda_ : times ||A||. floor : delta.
    weighted : w_j by the expected sparsity of each scale; otherwise 1.
    """

    def __init__(
        self, *, wavelet: str = "haar", levels: int | None = None, inner: int = 5, outer: int = 5,
        lambda_: float = 2.5e-4, floor: float = 1e-9, weighted: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.wavelet, self.levels, self.inner, self.outer = wavelet, levels, inner, outer
        self.lambda_, self.floor, self.weighted = lambda_, floor, weighted

    def forward(
        self, y: torch.Tensor, operator: SamplingOperator, start: torch.Tensor | None = None
    ) -> torch.Tensor:
        """x (..., H, W) of y (..., *data_shape), from zero or from any image psi_0 (..., H, W)."""
        axes = len(operator.data_shape)
        batch = y.shape[: y.ndim - axes]
        wavelets = published_wavelets(
            operator.image_shape, wavelet=self.wavelet, levels=self.levels, device=y.device
        )  # fmt: skip
        transform, weight = wavelets.transform, wavelets.blocks[0].weight[0] if self.weighted else 1.0
        threshold = torch.as_tensor(self.lambda_ * operator.norm() * weight, device=y.device)
        image = y.new_zeros((*batch, *operator.image_shape)) if start is None else start

        def shrink(z: torch.Tensor, tau: torch.Tensor) -> torch.Tensor:
            return transform.inverse(soft(transform.forward(z), tau * threshold))

        gap = _norms(y if start is None else operator(image) - y, axes)
        if start is not None:
            penalty = (transform.forward(image).abs() * threshold).sum(dim=(-2, -1))
            gap = gap + penalty.to(gap.dtype)
        for psi, *_ in restarts(
            operator, operator.adjoint, shrink, y, image, norm=operator.norm(), inner=self.inner, outer=self.outer,
            floor=self.floor, gap=gap, data_axes=axes,
        ):
            image = psi
        return image


def _norms(v: torch.Tensor, axes: int) -> torch.Tensor:
    return torch.linalg.vector_norm(v, dim=tuple(range(-axes, 0)))
