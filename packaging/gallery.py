#!/usr/bin/env python3
"""Makes the pictures of the gallery from real runs: `python packaging/gallery.py [NAME ...]`.

An example is run as shipped; its picture is what the network and the reference method make of the last perturbation.
An experiment is run with its defaults (or the quicker values below); its picture is the first ones or the first chart
of what it found. Names are those of `stabview examples`; without one all pictures that are missing are made.
"""

from __future__ import annotations

import io
import os
import sys
from collections import deque

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image, ImageDraw
from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from stabview import resources
from stabview.experiments.finding import Finding
from stabview.gui import theme
from stabview.images.errors import InputError
from stabview.report.findings import chart_svg, picture_pngs
from stabview.report.pictures import grey
from stabview.study.examples import example
from stabview.study.experiments import experiment_runs
from stabview.study.gallery import ENDING, EXAMPLE, Entry, entries
from stabview.study.runner import StudyRun
from stabview.study.study import ExperimentChoice

SIZE = (480, 270)
QUICKER = {
    "methods-gallery": {"size": 128},
    "solver-check": {"steps": 1000},
}


def main() -> None:
    """Make the pictures named on the command line."""
    QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    theme.load_fonts()
    folder = resources.path("gallery")
    folder.mkdir(exist_ok=True)
    names = sys.argv[1:] or [entry.name for entry in entries() if not entry.picture.is_file()]
    for entry in entries():
        if entry.name in names:
            picture = of_example(entry) if entry.kind == EXAMPLE else of_experiment(entry)
            if picture is not None:
                picture.save(folder / f"{entry.name}{ENDING}", quality=88, optimize=True)
                sys.stdout.write(f"{entry.name}\n")


def of_example(entry: Entry) -> Image.Image:
    """Network and reference method side by side at the last iterate."""
    run = StudyRun(example(entry.name).study(), device="cpu")
    last = deque(run.search(), maxlen=1)[0]
    return side_by_side([grey(last.panels[name], (0.0, 1.0)) for name in ("network", "soa")])


def of_experiment(entry: Entry) -> Image.Image | None:
    """The first three pictures, else the first chart; None where it found neither (it needs a file, say)."""
    choice = ExperimentChoice(entry.name, QUICKER.get(entry.name, {}))
    try:
        finding = deque(experiment_runs(choice, device="cpu"), maxlen=1)[0].finding
    except InputError as error:
        sys.stderr.write(f"{entry.name}: {error}\n")
        return None
    return of_finding(finding)


def of_finding(finding: Finding) -> Image.Image | None:
    """Pictures before charts."""
    if finding.pictures:
        chosen = finding.pictures[:3]
        return side_by_side([np.asarray(Image.open(io.BytesIO(data))) for data in picture_pngs(chosen)])
    charts = [svg for chart in finding.charts if (svg := chart_svg(chart))]
    return drawn(charts[0]) if charts else None


def side_by_side(pictures: list[np.ndarray]) -> Image.Image:
    """Pictures in columns that fill the height, cut about their middle."""
    sheet, count = Image.new("RGB", SIZE), len(pictures)
    edges = [round(place * SIZE[0] / count) for place in range(count + 1)]
    for place, pixels in enumerate(pictures):
        wide, picture = edges[place + 1] - edges[place], Image.fromarray(pixels).convert("RGB")
        share = max(wide / picture.width, SIZE[1] / picture.height)
        size = round(picture.width * share), round(picture.height * share)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
        left, top = (picture.width - wide) // 2, (picture.height - SIZE[1]) // 2
        sheet.paste(picture.crop((left, top, left + wide, top + SIZE[1])), (edges[place], 0))
        if place:
            ImageDraw.Draw(sheet).line((edges[place], 0, edges[place], SIZE[1]), fill=(90, 90, 90), width=2)
    return sheet


def drawn(svg: str) -> Image.Image:
    """A chart on white."""
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    size = renderer.defaultSize()
    share = min(SIZE[0] / size.width(), SIZE[1] / size.height())
    image = QImage(*SIZE, QImage.Format.Format_RGB888)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    wide, high = size.width() * share, size.height() * share
    renderer.render(painter, QRectF((SIZE[0] - wide) / 2, (SIZE[1] - high) / 2, wide, high))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE[1], image.bytesPerLine())
    return Image.fromarray(np.ascontiguousarray(rows[:, : 3 * SIZE[0]].reshape(SIZE[1], SIZE[0], 3)))


if __name__ == "__main__":
    main()
