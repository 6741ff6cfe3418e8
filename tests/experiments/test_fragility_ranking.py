"""The ranking of images by what a search costs."""

import numpy as np

from stabview.experiments import catalogue
from stabview.experiments.fragility_ranking import folder_images
from stabview.images.phantoms import phantom


def test_images_are_ranked_by_their_loss_with_intervals():
    result = list(catalogue.run("fragility-ranking", {"size": 48, "images": 3, "steps": 3, "budget": 0.1}))[-1]
    losses = [row[3] for row in result.tables[0].rows]
    assert losses == sorted(losses, reverse=True) and len(losses) == 3
    figures = result.figures
    assert figures["difference, from"] <= figures["difference, mean loss in dB"] <= figures["difference, to"]


def test_images_of_a_folder_are_spread_over_its_files(tmp_path):
    for name in "ab":
        stack = np.stack([phantom("head-t1", 48, seed=k).pixels for k in range(4)])
        np.savez(tmp_path / f"{name}.npz", images=stack)
    np.save(tmp_path / "c.npy", phantom("head-t2", 48).pixels)
    (tmp_path / "notes.txt").write_text("no image")
    titles = [title for title, _ in folder_images(tmp_path, 48, 5)]
    assert len(titles) == 5 and "c" in titles and {title[0] for title in titles} == set("abc")
