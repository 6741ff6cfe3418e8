"""Arrays as PNG files: one grey window for all images, one symmetric range for all differences, both printed."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from stabview import resources
from stabview.study.frames import SIGNED_PANELS, Frame, Scene

NOTICE = "Research and education only. Not for diagnosis."
SHEET = (("input", "network", "soa"), ("perturbation", "networkDifference", "soaDifference"))
_SERIES = tuple(digit * 10.0**power for power in range(-6, 4) for digit in (1, 2, 5))
# Blue - white - orange: apart for every common kind of colour blindness, as dark at both ends.
_DIVERGING = (
    (-1.0, (8, 48, 107)),
    (-0.5, (66, 146, 198)),
    (0.0, (250, 250, 250)),
    (0.5, (230, 126, 34)),
    (1.0, (120, 52, 4)),
)
_PANEL = 384  # small pictures are enlarged on the sheet, by a whole number, to at least this many pixels
_INK, _MUTED, _GROUND, _EMPTY = (20, 22, 26), (84, 92, 102), (255, 255, 255), (226, 229, 233)


@dataclass(frozen=True)
class Ranges:
    """What grey and colour stand for, the same in every picture of a report.

    window : values of x shown black and white.
    limit : differences are shown from -limit to limit.
    factor : the perturbation is multiplied by this before it is shown in the range of the differences.
    """

    window: tuple[float, float]
    limit: float
    factor: float


def shared_ranges(scene: Scene, frames: Iterable[Frame]) -> Ranges:
    """Ranges that suit all pictures of a report: the window is 0 to max|x|, values beyond it are clipped."""
    frames = list(frames)
    peak = float(np.abs(scene.x).max()) or 1.0
    change = max((_reach(frame, ("networkDifference", "soaDifference")) for frame in frames), default=0.0)
    limit = _round_up(change, 0.02 * peak)
    reach = max((_reach(frame, ("perturbation",)) for frame in frames), default=0.0)
    fitting = [value for value in _SERIES if value >= 1 and value * reach <= limit]
    return Ranges((0.0, peak), limit, max(fitting) if fitting and reach else 1.0)


def grey(picture: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """(H, W) uint8: black at the lower end of the window and below, white at the upper end and above."""
    low, high = window
    share = (np.asarray(picture, np.float64) - low) / (high - low)
    return np.rint(255 * np.clip(np.nan_to_num(share), 0, 1)).astype(np.uint8)


def diverging(picture: np.ndarray, limit: float) -> np.ndarray:
    """(H, W, 3) uint8: blue at -limit and below, white at 0, orange-brown at limit and above."""
    share = np.clip(np.nan_to_num(np.asarray(picture, np.float64) / limit), -1, 1)
    return diverging_table()[np.rint(share * 128).astype(int) + 128]


def png(pixels: np.ndarray | Image.Image, description: str = "") -> bytes:
    """A PNG file of uint8 pixels, (H, W) or (H, W, 3); the description is stored in it."""
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    facts = PngInfo()
    facts.add_itxt("Description", f"{description} {NOTICE}".strip())
    stream = io.BytesIO()
    picture.save(stream, "PNG", pnginfo=facts, optimize=True)
    return stream.getvalue()


def panel_png(frame: Frame, name: str, ranges: Ranges) -> bytes:
    """One panel of an iterate, a pixel of the file for each of the image."""
    picture = frame.panels[name]
    if name not in SIGNED_PANELS:
        low, high = ranges.window
        return png(grey(picture, ranges.window), f"{name}, iterate {frame.index}; black {low:g}, white {high:g}.")
    limit = ranges.limit / ranges.factor if name == "perturbation" else ranges.limit
    return png(diverging(picture, limit), f"{name}, iterate {frame.index}; blue {-limit:g}, orange {limit:g}.")


def contact_sheet(frame: Frame, scene: Scene, ranges: Ranges) -> bytes:
    """The six panels of an iterate with captions, scales and the notice, as one PNG; of clean data the upper three."""
    norm = f"iterate {frame.index}, ||r||/||x|| = {percent(frame.relative_norm)}"
    picture = sheet_picture(frame, scene, ranges, rows=SHEET if frame.index else SHEET[:1])
    return png(picture, f"{scene.title}: panels at {norm}.")


def sheet_picture(
    frame: Frame, scene: Scene, ranges: Ranges, *, least: int = _PANEL, rows: Sequence[Sequence[str]] = SHEET
) -> Image.Image:
    """The same as a picture; every panel has at least `least` pixels a side."""
    height, width = scene.x.shape
    zoom = max(1, math.ceil(least / max(height, width)))
    high, wide = height * zoom, max(width * zoom, least)
    gap, head, bar = 16, 56, 100
    sheet = Image.new("RGB", (3 * wide + 4 * gap, len(rows) * (high + head + gap) + gap + bar), _GROUND)
    for row, names in enumerate(rows):
        for column, name in enumerate(names):
            left, top = gap + column * (wide + gap), gap + row * (high + head + gap)
            title, facts = caption(frame, scene, name, ranges)
            _write(sheet, (left, top), title, 19, wide, bold=True)
            _write(sheet, (left, top + 27), facts, 17, wide, colour=_MUTED)
            _paste(sheet, frame.panels.get(name), name, ranges, (left, top + head, wide, high), zoom)
    top = len(rows) * (high + head + gap) + gap
    _legend(sheet, ranges, scene, gap, top, signed=len(rows) > 1)
    _scale_bar(sheet, scene, zoom, gap, top + 54)
    return sheet


def caption(frame: Frame, scene: Scene, name: str, ranges: Ranges) -> tuple[str, str]:
    """Title and figures of a panel."""
    reference = frame.index == 0
    at = "A x" if reference else "A(x + r)"
    network, soa = _short(scene.network_title), _short(scene.soa_title)
    return {
        "input": (
            "Input  |x|" if reference else "Input  |x + r|",
            " · ".join(word for word in (f"iterate {frame.index}", scene.title) if word),
        ),
        "network": (f"Network  |f({at})|", _figures(network, frame.measures.get("network", {}))),
        "soa": (f"SoA  |Φ({at})|", _figures(soa, frame.measures.get("soa", {}))),
        "perturbation": (
            f"Perturbation  Re r × {ranges.factor:g}",
            f"‖r‖/‖x‖ {percent(frame.relative_norm)}",
        ),
        "networkDifference": ("Network:  Re(f(A(x + r)) − f(A x))", _change(frame.measures.get("network", {}))),
        "soaDifference": ("SoA:  Re(Φ(A(x + r)) − Φ(A x))", _change(frame.measures.get("soa", {}))),
    }[name]


def percent(share: float) -> str:
    """0.0131 as "1.31 %", with a space that does not break."""
    return f"{100 * share:.3g}\u00a0%"


@lru_cache(maxsize=1)
def diverging_table() -> np.ndarray:
    """(257, 3) uint8, blue to orange, so that 0 has one of its own."""
    places, colours = zip(*_DIVERGING, strict=True)
    at, colours = np.linspace(-1, 1, 257), np.array(colours, float)
    return np.rint(np.stack([np.interp(at, places, colours[:, k]) for k in range(3)], axis=1)).astype(np.uint8)


@lru_cache(maxsize=8)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(resources.path("fonts", name)), size, layout_engine=ImageFont.Layout.BASIC)


def _reach(frame: Frame, names: Sequence[str]) -> float:
    """Below this are 99.9 % of the values of some panels."""
    pictures = [np.abs(frame.panels[name]) for name in names if name in frame.panels]
    return max((float(np.percentile(np.nan_to_num(picture), 99.9)) for picture in pictures), default=0.0)


def _round_up(value: float, least: float) -> float:
    return next((entry for entry in _SERIES if entry >= max(value, least) * (1 - 1e-9)), max(value, least))


def _figures(title: str, measures: Mapping[str, float]) -> str:
    words = [title]
    if "psnr" in measures:
        words.append(f"PSNR {measures['psnr']:.1f} dB")
    if "ssim" in measures:
        words.append(f"SSIM {measures['ssim']:.3f}")
    return " · ".join(words)


def _change(measures: Mapping[str, float]) -> str:
    words = [f"change {percent(measures['change'])}"] if "change" in measures else []
    if "amplification" in measures:
        words.append(f"amplification {measures['amplification']:.3g}")
    return " · ".join(words)


def _short(title: str) -> str:
    return title if len(title) <= 24 else title[:23] + "…"


def _write(
    sheet: Image.Image,
    place: tuple[int, int],
    text: str,
    size: int,
    wide: int,
    *,
    bold: bool = False,
    colour: tuple[int, int, int] = _INK,
) -> None:
    """A line of text, set smaller until it fits."""
    draw = ImageDraw.Draw(sheet)
    while size > 9 and draw.textlength(text, _font(size, bold)) > wide:
        size -= 1
    draw.text(place, text, font=_font(size, bold), fill=colour)


def _paste(
    sheet: Image.Image,
    picture: np.ndarray | None,
    name: str,
    ranges: Ranges,
    box: tuple[int, int, int, int],
    zoom: int,
) -> None:
    left, top, wide, high = box
    if picture is None:
        ImageDraw.Draw(sheet).rectangle((left, top, left + wide - 1, top + high - 1), fill=_EMPTY)
        _write(sheet, (left + 14, top + high // 2 - 10), "not computed", 17, wide - 28, colour=_MUTED)
        return
    if name in SIGNED_PANELS:
        factor = ranges.factor if name == "perturbation" else 1.0
        pixels = diverging(picture, ranges.limit / factor)
    else:
        pixels = grey(picture, ranges.window)
    drawn = Image.fromarray(pixels)
    drawn = drawn.resize((drawn.width * zoom, drawn.height * zoom), Image.Resampling.NEAREST)
    sheet.paste(drawn.convert("RGB"), (left, top))
    frame = (left, top, left + drawn.width - 1, top + drawn.height - 1)
    ImageDraw.Draw(sheet).rectangle(frame, outline=(128, 128, 128))


def _legend(sheet: Image.Image, ranges: Ranges, scene: Scene, left: int, top: int, *, signed: bool) -> None:
    """The scales with the values at their ends, and the notice."""
    third = (sheet.width - 4 * left) // 3
    ramp = np.tile(np.linspace(0, 1, third), (14, 1))
    low, high = ranges.window
    limit = ranges.limit
    ends = " to ".join(f"{value * scene.scale + scene.offset:.4g}" for value in (low, high))
    units = f" ({ends} {scene.units})" if scene.units else ""
    scales = (
        (grey(ramp, (0, 1)), f"images: {low:.4g} to {high:.4g}{units}, one window"),
        (diverging(2 * ramp - 1, 1), f"differences: {-limit:g} to {limit:g}".replace("-", "−")),
        (diverging(2 * ramp - 1, 1), f"perturbation: {-limit / ranges.factor:g} to {limit / ranges.factor:g}"),
    )
    for place, (pixels, words) in enumerate(scales if signed else scales[:1]):
        across = left + place * (third + left)
        sheet.paste(Image.fromarray(pixels).convert("RGB"), (across, top))
        ImageDraw.Draw(sheet).rectangle((across, top, across + third - 1, top + 13), outline=(128, 128, 128))
        _write(sheet, (across, top + 20), words.replace("-", "−"), 16, third)
    _write(sheet, (left + third + left, top + 50), NOTICE, 16, 2 * third, colour=_MUTED)


def _scale_bar(sheet: Image.Image, scene: Scene, zoom: int, left: int, top: int) -> None:
    """A bar as long as a round number of millimetres, or of pixels where no spacing is known, in every panel above."""
    spacing, unit = (scene.spacing[1], "mm") if scene.spacing is not None else (1.0, "pixels")
    longest = 0.4 * scene.x.shape[1] * spacing
    length = max((entry for entry in _SERIES if entry <= longest), default=longest)
    draw, pixels = ImageDraw.Draw(sheet), round(length / spacing * zoom)
    draw.rectangle((left, top + 4, left + pixels - 1, top + 9), fill=_INK)
    _write(sheet, (left + pixels + 10, top - 4), f"{length:g} {unit}", 16, sheet.width // 3)
