"""The sampling card: operator, pattern, rate or number of views, and a picture of what is measured."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, SliderRow, Spin
from stabview.gui.cards.network_choice import first_for, taking
from stabview.gui.cards.thumbnails import SamplingThumbnail
from stabview.study.choices import OPERATORS, PATTERNS
from stabview.study.study import Study

OPERATOR_TITLES = {"fourier": "Fourier (MRI)", "radon": "Radon (CT)"}
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
        self.pattern.fill([(key, key.replace("-", " "), text) for key, text in PATTERNS.items()])
        self.rate = self.row(
            "rate", SliderRow("Sampling rate", _RATE_TIP, 1, 100, suffix=" %", object_name="rateSlider")
        )
        self.seed = Spin("Sampling seed", "Another number draws other samples.", 0, 99999, object_name="samplingSeed")
        tip = "Gaussian noise on the data, relative to the data: ||e|| / ||A x||."
        self.noise = Spin("Noise", tip, 0, 50, step=0.5, decimals=1, suffix=" %", object_name="noiseLevel")
        self.pair("noise", self.noise, "seed", self.seed)
        self._views = False
        self.operator.chosen.connect(self._choose_operator)
        self.pattern.chosen.connect(lambda key: self._change("pattern", pattern=key))
        self.rate.edited.connect(self._change_rate)
        self.seed.edited.connect(lambda value, follows: self._change("sampling seed", follows, seed=int(value)))
        self.noise.edited.connect(lambda value, follows: self._change("noise", follows, noise=value / 100))

    def show_study(self, study: Study) -> None:
        sampling = study.sampling
        self.operator.show_key(sampling.operator)
        self.pattern.show_key(sampling.pattern)
        views = sampling.operator == "radon"
        if views != self._views:
            self._views = views
            self.caption(self.rate).setText("views" if views else "rate")
            self.rate.describe("Number of views" if views else "Sampling rate", _VIEWS_TIP if views else _RATE_TIP)
            low, high = VIEWS if views else (1, 100)
            self.rate.set_range(low, high, logarithmic=views, suffix="" if views else " %")
        self.rate.show_value(sampling.views if views else 100 * sampling.rate)
        self.rate.setEnabled(views or sampling.pattern != "full")
        self.seed.show_value(sampling.seed)
        self.noise.show_value(100 * sampling.noise)
        self.show_row(self.pattern, not views)
        self.show_half(self.seed, not views or sampling.noise > 0)

    def show_scene(self) -> None:
        scene = self.workbench.scene
        self.thumbnail.show_sampling(scene and scene.mask, scene and scene.angles)
        if scene is None:
            self.realised.setText("being prepared …")
            return
        realised = f"{100 * scene.rate:.1f} %" if scene.rate is not None else f"{len(scene.angles)} views"
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

    def _choose_operator(self, operator: str) -> None:
        study = self.workbench.study
        if operator == study.sampling.operator:
            return
        card = first_for(operator)
        if card is None or study.network.path is not None:  # of the user's own network only the user knows
            self._change("operator", operator=operator)
            return
        self.change("operator", **taking(card, study))
        self.tell(f"The network {card.title} was chosen too: it was trained for this operator.")
