"""The card of the reference method (SoA): what it assumes of an image, what it minimises and how far."""

from __future__ import annotations

import math
from dataclasses import replace

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, NumberEdit, Spin
from stabview.study.choices import ALGORITHMS, PROBLEMS, SOA_METHODS, WAVELETS
from stabview.study.fields import FIELDS, matters
from stabview.study.study import SoaChoice, Study

METHOD_TITLES = {
    "tv": "Total variation",
    "tv-anisotropic": "Total variation, anisotropic",
    "tgv": "Total generalised variation",
    "wavelet": "Wavelets",
    "shearlet": "Shearlets, reweighted",
    "shearlet-tgv": "Shearlets and TGV, reweighted",
    "firenet": "FIRENET",
    "cg": "Least squares",
}
PROBLEM_TITLES = {"p2": "½‖Ax − y‖² + λR (P2)", "p3": "‖Ax − y‖ + λR (P3)", "p1": "‖Ax − y‖ ≤ η (P1)"}
_AUTO = "<auto>"


class SoaCard(Card):
    """Shows and changes `study.soa`."""

    title = "Reference method (SoA)"
    name = "soa"
    folded_at_first = True

    def build(self) -> None:
        fields = FIELDS[SoaChoice]
        self.method = self.wide(Choice("Reference method", "The method with guarantees.", "soaMethod"))
        self.method.fill([(key, METHOD_TITLES.get(key, key), text) for key, text in SOA_METHODS.items()])
        self.wavelet = Choice("Wavelet", fields["wavelet"].sentence, "soaWavelet")
        self.levels = Spin("Levels of the wavelet transform", fields["levels"].sentence, 0, 12, object_name="soaLevels")
        self.levels.setSpecialValueText("auto")
        self.pair("wavelet", self.wavelet, ("levels", self.levels))
        self.problem = Choice("Problem", fields["problem"].sentence, "soaProblem")
        self.problem.fill([(key, PROBLEM_TITLES[key], sentence) for key, sentence in PROBLEMS.items()])
        self.row("min", self.problem)
        self.algorithm = Choice("Algorithm", fields["algorithm"].sentence, "soaAlgorithm")
        fastest = (_AUTO, "auto", "The fastest that is known for the problem.")
        self.algorithm.fill([fastest, *((key, key, sentence) for key, sentence in ALGORITHMS.items())])
        self.row("by", self.algorithm)
        self.lambda_ = NumberEdit("Lambda of the reference method", fields["lambda_"], "soaLambda")
        self.tolerance = NumberEdit("Tolerance of the reference method", fields["tolerance"], "soaTolerance")
        self.pair("λ", self.lambda_, ("tol.", self.tolerance))
        self.used = self.wide(Note())
        self.reached = self.wide(Note())
        self.reached.setObjectName("soaReached")
        self.method.chosen.connect(lambda key: self._change("reference method", method=key))
        self.wavelet.chosen.connect(lambda key: self._change("wavelet", wavelet=None if key == _AUTO else key))
        self.levels.edited.connect(lambda value, follows: self._change("levels", follows, levels=int(value) or None))
        self.problem.chosen.connect(lambda key: self._change("problem", problem=key, lambda_=None))
        self.algorithm.chosen.connect(lambda key: self._change("algorithm", algorithm=None if key == _AUTO else key))
        self.lambda_.edited.connect(lambda value: self._change("lambda", lambda_=value))
        self.tolerance.edited.connect(lambda value: self._change("tolerance", tolerance=value))
        self.bridge.frame_changed.connect(self.show_reached)

    def show_study(self, study: Study) -> None:
        soa = study.soa
        self.method.show_key(soa.method)
        known = [(_AUTO, "auto", "What suits the method."), *((key, key, text) for key, text in WAVELETS.items())]
        if soa.wavelet is not None and soa.wavelet not in WAVELETS:
            known.append((soa.wavelet, soa.wavelet, "As the study says."))
        self.wavelet.fill(known)
        self.wavelet.show_key(soa.wavelet or _AUTO)
        self.levels.show_value(soa.levels or 0)
        self.problem.show_key(soa.problem)
        self.algorithm.show_key(soa.algorithm or _AUTO)
        self.lambda_.show_value(soa.lambda_)
        self.tolerance.show_value(soa.tolerance)
        self.caption(self.lambda_).setText("η" if soa.problem == "p1" and matters(soa, "problem") else "λ")
        self.show_row(self.wavelet, matters(soa, "wavelet"))
        self.show_row(self.problem, matters(soa, "problem"))
        self.show_row(self.algorithm, matters(soa, "algorithm"))

    def show_scene(self) -> None:
        scene = self.workbench.scene
        self.used.setText(scene.soa_title if scene is not None else "")
        self.show_reached()

    def show_reached(self) -> None:
        """What the solve of the present iterate came to."""
        frame = self.workbench.frame() if self.workbench.scene is not None else None
        solver = frame.measures.get("soa", {}) if frame is not None else {}
        if "iterations" not in solver:
            self.reached.setText("")
            return
        gap = f", gap {solver['gap']:.1e}" if math.isfinite(solver["gap"]) else ""
        self.reached.setText(
            f"{solver['iterations']} iterations{gap}{'' if solver['converged'] else ', not converged'}"
        )

    def summary(self) -> str:
        return self.used.text() or self.method.currentText()

    def _change(self, label: str, merge: bool = False, **parts: object) -> None:
        self.change(label, merge=merge, soa=replace(self.workbench.study.soa, **parts))
