#!/usr/bin/env python3
"""Makes the pictures of the gallery from real runs: `python packaging/gallery.py [--results DIR] [NAME ...]`.

Every name is run as `stabview run NAME --out DIR/NAME` does it (a few with quicker values, below), unless DIR/NAME
already holds the result. The picture of an example is what network and reference method make of the last perturbation,
or of its painted details, or its sampling curve, as it says itself; that of an experiment its first picture beside the
one that differs most from it, or its first chart or table. Charts and tables are drawn on dark, as pictures are, in
both themes. Without names all pictures that are missing are made.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from stabview import resources
from stabview.cli import main as stabview
from stabview.gui import theme
from stabview.images.details import render_details
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.sampling.sensitivities import birdcage
from stabview.study.examples import DETAILS, SAMPLING, SEARCH, example
from stabview.study.gallery import ENDING, EXAMPLE, Entry, entries

SIZE = (480, 270)
AIR = 25  # grey level below which a pixel is air
ROWS, COLUMNS = 8, 3  # of a table
LEAST = 1.0  # grey levels by which two pictures have to differ on average, to be shown beside each other
QUICKER = {
    "methods-gallery": ("size=128",),
    "solver-check": ("steps=1000",),
    "robust-training": ("images=2", "steps=10", "restarts=1"),
    "attack-strength": ("size=128", "steps=10"),
    "worst-plausible": ("size=128", "steps=6"),
    "universal-perturbation": ("size=128", "steps=8", "images=2", "others=1"),
    "search-comparison": ("size=128", "networks=deep-mri"),
}
KSPACE = "reconstruct-kspace"  # needs a file
NO_SEARCH, NO_CURVE = "perturbation.steps=1", ("sweep.masks=1", "sweep.rates=[1.0]", "sweep.views=[50]")
EXAMPLES = {SEARCH: NO_CURVE, DETAILS: (NO_SEARCH, *NO_CURVE), SAMPLING: (NO_SEARCH,)}  # only what is shown
ROOM = 0.25  # around the painted details, as a share of what they take


def main() -> None:
    """Make the pictures named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, help="folder that holds, or is to hold, a result for each name")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    application = QGuiApplication(sys.argv[:1])
    theme.load_fonts()
    resources.path("gallery").mkdir(exist_ok=True)
    names = options.names or [entry.name for entry in entries() if not entry.picture.is_file()]
    with tempfile.TemporaryDirectory() as temporary:
        for entry in entries():
            if entry.name in names:
                make(entry, (options.results or Path(temporary)) / entry.name)
    del application


def usual_or_quicker(entry: Entry) -> tuple[str, ...]:
    """What is set for a run whose pictures alone are wanted."""
    return EXAMPLES[example(entry.name).shows] if entry.kind == EXAMPLE else QUICKER.get(entry.name, ())


def make(entry: Entry, folder: Path) -> None:
    """Run one entry where its result is not there yet, and write its picture."""
    if not (folder / "result.json").is_file():
        values = usual_or_quicker(entry)
        if entry.name == KSPACE:
            values = (*values, f"path={drawn_kspace(folder.parent)}")
        settings = [word for setting in values for word in ("--set", setting)]
        if stabview(["run", entry.name, "--out", str(folder), "--device", "cpu", "--quiet", *settings]) != 0:
            return
    picture = of_example(entry.name, folder) if entry.kind == EXAMPLE else of_experiment(folder / entry.name)
    if picture is not None:
        picture.save(resources.path("gallery", f"{entry.name}{ENDING}"), quality=88, optimize=True)
        sys.stdout.write(f"{entry.name}\n")


def drawn_kspace(folder: Path) -> Path:
    """A file of raw k-space (8 coils, centred) of a drawn head with 1 % of noise."""
    image = prepare(phantom("head-t1", 256, seed=1), size=256).x
    coils, axes = birdcage((256, 256), 8) * image, (-2, -1)
    kspace = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(coils, axes=axes), norm="ortho"), axes=axes)
    noise = np.random.default_rng(0).standard_normal((*kspace.shape, 2)) @ (1, 1j)
    path = folder / "drawn-kspace.npy"
    np.save(path, (kspace + 0.01 * np.linalg.norm(kspace) / np.linalg.norm(noise) * noise).astype(np.complex64))
    return path


def of_example(name: str, folder: Path) -> Image.Image:
    """The sampling curve, or network and reference method side by side: of the details, or at the last iterate."""
    shows, figures = example(name).shows, folder / "figures"
    if shows == SAMPLING:
        return drawn((figures / "sampling.svg").read_bytes())
    found = sorted(figures.glob("iterate-*-network.png"))
    network = found[0] if shows == DETAILS else found[-1]
    pictures = [Image.open(network), Image.open(network.with_name(network.name.replace("network", "soa")))]
    if shows == DETAILS:
        box = about_details(name)
        pictures = [picture.crop(box) for picture in pictures]
    return side_by_side(pictures)


def about_details(name: str) -> tuple[int, int, int, int]:
    """The part of the image that its painted details take, with room around, as upright as a column; in pixels."""
    study = example(name).study()
    size = (study.image.size, study.image.size)
    rows, columns = np.nonzero(render_details(size, study.details))
    high, wide = np.ptp(rows), np.ptp(columns)
    half = (1 + 2 * ROOM) / 2 * max(high, wide * 2 * SIZE[1] / SIZE[0])
    across, down = half * SIZE[0] / 2 / SIZE[1], half
    column, row = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
    return tuple(int(np.clip(edge, 0, size[0])) for edge in (column - across, row - down, column + across, row + down))


def of_experiment(folder: Path) -> Image.Image | None:
    """The first picture and the one that differs most from it, else the first chart, else the first table."""
    paths = sorted(folder.glob("picture-*.png"), key=lambda path: int(path.stem.split("-")[1]))
    if paths:
        first, *others = (picture for path in paths if len(np.unique(picture := Image.open(path))) > 2)  # no masks
        alike = [other for other in others if other.mode == first.mode and difference(first, other) > LEAST]
        chosen = sorted(alike or others, key=lambda other: difference(first, other))[-1:]
        return side_by_side([first, *chosen])
    charts, tables = sorted(folder.glob("chart-*.svg")), sorted(folder.glob("table-*.csv"))
    if charts:
        return drawn(charts[0].read_bytes())
    return tabled(tables[0].read_text(encoding="utf-8")) if tables else None


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much two pictures differ, on the same scale whatever their sizes."""
    pair = [np.asarray(picture.convert("RGB").resize((128, 128)), float) for picture in (one, other)]
    return float(np.abs(pair[0] - pair[1]).mean())


def without_air(picture: Image.Image) -> tuple[int, int, int, int]:
    """The part of a picture that is not black, with a little around it; in its pixels."""
    bright = np.asarray(picture.convert("L")) > AIR
    if not bright.any():
        return (0, 0, *picture.size)
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    edge = round(0.03 * max(picture.size))
    return (
        max(int(columns[0]) - edge, 0), max(int(rows[0]) - edge, 0),
        min(int(columns[-1]) + edge, picture.width), min(int(rows[-1]) + edge, picture.height),
    )  # fmt: skip


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """Pictures in columns that fill the height, without the air around the first, cut about their middle."""
    box, whole = without_air(pictures[0]), pictures[0].size
    pictures = [picture.crop(box) if picture.size == whole else picture for picture in pictures]
    sheet, count = Image.new("RGB", SIZE), len(pictures)
    edges = [round(place * SIZE[0] / count) for place in range(count + 1)]
    for place, picture in enumerate(pictures):
        wide, picture = edges[place + 1] - edges[place], picture.convert("RGB")
        share = max(wide / picture.width, SIZE[1] / picture.height)
        size = round(picture.width * share), round(picture.height * share)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        left, top = (picture.width - wide) // 2, (picture.height - SIZE[1]) // 2
        sheet.paste(picture.crop((left, top, left + wide, top + SIZE[1])), (edges[place], 0))
        if place:
            ImageDraw.Draw(sheet).line((edges[place], 0, edges[place], SIZE[1]), fill=(90, 90, 90), width=2)
    return sheet


def drawn(svg: bytes) -> Image.Image:
    """A chart."""
    renderer = QSvgRenderer(QByteArray(svg))
    size = renderer.defaultSize()
    share = min(SIZE[0] / size.width(), SIZE[1] / size.height())
    image = QImage(*SIZE, QImage.Format.Format_RGB888)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    wide, high = size.width() * share, size.height() * share
    renderer.render(painter, QRectF((SIZE[0] - wide) / 2, (SIZE[1] - high) / 2, wide, high))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], image.bytesPerLine())
    return on_dark(np.ascontiguousarray(rows[:, : 3 * SIZE[0]].reshape(SIZE[1], SIZE[0], 3)))


def on_dark(pixels: np.ndarray) -> Image.Image:
    """A drawing on white, (H, W, 3) uint8, with light and dark exchanged and hues kept: white becomes the ground."""
    colour = pixels.astype(float)
    turned = colour + 255 - colour.max(axis=2, keepdims=True) - colour.min(axis=2, keepdims=True)
    ground, ink = (np.array(QColor(shade).getRgb()[:3]) for shade in (theme.DARK.ground, theme.DARK.on_stage))
    return Image.fromarray(np.uint8(np.rint(ground + turned / 255 * (ink - ground))))


def tabled(csv_text: str) -> Image.Image:
    """The beginning of a table."""
    rows = [[_short(word) for word in row[:COLUMNS]] for row in csv.reader(csv_text.splitlines())][:ROWS]
    sheet = Image.new("RGB", SIZE, (255, 255, 255))
    pen, across, down = ImageDraw.Draw(sheet), SIZE[0] / len(rows[0]), SIZE[1] / ROWS
    fonts = [ImageFont.truetype(resources.path("fonts", f"DejaVuSans{weight}.ttf"), 12) for weight in ("-Bold", "")]
    for k, row in enumerate(rows):
        font = fonts[min(k, 1)]
        for place, word in enumerate(row):
            while font.getlength(word) > across - 12 and len(word) > 2:
                word = word.removesuffix("…")[:-1] + "…"
            pen.text((place * across + 8, (k + 0.5) * down), word, fill=(30, 34, 40), font=font, anchor="lm")
        pen.line((0, (k + 1) * down, SIZE[0], (k + 1) * down), fill=(220, 223, 228))
    return on_dark(np.asarray(sheet))


def _short(word: str) -> str:
    """A number with three digits, a word as it is."""
    try:
        return f"{float(word):.3g}"
    except ValueError:
        return word


if __name__ == "__main__":
    main()
