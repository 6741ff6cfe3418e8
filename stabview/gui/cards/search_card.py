"""The card of the worst-case search: its kind, domain, length and budget; what is left to StabView says 'auto'."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, Fold, NumberEdit, Spin, tend
from stabview.gui.cards.paint_state import PaintState
from stabview.study.choices import AGAINST, DOMAINS, GOALS, SEARCHES
from stabview.study.fields import FIELDS, key_of, matters
from stabview.study.study import COMPLEX, PerturbationChoice, Study

SEARCH_TITLES = {
    "continuation": "Continuation", "ascent": "Momentum ascent", "joint-descent": "Joint descent (untrained networks)",
    "projected": "Projected ascent", "adam": "Projected Adam", "minimal-norm": "Smallest harmful",
    "saved": "Saved perturbations",
}  # fmt: skip
_NUMBERS = {
    "momentum": ("momentum", "Momentum of the search"),
    "lambda_": ("λ", "Lambda of the search"),
    "step": ("step", "Step of the ascent"),
    "init": ("init", "Size of the random start"),
}


class SearchCard(Card):
    """Shows and changes `study.perturbation`."""

    title = "Worst-case search"
    name = "search"

    def build(self) -> None:
        self.search = self.wide(Choice("Search", "How the perturbation is looked for.", "searchChoice"))
        self.search.fill([(key, SEARCH_TITLES.get(key, key), text) for key, text in SEARCHES.items()])
        tip = "What the perturbation is to do to the network's image; hide and draw are about the chosen detail."
        self.goal = self.row("goal", Choice("Goal of the search", tip, "searchGoal"))
        self.goal.fill([(key, key, text) for key, text in GOALS.items()])
        self.goal.chosen.connect(self._aim)
        tip = "Largest perturbation, relative to the image: ||r|| / ||x||."
        unit = " % of ‖x‖"
        self.budget = self.row(
            "budget",
            Spin("Budget", tip, 0.01, 100, step=0.5, decimals=2, suffix=unit, object_name="searchBudget"),
        )
        self.steps = Spin("Steps", "Number of iterates.", 1, 1000, object_name="searchSteps")
        self.seed = Spin("Search seed", "Random start of the search.", 0, 99999, object_name="searchSeed")
        self.pair("steps", self.steps, ("seed", self.seed))
        self.more = self.wide(Fold("more", "Domain, start and the parameters of the search.", "searchMore"))
        self.domain = self.row("domain", Choice("Domain", "Where the perturbation lives.", "domainChoice"))
        self.domain.fill([(key, key, text) for key, text in DOMAINS.items()])
        tip = "Radius of the first sphere, relative to the image."
        self.against = self.row(
            "against", Choice("Searched method", "The method whose weakness is looked for.", "searchAgainst")
        )
        self.against.fill([(key, key, text) for key, text in AGAINST.items()])
        tip = "Random starts that are followed together; the best is shown."
        self.restarts = self.row("starts", Spin("Random starts", tip, 1, 100, object_name="searchRestarts"))
        tip = "Share of the limits of what goes wrong in scanners."
        self.box = self.row("limits", Spin("Physical limits", tip, 1, 100, suffix=" %", object_name="searchBox"))
        tip = "dB of PSNR that the perturbation has to cost."
        self.loss = self.row(
            "loss", Spin("Loss", tip, 0.1, 60, step=0.5, decimals=1, suffix=" dB", object_name="searchLoss")
        )
        self.start = self.row(
            "start",
            Spin("Start radius", tip, 0.001, 10, step=0.05, decimals=3, suffix=unit, object_name="searchStart"),
        )
        self.numbers = {
            field: NumberEdit(name, FIELDS[PerturbationChoice][field], f"search.{key_of(field)}")
            for field, (_, name) in _NUMBERS.items()
        }
        for field, edit in self.numbers.items():
            edit.edited.connect(lambda value, field=field: self._change(key_of(field), **{field: value}))
        self.row("momentum", self.numbers["momentum"])
        self.pair("λ", self.numbers["lambda_"], ("step", self.numbers["step"]))
        self.row("init", self.numbers["init"])
        self.real_only = QCheckBox("real perturbations only")
        tend(
            self.real_only,
            "Real perturbations only",
            "Search among real r; otherwise r is complex for MRI.",
            "realOnly",
        )
        self.wide(self.real_only)
        self.prove = QCheckBox("prove the strength")
        tip = "After the search, try it where the answer is known; ten times as long, in the background, and kept."
        tend(self.prove, "Prove the strength of the search", tip, "searchProve")
        self.wide(self.prove)
        self.prove.clicked.connect(lambda on: self._change("proof of strength", prove=on))
        self.strength = self.wide(Note())
        self.bridge.search_changed.connect(self._show_strength)
        self.bridge.progress_changed.connect(self._show_strength)
        self.more.toggled.connect(lambda on: self._show_more(self.workbench.study))
        self.search.chosen.connect(lambda key: self._change("search", search=key))
        self.against.chosen.connect(lambda key: self._change("searched method", against=key))
        self.restarts.edited.connect(lambda value, follows: self._change("starts", follows, restarts=int(value)))
        self.box.edited.connect(lambda value, follows: self._change("limits", follows, box=value / 100))
        self.loss.edited.connect(lambda value, follows: self._change("loss", follows, loss=value))
        self.domain.chosen.connect(lambda key: self._change("domain", domain=key))
        self.steps.edited.connect(lambda value, follows: self._change("steps", follows, steps=int(value)))
        self.budget.edited.connect(
            lambda value, follows: self._change("budget", follows, max_relative_norm=value / 100)
        )
        self.start.edited.connect(lambda value, follows: self._change("start radius", follows, start=value / 100))
        self.seed.edited.connect(lambda value, follows: self._change("search seed", follows, seed=int(value)))
        self.real_only.clicked.connect(lambda on: self._change("real perturbations", real_only=on))

    def show_study(self, study: Study) -> None:
        chosen = study.perturbation
        self.search.show_key(chosen.search)
        self.domain.show_key(chosen.domain)
        self.goal.show_key(chosen.goal)
        self.against.show_key(chosen.against)
        self.restarts.show_value(chosen.restarts)
        self.box.show_value(100 * chosen.box)
        self.loss.show_value(chosen.loss)
        self.steps.show_value(chosen.steps)
        self.budget.show_value(100 * chosen.max_relative_norm)
        self.start.show_value(100 * chosen.start)
        self.seed.show_value(chosen.seed)
        self.real_only.setChecked(chosen.real_only)
        self.prove.setChecked(chosen.prove)
        for field, edit in self.numbers.items():
            edit.show_value(getattr(chosen, field))
        set_here = [name for name, edit in self.numbers.items() if edit.text()]
        parameters = f"{', '.join(_NUMBERS[name][0] for name in set_here)} set" if set_here else "parameters auto"
        real = ", real" if chosen.real_only else ""
        self.more.setText(f"in the {chosen.domain}{real}, {parameters}")
        self._show_more(study)

    def _show_more(self, study: Study) -> None:
        more = self.more.isChecked()
        for field in (self.domain, self.against, self.restarts):
            self.show_row(field, more)
        self.show_row(self.box, matters(study.perturbation, "box"))
        self.show_row(self.budget, matters(study.perturbation, "max_relative_norm"))
        self.show_row(self.loss, matters(study.perturbation, "loss"))
        for name, field in (
            ("start", self.start),
            ("momentum", self.numbers["momentum"]),
            ("lambda_", self.numbers["lambda_"]),
            ("init", self.numbers["init"]),
        ):
            self.show_row(field, more and matters(study.perturbation, name))
        self.show_row(self.prove, more)
        self.show_row(self.real_only, more and study.sampling.operator in COMPLEX)

    def _show_strength(self) -> None:
        words = self.workbench.strength
        self.strength.setText(f"Search: {words}." if words else "")

    def summary(self) -> str:
        chosen = self.workbench.study.perturbation
        return f"{chosen.search} · {chosen.steps} steps · {100 * chosen.max_relative_norm:g} %"

    def _aim(self, goal: str) -> None:
        details, chosen = self.workbench.study.details, PaintState.of(self.bridge).selected
        index = chosen if chosen is not None and chosen < len(details) else max(len(details) - 1, 0)
        self._change("goal", goal=goal, detail=index if goal in ("hide", "draw", "region") else 0)

    def _change(self, label: str, merge: bool = False, **parts: object) -> None:
        self.change(label, merge=merge, perturbation=replace(self.workbench.study.perturbation, **parts))
