"""What is taken out of the window is read back by others: figures, numbers, films, the study, the report."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET

import numpy as np
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog

from stabview.gui import theme
from stabview.gui.app import create_application
from stabview.gui.chart import Axes, Chart, Series
from stabview.gui.dialogs.export import ExportDialog
from stabview.gui.dialogs.report import ReportDialog, ReportWish
from stabview.gui.export.figures import figure
from stabview.report.verify import verify
from stabview.study.settings import with_settings
from stabview.study.study import Study
from tests.gui.waiting import FEW, until_quiet


def export(window, qtbot, key, path, **how):
    window.exporting.export(key, path, **how)
    qtbot.waitUntil(path.is_file, timeout=20_000)
    return path


def test_a_chart_becomes_lines_and_letters(qtbot, tmp_path):
    create_application(theme_choice="dark")
    chart = Chart()
    qtbot.addWidget(chart)
    chart.resize(300, 200)
    chart.set_data(Axes(x_name="norm", y_name="change"), [Series("network", "network", (0.1, 0.9), (0.2, 0.8))])
    chart.show()
    tree = ET.parse(figure(chart, tmp_path / "a.svg", title="Growth")())
    tags = [element.tag.split("}")[-1] for element in tree.iter()]
    assert "image" not in tags and tags.count("text") >= 3 and ("polyline" in tags or "path" in tags)
    assert "norm" in "".join(tree.getroot().itertext()) and "Not for diagnosis" in "".join(tree.getroot().itertext())
    with Image.open(figure(chart, tmp_path / "a.png", light=True)()) as picture:
        assert picture.size == (600, 400) and "Not for diagnosis" in picture.text["Description"]
        assert np.asarray(picture.convert("L")).mean() > 200, "a light ground in a dark window"
    assert theme.current() is theme.DARK, "which stays dark"
    data = figure(chart, tmp_path / "a.pdf")().read_bytes()
    assert data.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", data)
    assert [round(float(side)) for side in box.groups()] == [225, 150], "points: 300 x 200 pixels at 96 dpi"


def test_everything_in_sight_can_be_exported(small_window, qtbot, tmp_path):
    subjects = {subject.key: subject for subject in small_window.exporting.subjects()}
    assert {"stage", "growth", "sampling", "numbers", "film", "panel.network"} <= set(subjects)
    for key in ("panel.network", "growth", "numbers"):
        assert Image.open(export(small_window, qtbot, key, tmp_path / f"{key}.png")).size[0] > 100
    dialog = ExportDialog(tuple(subjects.values()), "growth", lambda *chosen: taken.append(chosen), small_window)
    taken = []
    assert [dialog.format.itemData(k) for k in range(dialog.format.count())] == [".png", ".svg", ".pdf", ".csv"]
    dialog.accept()
    assert taken == [("growth", ".png", False, 0.15)]


def test_numbers_and_report_are_those_of_result_json(small_window, qtbot, tmp_path):
    table = export(small_window, qtbot, "numbers", tmp_path / "numbers.csv")
    folder = tmp_path / "report"
    wish = ReportWish(folder, "Two heads", "A teacher", "The lesion <b>is</b> there.", film=".gif", open=False)
    small_window.exporting.report(wish)
    qtbot.waitUntil((folder / "iterates.gif").is_file, timeout=20_000)
    until_quiet(qtbot, small_window.workbench, FEW + 1)
    result = json.loads((folder / "result.json").read_text())
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert len(rows) == len(result["iterates"]) == FEW + 1
    for row, iterate in zip(rows, result["iterates"], strict=True):
        assert float(row["soa_psnr"]) == iterate["soa"]["psnr"]
        assert float(row["relative_norm"]) == iterate["relative_norm"]
    assert result["report"] == {"title": "Two heads", "author": "A teacher", "notes": "The lesion <b>is</b> there."}
    html = (folder / "report.html").read_text()
    assert "A teacher" in html and "&lt;b&gt;is" in html and "<h1>Two heads" in html
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    with Image.open(folder / "iterates.gif") as film:
        assert film.n_frames == FEW + 1
    assert verify(folder, device="cpu", threads=1).agrees


def test_copies_are_the_study_in_words(small_window):
    import shlex

    small_window.actions_["copyCommand"].trigger()
    words = shlex.split(QGuiApplication.clipboard().text())
    settings = [word for word, before in zip(words[1:], words, strict=False) if before == "--set"]
    assert with_settings(Study(), settings) == small_window.workbench.study
    small_window.actions_["copyPython"].trigger()
    assert f"run.frames[{small_window.workbench.position}]" in QGuiApplication.clipboard().text()
    small_window.stage.panels["network"].view.setFocus()
    small_window.actions_["copyPicture"].trigger()
    assert QGuiApplication.clipboard().pixmap().size() == small_window.stage.panels["network"].grab().size()


def test_a_file_that_cannot_be_written_is_told(small_window, qtbot, tmp_path):
    small_window.exporting.export("growth", tmp_path / "no" / "a.png")
    qtbot.waitUntil(small_window.errors.isVisible, timeout=5_000)
    assert "cannot be written" in small_window.errors.label.text()


def test_the_report_dialog_says_what_its_fields_say(qtbot, tmp_path):
    taken = []
    dialog = ReportDialog(True, taken.append)
    qtbot.addWidget(dialog)
    dialog.folder.setText(str(tmp_path / "here"))
    dialog.notes.setPlainText("Seen.")
    dialog.pdf.setChecked(False)
    dialog.film.show_key(".mp4")
    dialog.accept()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert taken == [ReportWish(tmp_path / "here", notes="Seen.", pdf=False, film=".mp4")]
