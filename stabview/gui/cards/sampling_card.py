"""The sampling card: operator, what fixes it, rate or number of views, and a picture of what is measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, Fold, SliderRow, Spin
from stabview.gui.cards.thumbnails import SamplingThumbnail
from stabview.gui.dialogs.files import ask_angles, ask_coils, ask_mask
from stabview.study.choices import FILTERS, GEOMETRIES, OPERATORS, PATTERNS
from stabview.study.fields import FIELDS, matters
from stabview.study.networks import first_for, taking
from stabview.study.study import SamplingChoice, Study

OPERATOR_TITLES = {
    "fourier": "Fourier (MRI)",
    "multicoil": "Multi-coil (MRI)",
    "radial-fourier": "Radial (MRI)",
    "radon": "Radon (CT)",
    "gaussian": "Gaussian matrix",
    "dct": "Cosine transform",
}
_OWN, _OPEN, _EVEN = "<own>", "<open>", "<even>"
_BIRDCAGE, _MAPS, _CALIBRATION = "<birdcage>", "<maps>", "<calibration>"
VIEWS = (4, 1000)
_RATE_TIP = "Share of the samples that are measured. The network was trained at one rate only."
_VIEWS_TIP = "Number of views the image is measured from. The network was trained with one number only."


class SamplingCard(Card):
    """Shows and changes `study.sampling`; the other operator brings a network that was trained for it."""

    title = "Sampling"
    name = "sampling"

    def build(self) -> None:
        self.operator = Choice("Operator", "What the scanner measures.", "operatorChoice")
        self.operator.fill([(key, OPERATOR_TITLES.get(key, key), text) for key, text in OPERATORS.items()])
        self.realised = Note()
        self.thumbnail = SamplingThumbnail()
        top, left = QWidget(), QVBoxLayout()
        across = QHBoxLayout(top)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(6)
        left.addWidget(self.operator)
        left.addWidget(self.realised)
        left.addStretch(1)
        across.addLayout(left, 1)
        across.addWidget(self.thumbnail)
        self.wide(top)
        self.pattern = self.row("pattern", Choice("Sampling pattern", "Which samples are taken.", "patternChoice"))
        self.rate = self.row(
            "rate", SliderRow("Sampling rate", _RATE_TIP, 1, 100, suffix=" %", object_name="rateSlider")
        )
        self.angles = self.row("angles", Choice("View angles", "Which angles the views have.", "anglesChoice"))
        self.coil_source = Choice("Coil sensitivities", "Where the sensitivities of the coils come from.", "coilSource")
        coils = FIELDS[SamplingChoice]["coils"]
        self.coils = Spin("Number of coils", coils.sentence, coils.at_least, coils.at_most, object_name="coilCount")
        self.pair("coils", self.coil_source, ("", self.coils))
        self.geometry = Choice("Geometry of the rays", "How the rays run.", "geometryChoice")
        self.geometry.fill([(key, key, sentence) for key, sentence in GEOMETRIES.items()])
        self.filter = Choice("Filter of the back-projection", "For filtered back-projection only.", "filterChoice")
        self.filter.fill([(key, key.replace("-", " "), sentence) for key, sentence in FILTERS.items()])
        self.pair("rays", self.geometry, ("filter", self.filter))
        self.more = self.wide(Fold("more", "Grid of the simulation, noise and seed.", "samplingMore"))
        self.more.toggled.connect(lambda _on: self._show_more(self.workbench.study.sampling))
        self.finer = Choice("Grid of the simulation", FIELDS[SamplingChoice]["finer"].sentence, "finerChoice")
        self.finer.fill(
            [
                ("1", "same as the image", "The data are exactly A x: the inverse crime, which flatters every method."),
                ("2", "2 times finer", "The data come from a finer image, to which A x is an approximation."),
                ("4", "4 times finer", "The data come from a finer image, to which A x is an approximation."),
            ]
        )
        self.row("grid", self.finer)
        self.seed = Spin("Sampling seed", "Another number draws other samples.", 0, 99999, object_name="samplingSeed")
        tip = "Gaussian noise on the data, relative to the data: ||e|| / ||A x||."
        self.noise = Spin("Noise", tip, 0, 50, step=0.5, decimals=1, suffix=" %", object_name="noiseLevel")
        self.pair("noise", self.noise, ("seed", self.seed))
        self._views = False
        self.operator.chosen.connect(self._choose_operator)
        self.pattern.chosen.connect(self._choose_pattern)
        self.angles.chosen.connect(self._choose_angles)
        self.rate.edited.connect(self._change_rate)
        self.seed.edited.connect(lambda value, follows: self._change("sampling seed", follows, seed=int(value)))
        self.coil_source.chosen.connect(self._choose_coils)
        self.coils.edited.connect(lambda value, follows: self._change("number of coils", follows, coils=int(value)))
        self.geometry.chosen.connect(lambda key: self._change("geometry", geometry=key))
        self.filter.chosen.connect(lambda key: self._change("filter", filter=key))
        self.finer.chosen.connect(lambda key: self._change("grid of the simulation", finer=int(key)))
        self.noise.edited.connect(lambda value, follows: self._change("noise", follows, noise=value / 100))

    def show_study(self, study: Study) -> None:
        sampling = study.sampling
        self.operator.show_key(sampling.operator)
        self._show_pattern(sampling)
        views = sampling.counts_views
        if views != self._views:
            self._views = views
            self.rate.describe("Number of views" if views else "Sampling rate", _VIEWS_TIP if views else _RATE_TIP)
            low, high = VIEWS if views else (1, 100)
            self.rate.set_range(low, high, logarithmic=views, suffix="" if views else " %")
        self.caption(self.rate).setText(("views" if sampling.operator == "radon" else "spokes") if views else "rate")
        self.rate.show_value(sampling.views if views else 100 * sampling.rate)
        patterned = matters(sampling, "pattern")
        own = sampling.angles if views else sampling.mask if patterned else None
        self.rate.setEnabled(own is None and (not patterned or sampling.pattern != "full"))
        self.seed.show_value(sampling.seed)
        self.noise.show_value(100 * sampling.noise)
        self.show_row(self.pattern, patterned)
        self._show_coils(sampling)
        self.geometry.show_key(sampling.geometry)
        self.filter.show_key(sampling.filter)
        self.show_row(self.geometry, matters(sampling, "geometry"))
        self.finer.show_key(str(sampling.finer))
        self._show_more(sampling)

    def _show_more(self, sampling: SamplingChoice) -> None:
        """What is seldom changed, where it is asked for; folded it is one line."""
        finer, seeded = matters(sampling, "finer"), not sampling.counts_views or sampling.noise > 0
        noise = f"{100 * sampling.noise:g} % noise" if sampling.noise else "no noise"
        grid = [f"grid {sampling.finer} times finer"] if finer and sampling.finer > 1 else []
        self.more.setText(", ".join([noise, *([f"seed {sampling.seed}"] if seeded else []), *grid]))
        self.show_row(self.finer, self.more.isChecked() and finer)
        self.show_row(self.noise, self.more.isChecked())
        self.show_half(self.seed, seeded)

    def show_scene(self) -> None:
        scene = self.workbench.scene
        self.thumbnail.show_sampling(scene and scene.mask, scene and scene.angles)
        if scene is None:
            self.realised.setText("being prepared …")
            return
        views = self.workbench.study.sampling.counts_views and scene.angles is not None
        realised = f"{len(scene.angles)} views" if views else f"{100 * (scene.rate or 0):.1f} %"
        self.realised.setText(f"{realised}\n{scene.samples:,} samples".replace(",", "\u202f"))

    def summary(self) -> str:
        return f"{self.operator.currentText()} · {self.realised.text().splitlines()[0]}"

    def _change(self, label: str, merge: bool = False, **parts: object) -> None:
        self.change(label, merge=merge, sampling=replace(self.workbench.study.sampling, **parts))

    def _change_rate(self, value: float, follows: bool) -> None:
        if self._views:
            self._change("number of views", follows, views=int(value))
        else:
            self._change("sampling rate", follows, rate=value / 100)

    def _show_pattern(self, sampling: SamplingChoice) -> None:
        """Patterns and angles by name, with the file in use and the way to another."""
        rows = [(key, key.replace("-", " "), text) for key, text in PATTERNS.items()]
        if sampling.mask is not None:
            rows.append((_OWN, Path(sampling.mask).name, sampling.mask))
        self.pattern.fill([*rows, (_OPEN, "mask from a file…", FIELDS[SamplingChoice]["mask"].sentence)])
        self.pattern.show_key(sampling.pattern if sampling.mask is None else _OWN)
        even = "golden angle" if sampling.operator == "radial-fourier" else "equispaced"
        rows = [(_EVEN, even, "As many as the slider says.")]
        if sampling.angles is not None:
            rows.append((_OWN, Path(sampling.angles).name, sampling.angles))
        self.angles.fill([*rows, (_OPEN, "from a file…", FIELDS[SamplingChoice]["angles"].sentence)])
        self.angles.show_key(_EVEN if sampling.angles is None else _OWN)
        self.show_row(self.angles, sampling.counts_views)

    def _choose_pattern(self, key: str) -> None:
        if key == _OPEN:
            self.refresh()
            ask_mask(self.window(), lambda path: self._change("sampling mask", mask=str(path)))
        elif key != _OWN:
            self._change("pattern", pattern=key, mask=None)

    def _choose_angles(self, key: str) -> None:
        if key == _OPEN:
            self.refresh()
            ask_angles(self.window(), lambda path: self._change("view angles", angles=str(path)))
        elif key != _OWN:
            self._change("view angles", angles=None)

    def _show_coils(self, sampling: SamplingChoice) -> None:
        file = sampling.maps or sampling.calibration
        rows = [(_BIRDCAGE, "birdcage", "Simulated: coils around the head, normalised by their root sum of squares.")]
        if file is not None:
            rows.append((_MAPS if sampling.maps else _CALIBRATION, Path(file).name, file))
        rows.append(("<open maps>", "maps from a file…", FIELDS[SamplingChoice]["maps"].sentence))
        rows.append(("<open k-space>", "estimate from k-space…", FIELDS[SamplingChoice]["calibration"].sentence))
        self.coil_source.fill(rows)
        self.coil_source.show_key(_BIRDCAGE if file is None else rows[1][0])
        self.coils.show_value(sampling.coils)
        self.show_row(self.coil_source, matters(sampling, "coils"))
        self.show_half(self.coils, matters(sampling, "coils") and file is None)

    def _choose_coils(self, key: str) -> None:
        if key == _BIRDCAGE:
            self._change("coil sensitivities", maps=None, calibration=None)
        elif key.startswith("<open"):
            part, other = ("maps", "calibration") if "maps" in key else ("calibration", "maps")
            self.refresh()
            ask_coils(self.window(), lambda path: self._change("coil sensitivities", **{part: str(path), other: None}))

    def _choose_operator(self, operator: str) -> None:
        study = self.workbench.study
        if operator == study.sampling.operator:
            return
        card, sampling = first_for(operator), replace(study.sampling, operator=operator)
        if card is None or study.network.path is not None:  # of the user's own network only the user knows
            self._change("operator", operator=operator)
            return
        self.change("operator", **{"sampling": sampling} | taking(card, study.having(sampling=sampling)))
        self.tell(f"The network {card.title} was chosen too: it was trained for this operator.")
