"""What did not go as a reader would take for granted, found in the result itself: the report's list of deviations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from stabview.report.outcome import stopped_early
from stabview.report.pictures import percent
from stabview.study.frames import Scene

_MENDED = ("warning", " set to ", "clipped", "lossy", "not finite", "shifted", "replaced", "ignored")
"""Words of the sentences about an image that say its values were changed, not only cut or scaled."""
_TRAINED = 0.05  # relative distance of the rate from that of the training that is told


def anomalies(result: Mapping, scene: Scene | None = None) -> list[str]:
    """Sentences, the most important first; none where nothing was found."""
    return [*_search(result), *_solver(result), *_numbers(result), *_network(result, scene), *_image(scene),
            *_source(result)]  # fmt: skip


def unknown_numbers(value: object, where: str = "") -> list[str]:
    """Places in a raw result whose number is NaN or infinite, such as `clean.quick.psnr`."""
    if isinstance(value, Mapping):
        return [at for key, inner in value.items() for at in unknown_numbers(inner, f"{where}.{key}".lstrip("."))]
    if isinstance(value, (list, tuple)):
        return [at for number, inner in enumerate(value) for at in unknown_numbers(inner, f"{where}[{number}]")]
    is_number = isinstance(value, (float, np.floating))
    return [where] if is_number and not math.isfinite(value) else []


def _search(result: Mapping) -> Iterator[str]:
    choice, made = result.get("study", {}).get("perturbation", {}), result.get("iterates", ())
    last, steps = (made[-1]["index"] if made else 0), choice.get("steps", 0)
    if stopped_early(result):
        yield f"The search made {last} of at most {steps} iterates and was stopped before it reached its budget."
    elif made and 0 < last < steps:
        yield f"The search made {last} of at most {steps} iterates: it had reached its goal or its budget."
    if choice.get("precision", "float32") != "float32":
        yield f"The search ran the network in {choice['precision']}; the numbers reported come from float32."
    asked = result.get("study", {}).get("sweep", {})
    wanted = len(asked.get("rates") or asked.get("views") or ())
    points = len(result.get("sweep", ()))
    if 0 < points < wanted:  # a curve that was never begun is no deviation of what is reported
        yield f"{points} of the {wanted} points of the sampling curve were computed."
    if (painted := len(result.get("study", {}).get("details", ()))) and not result.get("details"):
        yield f"{painted} painted details were not examined."


def _solver(result: Mapping) -> Iterator[str]:
    solves = [(entry["index"], entry["soa"]) for entry in result.get("iterates", ()) if "soa" in entry]
    open_ = [(index, facts) for index, facts in solves if facts.get("converged") is False]
    if open_:
        shown = ", ".join(str(index) for index, _ in open_[:12]) + (" …" if len(open_) > 12 else "")
        gap = max((facts["gap"] for _, facts in open_ if "gap" in facts), default=None)
        reached = f"; the largest gap left is {gap:.2g}" if gap is not None else ""
        yield (
            f"The reference method did not reach its tolerance at {len(open_)} of {len(solves)} iterates "
            f"({shown}){reached}. Its figures there are those of an unfinished solve."
        )


def _numbers(result: Mapping) -> Iterator[str]:
    if left_out := result.get("left_out"):
        shown = ", ".join(left_out[:8]) + (" …" if len(left_out) > 8 else "")
        yield f"Not finite, and therefore left out of all tables: {shown}."


def _network(result: Mapping, scene: Scene | None) -> Iterator[str]:
    if scene is None or scene.trained_rate is None:
        return
    views = scene.angles is not None
    used = len(scene.angles) if views else scene.rate
    if used and abs(used / scene.trained_rate - 1) > _TRAINED:
        words = [f"{n:g} views" if views else percent(n) for n in (used, scene.trained_rate)]
        yield f"The network was used at {words[0]} and trained at {words[1]}: not the sampling it is made for."


def _image(scene: Scene | None) -> Iterator[str]:
    for step in scene.steps if scene is not None else ():
        if any(word in step.lower() for word in _MENDED):
            yield f"Image: {step}"


def _source(result: Mapping) -> Iterator[str]:
    facts = result.get("provenance", {})
    if facts.get("dirty"):
        yield "The program was run from a source that differs from its commit (local changes)."
    if str(facts.get("device", "")).startswith("GPU"):
        yield "Computed on a GPU, whose sums have no fixed order: a replay agrees within the tolerance, not exactly."
