"""Linear methods, whose worst perturbation is a singular vector, and the shipped networks."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from stabview.methods.method import MethodSpec
from stabview.methods.networks.loading import load_shipped
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles


class MatrixMethod:
    """f(y) = M A* y with a fixed matrix M on the pixels."""

    def __init__(self, matrix: torch.Tensor) -> None:
        self.matrix = matrix
        self.spec = MethodSpec("matrix", "A matrix")

    def __call__(self, y: torch.Tensor, operator: SamplingOperator) -> torch.Tensor:
        start = operator.adjoint(y)
        return (self.matrix.to(start.dtype) @ start.flatten()).reshape(start.shape)


@dataclass
class Twin:
    """A linear problem with its Jacobians as dense matrices: `image` acts on r, `samples` on e."""

    method: object
    operator: SamplingOperator
    x: torch.Tensor
    image: np.ndarray
    samples: np.ndarray

    @property
    def y(self) -> torch.Tensor:
        return self.operator(self.x)


def columns_of(function, shape, dtype: torch.dtype) -> np.ndarray:
    size = int(np.prod(shape))
    units = torch.eye(size, dtype=dtype).reshape(size, *shape)
    return np.stack([function(unit).flatten().numpy() for unit in units], axis=1)


def twin(method, operator: SamplingOperator) -> Twin:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(operator.image_shape, generator=generator, dtype=operator.dtype)
    image = columns_of(lambda v: method(operator(v), operator), operator.image_shape, operator.dtype)
    samples = columns_of(lambda e: method(operator.restrict(e), operator), operator.data_shape, operator.dtype)
    return Twin(method, operator, x, image, samples)


@pytest.fixture(scope="session")
def random_map() -> Twin:
    """A random complex map behind a Fourier operator: many singular values close to the largest one."""
    operator = FourierOperator(sampling_mask("multilevel", (20, 22), 0.5, seed=0), dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    return twin(MatrixMethod(torch.randn((440, 440), dtype=torch.complex128, generator=generator)), operator)


@pytest.fixture(scope="session")
def tikhonov() -> Twin:
    """(A*A + 0.05 ||A||^2)^-1 A* y from a few views."""
    operator = RadonOperator((20, 20), equispaced_angles(9), dtype=torch.float64)
    matrix = columns_of(operator, (20, 20), torch.float64)
    gram = matrix.T @ matrix + 0.05 * np.linalg.norm(matrix, 2) ** 2 * np.eye(400)
    return twin(MatrixMethod(torch.from_numpy(np.linalg.inv(gram))), operator)


@pytest.fixture(scope="session")
def fbp() -> Twin:
    """Filtered back-projection from a few views."""
    operator = RadonOperator((24, 20), equispaced_angles(8), dtype=torch.float64)

    class Fbp:
        spec = MethodSpec("fbp", "FBP")

        def __call__(self, y, operator):
            return operator.quick_inverse(y)

    return twin(Fbp(), operator)


@pytest.fixture(scope="session")
def deep_mri():
    return load_shipped("deep-mri")


@pytest.fixture(scope="session")
def ell_50():
    return load_shipped("ell-50")


@pytest.fixture(scope="session")
def head() -> torch.Tensor:
    """A small drawn head, complex."""
    from stabview.images.phantoms import phantom

    pixels = np.abs(phantom("head-flair", 40).pixels).astype(np.float32)
    return torch.from_numpy(pixels / pixels.max()).to(torch.complex64)


@pytest.fixture(scope="session")
def lines() -> FourierOperator:
    return FourierOperator(sampling_mask("cartesian-gaussian", (40, 40), 0.4, seed=1))
