"""Images from measured data in files: k-space by the inverse Fourier transform, sinograms by filtered back-projection.

The image is then measured again by the study's own operator, which is the usual way to test a sampling on old data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from stabview.images.errors import InputError
from stabview.images.image import Image
from stabview.sampling.kspace_file import read_kspace
from stabview.sampling.radon import RadonOperator
from stabview.sampling.sensitivities import estimate_sensitivities


def image_from_kspace(path: str | Path) -> Image:
    """The image of centred k-space (H, W) or (coils, H, W), complex64; coils by estimated sensitivities (ESPIRiT).

    Roemer's combination sum_c conj(S_c) x_c / sum_c |S_c|^2. Raises InputError for a file that holds none.
    """
    path = Path(path)
    kspace, mask = read_kspace(path)
    coils = np.fft.ifft2(np.fft.ifftshift(kspace, axes=(-2, -1)), axes=(-2, -1), norm="ortho")
    coils = np.fft.fftshift(coils, axes=(-2, -1))
    steps = ["Inverse Fourier transform of the stored k-space."]
    if len(kspace) == 1:
        pixels = coils[0]
    else:
        maps = estimate_sensitivities(kspace)
        pixels = (maps.conj() * coils).sum(axis=0) / np.maximum((np.abs(maps) ** 2).sum(axis=0), 1e-6)
        steps.append(f"{len(kspace)} coils combined by sensitivities estimated from the middle of k-space (ESPIRiT).")
    if not mask.all():
        steps.append(f"{100 * mask.mean():.1f} % of k-space was measured; what was not counts as zero.")
    return Image(pixels.astype(np.complex64), title=path.stem, modality="MR", steps=tuple(steps))


def image_from_sinogram(path: str | Path, angles: np.ndarray | None = None) -> Image:
    """The image of a parallel-beam sinogram (views, bins) by filtered back-projection (ramp), float32.

    At 0 degrees the rays run vertically; the image is as wide as the detector. angles : degrees, one for each view,
    anticlockwise; None: equispaced over 180. Raises InputError for a file that holds none.
    """
    path = Path(path)
    sinogram = _read_sinogram(path)
    views, bins = sinogram.shape
    if angles is None:
        angles = np.arange(views) * 180.0 / views
    elif len(angles) != views:
        raise InputError(f"'{path.name}' has {views} views, and there are {len(angles)} angles: give one for each.")
    operator = RadonOperator((bins, bins), angles, bins=bins)
    pixels = operator.quick_inverse(torch.from_numpy(sinogram.astype(np.float32))).numpy()
    steps = (f"Filtered back-projection of {views} stored views with {bins} bins; negative values set to zero.",)
    return Image(np.maximum(pixels, 0).astype(np.float32), title=path.stem, modality="CT", steps=steps)


def _read_sinogram(path: Path) -> np.ndarray:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise InputError(f"There is no file '{path}': check the name.") from error
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"'{path.name}' is no complete .npy file: save the sinogram with numpy.save.") from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf" or array.ndim != 2:
        raise InputError(f"'{path.name}' is no sinogram: save real numbers of shape (views, bins).")
    if not 8 <= array.shape[1] <= 4096 or not 1 <= array.shape[0] <= 10_000:
        raise InputError(f"'{path.name}' has the shape {array.shape}; 1 to 10000 views of 8 to 4096 bins can be used.")
    sinogram = np.asarray(array, np.float64)
    if not np.isfinite(sinogram).all():
        raise InputError(f"'{path.name}' holds values that are not finite: save it again without them.")
    return sinogram
