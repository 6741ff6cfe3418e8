"""Painted details: card suits, text, soft lesions and brush strokes as small pictures that are added to an image.

Positions are (column, row); whole numbers are the centres of pixels. What lies outside the image is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, floor, isfinite, log, radians, sin
from typing import TYPE_CHECKING, Protocol

import numpy as np

from stabview import resources
from stabview.images.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from PIL.ImageFont import FreeTypeFont

FONT = "DejaVuSans-Bold.ttf"
_CAPITALS = 1493 / 2048  # height of the capitals, and of the card suits, of that font as a share of its size
_FINE = 512  # no glyph is drawn higher than this many pixels before it is averaged down, unless it is larger itself
_LONGEST_TEXT = 200
_UNKNOWN = "\uffff"  # never assigned: every font draws its sign for a missing glyph

Box = tuple[slice, slice]


class DetailLike(Protocol):
    """What is needed of a detail; `stabview.study.study.Detail` explains the attributes."""

    kind: str
    position: tuple[float, float]
    size: float
    contrast: float
    text: str
    angle: float
    points: tuple[tuple[float, float], ...]
    erase: bool
    edge: float
    texture: float
    aspect: float
    hidden: bool


@dataclass(frozen=True)
class PaintedDetail:
    """A detail as a plain value, where no study is at hand; attributes as in `DetailLike`."""

    kind: str
    position: tuple[float, float]
    size: float
    contrast: float = 0.2
    text: str = ""
    angle: float = 0.0
    points: tuple[tuple[float, float], ...] = ()
    erase: bool = False
    edge: float = 1.0
    texture: float = 0.0
    aspect: float = 1.0
    hidden: bool = False


def render_details(shape: tuple[int, int], details: Iterable[DetailLike], *, peak: float = 1.0) -> np.ndarray:
    """The sum of all details: (H, W) float32, to be added to an image whose largest modulus is `peak`."""
    total = np.zeros(shape, np.float32)
    for picture in render_each(shape, tuple(details), peak=peak):
        total += picture
    return total


def render_each(shape: tuple[int, int], details: Sequence[DetailLike], *, peak: float = 1.0) -> list[np.ndarray]:
    """Every detail's own share of `render_details`: strokes with what later erasers left of them, erasers empty."""
    pictures = [render_detail(shape, detail, peak=peak) for detail in details]
    for index, eraser in enumerate(details):
        if not _erases(eraser) or eraser.hidden:
            continue
        box, coverage = _stroke(shape, eraser)
        for earlier in range(index):
            if details[earlier].kind == "stroke":
                pictures[earlier][box] *= 1.0 - coverage
    return pictures


def render_detail(shape: tuple[int, int], detail: DetailLike, *, peak: float = 1.0) -> np.ndarray:
    """One detail by itself on a ground of 0: (H, W) float32. An eraser paints nothing.

    Raises
    ------
    InputError : the detail has no text, no points, no size, an unknown kind, or a glyph that the font lacks.
    """
    _check(detail)
    picture = np.zeros(shape, np.float32)
    if _erases(detail) or detail.hidden:
        return picture
    if detail.kind == "lesion":
        box, coverage = _lesion(shape, detail)
    elif detail.kind == "stroke":
        box, coverage = _stroke(shape, detail)
    else:
        box, coverage = _glyphs(shape, detail)
    picture[box] = coverage * np.float32(detail.contrast * peak)
    return picture


def _check(detail: DetailLike) -> None:
    if detail.kind not in ("symbol", "text", "lesion", "stroke"):
        raise InputError(f"A detail cannot be a '{detail.kind}': choose symbol, text, lesion or stroke.")
    numbers = (*detail.position, detail.size, detail.contrast, detail.angle, *(v for p in detail.points for v in p))
    numbers += (detail.edge, detail.texture, detail.aspect)
    if not all(isfinite(number) for number in numbers):
        raise InputError(f"A {detail.kind} has a position, size, contrast or angle that is no finite number.")
    if not 0 < detail.size <= 4096:
        raise InputError(f"A {detail.kind} cannot have the size {detail.size:g}: choose 0.5 to 4096 pixels.")
    if not 0 < detail.edge <= 1 or not 0 <= detail.texture <= 1 or not 0.2 <= detail.aspect <= 5:
        raise InputError(f"A {detail.kind} has an edge, texture or aspect that is out of range: see the schema.")
    if detail.kind == "stroke" and not detail.points:
        raise InputError("A stroke has no points: give at least one (column, row).")
    if detail.kind in ("symbol", "text"):
        if not detail.text.strip():
            raise InputError(f"A {detail.kind} has no text: type what is to be painted.")
        if len(detail.text) > _LONGEST_TEXT:
            raise InputError(f"A text has {len(detail.text)} characters: use at most {_LONGEST_TEXT}.")


def _erases(detail: DetailLike) -> bool:
    return detail.kind == "stroke" and detail.erase


def _box(shape: tuple[int, int], left: float, top: float, right: float, bottom: float) -> Box:
    """The pixels of the image that touch a rectangle, perhaps none."""
    rows, columns = shape
    first_row, first_column = min(max(floor(top), 0), rows), min(max(floor(left), 0), columns)
    last_row, last_column = (
        min(max(ceil(bottom) + 1, first_row), rows),
        min(max(ceil(right) + 1, first_column), columns),
    )
    return slice(first_row, last_row), slice(first_column, last_column)


def _grid(box: Box) -> tuple[np.ndarray, np.ndarray]:
    """Columns (1, w) and rows (h, 1) of the pixels of a box."""
    rows, columns = box
    return (
        np.arange(columns.start, columns.stop, dtype=np.float32)[None, :],
        np.arange(rows.start, rows.stop, dtype=np.float32)[:, None],
    )


def _lesion(shape: tuple[int, int], detail: DetailLike) -> tuple[Box, np.ndarray]:
    """exp(-log 2 rho^p) with rho = 1 at half maximum: p = 2 is a Gaussian (edge 1), a large p nearly an ellipse.

    `size` is the full width at half maximum, `aspect` times it the height. Texture multiplies it by 1 + texture n(x),
    n a sum of waves that belong to the lesion and move, turn and grow with it.
    """
    column, row = detail.position
    reach = 2.5 * detail.size * max(detail.aspect, 1.0) + 1  # 3e-8 there for a Gaussian
    box = _box(shape, column - reach, row - reach, column + reach, row + reach)
    columns, rows = _grid(box)
    cosine, sine = cos(radians(detail.angle)), sin(radians(detail.angle))
    across, down = columns - column, rows - row
    u = (cosine * across + sine * down) / np.float32(detail.size / 2)
    v = (cosine * down - sine * across) / np.float32(detail.size / 2 * detail.aspect)
    squared = u**2 + v**2
    if detail.edge < 1:
        squared = np.minimum(squared, np.float32(100**detail.edge)) ** np.float32(1 / detail.edge)
    coverage = np.exp(np.float32(-log(2)) * squared)
    if detail.texture > 0:
        coverage = coverage * np.clip(1 + np.float32(detail.texture) * _waves(u, v), 0, None)
    return box, coverage


def _waves(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Smooth noise of mean 0 and deviation 1/2 over the lesion's own coordinates: a fixed set of plane waves."""
    draw = np.random.default_rng(20200611)
    count = 24
    angles, lengths = draw.uniform(0, 2 * np.pi, count), draw.uniform(0.35, 1.2, count)  # of the half width
    total = np.zeros(np.broadcast_shapes(u.shape, v.shape), np.float32)
    for angle, length, phase in zip(angles, lengths, draw.uniform(0, 2 * np.pi, count), strict=True):
        wave = np.float32(2 * np.pi / length)
        total += np.sin(wave * np.float32(cos(angle)) * u + wave * np.float32(sin(angle)) * v + np.float32(phase))
    return total * np.float32(0.5 * (2 / count) ** 0.5)


def _stroke(shape: tuple[int, int], detail: DetailLike) -> tuple[Box, np.ndarray]:
    """A round brush of width `size` along the points, edges one pixel soft; crossing itself adds nothing."""
    points = detail.points
    across, down = [p[0] for p in points], [p[1] for p in points]
    reach = detail.size / 2 + 0.5
    box = _box(shape, min(across) - reach, min(down) - reach, max(across) + reach, max(down) + reach)
    top, left = box[0].start, box[1].start
    coverage = np.zeros((box[0].stop - top, box[1].stop - left), np.float32)
    for (c0, r0), (c1, r1) in zip(points, points[1:] or points, strict=False):
        piece = _box(shape, min(c0, c1) - reach, min(r0, r1) - reach, max(c0, c1) + reach, max(r0, r1) + reach)
        columns, rows = _grid(piece)
        along, length = (c1 - c0, r1 - r0), (c1 - c0) ** 2 + (r1 - r0) ** 2
        share = ((columns - c0) * along[0] + (rows - r0) * along[1]) / length if length else np.float32(0)
        share = np.clip(share, 0, 1)
        distance = np.hypot(columns - c0 - share * along[0], rows - r0 - share * along[1])
        part = coverage[piece[0].start - top : piece[0].stop - top, piece[1].start - left : piece[1].stop - left]
        np.maximum(part, np.clip(reach - distance, 0, min(detail.size, 1)), out=part)
    return box, coverage


def _glyphs(shape: tuple[int, int], detail: DetailLike) -> tuple[Box, np.ndarray]:
    """Symbol or text with capitals `size` pixels high, centred at the position, turned clockwise by `angle` degrees.

    Glyphs are drawn several times too large, moved and turned there, and averaged over the pixels.
    """
    from PIL.Image import Resampling, Transform

    zoom = max(1, min(8, int(_FINE / detail.size)))
    drawn, (middle_across, middle_down) = _drawn(detail.text, detail.size * zoom)
    cosine, sine = cos(radians(detail.angle)), sin(radians(detail.angle))
    column, row = detail.position
    wide = max(middle_across, drawn.width - middle_across) / zoom
    high = max(middle_down, drawn.height - middle_down) / zoom
    wide, high = abs(cosine) * wide + abs(sine) * high, abs(sine) * wide + abs(cosine) * high
    box = _box(shape, column - wide, row - high, column + wide, row + high)
    height, width = box[0].stop - box[0].start, box[1].stop - box[1].start
    if not height or not width:
        return box, np.zeros((height, width), np.float32)
    # where the detail's middle is on the enlarged box: the left edge of pixel c is at c - 0.5
    across, down = (column + 0.5 - box[1].start) * zoom, (row + 0.5 - box[0].start) * zoom
    turned = drawn.transform(
        (width * zoom, height * zoom),
        Transform.AFFINE,
        (
            cosine,
            sine,
            middle_across - cosine * across - sine * down,
            -sine,
            cosine,
            middle_down + sine * across - cosine * down,
        ),
        Resampling.BILINEAR,
    )
    fine = np.asarray(turned, np.float32).reshape(height, zoom, width, zoom)
    return box, fine.mean(axis=(1, 3)) / np.float32(255)


@lru_cache(maxsize=32)
def _drawn(text: str, height: float) -> tuple[Picture, tuple[float, float]]:
    """White glyphs on black, with an empty margin, and their middle: half the width of the ink, half the capitals."""
    from PIL import Image, ImageDraw

    font = _font(height / _CAPITALS)
    for glyph in text:
        if not glyph.isspace() and _missing(glyph):
            raise InputError(f"The font has no glyph for '{glyph}': use Latin, Greek or Cyrillic letters and signs.")
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    margin = 2
    picture = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin))
    baseline = margin - top
    ImageDraw.Draw(picture).text((margin - left, baseline), text, font=font, fill=255, anchor="ls")
    ink = picture.getbbox() or (0, 0, picture.width, picture.height)
    return picture, ((ink[0] + ink[2]) / 2, baseline - height / 2)


@lru_cache(maxsize=32)
def _font(size: float) -> FreeTypeFont:
    from PIL import ImageFont

    # the basic layout is there in every build of Pillow, so the same text is the same picture everywhere
    return ImageFont.truetype(str(resources.path("fonts", FONT)), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def _missing(glyph: str) -> bool:
    font = _font(32)
    return bytes(font.getmask(glyph)) == bytes(font.getmask(_UNKNOWN))
