"""The card of the reference method (SoA): the sparse reconstruction the network is compared with."""

from __future__ import annotations

from dataclasses import replace

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, NumberEdit
from stabview.study.choices import SOA_METHODS
from stabview.study.fields import FIELDS
from stabview.study.study import SoaChoice, Study

METHOD_TITLES = {"tv": "Total variation", "wavelet": "Wavelets", "shearlet": "Shearlets", "firenet": "FIRENET"}


class SoaCard(Card):
    """Shows and changes `study.soa`."""

    title = "Reference method (SoA)"
    name = "soa"
    folded_at_first = True

    def build(self) -> None:
        self.method = self.wide(Choice("Reference method", "The method with guarantees.", "soaMethod"))
        self.method.fill([(key, METHOD_TITLES.get(key, key), text) for key, text in SOA_METHODS.items()])
        fields = FIELDS[SoaChoice]
        self.lambda_ = NumberEdit("Lambda of the reference method", fields["lambda_"], "soaLambda")
        self.tolerance = NumberEdit("Tolerance of the reference method", fields["tolerance"], "soaTolerance")
        self.pair("λ", self.lambda_, "tol.", self.tolerance)
        self.used = self.wide(Note())
        self.method.chosen.connect(lambda key: self._change("reference method", method=key))
        self.lambda_.edited.connect(lambda value: self._change("lambda", lambda_=value))
        self.tolerance.edited.connect(lambda value: self._change("tolerance", tolerance=value))

    def show_study(self, study: Study) -> None:
        self.method.show_key(study.soa.method)
        self.lambda_.show_value(study.soa.lambda_)
        self.tolerance.show_value(study.soa.tolerance)

    def show_scene(self) -> None:
        scene = self.workbench.scene
        self.used.setText(scene.soa_title if scene is not None else "")

    def summary(self) -> str:
        return self.used.text() or self.method.currentText()

    def _change(self, label: str, **parts: object) -> None:
        self.change(label, soa=replace(self.workbench.study.soa, **parts))
