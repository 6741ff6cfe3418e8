"""Compiling what solves need before somebody waits for it: seconds once on a machine, later read from the disk."""

from __future__ import annotations

from collections.abc import Iterator

from stabview.engine.worker import Worker

SIDE = 32
METHODS = ("tv", "wavelet", "tgv", "shearlet-tgv")


class Ahead:
    """A thread that compiles one loop after the other; it begins at the first `start`, later ones do nothing."""

    def __init__(self) -> None:
        self._worker = Worker("compiling", on_error=lambda _key, _error: None)  # the solve itself will say
        self._begun = False

    def start(self) -> None:
        if not self._begun:
            self._begun = True
            self._worker.submit("compile", compile_steps)

    def close(self) -> None:
        """Begin no other loop; the thread ends with the program."""
        self._worker.close(timeout=0)


def compile_steps() -> Iterator[str]:
    """Compile, or read from the disk, the loops of the usual methods for MRI and CT; the name of each when it is done.

    Where numba is missing there is nothing to do.
    """
    from stabview import kernels

    if not kernels.available:
        return
    from stabview.methods.sparse.names import sparse_method
    from stabview.sampling.fourier import FourierOperator
    from stabview.sampling.masks import sampling_mask
    from stabview.sampling.radon import RadonOperator, equispaced_angles

    shape = (SIDE, SIDE)
    operators = (
        FourierOperator(sampling_mask("cartesian-gaussian", shape, 0.33)), RadonOperator(shape, equispaced_angles(10)),
    )  # fmt: skip
    for operator in operators:
        for name in METHODS:
            sparse_method(name, operator).warm_up(operator)
            yield f"{operator.name} {name}"
