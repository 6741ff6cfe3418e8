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

DETAIL = (
    Parameter("detail", "Which detail.", "lesion", names=("heart", "spade", "text", "lesion")),
    Parameter("contrast", "Of the details, as a share of the largest value.", 0.2, above=0, at_most=2),
    Parameter("detail_size", "Of the details, in pixels of a 256 x 256 image.", 10.0, at_least=1, at_most=100),
)

NETWORK_EXPERIMENTS = (
    Experiment(
        "worst-case", "Early-stopped worst cases",
        "Perturbations of growing norm that are found for the network, seen by the reference method too.",
        "Antun et al. 2020, Figs. 1 and 4", "worst_case", 60,
        (*shared(), STEPS, BUDGET,
         Parameter("shown", "Iterates that are shown as pictures.", 3, at_least=1, at_most=8)),
    ),
    Experiment(
        "perturbation-ball", "A ball around a bad perturbation",
        "Noise is added to a harmful perturbation many times: does its artefact stay?",
        "Antun et al. 2020, Fig. 2", "perturbation_ball", 60,
        (*shared(), replace(STEPS, default=20), BUDGET,
         Parameter("draws", "Draws of the noise.", 32, at_least=1, at_most=10_000),
         Parameter("share", "Norm of the noise over that of the perturbation.", 0.25, above=0, at_most=10)),
    ),
    Experiment(
        "worst-of-noises", "The worst of N random noises",
        "Random noise of one norm, the worst of 1, 20 and 100 for the network, the same for the reference method.",
        "Geilo lectures 2021", "worst_of_noises", 90,
        (*shared(), replace(STEPS, default=10),
         Parameter("draws", "Draws of the noise.", 100, at_least=2, at_most=10_000),
         Parameter("level", "Norm of the noise over that of the data.", 0.02, above=0, at_most=1)),
    ),
    Experiment(
        "accuracy-rule", "The accuracy rule",
        "Details that the reference method just captures, and what the network makes of exactly those.",
        "Geilo lectures 2021", "accuracy_rule", 30,
        (*shared(noise=0.01),
         Parameter("vary", "What of a detail is searched for.", "size", names=("size", "contrast")),
         replace(DETAIL[1], default=0.1), DETAIL[2]),
    ),
    Experiment(
        "universal-bound", "The universal instability bound",
        "Who recovers two images with nearly the same data is unstable: the bound, a false negative, a false positive.",
        "Gottschling et al. 2020; Geilo lectures 2021", "universal_bound", 10,
        (*shared(), *DETAIL,
         Parameter("unseen", "Share of the detail's visible part that is taken away.", 0.999, at_least=0, at_most=1)),
    ),
    Experiment(
        "kernel-awareness", "What the scanner cannot see",
        "Two images with identical data, and the share of a detail that is measured against the amount of data.",
        "Geilo lectures 2021; Gottschling et al. 2020", "kernel_awareness", 10, (*shared(), *DETAIL),
    ),
)  # fmt: skip
