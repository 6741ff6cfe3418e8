"""Fourier ring correlation of images whose agreement is known."""

import numpy as np

from stabview.images.phantoms import phantom
from stabview.measures.fourier_ring import ring_correlation, scanned


def test_identical_images_agree_at_every_frequency():
    x = phantom("head-t1", 64).pixels
    curve = ring_correlation(x, 3 * x)
    assert np.allclose(curve.correlation, 1, atol=1e-9) and curve.agrees_up_to() == 1
    assert all(one.agrees_up_to() == 1 for _, one in scanned(x, x, patch=16, stride=8))


def test_a_blurred_and_noisy_image_agrees_up_to_where_it_was_cut():
    rng = np.random.default_rng(1)
    x, other = rng.standard_normal((2, 96, 96))
    q = np.hypot(*np.meshgrid(np.fft.fftfreq(96) * 2, np.fft.fftfreq(96) * 2))
    cut = q > 0.5  # beyond half the Nyquist frequency the other one is unrelated
    mixed = np.fft.ifft2(np.where(cut, np.fft.fft2(other), np.fft.fft2(x))).real
    assert abs(ring_correlation(mixed, x).agrees_up_to() - 0.5) < 0.04
