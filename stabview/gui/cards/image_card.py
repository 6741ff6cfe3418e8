"""The image card: which file or phantom, which slice, at what size, and what was done to the pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stabview.gui.cards.card import Card, Note
from stabview.gui.cards.fields import Choice, Elided, Fold, SliderRow, Spin
from stabview.gui.dialogs.files import ask_image, ask_stored
from stabview.images.phantoms import PHANTOMS
from stabview.images.readers import count_slices
from stabview.study.choices import FITS, STORED
from stabview.study.study import ImageChoice, Study

SIZES = (64, 96, 128, 192, 256, 320, 384, 512, 768, 1024)
_FILE, _OPEN = "<file>", "<open>"
_STORED = {"kspace": "k-space", "sinogram": "a sinogram"}


class ImageCard(Card):
    """Shows and changes `study.image`."""

    title = "Image"
    name = "image"

    def build(self) -> None:
        self.heading = self.wide(Elided())
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)
        self.facts = self.wide(Fold("being prepared …", "What was done to the stored pixels.", "imageSteps"))
        self.steps = self.wide(Note())
        self.source = self.row("source", Choice("Image source", "A drawn phantom, or a file of yours.", "imageSource"))
        self.slice = self.row(
            "slice", SliderRow("Slice", "Which slice of the file, counted from 0.", 0, 1, object_name="sliceSlider")
        )
        self.size = Choice("Image size", "Side of the reconstructed image in pixels.", "imageSize")
        self.seed = Spin("Phantom seed", "Another number draws another phantom.", 0, 99999, object_name="imageSeed")
        self.fit = Choice("Fit", "How the file's pixels come to that size.", "imageFit")
        self.pair("size", self.size, ("seed", self.seed), ("fit", self.fit))
        self.fit.fill([(key, key, text) for key, text in FITS.items()])
        self.source.chosen.connect(self._choose_source)
        self.slice.edited.connect(lambda value, follows: self._change("slice", follows, slice=int(value)))
        self.size.chosen.connect(lambda key: self._change("image size", size=int(key)))
        self.fit.chosen.connect(lambda key: self._change("fit", fit=key))
        self.seed.edited.connect(lambda value, follows: self._change("phantom seed", follows, seed=int(value)))
        self.facts.toggled.connect(self._show_steps)

    def show_study(self, study: Study) -> None:
        image = study.image
        rows = [(name, name, entry.description) for name, entry in PHANTOMS.items()]
        if image.path is not None:
            rows.insert(0, (_FILE, Path(image.path).name, image.path))
        rows.append((_OPEN, "Open a file…", "DICOM, NIfTI, PNG, TIFF, JPEG or .npy"))
        self.source.fill([*rows, *((key, f"From {_STORED[key]}…", text) for key, text in STORED.items())])
        self.source.show_key(_FILE if image.path is not None else image.phantom)
        self.size.fill([(str(n), str(n), "") for n in sorted({*SIZES, image.size})])
        self.size.show_key(str(image.size))
        self.fit.show_key(image.fit)
        self.seed.show_value(image.seed)
        self.show_half(self.fit, image.path is not None)
        self.show_half(self.seed, image.path is None and image.phantom != "shepp-logan")

    def show_scene(self) -> None:
        scene = self.workbench.scene
        image = self.workbench.study.image
        name = Path(image.path).name if image.path is not None else image.phantom or ""
        self.heading.setText(scene.title if scene is not None else name)
        self.facts.setText(_facts(scene) if scene is not None else "being prepared …")
        steps = [f"• {sentence}" for sentence in scene.steps] if scene is not None else ["• nothing yet"]
        self.facts.setToolTip("\n".join(["What was done to the stored pixels:", *steps]))
        self.steps.setText("\n".join(steps))
        self._show_steps(self.facts.isChecked())
        slices = scene is not None and scene.slice_count > 1 and image.path is not None
        self.show_row(self.slice, slices)
        if slices:
            self.slice.set_range(0, scene.slice_count - 1, suffix=f" / {scene.slice_count - 1}")
            self.slice.show_value(image.slice if image.slice is not None else scene.slice_index)

    def summary(self) -> str:
        return f"{self.heading.text()} · {self.facts.text()}"

    def open_file(self, path: str | Path) -> None:
        """Take an image file into the study, at its middle slice; what is no image is told and left alone.

        It is looked at in the background: the first file of a kind brings its library, which takes a while.
        """

        def take() -> None:
            image = self.workbench.study.image
            self.change("open image", image=ImageChoice(path=str(path), size=image.size))

        self.bridge.in_background(lambda: count_slices(path), take)

    def _choose_source(self, key: str) -> None:
        if key == _OPEN:
            self.refresh()  # the box goes back to what is open until a file is chosen
            ask_image(self.window(), self.open_file)
        elif key in STORED:
            self.refresh()
            ask_stored(self.window(), _STORED[key], lambda path: self._take_stored(path, key))
        elif key != _FILE:
            self._change("phantom", path=None, phantom=key, slice=None, stored=None)

    def _take_stored(self, path: Path, stored: str) -> None:
        image = self.workbench.study.image
        self.change(f"open {_STORED[stored]}", image=ImageChoice(path=str(path), size=image.size, stored=stored))

    def _change(self, label: str, merge: bool = False, **parts: object) -> None:
        self.change(label, merge=merge, image=replace(self.workbench.study.image, **parts))

    def _show_steps(self, shown: bool) -> None:
        self.steps.setVisible(shown and bool(self.steps.text()))


def _facts(scene: object) -> str:
    height, width = scene.x.shape
    parts = [f"{height} × {width}"]
    if scene.spacing is not None:
        rows, columns = scene.spacing
        parts.append(f"{rows:.2g} mm" if abs(rows - columns) < 0.005 * rows else f"{rows:.2g} × {columns:.2g} mm")
    if scene.units and scene.units != "a.u.":
        parts.append(scene.units)
    return " · ".join(parts)
