"""deepinv: PDCP, FISTA with its wavelet prior, conjugate gradients, and its Radon transform."""

from __future__ import annotations

import importlib.util
import sys
import types
from abc import abstractmethod

import numpy as np
import torch
from measuring import Operation, Solver
from variants import dot_error, misfit, neumann_minimum, total_variation


class _Absent(types.ModuleType):
    """Stands for torchvision where it is missing: deepinv imports it at load, the parts measured do not use it."""

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        if f"{self.__name__}.{name}" in sys.modules:
            return sys.modules[f"{self.__name__}.{name}"]
        if name == "IMG_EXTENSIONS":
            return ()

        class Missing:
            NEAREST = BILINEAR = None

            def __init__(self, *_, **__) -> None:
                raise ImportError(f"torchvision is not installed; {name} was called")

        return Missing


def _stand_in_for_torchvision() -> None:
    if importlib.util.find_spec("torchvision") is not None:
        return
    for name in ("", ".utils", ".transforms", ".transforms.functional", ".datasets", ".datasets.folder",
                 ".datasets.utils", ".models"):  # fmt: skip
        module = _Absent(f"torchvision{name}")
        module.__path__ = []
        module.__spec__ = importlib.util.spec_from_loader(f"torchvision{name}", loader=None)
        sys.modules[f"torchvision{name}"] = module


_stand_in_for_torchvision()
import deepinv as dinv  # noqa: E402


def version() -> str:
    return dinv.__version__


def _centred(problem: dict) -> tuple[np.ndarray, np.ndarray]:
    """Data and mask for its centred transforms, of the same image."""
    image = np.fft.ifft2(problem["y"], norm="ortho")
    mask = np.fft.fftshift(problem["mask"], axes=(-2, -1))
    y = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(image, axes=(-2, -1)), norm="ortho"), axes=(-2, -1)) * mask
    return y, mask


def _channels(z: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    return torch.from_numpy(np.stack([z.real, z.imag])[None].copy()).to(dtype)


class Fourier(Solver):
    """One coil, or several: then proximal steps of the data take conjugate gradients."""

    def __init__(self, problem: dict) -> None:
        self.y, self.mask, self.maps = problem["y"], problem["mask"], problem.get("maps")
        self.lambda_ = float(problem["lambda_"])
        y, centred = _centred(problem)
        mask = torch.from_numpy(centred.astype(np.float32))
        self.data = {dtype: _channels(y, dtype) for dtype in (torch.float32, torch.float64)}
        self.physics = {dtype: self._physics(mask.to(dtype)) for dtype in self.data}
        self.norm2 = 1.0 if self.maps is None else float((np.abs(self.maps) ** 2).sum(axis=0).max())

    def _physics(self, mask: torch.Tensor):
        if self.maps is None:
            return dinv.physics.MRI(mask=mask)
        maps = torch.from_numpy(self.maps).to(mask.dtype.to_complex())
        return dinv.physics.MultiCoilMRI(mask=mask, coil_maps=maps, tol=0.0)

    def misfit(self, image: np.ndarray) -> float:
        return misfit(image, self.y, self.mask, self.maps)

    @staticmethod
    def complex(x: torch.Tensor) -> np.ndarray:
        pair = x.detach().double().numpy()[0]
        return pair[0] + 1j * pair[1]


class Iterated(Fourier):
    """A problem that one of deepinv's iterative methods solves, made by `model`."""

    @torch.no_grad()
    def solve(self, setting, iterations, look=None, fine=False):
        dtype = torch.float64 if fine else torch.float32
        if "cg" in setting:
            self.physics[dtype].max_iter = setting["cg"]
        model = self.model(setting, iterations)
        if look is not None:
            step = model.fixed_point.iterator.forward

            def shown(*arguments, **options):
                answer = step(*arguments, **options)
                look(answer["est"][0])
                return answer

            model.fixed_point.iterator.forward = shown
        return model(self.data[dtype], self.physics[dtype], init=self.start(dtype))

    @abstractmethod
    def model(self, setting: dict, iterations: int): ...

    @abstractmethod
    def start(self, dtype: torch.dtype): ...


class TV(Iterated):
    """Isotropic, of real and imaginary part each by itself, Neumann. `tau` is the primal step, 1 / (8 tau) the dual."""

    settings = tuple({"tau": tau} for tau in (5.0, 10.0, 3.0, 20.0))

    def __init__(self, problem: dict) -> None:
        super().__init__(problem)
        if self.maps is not None:
            self.settings = tuple({"tau": tau, "cg": cg} for cg in (5, 2, 10) for tau in (5.0, 10.0, 20.0))

    def cost(self, setting):
        return 1.0 + setting.get("cg", 0)

    def model(self, setting, iterations):
        tv = dinv.models.TVDenoiser
        return dinv.optim.PDCP(
            K=tv.nabla, K_adjoint=tv.nabla_adjoint, data_fidelity=dinv.optim.L2(), prior=dinv.optim.L12Prior(),
            lambda_reg=self.lambda_, stepsize=setting["tau"], stepsize_dual=1 / (8 * setting["tau"]), beta=1.0,
            g_first=True, max_iter=iterations, early_stop=False,
        )  # fmt: skip

    def start(self, dtype):
        image = torch.zeros((1, 2, *self.mask.shape), dtype=dtype)
        return image, image, torch.zeros((*image.shape, 2), dtype=dtype)

    def minimum(self):
        return neumann_minimum(self.y, self.mask, self.lambda_, joint=False, maps=self.maps)

    def objective(self, x):
        image = self.complex(x)
        parts = sum(total_variation(part, periodic=False, isotropic=True) for part in (image.real, image.imag))
        return self.misfit(image) + self.lambda_ * parts


class Wavelet(Iterated):
    """Haar details of real and imaginary part each by itself; the coarsest coefficients are free. FISTA."""

    cap = 1000

    def __init__(self, problem: dict) -> None:
        super().__init__(problem)
        self.settings = ({"stepsize": 1 / self.norm2},)
        self.long = 1000 if self.maps is None else 300
        self.prior = dinv.optim.WaveletPrior(wv="haar", level=int(problem["levels"]), p=1)

    def model(self, setting, iterations):
        return dinv.optim.FISTA(
            data_fidelity=dinv.optim.L2(), prior=self.prior, lambda_reg=self.lambda_, stepsize=setting["stepsize"],
            max_iter=iterations, early_stop=False,
        )  # fmt: skip

    def start(self, dtype):
        image = torch.zeros((1, 2, *self.mask.shape), dtype=dtype)
        return image, image

    def objective(self, x):
        return self.misfit(self.complex(x)) + self.lambda_ * float(self.prior(x.double()).sum())


class Sense(Fourier):
    """Conjugate gradients for 1/2 ||A x - y||^2 + lambda/2 ||x||^2."""

    variant, traced = "sense", False
    settings = ({},)
    cap = 300

    @torch.no_grad()
    def solve(self, setting, iterations, look=None, fine=False):
        dtype = torch.float64 if fine else torch.float32
        return self.physics[dtype].prox_l2(0.0, self.data[dtype], 1 / self.lambda_, solver="CG", max_iter=iterations)

    def objective(self, x):
        image = self.complex(x)
        return self.misfit(image) + 0.5 * self.lambda_ * float(np.linalg.norm(image) ** 2)


def projections(problem: dict) -> Operation:
    """Its rotating Radon transform and the adjoint by automatic differentiation."""
    x = torch.from_numpy(problem["x"].astype(np.float32))[None, None]
    physics = dinv.physics.Tomography(
        angles=torch.from_numpy(problem["angles"].astype(np.float32)), img_width=x.shape[-1], circle=False,
        normalize=False,
    )  # fmt: skip
    y = physics.A(x)
    other = torch.randn(y.shape, generator=torch.Generator().manual_seed(0))
    error = dot_error(y.numpy(), other.numpy(), x.numpy(), physics.A_adjoint(other).detach().numpy())
    parts = {"forward": lambda: physics.A(x), "adjoint": lambda: physics.A_adjoint(other)}
    return Operation(parts, error)


KINDS = {
    "tv": TV, "wavelet": Wavelet, "sense": Sense, "sense-tv": TV, "sense-wavelet": Wavelet, "radon": projections,
}  # fmt: skip
