"""What a result amounts to: where the network first lost 5 dB, the word for it, and the outcome in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping

from stabview.report.pictures import percent
from stabview.report.wording import LOSS, METHODS, norm_name

OBSERVED, NOT_FOUND, INCONCLUSIVE = "OBSERVED", "NOT FOUND WITHIN BUDGET", "INCONCLUSIVE"
_BY_STEPS = ("continuation", "ascent", "projected", "adam")
"""Searches that end at their budget or after their steps, and were stopped where they did neither."""
_NEARLY = 0.98  # of the budget: the last step falls short of it by rounding


def clean_psnr(result: Mapping, method: str) -> float | None:
    """PSNR of a method for the clean data, or None."""
    return result.get("clean", {}).get(method, {}).get("psnr")


def first_loss(result: Mapping, method: str = "network") -> Mapping | None:
    """The first iterate at which a method has lost 5 dB of the PSNR it has for the clean data, or None."""
    clean = clean_psnr(result, method)
    if clean is None:
        return None
    for iterate in result.get("iterates", ()):
        psnr = iterate.get(method, {}).get("psnr")
        if psnr is not None and psnr <= clean - LOSS:
            return iterate
    return None


def outcome(result: Mapping) -> tuple[str, str] | None:
    """The outcome about the network as a word and its reason; None where nothing was searched for.

    OBSERVED needs the counterexample alone. NOT FOUND WITHIN BUDGET needs a search that came to its end and, where it
    was tried on known answers, found them; everything else is INCONCLUSIVE.
    """
    iterates = [iterate for iterate in result.get("iterates", ()) if iterate["index"] > 0]
    if not iterates:
        return None
    loss, norm = first_loss(result), norm_name(result)
    if loss is not None:
        return OBSERVED, f"at iterate {loss['index']}, {norm} = {percent(loss['relative_norm'])}"
    if clean_psnr(result, "network") is None or not any("psnr" in entry.get("network", {}) for entry in iterates):
        return INCONCLUSIVE, "its PSNR was not computed"
    reached = f"up to {norm} = {percent(iterates[-1]['relative_norm'])}"
    if stopped_early(result):
        return INCONCLUSIVE, f"the search was stopped before its budget; nothing was found {reached}"
    if result.get("validity", {}).get("outcome") == "inconclusive":
        return INCONCLUSIVE, f"nothing was found {reached}, by a search that did not pass its own proof of strength"
    return NOT_FOUND, reached


def stopped_early(result: Mapping) -> bool:
    """Whether a search has made fewer steps than it was allowed and not come to its budget."""
    choice, iterates = result.get("study", {}).get("perturbation", {}), result.get("iterates", ())
    if choice.get("search") not in _BY_STEPS or not iterates or iterates[-1]["index"] >= choice.get("steps", 0):
        return False
    budget = choice.get("box", 1.0) if choice.get("domain") == "physical" else choice.get("max_relative_norm")
    if budget is None or choice.get("max_noise_ratio") is not None:
        return False
    return iterates[-1]["relative_norm"] < _NEARLY * budget


def summary(result: Mapping) -> list[str]:
    """The outcome in sentences, numbers only, no verdict."""
    lines = []
    clean = {method: clean_psnr(result, method) for method in ("network", "soa")}
    if any(value is not None for value in clean.values()):
        words = [f"{METHODS[method]} {value:.2f} dB" for method, value in clean.items() if value is not None]
        lines.append(f"PSNR for the clean data: {', '.join(words)}.")
    found = outcome(result)
    if found is None:
        return [*lines, "No perturbation was searched for."]
    loss, last = first_loss(result), result["iterates"][-1]
    there = _state(loss, "soa", clean["soa"]) if loss is not None else ""
    lines.append(f"Loss of {LOSS:g} dB by the network: {found[0]} {found[1]}{'; there ' + there if there else ''}.")
    words = [sentence for method in ("network", "soa") if (sentence := _state(last, method, clean[method]))]
    if words:
        norm = f"{norm_name(result)} = {percent(last['relative_norm'])}"
        lines.append(f"At the last iterate, {norm}: {'; '.join(words)}.")
    return lines


def lost(measures: Mapping, clean: float | None) -> str:
    """The change of PSNR in words, "−5.02 dB"; "" where either is unknown."""
    if clean is None or not math.isfinite(measures.get("psnr", math.inf)):
        return ""
    return f"{measures['psnr'] - clean:+.2f} dB".replace("-", "−")


def _state(iterate: Mapping, method: str, clean: float | None) -> str:
    measures = iterate.get(method, {})
    words = []
    if "psnr" in measures and math.isfinite(measures["psnr"]):
        change = lost(measures, clean)
        words.append(f"PSNR {measures['psnr']:.2f} dB{f' ({change})' if change else ''}")
    if "change" in measures:
        words.append(f"change {percent(measures['change'])}")
    if "amplification" in measures:
        words.append(f"amplification {measures['amplification']:.3g}")
    return f"{METHODS[method]} {', '.join(words)}" if words else ""
