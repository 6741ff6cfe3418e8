"""Entries of the catalogue that look at a network, and the parameters they share. Read without torch."""

from __future__ import annotations

from dataclasses import replace

from stabview.experiments.entry import CHECKS, DETAILS, MATHEMATICS, SAMPLES, WORST, Experiment, Parameter, Value
from stabview.images.phantoms import PHANTOMS
from stabview.methods.networks.cards import shipped_cards

TITLES = {card.name: card.title for card in shipped_cards()}
REFERENCES = {
    "tv": "Total variation", "tgv": "Total generalised variation", "wavelet": "Wavelets",
    "shearlet": "Shearlets, reweighted", "shearlet-tgv": "Shearlets and TGV", "firenet": "FIRENET",
    "cg": "Least squares",
}  # fmt: skip
DRAWN = {
    "auto": "suits the network", "shepp-logan": "Shepp-Logan phantom", "ellipses": "Random ellipses",
    "body": "Abdomen (CT)", "head-t1": "Head, T1", "head-t2": "Head, T2", "head-flair": "Head, FLAIR",
}  # fmt: skip
SEARCHES = {
    "continuation": "Continuation", "ascent": "Momentum ascent", "projected": "Projected ascent",
    "adam": "Projected Adam",
}  # fmt: skip
SHAPES = {"heart": "Heart", "spade": "Spade", "text": "Text", "lesion": "Lesion"}
WHAT, DATA = "Methods and image", "Data"
"""Headings of forms."""
TRAINED = "as trained"

SHARED = (
    Parameter("network", "Network", "A shipped network.", "deep-mri", names=tuple(TITLES), words=TITLES, group=WHAT),
    Parameter("network_file", "Network file", "A network file, in place of the shipped one.", "", file=True,
              words={"": "none"}, group=WHAT),
    Parameter("phantom", "Drawn image", "A drawn image; auto is one that suits the network.", "auto",
              names=("auto", *PHANTOMS), words=DRAWN, group=WHAT),
    Parameter("image", "Image file", "An image file, in place of the drawn one.", "", file=True,
              words={"": "none"}, group=WHAT),
    Parameter("size", "Size (pixels)", "Side of the image in pixels; 0 is that of the network's training.", 0,
              at_least=0, at_most=1024, words={0: TRAINED}, group=WHAT, step=16),
    Parameter("amount", "Sampling (rate, or views)",
              "Sampling rate, or number of views; 0 is what the network was trained at.", 0.0, at_least=0,
              words={0.0: TRAINED}, group=DATA),
    Parameter("soa", "Reference method", "Reference method.", "tv", names=tuple(REFERENCES), words=REFERENCES,
              group=WHAT),
    Parameter("noise", "Noise (share of the data's norm)",
              "Norm of the noise over that of the data; -1 is that of the network's training.", -1.0, at_least=-1,
              at_most=1, words={-1.0: TRAINED}, group=DATA),
    Parameter("seed", "Random seed", "Of samples, noise and search.", 0, at_least=0, group=DATA),
)  # fmt: skip
"""What `stabview.experiments.setting.setting` reads."""


def shared(**defaults: Value) -> tuple[Parameter, ...]:
    """The shared parameters, some with another default."""
    return tuple(replace(one, default=defaults.get(one.name, one.default)) for one in SHARED)


def shipped(*names: str) -> str:
    """The first of these networks that is shipped."""
    return next(name for name in names if name in TITLES)


NETWORKS = Parameter("networks", "Networks", "Which networks.", "all", names=("all", *TITLES),
                     words={"all": "all", **TITLES})  # fmt: skip
COMMON = tuple(one for one in SHARED if one.name not in ("network", "network_file", "amount"))
"""Where several networks are compared, each on its own samples."""
STEPS = Parameter("steps", "Steps of the search", "Steps of the worst-case search.", 30, at_least=2, at_most=1000)
BUDGET = Parameter("budget", "Largest perturbation (share of the image's norm)",
                   "Largest norm of the perturbation over that of the image.", 0.05, above=0, at_most=1)  # fmt: skip

DETAIL = (
    Parameter("detail", "Detail", "Which detail.", "lesion", names=tuple(SHAPES), words=SHAPES),
    Parameter("contrast", "Contrast (share of the maximum)", "Of the details, as a share of the largest value.", 0.2,
              above=0, at_most=2),
    Parameter("detail_size", "Size of details (pixels of 256)", "Of the details, in pixels of a 256 x 256 image.",
              10.0, at_least=1, at_most=100),
)  # fmt: skip

NETWORK_EXPERIMENTS = (
    Experiment(
        "worst-case", "Early-stopped worst cases",
        "Perturbations of growing norm that are found for the network, seen by the reference method too.",
        "Antun et al. 2020, Figs. 1 and 4", WORST, "worst_case", 60,
        (*shared(), STEPS, BUDGET,
         Parameter("shown", "Iterates shown", "Iterates that are shown as pictures.", 3, at_least=1, at_most=8)),
    ),
    Experiment(
        "perturbation-ball", "A ball around a bad perturbation",
        "Noise is added to a harmful perturbation many times: does its artefact stay?",
        "Antun et al. 2020, Fig. 2", WORST, "perturbation_ball", 60,
        (*shared(), replace(STEPS, default=20), BUDGET,
         Parameter("draws", "Draws of the noise", "Draws of the noise.", 32, at_least=1, at_most=10_000),
         Parameter("share", "Noise (share of the perturbation)",
                   "Norm of the noise over that of the perturbation.", 0.25, above=0, at_most=10)),
    ),
    Experiment(
        "worst-of-noises", "The worst of N random noises",
        "Random noise of one norm, the worst of 1, 20 and 100 for the network, the same for the reference method.",
        "Geilo lectures 2021", WORST, "worst_of_noises", 90,
        (*shared(), replace(STEPS, default=10),
         Parameter("draws", "Draws of the noise", "Draws of the noise.", 100, at_least=2, at_most=10_000),
         Parameter("level", "Random noise (share of the data's norm)",
                   "Norm of the noise over that of the data.", 0.02, above=0, at_most=1)),
    ),
    Experiment(
        "accuracy-rule", "The accuracy rule",
        "Details that the reference method just captures, and what the network makes of exactly those.",
        "Geilo lectures 2021", DETAILS, "accuracy_rule", 30,
        (*shared(noise=0.01),
         Parameter("vary", "Search for the smallest", "What of a detail is searched for.", "size",
                   names=("size", "contrast"), words={"size": "Size", "contrast": "Contrast"}),
         replace(DETAIL[1], default=0.1), DETAIL[2]),
    ),
    Experiment(
        "universal-bound", "The universal instability bound",
        "Who recovers two images with nearly the same data is unstable: the bound, a false negative, a false positive.",
        "Gottschling et al. 2020; Geilo lectures 2021", DETAILS, "universal_bound", 10,
        (*shared(), *DETAIL,
         Parameter("unseen", "Hidden (share of what is seen)",
                   "Share of the detail's visible part that is taken away.", 0.999, at_least=0, at_most=1)),
    ),
    Experiment(
        "kernel-awareness", "What the scanner cannot see",
        "Two images with identical data, and the share of a detail that is measured against the amount of data.",
        "Geilo lectures 2021; Gottschling et al. 2020", SAMPLES, "kernel_awareness", 10, (*shared(), *DETAIL),
    ),
    Experiment(
        "structural-details", "Structural details through every network",
        "Card suits, text and a lesion: kept, blurred or erased by each shipped network and the reference method.",
        "Antun et al. 2020, Fig. 5", DETAILS, "details_of_networks", 60, (NETWORKS, *COMMON, *DETAIL[1:]),
    ),
    Experiment(
        "more-samples", "More samples, for every network",
        "PSNR of each shipped network against the amount of data, with the weights as they are.",
        "Antun et al. 2020, Fig. 5, last row", SAMPLES, "more_samples", 120,
        (NETWORKS, *COMMON,
         Parameter("images", "Images", "Drawn images whose mean is taken.", 1, at_least=1, at_most=100)),
    ),
    Experiment(
        "transfer", "Attacks on every method, and on the others",
        "Loss against the norm of attacks crafted for each method, and the matrix of attacks and methods.",
        "Darestani et al. 2021", WORST, "transfer", 180,
        (*shared(), replace(STEPS, default=10),
         Parameter("eps", "Attack (share of the norm of k-space)", "Norm of the attack over that of all of k-space.",
                   0.08, above=0, at_most=1),
         Parameter("other_network", "Second network", "A second network.", "firenet",
                   names=("none", *(card.name for card in shipped_cards() if not card.untrained)), words=TITLES),
         Parameter("untrained", "Untrained network",
                   "An untrained network too; its attack and fits take many minutes.", "none",
                   names=("none", *(card.name for card in shipped_cards() if card.untrained)), words=TITLES)),
    ),
    Experiment(
        "fading-heart", "The heart that fades",
        "A search in the measurements: what is left of a painted heart as the perturbation grows.",
        "Antun et al. 2020, Fig. 3", WORST, "fading_heart", 60,
        (*shared(network=shipped("automap", "deep-mri")), STEPS, replace(BUDGET, default=0.1),
         Parameter("shown", "Iterates shown", "Iterates that are shown as pictures.", 4, at_least=1, at_most=8),
         *DETAIL[1:]),
    ),
    Experiment(
        "feature-map", "Where small features are lost",
        "A window of 3 x 3 bright pixels at every place, and the error of each method on it.",
        "Darestani et al. 2021", DETAILS, "feature_map", 120,
        (*shared(),
         Parameter("stride", "From window to window (pixels)", "Pixels from window to window.", 24, at_least=2,
                   at_most=256)),
    ),
    Experiment(
        "lesion-boxes", "Lesions against SSIM",
        "The error in the boxes of lesions, real or drawn, beside the SSIM of the whole image.",
        "Darestani et al. 2021", DETAILS, "lesion_boxes", 30,
        (*shared(),
         Parameter("subject", "File with lesions",
                   "An .npz file with slices and masks of lesions; drawn heads without one.", "", file=True,
                   words={"": "drawn heads"}),
         Parameter("slices", "Slices", "Slices: those with the largest lesions.", 6, at_least=1, at_most=500)),
    ),
    Experiment(
        "attack-spaces", "Image, data or operator perturbed",
        "Three worst cases of a 2 x 2 problem: perturbing the image hides that it is ill-conditioned.",
        "Raj, Bresler and Li 2020", MATHEMATICS, "attack_spaces", 5,
        (
            Parameter("eps", "Perturbation ε (norm)", "Norm of the perturbation.", 0.1, above=0, at_most=10),
            Parameter("lambda", "Weight λ of the worst case", "Weight of the worst case in training.", 1.0, above=0,
                      at_most=1e6),
            Parameter("steps", "Steps of each search", "Steps of each search.", 40, at_least=2, at_most=1000),
        ),
    ),
    Experiment(
        "hallucination-maps", "Hallucination maps",
        "The error that the data contradict, the error that they cannot, and patches that do not agree with the image.",
        "Bhadra et al. 2021; Kc et al. 2025 (sFRC)", DETAILS, "hallucination_maps", 10,
        (*shared(),
         Parameter("reconstruction", "Reconstruction file",
                   "A reconstruction made elsewhere, as an image file of the same size.", "", file=True,
                   words={"": "none"}),
         Parameter("patch", "Size of patches (pixels of 256)",
                   "Side of the patches, in pixels of a 256 x 256 image.", 32, at_least=8, at_most=256, step=8)),
    ),
    Experiment(
        "contrast-detail", "The smallest lesion that survives",
        "Lesions of many sizes and contrasts at several positions: the share that survives each method.",
        "After Cheng et al. 2019 and contrast-detail charts of radiology", DETAILS, "contrast_detail", 90,
        (*shared(noise=0.05),
         Parameter("sizes", "Sizes", "How many sizes.", 4, at_least=2, at_most=20),
         Parameter("smallest", "Smallest (pixels of 256)", "Size in pixels of a 256 x 256 image.", 1.5,
                   at_least=0.5, at_most=100),
         Parameter("largest", "Largest (pixels of 256)", "Size in pixels of a 256 x 256 image.", 12.0,
                   at_least=0.5, at_most=100),
         Parameter("contrasts", "Contrasts", "How many contrasts.", 4, at_least=2, at_most=20),
         Parameter("faintest", "Faintest (share of the maximum)", "Contrast as a share of the largest value.", 0.003,
                   above=0, at_most=2),
         Parameter("strongest", "Strongest (share of the maximum)", "Contrast as a share of the largest value.", 0.1,
                   above=0, at_most=2),
         Parameter("positions", "Positions", "Positions of every lesion.", 6, at_least=1, at_most=200)),
    ),
    Experiment(
        "fragility-ranking", "The most fragile images",
        "A short worst-case search on every image of a folder: ranking, means and intervals.",
        "Genzel et al. 2022 average over images; the ranking is StabView's own", WORST, "fragility_ranking", 120,
        (*shared(), replace(STEPS, default=8), replace(BUDGET, default=0.02),
         Parameter("folder", "Folder of images",
                   "A folder of images and .npz subjects, an image in it, or one subject; else drawn ones.",
                   "", file=True, words={"": "drawn ones"}),
         Parameter("images", "Images at most", "Images at most.", 9, at_least=2, at_most=10_000)),
    ),
    Experiment(
        "distribution-shift", "Other anatomy and the hard half",
        "Every method on images like those of the training, on others, and on the hardest; the line through them.",
        "Darestani et al. 2021", SAMPLES, "distribution_shift", 60,
        (*shared(),
         Parameter("inside", "Images as in the training",
                   "A folder (or subject) of images as in the training; else drawn ones.", "", file=True,
                   words={"": "drawn ones"}),
         Parameter("outside", "Other images",
                   "A folder (or subject) of others; else drawn ones of another anatomy.", "", file=True,
                   words={"": "drawn ones"}),
         Parameter("images", "Images of each kind", "Images of each kind.", 8, at_least=2, at_most=10_000)),
    ),
    Experiment(
        "attack-strength", "Is the search strong enough?",
        "The proof behind a result: a linear twin, planted instabilities, gradient, restarts, plateau, noise, budgets.",
        "Zimmermann et al. 2022; Carlini et al. 2019", CHECKS, "attack_strength", 400,
        (*shared(), STEPS, BUDGET,
         Parameter("search", "Search", "Which search.", "continuation", names=tuple(SEARCHES), words=SEARCHES),
         Parameter("restarts", "Random starts",
                   "Random starts of every search; 0: by the size of the image, 1 to 8.", 0, at_least=0, at_most=100,
                   words={0: "by the image's size"})),
    ),
    Experiment(
        "search-comparison", "Which search finds most?",
        "Every search on every network: the loss it finds at 1 % and at 2 % of the image's norm, with seconds.",
        "StabView's own check", CHECKS, "search_comparison", 600,
        (*COMMON, replace(STEPS, default=15), NETWORKS),
    ),
    Experiment(
        "worst-plausible", "The worst plausible case",
        "Only what goes wrong in scanners, each within its limits, beside an arbitrary change of the same size.",
        "StabView's own; after Antun et al. 2020", WORST, "worst_plausible", 240,
        (*shared(), replace(STEPS, default=12),
         Parameter("box", "Limits (share of the usual)", "Share of the usual limits.", 1.0, above=0, at_most=1),
         Parameter("search", "Search", "Which search.", "projected", names=("continuation", "projected", "adam"),
                   words=SEARCHES)),
    ),
    Experiment(
        "universal-perturbation", "One perturbation for many images",
        "Found on several drawn images together, tried on others; beside each image's own worst and random ones.",
        "Moosavi-Dezfooli et al. 2017; Raj, Bresler and Li 2020", WORST, "universal_perturbation", 240,
        (*(one for one in shared() if one.name != "image"), replace(STEPS, default=15), replace(BUDGET, default=0.03),
         Parameter("images", "Images of the search", "Images of the search.", 4, at_least=2, at_most=100),
         Parameter("others", "Further images", "Further images it is tried on.", 2, at_least=0, at_most=100)),
    ),
)  # fmt: skip
