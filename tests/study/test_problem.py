"""From a study to x, A, y and the methods."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.images.phantoms import PHANTOMS
from stabview.perturbation.iterate import clean_iterate
from stabview.study.answers import detail_reports, sweep
from stabview.study.curve import sweep_points
from stabview.study.problem import Parts, build_problem
from stabview.study.study import Detail, ImageChoice, NetworkChoice, SamplingChoice, SweepChoice


@pytest.mark.parametrize("name", sorted(PHANTOMS))
def test_every_phantom_becomes_an_image_of_largest_value_one(study, name):
    problem = build_problem(study.having(image=ImageChoice(phantom=name, size=64)), Parts())
    assert problem.x.shape == (64, 64)
    assert float(problem.x.abs().max()) == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(problem.y, problem.operator(problem.x))


def test_details_are_part_of_x_and_come_apart_again(study, painted):
    plain, with_details = build_problem(study, Parts()), build_problem(painted, Parts())
    heart, lesion = with_details.details
    torch.testing.assert_close(with_details.x, plain.x + heart + lesion)
    assert float(heart.abs().max()) == pytest.approx(0.3, abs=0.02)
    assert float(lesion.real.min()) == pytest.approx(-0.2, abs=0.01)
    torch.testing.assert_close(with_details.y, with_details.operator(with_details.x) + with_details.noise)


@pytest.mark.parametrize("operator", ["fourier", "radon"])
def test_the_noise_has_the_norm_one_asked_for_and_only_on_samples(study, operator):
    sampling = SamplingChoice(operator=operator, views=12, noise=0.05, seed=4)
    network = NetworkChoice(name="ell-50") if operator == "radon" else study.network
    noisy = study.having(sampling=sampling, network=network)
    problem = build_problem(noisy, Parts())
    size = torch.linalg.vector_norm(problem.noise) / torch.linalg.vector_norm(problem.operator(problem.bare))
    assert float(size) == pytest.approx(0.05, rel=1e-5)
    torch.testing.assert_close(problem.operator.restrict(problem.noise), problem.noise)
    assert torch.equal(build_problem(noisy, Parts()).noise, problem.noise), "the same for every run and method"
    other = build_problem(noisy.having(sampling=replace(sampling, seed=5)), Parts())
    assert not torch.equal(other.noise, problem.noise)


def test_the_rule_weights_tv_by_the_noise_and_a_chosen_weight_wins(study):
    clean = build_problem(study, Parts()).soa.objective.lambda_
    noisy = build_problem(study.having(sampling=replace(study.sampling, noise=0.02)), Parts()).soa.objective.lambda_
    chosen = build_problem(study.having(soa=replace(study.soa, lambda_=0.0123)), Parts()).soa.objective.lambda_
    assert clean < noisy and chosen == 0.0123


def test_what_did_not_change_is_not_built_again(study):
    parts = Parts()
    first = build_problem(study, parts)
    second = build_problem(study.having(sampling=replace(study.sampling, rate=0.5)), parts)
    assert second.network is first.network and second.source is first.source
    assert second.operator is not first.operator and second.operator.rate > first.operator.rate
    third = build_problem(study.having(soa=replace(study.soa, lambda_=1e-3)), parts)
    assert third.operator is not second.operator and third.operator.spec == first.operator.spec


def test_a_network_file_that_changed_is_read_again(study, network_file, tmp_path):
    import os
    import shutil

    path = tmp_path / "net.safetensors"
    shutil.copy(network_file, path)
    parts, chosen = Parts(), study.having(network=NetworkChoice(path=str(path)))
    first = build_problem(chosen, parts).network
    assert build_problem(chosen, parts).network is first
    os.utime(path, ns=(1, 1))
    assert build_problem(chosen, parts).network is not first


def test_a_detail_on_a_complex_image_adds_to_its_modulus(study, tmp_path):
    rows = np.indices((48, 48))[0]
    pixels = (0.5 * np.exp(0.2j * rows)).astype(np.complex64)
    np.save(tmp_path / "phase.npy", pixels)
    detail = Detail("lesion", (20.0, 20.0), 6.0, 0.4)
    chosen = study.having(image=ImageChoice(path=str(tmp_path / "phase.npy"), size=48, fit="native"), details=(detail,))
    problem = build_problem(chosen, Parts())
    added = problem.x.abs() - problem.bare.abs()
    torch.testing.assert_close(added, problem.details[0].abs(), atol=1e-5, rtol=0)
    full = build_problem(chosen.having(sampling=replace(study.sampling, rate=1.0)), Parts())
    clean = clean_iterate(full.objective)
    (report,) = detail_reports(full, clean, {"quick": full.quick(full.y, full.operator)}, {})
    assert report.captured["quick"] == pytest.approx(1, abs=1e-4) and report.exposure == pytest.approx(1, abs=1e-4)


def test_a_detail_outside_the_image_has_no_contrast_to_report(study):
    lost = study.having(details=(Detail("lesion", (-400.0, 10.0), 3.0, 0.5), Detail("lesion", (20.0, 20.0), 3.0, 0.5)))
    problem = build_problem(lost, Parts())
    clean = clean_iterate(problem.objective)
    (report,) = detail_reports(problem, clean, {"network": clean.reconstruction}, {})
    assert report.detail == 1


@pytest.mark.parametrize("operator", ["fourier", "radon"])
def test_the_curve_passes_through_the_study_itself(study, operator):
    """The point at the study's own rate is the PSNR of the clean reconstructions, noise included."""
    from stabview.measures.errors import psnr

    chosen = study.having(sampling=replace(study.sampling, noise=0.01), sweep=SweepChoice(rates=(0.2, 0.33)))
    if operator == "radon":
        chosen = study.having(
            sampling=SamplingChoice("radon", views=20, noise=0.01), network=NetworkChoice(name="ell-50"),
            sweep=SweepChoice(views=(8, 20)),
        )  # fmt: skip
    problem = build_problem(chosen, Parts())
    points = sweep_points(sweep(problem, clean_iterate(problem.objective)))
    assert len(points) == 2 and points[0].rate < points[1].rate
    for name, method in problem.methods.items():
        wanted = psnr(method(problem.y, problem.operator), problem.x)
        assert points[1].psnr[name] == pytest.approx(wanted, rel=1e-5), name


@pytest.mark.parametrize(
    "change",
    [
        {"image": ImageChoice(path="/no/such/image.png")},
        {"network": NetworkChoice(path="/no/such/net.safetensors")},
        {"network": NetworkChoice(name="no-such-net")},
        {"image": ImageChoice(phantom="no-such-phantom")},
    ],
    ids=lambda change: str(next(iter(change.values()))),
)
def test_what_is_not_there_is_said_in_one_sentence(study, change):
    with pytest.raises(InputError) as refused:
        build_problem(study.having(**change), Parts())
    assert "\n" not in str(refused.value) and "no" in str(refused.value)
