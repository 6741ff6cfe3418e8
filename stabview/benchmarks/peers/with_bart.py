"""BART: the command line tool `pics`, with its files in memory; its start-up is measured and taken off."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import weakref
from abc import abstractmethod
from pathlib import Path

import numpy as np
import pywt
from measuring import Cost, Solver, one_cost
from variants import misfit, total_variation

MEMORY = Path("/dev/shm")


def version() -> str:
    done = subprocess.run(["bart", "version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().lstrip("v")


class Pics(Solver):
    """`bart pics -w 1` on centred data, columns first as BART has them."""

    traced = False
    options: list[str]

    def __init__(self, problem: dict) -> None:
        self.y, self.mask = problem["y"], problem["mask"]
        self.maps = problem.get("maps")
        self.lambda_ = float(problem["lambda_"])
        self.folder = Path(tempfile.mkdtemp(prefix="bench-bart-", dir=MEMORY if MEMORY.is_dir() else None))
        weakref.finalize(self, shutil.rmtree, self.folder, True)
        axes = (-2, -1)
        image = np.fft.ifft2(self.y, norm="ortho")
        centred = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(image, axes=axes), norm="ortho"), axes=axes)
        centred = centred * np.fft.fftshift(self.mask)
        maps = np.ones((1, *self.mask.shape)) if self.maps is None else self.maps
        _write(self.folder / "y", centred.reshape(-1, *self.mask.shape))
        _write(self.folder / "maps", maps)
        self._overhead: Cost | None = None

    def command(self, setting: dict, iterations: int) -> list[str]:
        names = [str(self.folder / name) for name in ("y", "maps", "x")]
        return ["bart", "pics", "-d0", "-w1", f"-i{iterations}", *self.arguments(setting), *names]

    @abstractmethod
    def arguments(self, setting: dict) -> list[str]: ...

    def solve(self, setting, iterations, look=None, fine=False):
        done = subprocess.run(self.command(setting, iterations), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"bart pics: {done.stderr.strip() or done.stdout.strip()}")
        return self.folder / "x"

    def image(self, written: Path) -> np.ndarray:
        return _read(written, self.mask.shape).astype(np.complex128)

    def overhead(self) -> Cost:
        """A run of one iteration, less that iteration as the difference to eleven: the fastest of a few."""
        if self._overhead is None:
            one, eleven = (self._least(count) for count in (1, 11))
            self._overhead = Cost(*(max(0.0, a - (b - a) / 10) for a, b in zip(one, eleven, strict=True)))
        return self._overhead

    def _least(self, iterations: int) -> Cost:
        costs = [one_cost(lambda: self.solve(self.settings[0], iterations)) for _ in range(5)]
        return Cost(*(min(values) for values in zip(*costs, strict=True)))


class TV(Pics):
    """Isotropic, of periodic backward differences; ADMM with inner conjugate gradients."""

    variant = "tv backward"
    settings = tuple({"rho": rho, "cg": cg} for cg in (3, 10) for rho in (0.1, 0.03, 0.3))
    cap, long = 1500, 1500

    def arguments(self, setting):
        return ["-m", f"-u{setting['rho']}", f"-C{setting['cg']}", "-R", f"T:3:0:{self.lambda_:.8g}"]

    def cost(self, setting):
        return (1 + setting["cg"]) / 4

    def objective(self, x):
        image = self.image(x)
        edges = total_variation(image[::-1, ::-1], periodic=True, isotropic=True)
        return misfit(image, self.y, self.mask, self.maps) + self.lambda_ * edges


class Wavelet(Pics):
    """All Haar coefficients, without cycle spinning; FISTA with a step of 1 / (the bound of ||A||^2).

    `pics` writes what the gradient step gives, before the coefficients are shrunk (with all samples and this step the
    data themselves); `objective` takes the shrinkage that would have followed.
    """

    settings = ({"step": 1.0}, {"step": 0.95})
    cap, long = 1000, 1000

    def __init__(self, problem: dict) -> None:
        super().__init__(problem)
        # the number of levels is BART's own; `bart wavelet -H` shows it
        self.levels = int(np.log2(min(self.mask.shape) / 16)) + 1
        self.variant = "wavelet" if self.levels == int(problem["levels"]) else ""
        norm2 = 1.0 if self.maps is None else float((np.abs(self.maps) ** 2).sum(axis=0).max())
        self.largest_step = 1 / norm2

    def arguments(self, setting):
        self.step = setting["step"] * self.largest_step
        return ["-n", "--wavelet", "haar", f"-s{self.step:.8g}", "-R", f"W:3:0:{self.lambda_:.8g}"]

    def objective(self, x):
        found, places = pywt.coeffs_to_array(
            pywt.wavedec2(self.image(x), "haar", mode="periodization", level=self.levels)
        )
        size = np.abs(found)
        shrunk = found * np.maximum(0, 1 - self.step * self.lambda_ / np.maximum(size, 1e-300))
        parts = pywt.array_to_coeffs(shrunk, places, output_format="wavedec2")
        image = pywt.waverec2(parts, "haar", mode="periodization")
        return misfit(image, self.y, self.mask, self.maps) + self.lambda_ * float(np.abs(shrunk).sum())


class Sense(Pics):
    """Conjugate gradients for 1/2 ||A x - y||^2 + lambda/2 ||x||^2."""

    variant = "sense"
    settings = ({},)
    cap, long = 300, 300

    def arguments(self, setting):
        return ["-l2", f"-r{self.lambda_:.8g}"]

    def objective(self, x):
        image = self.image(x)
        return misfit(image, self.y, self.mask, self.maps) + 0.5 * self.lambda_ * float(np.linalg.norm(image) ** 2)


def _write(path: Path, array: np.ndarray) -> None:
    """(coils, H, W) as a .cfl of dimensions H, W, 1, coils, the first fastest."""
    coils, height, width = array.shape
    path.with_suffix(".hdr").write_text(f"# Dimensions\n{height} {width} 1 {coils}\n", encoding="ascii")
    array.transpose(0, 2, 1).astype(np.complex64).tofile(path.with_suffix(".cfl"))


def _read(path: Path, shape: tuple[int, int]) -> np.ndarray:
    return np.fromfile(path.with_suffix(".cfl"), dtype=np.complex64)[: shape[0] * shape[1]].reshape(shape[::-1]).T


KINDS = {"tv": TV, "wavelet": Wavelet, "sense": Sense, "sense-tv": TV, "sense-wavelet": Wavelet}
