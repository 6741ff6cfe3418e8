"""sigpy: `LinearLeastSquares` with its primal-dual, ADMM, gradient and CG solvers."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import sigpy as sp
from measuring import Solver
from variants import misfit, total_variation


def version() -> str:
    return sp.__version__


class Sigpy(Solver):
    """P F S of sigpy's own linear operators; its `mri.linop.Sense` shifts every transform and is slower."""

    def __init__(self, problem: dict) -> None:
        self.y, self.mask = problem["y"], problem["mask"]
        self.maps = problem.get("maps")
        self.lambda_ = float(problem["lambda_"])
        self.image_shape = self.mask.shape
        self.operators = {np.complex64: self._operator(np.complex64), np.complex128: self._operator(np.complex128)}

    def _operator(self, dtype) -> sp.linop.Linop:
        fourier = sp.linop.FFT(self.y.shape, axes=(-2, -1), center=False)
        weights = np.broadcast_to(self.mask, self.y.shape).astype(dtype().real.dtype)
        operator = sp.linop.Multiply(self.y.shape, weights) * fourier
        if self.maps is not None:
            operator = operator * sp.linop.Multiply(self.image_shape, self.maps.astype(dtype))
        return operator

    def solve(self, setting, iterations, look=None, fine=False):
        dtype = np.complex128 if fine else np.complex64
        app = sp.app.LinearLeastSquares(
            self.operators[dtype], self.y.astype(dtype), max_iter=iterations, show_pbar=False, **self.options(setting)
        )
        if look is not None:
            finish = app._summarize
            app._summarize = lambda: (finish(), look(app.x))
        return app.run()

    @abstractmethod
    def options(self, setting: dict) -> dict: ...


class TV(Sigpy):
    """Anisotropic, periodic. Steps: `sigma` for the data's dual, `gradient` for the differences' dual."""

    variant = "tv anisotropic"
    settings = (
        *(
            {"solver": "pdhg", "sigma": sigma, "gradient": g}
            for sigma, g in ((0.1, 0.03), (0.1, 0.06), (0.03, 0.03), (0.03, 0.01), (0.3, 0.03), (0.1, 0.01), (1.0, 1.0))
        ),
        *({"solver": "admm", "rho": rho, "cg": cg} for rho in (0.1, 0.03, 0.3) for cg in (2, 5)),
    )

    def __init__(self, problem: dict) -> None:
        super().__init__(problem)
        self.gradient = sp.linop.FiniteDifference(self.image_shape)
        self.proxg = sp.prox.L1Reg(self.gradient.oshape, self.lambda_)
        self.norm2 = 1.0 if self.maps is None else float((np.abs(self.maps) ** 2).sum(axis=0).max())

    def options(self, setting):
        common = {"proxg": self.proxg, "G": self.gradient}
        if setting["solver"] == "admm":
            return {**common, "solver": "ADMM", "rho": setting["rho"], "max_cg_iter": setting["cg"]}
        sizes = (int(np.prod(self.y.shape)), int(np.prod(self.gradient.oshape)))
        sigma = np.repeat(np.float32([setting["sigma"], setting["gradient"]]), sizes)
        tau = 1 / (setting["sigma"] * self.norm2 + 8 * setting["gradient"])
        return {**common, "solver": "PrimalDualHybridGradient", "sigma": sigma, "tau": tau}

    def cost(self, setting):
        return 1 + 0.8 * setting["cg"] if setting["solver"] == "admm" else 1.0

    def objective(self, x):
        x = x.astype(np.complex128)
        return misfit(x, self.y, self.mask, self.maps) + self.lambda_ * total_variation(
            x, periodic=True, isotropic=False
        )


class Wavelet(Sigpy):
    """All Haar coefficients, the coarsest too; accelerated gradient method (FISTA)."""

    variant = "wavelet"
    settings = ({"accelerate": True}, {"accelerate": False})
    cap = 1000

    def __init__(self, problem: dict) -> None:
        super().__init__(problem)
        self.transform = sp.linop.Wavelet(self.image_shape, wave_name="haar", level=int(problem["levels"]))
        self.proxg = sp.prox.UnitaryTransform(sp.prox.L1Reg(self.transform.oshape, self.lambda_), self.transform)
        self.norm2 = 1.0 if self.maps is None else float((np.abs(self.maps) ** 2).sum(axis=0).max())

    def options(self, setting):
        return {"proxg": self.proxg, "alpha": 1 / self.norm2, "solver": "GradientMethod", **setting}

    def objective(self, x):
        x = x.astype(np.complex128)
        return misfit(x, self.y, self.mask, self.maps) + self.lambda_ * float(np.abs(self.transform(x)).sum())


class Sense(Sigpy):
    """Conjugate gradients for 1/2 ||A x - y||^2 + lambda/2 ||x||^2."""

    variant = "sense"
    settings = ({},)
    cap, long = 300, 500

    def options(self, setting):
        return {"lamda": self.lambda_, "solver": "ConjugateGradient"}

    def objective(self, x):
        x = x.astype(np.complex128)
        return misfit(x, self.y, self.mask, self.maps) + 0.5 * self.lambda_ * float(np.linalg.norm(x) ** 2)


KINDS = {"tv": TV, "wavelet": Wavelet, "sense": Sense, "sense-tv": TV, "sense-wavelet": Wavelet}
