"""What a result amounts to: where the network first lost 5 dB, and the outcome in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping

from stabview.report.pictures import percent
from stabview.report.wording import LOSS, METHODS, norm_name


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


def summary(result: Mapping) -> list[str]:
    """The outcome in sentences, numbers only, no verdict."""
    lines = []
    clean = {method: clean_psnr(result, method) for method in ("network", "soa")}
    if any(value is not None for value in clean.values()):
        words = [f"{METHODS[method]} {value:.2f} dB" for method, value in clean.items() if value is not None]
        lines.append(f"PSNR for the clean data: {', '.join(words)}.")
    iterates = [iterate for iterate in result.get("iterates", ()) if iterate["index"] > 0]
    if not iterates:
        return [*lines, "No perturbation was searched for."]
    lines.append(_loss_sentence(result, iterates))
    last = iterates[-1]
    words = [sentence for method in ("network", "soa") if (sentence := _state(last, method, clean[method]))]
    if words:
        norm = f"{norm_name(result)} = {percent(last['relative_norm'])}"
        lines.append(f"At the last iterate, {norm}: {'; '.join(words)}.")
    return lines


def _loss_sentence(result: Mapping, iterates: list[Mapping]) -> str:
    loss = first_loss(result)
    what = f"Loss of {LOSS:g} dB by the network"
    if loss is not None:
        words = f"{what}: OBSERVED at iterate {loss['index']}, {norm_name(result)} = {percent(loss['relative_norm'])}"
        state = _state(loss, "soa", clean_psnr(result, "soa"))
        return f"{words}{'; there ' + state if state else ''}."
    if clean_psnr(result, "network") is None or not any("psnr" in entry.get("network", {}) for entry in iterates):
        return f"{what}: INCONCLUSIVE, its PSNR was not computed."
    return f"{what}: NOT FOUND WITHIN BUDGET, up to {norm_name(result)} = {percent(iterates[-1]['relative_norm'])}."


def _state(iterate: Mapping, method: str, clean: float | None) -> str:
    measures = iterate.get(method, {})
    words = []
    if "psnr" in measures and math.isfinite(measures["psnr"]):
        lost = f" ({measures['psnr'] - clean:+.2f} dB)".replace("-", "−") if clean is not None else ""
        words.append(f"PSNR {measures['psnr']:.2f} dB{lost}")
    if "change" in measures:
        words.append(f"change {percent(measures['change'])}")
    if "amplification" in measures:
        words.append(f"amplification {measures['amplification']:.3g}")
    return f"{METHODS[method]} {', '.join(words)}" if words else ""
