"""The network card: which network reconstructs, where it was trained, whether its file is safe, and its model card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, Elided, tend
from stabview.gui.cards.sampling_card import OPERATOR_TITLES
from stabview.gui.dialogs.files import ask_network
from stabview.gui.dialogs.model_card import ModelCardDialog
from stabview.gui.dialogs.network_opening import open_network
from stabview.methods.networks.cards import shipped_cards
from stabview.study.networks import brought, named, taking, trained_at
from stabview.study.study import NetworkChoice, Study

_FILE, _OPEN = "<file>", "<open>"


class NetworkCard(Card):
    """Shows and changes `study.network`; a network brings what it was trained at."""

    title = "Network"
    name = "network"

    def build(self) -> None:
        self.choice = self.wide(Choice("Network", "The learned method that is examined.", "networkChoice"))
        self.training = Note()
        self.model_card = QPushButton("Model card")
        tend(
            self.model_card,
            "Model card",
            "What the network is, what it was trained on, how well it does and where it should not be used.",
            "modelCardButton",
        )
        holder = QWidget()
        across = QHBoxLayout(holder)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self.training, 1)
        across.addWidget(self.model_card)
        self.wide(holder)
        self.trust = self.wide(Elided(mode=Qt.TextElideMode.ElideRight))
        self.trust.setProperty("muted", True)
        self.trust.setObjectName("networkTrust")
        self.choice.chosen.connect(self._choose)
        self.model_card.clicked.connect(self._show_model_card)

    def show_study(self, study: Study) -> None:
        network = study.network
        rows = [(card.name, card.title, card.summary) for card in shipped_cards()]
        if network.path is not None:
            rows.insert(0, (_FILE, Path(network.path).name, network.path))
        self.choice.fill(
            [*rows, (_OPEN, "Open a file…", "A network of yours: weights, .pt2, ONNX or TorchScript.")]
        )
        self.choice.show_key(_FILE if network.path is not None else network.name)

    def show_scene(self) -> None:
        scene, study = self.workbench.scene, self.workbench.study
        self.model_card.setEnabled(bool(self._card_text()))
        card = named(study.network.name) if study.network.path is None else None
        rate = study.network.trained_rate or (card.trained_rate if card is not None else None)
        if scene is not None and rate is None:
            rate = scene.trained_rate
        learnt = card is None or card.learnt
        only = ", takes no other operator" if card is not None and card.fixed else ""
        self.training.setText(trained_at(study.sampling.operator, rate) + only if learnt else "needs no training")
        own = study.network.path is not None  # that shipped weights can be trusted goes without saying
        self.trust.setText(scene.trust if own and scene is not None and scene.trust else "")
        self.trust.setVisible(bool(self.trust.text()))

    def summary(self) -> str:
        return self.choice.currentText()

    def open_file(self, path: str | Path) -> None:
        """Take a network file into the study: agreed to where it can run code, connected where it does not say how."""
        open_network(
            self.bridge, self.window(), path, self.workbench.study.sampling.operator,
            lambda operator: self._take_file(path, operator),
        )  # fmt: skip

    def _take_file(self, path: str | Path, operator: str | None) -> None:
        parts = {"network": NetworkChoice(path=str(path))}
        sampling = self.workbench.study.sampling
        if operator is not None and operator != sampling.operator:
            parts["sampling"] = replace(sampling, operator=operator)
            self.tell(f"The operator is now {OPERATOR_TITLES.get(operator, operator)}: the network takes its data.")
        self.change("open network", **parts)

    def _choose(self, key: str) -> None:
        if key == _OPEN:
            self.refresh()
            ask_network(self.window(), self.open_file)
        elif key != _FILE:
            card, study = named(key), self.workbench.study
            parts = taking(card, study)
            self.change("network", **parts)
            if card.fixed:
                self.tell(f"{card.title} takes one operator only, which the study now has: {card.only_operator}.")
            elif said := brought(card, study, parts):
                self.tell(said)

    def _card_text(self) -> str:
        """The card of a shipped network at once, that of a file once it was read."""
        network, scene = self.workbench.study.network, self.workbench.scene
        card = named(network.name) if network.path is None else None
        if card is not None:
            return card.text
        return scene.network_card if scene is not None and scene.network_path == network.path else ""

    def _show_model_card(self) -> None:
        if self._card_text():
            ModelCardDialog(self.choice.currentText(), self._card_text(), self.window()).open()
