"""What is no image, or a broken one, is refused in one sentence, without a traceback or a word on standard error."""

import gzip
import io
import warnings

import nibabel
import numpy as np
import PIL.Image
import pytest
import tifffile

from stabview.images.errors import InputError
from stabview.images.readers import FILE_PATTERNS, count_slices, looks_like_image, open_image

PICTURE = (np.random.default_rng(0).random((40, 50)) * 60000).astype(np.uint16)


def encoded(kind: str) -> bytes:
    buffer = io.BytesIO()
    if kind == "npy":
        np.save(buffer, PICTURE)
    elif kind == "nii.gz":
        return gzip.compress(nibabel.Nifti1Image(PICTURE[..., np.newaxis], np.eye(4)).to_bytes())
    elif kind == "nii":
        return nibabel.Nifti1Image(PICTURE[..., np.newaxis], np.eye(4)).to_bytes()
    elif kind == "lzw.tif":
        PIL.Image.fromarray(PICTURE).save(buffer, format="TIFF", compression="tiff_lzw")
    elif kind == "tif":
        tifffile.imwrite(buffer, PICTURE)
    else:
        PIL.Image.fromarray((PICTURE >> 8).astype(np.uint8)).save(buffer, format=kind)
    return buffer.getvalue()


def refusal(path, reader=open_image) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InputError) as caught:
            reader(path)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".") and len(sentence) < 300
    return sentence


@pytest.mark.parametrize("share", [0.05, 0.6])
@pytest.mark.parametrize("kind", ["npy", "nii", "nii.gz", "tif", "lzw.tif", "png", "jpeg"])
def test_files_cut_short(tmp_path, capfd, kind, share) -> None:
    whole = encoded(kind)
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(whole)
    assert open_image(path).shape in ((40, 50), (50, 40))
    path.write_bytes(whole[: int(len(whole) * share)])
    refusal(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.9])
def test_dicom_cut_short(dicom_file, capfd, share) -> None:
    path = dicom_file(PICTURE)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    refusal(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["a.dcm", "a.nii", "a.nii.gz", "a.png", "a.tif", "a.jpg", "a.npy", "a.txt", "a"])
def test_text_under_any_name_and_empty_files(tmp_path, capfd, name) -> None:
    path = tmp_path / name
    path.write_text("This is a letter, not a picture. " * 40)
    refusal(path)
    refusal(path, count_slices)
    path.write_bytes(b"")
    assert "is empty" in refusal(path)
    assert capfd.readouterr() == ("", "")


def test_folders_and_missing_files(tmp_path) -> None:
    assert "folder without an image" in refusal(tmp_path)
    assert "no file" in refusal(tmp_path / "missing.dcm")


def test_sizes_that_cannot_be_used(tmp_path, dicom_file) -> None:
    PIL.Image.new("L", (5000, 10)).save(tmp_path / "wide.png")
    PIL.Image.new("1", (20000, 20000)).save(tmp_path / "bomb.png")
    np.save(tmp_path / "tall.npy", np.zeros((4097, 8), dtype=np.uint8))
    tifffile.imwrite(tmp_path / "wide.tif", np.zeros((10, 5000), dtype=np.uint8))
    for name in ("wide.png", "bomb.png", "tall.npy", "wide.tif"):
        assert "4096" in refusal(tmp_path / name)
    assert "4096" in refusal(dicom_file(np.zeros((8, 5000), dtype=np.uint8)))
    np.save(tmp_path / "tiny.npy", np.zeros((3, 40)))
    assert "at least 8" in refusal(tmp_path / "tiny.npy")


@pytest.mark.parametrize(
    "values",
    [
        np.array(["a", "b"]),
        np.zeros((9, 9), dtype=[("a", "f4")]),
        np.zeros(9),
        np.zeros((2, 9, 9, 9)),
        np.zeros((0, 9)),
    ],
)
def test_arrays_that_are_no_images(tmp_path, values) -> None:
    np.save(tmp_path / "a.npy", values)
    refusal(tmp_path / "a.npy")


def test_other_formats_are_named(tmp_path) -> None:
    (tmp_path / "a.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    np.savez(tmp_path / "a.npz", x=np.ones(3))
    assert "HDF5" in refusal(tmp_path / "a.h5")
    assert "archive" in refusal(tmp_path / "a.npz")


def test_content_goes_before_the_name(tmp_path) -> None:
    (tmp_path / "a.dcm").write_bytes(encoded("png"))
    assert open_image(tmp_path / "a.dcm").shape == (40, 50)


def test_images_are_told_from_other_files(tmp_path, dicom_file) -> None:
    (tmp_path / "picture").write_bytes(encoded("png"))
    (tmp_path / "study.toml").write_text("[image]\nphantom = 'ellipses'\n")
    (tmp_path / "net.safetensors").write_bytes(
        (40).to_bytes(8, "little") + b'{"w":{"dtype":"F32","shape":[1]}}' + bytes(50)
    )
    np.savez(tmp_path / "session.zip.npz", x=np.ones(3))
    (tmp_path / "cut.dcm").write_bytes(b"x")
    assert looks_like_image(tmp_path / "picture")
    assert looks_like_image(dicom_file(PICTURE, name="IM0001"))
    assert looks_like_image(tmp_path / "cut.dcm")
    for other in ("study.toml", "net.safetensors", "session.zip.npz", "missing", "."):
        assert not looks_like_image(tmp_path / other)


def test_file_patterns_cover_what_can_be_read() -> None:
    patterns = dict(FILE_PATTERNS)["Images"]
    assert {"*.dcm", "*.nii.gz", "*.png", "*.tiff", "*.jpg", "*.npy"} <= set(patterns)
