"""Boxes of lesions from masks and of drawn heads."""

import numpy as np
import torch

from stabview.experiments import catalogue
from stabview.experiments.lesion_boxes import box_error, boxes_of, drawn_slices


def test_boxes_enclose_each_region_of_a_mask():
    mask = np.zeros((32, 32), bool)
    mask[5:8, 10:14], mask[20:23, 0:3], mask[30, 30] = True, True, True  # the last is too small to count
    assert boxes_of(mask) == ((slice(3, 10), slice(8, 16)), (slice(18, 25), slice(0, 5)))


def test_the_error_does_not_depend_on_brightness_and_contrast():
    x = torch.rand(24, 24)
    box = slice(4, 9), slice(4, 9)
    assert box_error(3 * x + 1, x, box) < 1e-9
    changed = x.clone()
    changed[box] = 0
    assert box_error(changed, x, box) > 10 * box_error(changed, x, (slice(15, 20), slice(15, 20)))


def test_a_subject_with_masks_is_scored_by_every_method(tmp_path):
    slices = drawn_slices(3, 64)
    masks = np.zeros((3, 64, 64), bool)
    for mask, one in zip(masks, slices, strict=True):
        for box in one.boxes:
            mask[box] = True
    images = np.stack([255 * np.abs(one.pixels) for one in slices]).astype(np.uint8)
    np.savez(tmp_path / "case.npz", images=images, lesion=masks)
    given = {"size": 64, "subject": str(tmp_path / "case.npz"), "slices": 2}
    result = list(catalogue.run("lesion-boxes", given))[-1]
    assert {row[0] for row in result.tables[0].rows} >= {"Deep MRI (D5-C5)", "TV", "Zero-filled"}
    assert result.figures["lesions"] >= 2 and result.total == 2
