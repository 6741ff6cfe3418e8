"""StabView shows how stable a learned image reconstruction is, beside sparse methods, under perturbations."""

__version__ = "0.1.0"
