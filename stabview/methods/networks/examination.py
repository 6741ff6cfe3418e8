"""What the window asks and tells before it takes a network: how it is connected, and whether it can be searched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stabview.methods.networks.checks import Check, can_be_searched, check_network
from stabview.methods.networks.loading import connect, files_of, settle_wiring
from stabview.methods.networks.opening import Opened, open_network
from stabview.methods.networks.trial import Attempt, attempt, trial_operator
from stabview.methods.networks.wiring import Wiring, write_wiring


@dataclass(frozen=True)
class Examination:
    """A network that was opened and tried with one wiring.

    tried : that wiring on a phantom. guesses : how many others were tried. opened : for another look.
    """

    path: str
    opened: Opened
    wiring: Wiring
    tried: Attempt
    guesses: int
    checks: tuple[Check, ...]

    @property
    def can_be_searched(self) -> bool:
        return can_be_searched(list(self.checks))

    @property
    def lines(self) -> list[str]:
        """What was found, a sentence each."""
        if self.tried.psnr is None:
            first = f"Connected like this it does not run: {self.tried.trouble}."
        else:
            verb = "improves" if self.tried.improves else "does not improve"
            first = (
                f"On a phantom it {verb} the direct reconstruction: {self.tried.psnr:.1f} dB against"
                f" {self.tried.fed_psnr:.1f} dB."
            )
        marks = {True: "✓", False: "✗", None: "·"}
        return [first, *(f"{marks[check.passed]} {check.sentence}" for check in self.checks)]


def examine(path: Path | str, *, prefer: str | None = None) -> Examination:
    """Open a network and look at it with its stored wiring or the best guess, which is not stored yet."""
    opened = open_network(path, prefer=prefer)
    wiring, tried = settle_wiring(opened, path, prefer=prefer, store=False)
    return _looked_at(str(path), opened, wiring, len(tried))


def examine_again(examination: Examination, wiring: Wiring) -> Examination:
    """The same network with another wiring."""
    return _looked_at(examination.path, examination.opened, wiring, examination.guesses)


def keep(examination: Examination) -> None:
    """Store the wiring that the user chose, in place of one that is there."""
    write_wiring(examination.wiring, files_of(examination.path)[1], replace=True)


def _looked_at(path: str, opened: Opened, wiring: Wiring, guesses: int) -> Examination:
    method = connect(opened, wiring)
    operator = trial_operator("fourier" if wiring.operator == "any" else wiring.operator, method.card.size,
                              wiring.trained_rate)  # fmt: skip
    return Examination(path, opened, wiring, attempt(opened.module, wiring), guesses,
                       tuple(check_network(method, operator)))  # fmt: skip
