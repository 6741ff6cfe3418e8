"""Studies of every operator: data, coils from files, finer grids, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.measures.errors import psnr
from stabview.report.html import html_text
from stabview.study.answers import network_part, soa_part, sweep
from stabview.study.choices import OPERATORS, PATTERNS
from stabview.study.curve import sweep_points
from stabview.study.operators import coil_maps, sampling_operator
from stabview.study.problem import Parts, build_problem
from stabview.study.study import COMPLEX, ImageChoice, NetworkChoice, SamplingChoice, Study, SweepChoice
from stabview.study.toml_file import read_study, write_study

BASE = Study(
    image=ImageChoice(phantom="ellipses", size=32, seed=2),
    network=NetworkChoice(name="firenet"),
    sweep=SweepChoice(rates=(0.3, 0.6), views=(12, 24)),
)


def built(**facts):
    return build_problem(BASE.having(sampling=SamplingChoice(**facts)), Parts())


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_runs_through_network_reference_and_curve(name):
    from stabview.perturbation.iterate import clean_iterate

    problem = built(operator=name, rate=0.5, views=24)
    assert problem.operator.name == name and problem.x.is_complex() == (name in COMPLEX)
    torch.testing.assert_close(problem.y, problem.operator(problem.x))
    clean = clean_iterate(problem.objective)
    part, solution = soa_part(problem, clean, None)
    assert solution.converged and part.measures["soa"]["gap"] <= 1e-3
    quick = network_part(problem, clean).measures["quick"]["psnr"]
    assert part.measures["soa"]["psnr"] > quick
    few, many = sweep_points(sweep(problem, clean))
    assert few.rate < many.rate and few.psnr["soa"] < many.psnr["soa"], "more data, better"


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_measures_what_it_says(pattern):
    operator = sampling_operator(SamplingChoice(pattern=pattern, rate=0.4), (64, 64))
    assert operator.mask.shape == (64, 64) and operator.mask[32, 32] and operator.rate == operator.mask.mean()
    assert operator.rate == 1 if pattern == "full" else 0.3 < operator.rate < 0.5


@pytest.mark.parametrize("facts", [{}, {"operator": "multicoil"}, {"operator": "radon", "views": 40}], ids=str)
def test_data_from_a_finer_grid_differ_a_little_and_cost_the_methods_some_quality(facts):
    problem = built(finer=4, **facts)
    crime = problem.operator(problem.x)
    off = torch.linalg.vector_norm(problem.y - crime) / torch.linalg.vector_norm(crime)
    assert 0.001 < off < 0.1
    scores = [psnr(problem.soa(y, problem.operator), problem.x) for y in (crime, problem.y)]
    assert scores[1] < scores[0], "the inverse crime flatters"


def test_maps_from_a_file_are_used_and_bad_ones_refused(tmp_path):
    maps = coil_maps(SamplingChoice(coils=3), (32, 32))
    np.save(tmp_path / "maps.npy", maps)
    given = built(operator="multicoil", maps=str(tmp_path / "maps.npy"))
    drawn = built(operator="multicoil", coils=3)
    torch.testing.assert_close(given.y, drawn.y)
    np.save(tmp_path / "small.npy", maps[:, :16])
    np.save(tmp_path / "empty.npy", 0 * maps)
    (tmp_path / "text.npy").write_text("no array")
    for name, words in (("small", r"\(coils, 32, 32\)"), ("empty", "only zeros"), ("text", "cannot be read")):
        with pytest.raises(InputError, match=words):
            built(operator="multicoil", maps=str(tmp_path / f"{name}.npy"))


def test_sensitivities_are_estimated_from_raw_kspace(tmp_path):
    shape, coils = (48, 48), 4
    maps = coil_maps(SamplingChoice(coils=coils), shape)
    image = np.zeros(shape)
    image[8:40, 10:38] = 1 + 0.3 * np.random.default_rng(0).random((32, 28))
    kspace = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(maps * image, axes=(-2, -1))), axes=(-2, -1))
    np.save(tmp_path / "kspace.npy", kspace.astype(np.complex64))
    found = coil_maps(SamplingChoice(calibration=str(tmp_path / "kspace.npy")), shape)
    inside = np.s_[12:36, 14:34]
    overlap = np.abs((found.conj() * maps).sum(axis=0))[inside]
    assert overlap.min() > 0.99, "the same maps but for a phase common to all coils"
    assert coil_maps(SamplingChoice(calibration=str(tmp_path / "kspace.npy")), (32, 40)).shape == (coils, 32, 40)


def test_a_matrix_that_would_not_fit_is_refused_with_the_size_that_does():
    large = replace(BASE, image=replace(BASE.image, size=256), sampling=SamplingChoice(operator="gaussian"))
    with pytest.raises(InputError, match="GiB"):
        build_problem(large, Parts())


def test_files_of_coils_start_at_the_folder_of_the_study_and_reports_tell_only_their_names(tmp_path):
    np.save(tmp_path / "maps.npy", coil_maps(SamplingChoice(coils=3), (32, 32)))
    study = replace(BASE, sampling=SamplingChoice(operator="multicoil", maps=str(tmp_path / "maps.npy")))
    write_study(study, tmp_path / "study.toml")
    assert 'maps = "maps.npy"' in (tmp_path / "study.toml").read_text()
    assert read_study(tmp_path / "study.toml") == study
    page = html_text({"version": 1}, {}, {}, study=study)
    assert "maps.npy" in page and str(tmp_path) not in page
