"""The names a study may use, each with one sentence; forms, checks and the schema all read them here."""

from __future__ import annotations

OPERATORS = {
    "fourier": "MRI, one coil: samples of the Fourier transform of the image.",
    "multicoil": "MRI, several coils: the image times each coil's sensitivity, Fourier transformed.",
    "radial-fourier": "MRI, one coil: samples along spokes, between the points of the grid.",
    "radon": "CT: line integrals along equispaced views.",
    "gaussian": "Independent Gaussian measurements; small images only.",
    "dct": "Random samples of the cosine transform.",
}

GEOMETRIES = {
    "parallel": "Parallel rays, views over 180 degrees.",
    "fan": "Rays from a point source to a flat detector, views over 360 degrees.",
    "fan-arc": "Rays from a point source to a detector on an arc, views over 360 degrees.",
}

FILTERS = {
    "ram-lak": "The ramp.",
    "shepp-logan": "The ramp times a sinc.",
    "cosine": "The ramp times a cosine.",
    "hamming": "The ramp times a Hamming window.",
    "hann": "The ramp times a Hann window.",
}

PATTERNS = {
    "cartesian-gaussian": "Full lines, the middle eight always, the others by a Gaussian density (Deep MRI).",
    "fastmri-random": "Full lines: a centre block of 8 % and the others at random (fastMRI).",
    "fastmri-equispaced": "Full lines: a centre block of 8 % and every n-th line (fastMRI).",
    "fastmri-darestani": "Full lines: a centre block of 7 %, others at random, none at the edges (Darestani et al.).",
    "vn-uniform": "Full lines: a centre block of 28 of 368 and lines an integer step apart (MRI-VN).",
    "radial": "One-pixel spokes through the centre, golden angle apart.",
    "multilevel": "Points by dyadic levels, dense in the middle (Adcock et al.).",
    "das": "Points by blocks of dyadic bands, as many as the wavelet scales of images ask for (FIRENET).",
    "gaussian-points": "Single points by a Gaussian density, dense in the middle (DAGAN).",
    "poisson-disc": "Single points that keep a distance from each other, which grows outwards (AUTOMAP's kind).",
    "full": "Every sample.",
}

SEARCHES = {
    "continuation": "Continuation in the radius: normalised gradients with momentum on a growing sphere; no step size.",
    "ascent": "Momentum ascent on Q(r) of Antun et al.; its scale is read from the Jacobian where left open.",
    "projected": "Projected ascent with momentum in the ball of the budget; the step is halved where it stops helping.",
    "adam": "Projected Adam in the ball of the budget (Genzel et al.).",
    "minimal-norm": "The smallest perturbation that does a stated harm: continuation with a bisected radius.",
    "saved": "No search: the perturbations of an earlier run, from its arrays.npz.",
    "joint-descent": "For untrained networks only: weights and data move together, then a fresh fit for each iterate.",
}

GOALS = {
    "change": "Change the image as much as possible: 1/2 ||f(A(x + r)) - f(Ax)||^2.",
    "error": "Lead the image away from the truth: 1/2 ||f(A(x + r)) - x||^2.",
    "region": "Change the image where a painted detail is, and a little around it.",
    "unseen": "Change what the samples cannot see: the part of the change in the null space of A.",
    "hide": "A false negative: a painted detail is to vanish from the network's image, although it is in x.",
    "draw": "A false positive: a hidden detail is to appear in the network's image, although it is not in x.",
}

DOMAINS = {
    "image": "The perturbation is added to the image and measured: A(x + r).",
    "samples": "The perturbation is added to the measurements; shown as the image of minimum norm with the same data.",
    "operator": "The scanner measures with another operator than the methods are told: A' - A, relative to ||A||.",
    "physical": "Only what goes wrong in scanners: motion, field, coils, spikes, angles, gains; within limits.",
}

SOA_METHODS = {
    "tv": "Isotropic total variation: the modulus of the gradient, summed.",
    "tv-anisotropic": "The moduli of the two differences, summed.",
    "tgv": "Total generalised variation of second order: pieces may be sloped, not only flat.",
    "wavelet": "The moduli of the coefficients of an orthonormal wavelet transform.",
    "shearlet": "A Parseval frame of shearlets, reweighted (used for CT by Antun et al.).",
    "shearlet-tgv": "Shearlets and TGV, reweighted: the reference method of Antun et al.",
    "firenet": "FIRENET to convergence: restarted primal-dual for P3 with weighted wavelets.",
    "cg": "Least squares by conjugate gradients; SENSE for several coils. No sparsity.",
}

KNOBS = {
    "motion": "Rigid motion during the scan, six pieces of time: shifts in pixels and turns in degrees; 1 each.",
    "b0-offset": "A wrong centre frequency: a shift along the readout in pixels; 1.",
    "b0-drift": "A field that drifts between lines: their phase in degrees; 20.",
    "coil-gain": "Wrong gains of the coils, as shares of their signal; 0.1. With 1 a coil may fail.",
    "spike": "One spike in k-space, as a share of the largest sample; 0.1.",
    "rotation-centre": "CT: a wrong centre of rotation, in detector bins; 1.",
    "view-angle": "CT: jitter of the view angles in degrees; 0.5.",
    "detector-gain": "CT: wrong gains of detector bins (rings), as shares of the largest line integral; 0.01.",
}
"""What may go wrong in a scanner, with the usual limit."""

AGAINST = {
    "network": "The network.",
    "soa": "The reference method, with its gradient by implicit differentiation at the minimum.",
    "quick": "The direct reconstruction.",
}

PRECISIONS = {
    "float32": "Everything in single precision.",
    "auto": "bfloat16 where a small measurement says that it is much faster, float32 elsewhere.",
    "bfloat16": "The network inside the search in half the bits; every number of an iterate is in float32.",
}

PROBLEMS = {
    "p2": "min 1/2 ||Ax - y||^2 + lambda R(x).",
    "p3": "min ||Ax - y|| + lambda R(x), the square-root LASSO: lambda does not depend on the noise.",
    "p1": "min R(x) with ||Ax - y|| <= eta.",
}

WAVELETS = {
    "haar": "Piecewise constant; the shortest.",
    "db2": "Daubechies, two vanishing moments.",
    "db4": "Daubechies, four vanishing moments.",
    "db8": "Daubechies, eight vanishing moments.",
    "sym4": "Symlet, four vanishing moments.",
    "sym8": "Symlet, eight vanishing moments.",
    "coif2": "Coiflet, four vanishing moments.",
}

ALGORITHMS = {
    "admm": "Alternating direction method of multipliers, with an exact or preconditioned image update.",
    "douglas-rachford": "Douglas-Rachford splitting with certified gaps (orthonormal wavelets).",
    "primal-dual": "The primal-dual algorithm of Chambolle and Pock.",
    "fista": "Accelerated proximal gradients (P2 with wavelets).",
    "ista": "Proximal gradients (P2 with wavelets).",
}

STORED = {
    "kspace": "Centred k-space of one slice, (rows, columns) or (coils, rows, columns), complex; as .npy.",
    "sinogram": "A parallel-beam sinogram, (views, bins), views equispaced over 180 degrees; as .npy.",
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
