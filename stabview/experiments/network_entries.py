"""Entries of the catalogue that look at a network, and the parameters they share. Read without torch."""

from __future__ import annotations

from dataclasses import replace

from stabview.experiments.entry import Experiment, Parameter, Value
from stabview.images.phantoms import PHANTOMS
from stabview.methods.networks.cards import shipped_cards

SHARED = (
    Parameter("network", "A shipped network.", "deep-mri", names=tuple(card.name for card in shipped_cards())),
    Parameter("network_file", "A network file, in place of the shipped one.", "", file=True),
    Parameter("phantom", "A drawn image; auto is one that suits the network.", "auto", names=("auto", *PHANTOMS)),
    Parameter("image", "An image file, in place of the drawn one.", "", file=True),
    Parameter("size", "Side of the image in pixels; 0 is that of the network's training.", 0, at_least=0, at_most=1024),
    Parameter("amount", "Sampling rate, or number of views; 0 is what the network was trained at.", 0.0, at_least=0),
    Parameter("soa", "Reference method.", "tv",
              names=("tv", "tgv", "wavelet", "shearlet", "shearlet-tgv", "firenet", "cg")),
    Parameter("noise", "Norm of the noise over that of the data.", 0.0, at_least=0, at_most=1),
    Parameter("seed", "Of samples, noise and search.", 0, at_least=0),
)  # fmt: skip
"""What `stabview.experiments.setting.setting` reads."""


def shared(**defaults: Value) -> tuple[Parameter, ...]:
    """The shared parameters, some with another default."""
    return tuple(replace(one, default=defaults.get(one.name, one.default)) for one in SHARED)


STEPS = Parameter("steps", "Steps of the worst-case search.", 30, at_least=2, at_most=1000)
BUDGET = Parameter("budget", "Largest norm of the perturbation over that of the image.", 0.05, above=0, at_most=1)

NETWORK_EXPERIMENTS = (
    Experiment(
        "worst-case", "Early-stopped worst cases",
        "Perturbations of growing norm that are found for the network, seen by the reference method too.",
        "Antun et al. 2020, Figs. 1 and 4", "worst_case", 60,
        (*shared(), STEPS, BUDGET,
         Parameter("shown", "Iterates that are shown as pictures.", 3, at_least=1, at_most=8)),
    ),
)  # fmt: skip
