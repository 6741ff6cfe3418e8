"""The names a study may use, each with one sentence; forms, checks and the schema all read them here."""

from __future__ import annotations

OPERATORS = {
    "fourier": "MRI, one coil: samples of the Fourier transform of the image.",
    "radon": "CT, parallel beam: line integrals along equispaced views.",
}

PATTERNS = {
    "cartesian-gaussian": "Full lines, the middle eight always, the others by a Gaussian density (Deep MRI).",
    "fastmri-random": "Full lines: a centre block of 8 % and the others at random (fastMRI).",
    "fastmri-equispaced": "Full lines: a centre block of 8 % and every n-th line (fastMRI).",
    "radial": "One-pixel spokes through the centre, golden angle apart.",
    "multilevel": "Points by dyadic levels, dense in the middle (Adcock et al.).",
    "full": "Every sample.",
}

SEARCHES = {
    "continuation": "Continuation in the radius: normalised gradients with momentum on a growing sphere; no step size.",
    "ascent": "Momentum ascent on Q(r) of Antun et al.; its scale is read from the Jacobian where left open.",
}

DOMAINS = {
    "image": "The perturbation is added to the image and measured: A(x + r).",
    "samples": "The perturbation is added to the measurements; shown as the image of minimum norm with the same data.",
}

SOA_METHODS = {
    "tv": "Isotropic total variation: min 1/2 ||Ax - y||^2 + lambda TV(x).",
}

FITS = {
    "auto": "Resample images that are larger or have oblong pixels, pad the others with air.",
    "resample": "Resample so that the longer side fits, pad the shorter one with air.",
    "crop": "Cut out or pad around the centre; pixels stay as they are.",
    "native": "Keep the image as it is.",
}

DETAIL_KINDS = {
    "symbol": "One glyph, such as a card suit.",
    "text": "A line of text.",
    "lesion": "A soft round blob (Gaussian).",
    "stroke": "A path of the brush, or of the eraser.",
}
