"""ODL: `pdhg` on (A, gradient), with NumPy's Fourier transform or ASTRA's CPU projectors."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import odl
from measuring import Solver
from variants import misfit, neumann_minimum, total_variation


def version() -> str:
    return odl.__version__


class PDHG(Solver):
    """1/2 ||A x - y||^2 + lambda ||grad x||_{2,1}, isotropic, Neumann.

    `tau` is the primal step; `balance` weights the gradient's dual against the data's by scaling its rows.
    """

    lambda_: float

    @abstractmethod
    def problem_in(self, fine: bool):
        """(space, A, y, ||A||^2)"""

    def solve(self, setting, iterations, look=None, fine=False):
        space, operator, y, norm2 = self.problem_in(fine)
        scale = setting["balance"] ** 0.5
        gradient = scale * odl.Gradient(space, method="forward", pad_mode="symmetric")
        stacked = odl.BroadcastOperator(operator, gradient)
        data = 0.5 * odl.functionals.L2NormSquared(operator.range).translated(y)
        edges = (self.lambda_ / scale) * odl.functionals.GroupL1Norm(gradient.range)
        sigma = 1 / (setting["tau"] * (norm2 + 8 * setting["balance"]))
        x = space.zero()
        callback = None if look is None else (lambda iterate: look(iterate))
        odl.solvers.pdhg(
            x, odl.functionals.ZeroFunctional(space), odl.functionals.SeparableSum(data, edges), stacked, iterations,
            tau=setting["tau"], sigma=sigma, callback=callback,
        )  # fmt: skip
        return x


class FourierTV(PDHG):
    settings = tuple({"tau": tau, "balance": balance} for balance in (0.3, 0.1, 0.03) for tau in (5.0, 2.0, 10.0))

    def __init__(self, problem: dict) -> None:
        self.y, self.mask = problem["y"], problem["mask"]
        self.lambda_ = float(problem["lambda_"])
        self.built = {fine: self._build(fine) for fine in (False, True)}

    def _build(self, fine: bool):
        shape = self.mask.shape
        dtype = "complex128" if fine else "complex64"
        space = odl.uniform_discr([0, 0], shape, shape, dtype=dtype)
        transform = _Fourier(space, self.mask)
        return space, transform, transform.range.element(self.y.astype(dtype)), 1.0

    def problem_in(self, fine):
        return self.built[fine]

    def minimum(self):
        return neumann_minimum(self.y, self.mask, self.lambda_, joint=True)

    def objective(self, x):
        image = x.asarray().astype(np.complex128)
        edges = total_variation(image, periodic=False, isotropic=True)
        return misfit(image, self.y, self.mask) + self.lambda_ * edges


class _Fourier(odl.Operator):
    """P F, unitary, by `numpy.fft`; ODL's own transform scales and shifts around the same call."""

    def __init__(self, space, mask: np.ndarray, inverse: bool = False) -> None:
        super().__init__(domain=space, range=space, linear=True)
        self.mask, self.inverse_of = mask.astype(np.float32), inverse

    def _call(self, x):
        values = x.asarray()
        if self.inverse_of:
            return np.fft.ifft2(values * self.mask, norm="ortho")
        return np.fft.fft2(values, norm="ortho") * self.mask

    @property
    def adjoint(self):
        return _Fourier(self.domain, self.mask, not self.inverse_of)


class CT(PDHG):
    """Parallel beam; its data are its own projections of the same image.

    Lengths are pixels, since its gradient divides by the pixels' width; so the objective is (pixels)^2 times ours.
    """

    cap, long = 1500, 1200
    settings = tuple({"tau": tau, "balance": balance} for balance in (800, 200) for tau in (3e-3, 1e-2))

    def __init__(self, problem: dict) -> None:
        x = problem["x"].astype(np.float32)
        size = x.shape[0]
        self.lambda_ = float(problem["lambda_"]) * size**2
        half = size / 2
        space = odl.uniform_discr([-half, -half], [half, half], x.shape, dtype="float32", weighting=None)
        half = int(problem["bins"]) / 2
        views = odl.nonuniform_partition(np.deg2rad(problem["angles"]))
        geometry = odl.applications.tomo.Parallel2dGeometry(
            views, odl.uniform_partition(-half, half, int(problem["bins"]))
        )
        ray = odl.applications.tomo.RayTransform(space, geometry, impl="astra_cpu")
        self.space, self.operator = space, ray
        self.y = ray(space.element(x))
        self.norm2 = float(odl.power_method_opnorm(ray, maxiter=50) ** 2) * 1.01

    def problem_in(self, fine):
        return self.space, self.operator, self.y, self.norm2

    def objective(self, x):
        residual = (self.operator(x) - self.y).asarray().astype(np.float64)
        image = x.asarray().astype(np.float64)
        return 0.5 * float((residual**2).sum()) + self.lambda_ * total_variation(image, periodic=False, isotropic=True)


KINDS = {"tv": FourierTV, "ct-tv": CT}
