"""What a report always says: definitions of every measure, conventions, limitations and notices."""

from __future__ import annotations

from collections.abc import Mapping

NOTICES = (
    "Research and education only. Not for diagnosis.",
    "Not a medical device; not for patient management. No regulatory endorsement.",
    "Results relate only to the files identified by hash in this report.",
)
STRENGTH = "strength of attack not established"
STRENGTH_SENTENCE = (
    "The search was not tried on a method whose worst case is known, so a small change found here may mean a stable "
    "method or a weak search."
)
CRITERION = "Exploratory: no acceptance criterion was set before the run."
LOSS = 5.0  # dB; the iterate at which the network has lost this much is shown and named

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
    "data_misfit": ("data misfit", "‖A f(y) − y‖ / ‖y‖ for the data y = A(x + r) that the method was given."),
}
OTHER_TERMS = {
    "iterate": "One step of the search; iterate 0 is the clean data, r = 0. All norms are l2 over all pixels.",
    "‖r‖/‖x‖": "Size of the perturbation relative to the image.",
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
FINER = (
    "The data were computed from an image on a finer grid; e holds what A x differs from them, beside the noise."
)
SIMULATED = (
    "The data were computed from the image with the same operator that reconstructs it (inverse crime), which flatters "
    "every method."
)
NOISELESS = "No noise was added to the data."
NAMES = "File names and titles appear as they were given: see that they name no person before passing the report on."


def norm_name(result: Mapping) -> str:
    """What the relative norms of a result are of."""
    return NORMS.get(result.get("search", {}).get("domain", "image"), NORMS["image"])
