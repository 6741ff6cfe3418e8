"""What a report always says: definitions of every measure, conventions, limitations and notices."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES = (
    "Research and education only. Not for diagnosis.",
    "Not a medical device; not for patient management. No regulatory endorsement.",
    "Results relate only to the files identified by hash in this report.",
)
FOOT = (
    "Research and education only. Not a medical device. Not for diagnosis or patient management. Results relate only "
    "to the files identified by hash. No regulatory endorsement."
)
"""The notices on every page."""
STRENGTH = "strength of attack not established"
STRENGTH_SENTENCE = (
    "The search was not tried on a method whose worst case is known, so a small change found here may mean a stable "
    "method or a weak search."
)
CRITERION = "Exploratory: no acceptance criterion was set before the run."
LOSS = 5.0  # dB; the iterate at which the network has lost this much is shown and named

SHORT = {"psnr": "PSNR dB", "relative_error": "error", "amplification": "amplif.", "iterations": "steps"}
"""Headings of narrow columns, where they are not those of MEASURES."""
SIZES = {
    "norm": "‖r‖", "data_norm": "‖A r‖", "relative_data_norm": "‖A r‖/‖A x‖", "largest_pixel": "max|r|/max|x|",
    "noise_ratio": "z, in norms of the noise", "null_space_share": "null-space share",
}  # fmt: skip
NORMS = {"image": "‖r‖/‖x‖", "samples": "‖e‖/‖y‖", "operator": "‖A′ − A‖/‖A‖", "physical": "share of the limits"}
"""What a relative norm is of, by the domain of the search."""
METHODS = {"network": "network", "soa": "SoA", "quick": "quick inverse"}
# measure -> (heading, definition)
MEASURES = {
    "psnr": (
        "PSNR in dB",
        (
            "10 log10(max|x|² / mean|f − x|²): complex difference, peak and reference from x, also for iterates (r is "
            "not part of the reference). Left out where f = x exactly."
        ),
    ),
    "ssim": ("SSIM", "Structural similarity of the moduli, scikit-image, windows of 7 × 7, data range max|x|."),
    "relative_error": ("error", "‖f − x‖ / ‖x‖."),
    "change": ("change", "‖f(A(x + r)) − f(A x)‖ / ‖f(A x)‖: how much the method's own image changes."),
    "amplification": ("amplification", "‖f(A(x + r)) − f(A x)‖ / ‖r‖."),
    "lipschitz": ("Lipschitz", "‖f(A(x + r)) − f(A x)‖ / ‖A r‖: a lower bound of the method's Lipschitz constant."),
    "data_misfit": ("misfit", "‖A f(y) − y‖ / ‖y‖ for the data y = A(x + r) that the method was given."),
}
OTHER_TERMS = {
    "iterate": "One step of the search; iterate 0 is the clean data, r = 0.",
    "norms": (
        "‖·‖ is the l2 norm over all pixels, or all samples, of real and imaginary parts; x has max|x| = 1 and no "
        "unit, its values in the units of the file stand under the input data."
    ),
    "‖r‖/‖x‖": "Size of the perturbation relative to the image, details included.",
    "z": (
        "Size of the perturbation in norms of the scan's noise: 1 changes the data by as much as one draw of it. "
        "Absent where the data have no noise."
    ),
    "null-space share": (
        "‖r − A⁺A r‖² / ‖r‖²: the share of the perturbation's energy that the samples do not see. A⁺A r by conjugate "
        "gradients, which come to it from above where A has no closed inverse."
    ),
    "Q": "The objective of the search, ½‖f(A(x + r)) − f(A x)‖² − (λ/2)‖r‖², the term in λ for the ascent only.",
    "contrast kept": "C = ⟨f(A x) − f(A(x − d)), d⟩ / ‖d‖² for a painted detail d, all else unchanged; 1 is all of it.",
    "exposure": "‖A⁺A d‖² / ‖d‖²: the share of the detail's energy that the samples determine.",
    "pictures": (
        "One grey window for all images of the report, from 0 to max|x|, clipped and never stretched; differences in "
        "one symmetric range, real parts. The numbers at the scales are values of x, max|x| being about 1."
    ),
}
FORWARD = {
    "fourier": "y = A x + e, A = P F with F the unitary two-dimensional Fourier transform, P the sampling mask.",
    "multicoil": "y_c = P F (S_c x) + e for every coil c of sensitivity S_c, F and P as for one coil.",
    "radial-fourier": "y = A x + e, A the Fourier transform at frequencies along spokes, off the grid.",
    "radon": "y = A x + e with A the Radon transform (Joseph's weights), the image being one unit wide.",
    "gaussian": "y = A x + e, the entries of A independent and normal with variance 1/m.",
    "dct": "y = P C x + e, C the orthonormal two-dimensional cosine transform, P a random choice of its coefficients.",
}
LIMITATIONS = (
    (
        "A search for the worst case gives lower bounds: a larger effect may exist at the same norm, and finding none "
        "does not prove stability."
    ),
    "Worst-case perturbations may be improbable as noise or motion of a scanner; how likely they are is not said here.",
    "One image and one set of samples were examined; other images, slices and samples give other numbers.",
    "The parameters of the reference method are those stated; others give other numbers.",
    "No clinical outcome was examined.",
)
CONVENTIONS = {
    "fourier": "Unitary transform (norm = ortho), frequency 0 in the middle of a mask; a complex sample counts once.",
    "multicoil": "Unitary transform (norm = ortho), frequency 0 in the middle of a mask; a complex sample counts once.",
    "radial-fourier": "Frequencies along spokes through 0, off the grid; ‖A‖ about 1; a complex sample counts once.",
    "radon": "Line integrals in units of the image's width; angles in degrees, the rays at 0 run down the columns.",
    "gaussian": "Real samples of the whole image.",
    "dct": "Orthonormal transform of the second kind; real samples.",
}
CONTROL = (
    "No random perturbations of the same norm were tried here; what those do is measured by the experiment "
    "worst-of-noises and by the proof of strength (prove = true)."
)
FINER = "The data were computed from an image on a finer grid; e holds what A x differs from them, beside the noise."
SIMULATED = (
    "The data were computed from the image with the same operator that reconstructs it (inverse crime), which flatters "
    "every method."
)
NOISELESS = "No noise was added to the data, so it is not said how the perturbations compare with a scan's noise."
REPLAY = (
    "A replay agrees where every number is within 0.1 % (relative); on the same machine and threads 1e-5 is usual. No "
    "replay is part of this report."
)
MAGNITUDE = (
    "The image is real: its k-space was simulated without the phase of a scanner, and has a symmetry that measured "
    "k-space lacks."
)
BY_RULE = "The weight of the reference method comes from a documented rule that never looks at the true image."
BY_HAND = "The weight of the reference method was set by hand."
PRIVATE = (
    "study.toml names files and folders of the computer it was written on: leave it out when you pass the report on. "
    "The other files call data by the hash of their contents."
)
AGREED = "The author agreed to names of files in this report: see that they name no person before passing it on."


def norm_name(result: Mapping) -> str:
    """What the relative norms of a result are of."""
    return NORMS.get(result.get("search", {}).get("domain", "image"), NORMS["image"])


FACTS = {
    "sha256": "SHA-256", "hash": "hash of method and parameters", "file_sha256": "SHA-256 of the file",
    "mask_sha256": "SHA-256 of the mask", "norm": "norm", "lambda": "weight λ", "max_steps": "most iterations",
    "blas_numpy": "BLAS of NumPy", "blas_torch": "BLAS of torch", "openmp": "OpenMP", "git": "commit",
    "dirty": "local changes", "cuda": "CUDA", "float32_products": "float32 products",
}  # fmt: skip
"""Names of facts that their keys do not tell well."""
