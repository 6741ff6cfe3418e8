"""What the panels say: the formula above a picture and the figures below it, in a long and in shorter forms."""

from __future__ import annotations

from collections.abc import Mapping

from stabview.gui import looks, text
from stabview.gui.looks import Look
from stabview.gui.pictures import Picture
from stabview.gui.view_hub import TO_X, ViewHub
from stabview.study.frames import Frame, Scene
from stabview.study.study import Study

Forms = tuple[str, ...]
NORMS = {"image": "‖r‖/‖x‖", "samples": "‖e‖/‖y‖", "operator": "‖A′ − A‖/‖A‖", "physical": "share of the limits"}
"""What the relative norm of a perturbation is, by where it lives."""
_DATA = {"image": "A(x + r{j})", "samples": "Ax + e{j}", "operator": "A′{j} x", "physical": "A′{j} x"}
_FORMULAS = {"network": ("Network", "f"), "soa": ("SoA", "Φ"), "quick": ("Quick", "B")}


def caption(picture: Picture, scene: Scene, study: Study, position: int, hub: ViewHub) -> tuple[Forms, Forms]:
    """(left, right) of the line above a picture."""
    j, domain = text.subscript(position), study.perturbation.domain
    r, place = f"r{j}", _DATA[domain].format(j=j)
    if picture.name == "input":
        return (f"Input  x + {r}", "Input"), (scene.title, looks.range_text(Look.IMAGE, hub))
    if picture.name == "perturbation":
        amplified = f" × {hub.amplification:g}" if hub.amplification != 1 else ""
        part = "Im " if hub.component == "imaginary" else ""
        right = () if domain == "image" else ("minimum-norm image with the same data",)
        return (f"Perturbation  {part}{r}{amplified}", f"{part}{r}{amplified}"), right
    method = picture.method
    word, letter = _FORMULAS.get(method, (picture.title.removesuffix(" difference"), "Ψ"))
    if picture.look is Look.IMAGE:
        titles = {"network": scene.network_title, "soa": scene.soa_title, "quick": scene.quick_title}
        title, window = titles.get(method, ""), looks.range_text(Look.IMAGE, hub)
        return (f"{word}  {letter}({place})", word), (f"{title}   {window}", window)
    part = "Im: " if hub.component == "imaginary" else ""
    if hub.difference == TO_X:
        return (f"{part}{word} − x",), ()
    return (f"{part}{word} − own {letter}(Ax)",), ()


def figures(picture: Picture, scene: Scene, frame: Frame | None, *, to_x: bool, domain: str) -> Forms:
    """The figures of a picture, for the line below it."""
    if frame is None:
        return ("",)
    if picture.name == "input":
        height, width = scene.x.shape
        spacing = f", {scene.spacing[1]:.2g} mm" if scene.spacing else ""
        return f"{width} × {height}{spacing}", ""
    if picture.name == "perturbation":
        return (f"{NORMS[domain]} {text.per_cent(frame.relative_norm)}",)
    measures: Mapping[str, float] = frame.measures.get(picture.method, {})
    if picture.look is Look.IMAGE:
        parts = []
        if "psnr" in measures:
            parts.append(f"PSNR {text.decibel(measures['psnr'])}")
        if "ssim" in measures:
            parts.append(f"SSIM {measures['ssim']:.3f}")
        return " · ".join(parts), parts[0] if parts else ""
    key, word = ("relative_error", "error") if to_x else ("change", "change")
    if key not in measures:
        return ("no perturbation yet" if frame.index == 0 and not to_x else "",)
    long = f"{word} {text.per_cent(measures[key])}"
    if not to_x and "amplification" in measures:
        return f"{long} · {text.times(measures['amplification'])}", long
    return (long,)
