"""A search in the measurements with a heart painted into the image."""

from stabview.experiments import catalogue


def test_the_contrast_of_the_heart_is_followed_along_the_search():
    given = {"network": "deep-mri", "size": 48, "steps": 4, "budget": 0.2, "shown": 2}
    given |= {"detail_size": 40.0, "contrast": 0.3}
    result = list(catalogue.run("fading-heart", given))[-1]
    rows = result.tables[0].rows
    assert [row[0] for row in rows] == [0, 1, 2, 3, 4] and rows[-1][1] <= 20
    assert rows[0][4] > 0.6 and rows[0][5] > 0.6  # both methods keep the heart at first, and so it is seen
    assert abs(rows[0][6] - rows[0][4]) < 1e-4 and abs(rows[0][7] - rows[0][5]) < 1e-4
    assert rows[-1][2] < rows[0][2] - 3 and len(result.pictures) == 9
