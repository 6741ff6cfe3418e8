"""Every method is shown and says that it converged; the sparse ones are better than the quick one."""

from stabview.experiments import catalogue


def test_every_method_on_small_mri_and_ct():
    given = {"size": 48, "pattern": "multilevel", "rate": 0.35, "views": 24, "noise": 0.01}
    result = list(catalogue.run("methods-gallery", given))[-1]
    rows = result.tables[0].rows
    assert result.figures["not converged"] == 0, result.verdict
    for modality in ("MRI", "CT"):
        quick, *methods = (row[2] for row in rows if row[0] == modality)
        assert len(methods) >= 9
        assert sorted(methods)[len(methods) // 2] > quick + 2  # Haar wavelets alone are not better at 48 x 48
    assert len(result.pictures) == len(rows) + 2
