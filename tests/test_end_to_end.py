"""The real program in a process of its own, from an image to the report; then the same without a window."""

import csv
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from stabview.cli import main
from stabview.images.phantoms import phantom

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def files(tmp_path):
    """A DICOM slice with a patient's name, and a small network."""
    import torch
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid
    from safetensors.torch import save_file

    from stabview.methods.networks.architectures import build

    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", generate_uid()
    data.PatientName, data.PatientID, data.Modality = "Doe^Jane", "PID12345", "MR"
    pixels = (1000 * phantom("head-flair", 64).pixels).astype(np.uint16)
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PixelRepresentation = 1, "MONOCHROME2", 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.PixelData = pixels.tobytes()
    data.save_as(tmp_path / "slice.dcm", enforce_file_format=True)
    torch.manual_seed(0)
    parameters = {"cascades": 1, "depth": 2, "filters": 4}
    card = {
        "name": "small", "title": "Small cascade", "summary": "Untrained.", "operator": "fourier",
        "architecture": "deep-mri", "parameters": parameters, "trained_rate": 0.33, "size": 48,
    }  # fmt: skip
    metadata = {"stabview": json.dumps(card)}
    save_file(build("deep-mri", parameters).state_dict(), tmp_path / "net.safetensors", metadata=metadata)
    return tmp_path


def test_from_a_dicom_file_to_a_report_that_the_command_line_reproduces(files):
    home = {"XDG_CONFIG_HOME": str(files / "config"), "XDG_STATE_HOME": str(files / "state")}
    done = subprocess.run(
        [sys.executable, "tests/drive_window.py", files / "slice.dcm", files / "net.safetensors", files],
        cwd=ROOT, env={**os.environ, **home, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["position"] == 2 and seen["error"] is None and "not for diagnostic use" in seen["title"]
    report = files / "report"
    window = json.loads((report / "result.json").read_text())
    assert main(["run", str(report / "study.toml"), "--out", str(files / "cli"), "--threads", "1", "--quiet"]) == 0
    line = json.loads((files / "cli" / "result.json").read_text())
    assert len(window["iterates"]) == len(line["iterates"]) == 5
    for ours, theirs in zip(window["iterates"], line["iterates"], strict=True):
        assert ours["network"]["psnr"] == pytest.approx(theirs["network"]["psnr"], rel=1e-5)
        assert ours["soa"]["psnr"] == pytest.approx(theirs["soa"]["psnr"], rel=1e-5)
    assert window["details"][0]["kind"] == "symbol" and window["sweep_index"] == 2
    with (files / "numbers.csv").open() as table:
        assert [float(row["network_psnr"]) for row in csv.DictReader(table)] == [
            iterate["network"]["psnr"] for iterate in window["iterates"]
        ]
    assert main(["verify", str(report), "--threads", "1", "--quiet"]) == 0
    assert_nobody_is_named(files)
    assert (files / "config" / "StabView" / "preferences.json").is_file()
    assert not list((files / "state").rglob("*.stabview")), "the copy for after a crash is gone"


def assert_nobody_is_named(folder: Path) -> None:
    """No file that the program wrote holds the patient's name or number."""
    given = ("slice.dcm", "net.safetensors")
    written = [path for path in folder.rglob("*") if path.is_file() and path.name not in given]
    assert len(written) > 40
    for path in written:
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        assert not any(word in part for part in contents for word in (b"Doe^Jane", b"PID12345")), path
