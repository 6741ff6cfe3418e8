"""Windows of bright pixels over the image."""

import numpy as np
import torch

from stabview.experiments import catalogue
from stabview.experiments.feature_map import coarse_to_fine, heat_map, window_error, with_window


def test_positions_come_coarse_to_fine_and_once():
    order = coarse_to_fine((64, 48), 8)
    assert len(order) == len(set(order)) == 8 * 6
    assert all(row % 32 == 2 and column % 32 == 2 for row, column in order[:4])


def test_the_error_is_that_of_the_window_alone():
    x = torch.rand(16, 16)
    image = with_window(x, (4, 5))
    assert window_error(image, x, (4, 5)) == 0 and window_error(x, x, (4, 5)) > 0
    assert window_error(torch.where(image == x.max(), image, 0), x, (4, 5)) == 0
    assert np.array_equal(heat_map((4, 8), [(0, 0), (0, 5)], [1.0, 2.0])[0], [0.5] * 4 + [1.0] * 4)


def test_maps_of_both_methods_are_filled():
    result = list(catalogue.run("feature-map", {"size": 48, "stride": 8}))[-1]
    image, network, reference = result.pictures
    assert network.pixels.shape == image.pixels.shape and network.pixels.max() == reference.pixels.max() == 1
    assert result.figures["windows"] == 36 == result.total
