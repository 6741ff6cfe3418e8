"""An independent solver for small problems: everything a matrix, primal-dual in NumPy."""

from __future__ import annotations

import numpy as np
import torch

from stabview.methods.sparse.objective import Objective
from stabview.sampling.operator import SamplingOperator


def matrix_of(operator: SamplingOperator) -> np.ndarray:
    """(data, pixels)."""
    height, width = operator.image_shape
    unit = torch.eye(height * width, dtype=operator.dtype).reshape(-1, height, width)
    return operator(unit).reshape(height * width, -1).numpy().T


class DenseProblem:
    """P2 or P3 as matrices A and K, its objective, and the least value that primal-dual iterations meet.

    Parameters
    ----------
    y : data of `operator`.
    """

    def __init__(self, objective: Objective, operator: SamplingOperator, y: torch.Tensor) -> None:
        regulariser = objective.regulariser
        self.planes, self.pixels = regulariser.planes, operator.image_shape[0] * operator.image_shape[1]
        unit = torch.eye(self.planes * self.pixels, dtype=operator.dtype)
        columns = [regulariser.analyse(z) for z in unit.reshape(-1, self.planes, *operator.image_shape)]
        self.a = np.hstack([matrix_of(operator), np.zeros((y.numel(), (self.planes - 1) * self.pixels))])
        self.k = [np.stack([c[b].numpy().ravel() for c in columns], axis=1) for b in range(len(regulariser.blocks))]
        self.weights = [objective.lambda_ * float(block.weight) for block in regulariser.blocks]
        self.grouped = [block.grouped for block in regulariser.blocks]
        self.squares = objective.data.name == "p2"
        self.lambda_, self.y = objective.lambda_, y.numpy().ravel()

    def value(self, z: np.ndarray) -> float:
        """F(z)."""
        misfit = np.linalg.norm(self.a @ z - self.y)
        sizes = [w * self._sizes(k @ z, b).sum() for b, (k, w) in enumerate(zip(self.k, self.weights, strict=True))]
        return (0.5 * misfit**2 if self.squares else misfit) + sum(sizes)

    def least_value(self, steps: int = 3000) -> float:
        """The algorithm of Chambolle and Pock, with step sizes of their own for A and K."""
        norm_a, norm_k = np.linalg.norm(self.a, 2), np.linalg.norm(np.vstack(self.k), 2)
        scale = float(np.abs(self.a.conj().T @ self.y).max()) / norm_a**2
        sigma_a, sigma_k = 1.0 if self.squares else 3 / np.linalg.norm(self.y), self.lambda_ / (0.02 * scale)
        tau = 0.99 / (sigma_a * norm_a**2 + sigma_k * norm_k**2)
        z = np.zeros(self.planes * self.pixels, dtype=np.result_type(self.a, self.y))
        ahead, u = z, np.zeros_like(self.y, dtype=z.dtype)
        p = [np.zeros(len(k), dtype=z.dtype) for k in self.k]
        best = np.inf
        for step in range(1, steps + 1):
            u = u + sigma_a * (self.a @ ahead - self.y)
            u = u / (1 + sigma_a) if self.squares else u / max(1.0, np.linalg.norm(u))
            for b, (k, weight) in enumerate(zip(self.k, self.weights, strict=True)):
                q = p[b] + sigma_k * (k @ ahead)
                shrink = np.minimum(1.0, weight / np.maximum(self._sizes(q, b), 1e-300))
                p[b] = (q.reshape(-1, shrink.size) * shrink).ravel()
            back = self.a.conj().T @ u + sum(k.conj().T @ q for k, q in zip(self.k, p, strict=True))
            before, z = z, z - tau * back
            ahead = 2 * z - before
            if step % 50 == 0:
                best = min(best, self.value(z))
        return best

    def _sizes(self, c: np.ndarray, block: int) -> np.ndarray:
        return np.linalg.norm(c.reshape(-1, self.pixels), axis=0) if self.grouped[block] else np.abs(c)
