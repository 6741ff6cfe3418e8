"""A folder of slices: which files belong to it, and in what order they are."""

import numpy as np
import pytest
from PIL import Image

from stabview.images.errors import InputError
from stabview.images.readers import count_slices, open_image


def flat(value: int) -> np.ndarray:
    pixels = np.full((16, 16), value, np.uint16)
    pixels[0, 0] = 0
    return pixels


def test_a_dicom_series_is_in_the_order_of_its_positions_and_others_are_left_out(dicom_file, tmp_path):
    axial = [1, 0, 0, 0, 1, 0]
    for name, place in (("a.dcm", 10.0), ("b.dcm", -5.0), ("c.dcm", 2.5)):
        series = {"SeriesInstanceUID": "1.2.3", "ImagePositionPatient": [0, 0, place], "ImageOrientationPatient": axial}
        dicom_file(flat(100 + round(place)), name=name, **series)
    dicom_file(flat(7), name="scout.dcm", SeriesInstanceUID="1.2.4")
    (tmp_path / "README.txt").write_text("no image")
    assert count_slices(tmp_path) == 3
    values = [open_image(tmp_path, slice=k).pixels.max() for k in range(3)]
    assert values == [95, 102, 110]
    middle = open_image(tmp_path)
    assert (middle.slice_index, middle.slice_count) == (1, 3)
    assert tmp_path.name not in middle.title and any("3 slices" in step for step in middle.steps)


def test_slices_without_positions_go_by_their_numbers(dicom_file, tmp_path):
    for name, number in (("a.dcm", 30), ("b.dcm", 4), ("c.dcm", 11)):
        dicom_file(flat(number), name=name, SeriesInstanceUID="1.2.3", InstanceNumber=number)
    assert [open_image(tmp_path, slice=k).pixels.max() for k in range(3)] == [4, 11, 30]


def test_pictures_go_by_name_with_numbers_as_numbers(tmp_path):
    for number in (10, 9, 100):
        Image.fromarray(flat(number).astype(np.uint8)).save(tmp_path / f"slice{number}.png")
    assert [open_image(tmp_path, slice=k).title for k in range(3)] == ["slice9", "slice10", "slice100"]


def test_a_folder_without_images_and_a_slice_that_is_not_there_are_refused(tmp_path):
    with pytest.raises(InputError, match="without an image"):
        count_slices(tmp_path)
    Image.fromarray(flat(3).astype(np.uint8)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="slice"):
        open_image(tmp_path, slice=4)
