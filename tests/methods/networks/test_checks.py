"""The checks of a network: each fault is found and named, and a network without a true gradient never passes."""

import pytest
import torch

from stabview.methods.method import MethodSpec
from stabview.methods.networks.checks import can_be_searched, check_network, step_cost
from stabview.methods.networks.trial import trial_image, trial_operator


class Method:
    """A method from a function of data and operator."""

    spec = MethodSpec("test", "Test")

    def __init__(self, call) -> None:
        self.call = call

    def __call__(self, y, operator):
        return self.call(y, operator)


def detached(y, operator):
    image = operator.adjoint(y)
    return image + (image.abs() > 0.2).to(image.dtype) * image.detach()


def rounded(y, operator):
    image = operator.adjoint(y)
    return torch.complex((image.real * 1000).round() / 1000, image.imag * 0)


FAULTS = {
    "runs": (lambda y, operator: y @ torch.ones(5, 5), "does not run"),
    "shape": (lambda y, operator: operator.adjoint(y)[::2], "16 x 32, but 32 x 32"),
    "finite": (lambda y, operator: operator.adjoint(y) / operator.adjoint(y).abs().max(), "not finite"),
    "deterministic": (lambda y, operator: operator.adjoint(y) + 0.01 * torch.randn(32, 32), "another image each time"),
    "depends on its input": (lambda y, operator: operator.adjoint(0 * y) + 1, "whatever the data"),
    "gradient": (lambda y, operator: operator.adjoint(y.detach()), "no gradient"),
    "gradient is right": (detached, "off by"),
}


@pytest.fixture(scope="module")
def operator():
    return trial_operator("fourier", 32)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_named_in_a_sentence(fault, operator):
    call, words = FAULTS[fault]
    checks = check_network(Method(call), operator)
    failed = {check.name: check.sentence for check in checks if check.passed is False}
    assert fault in failed and words in failed[fault] and failed[fault].endswith(".")
    assert not can_be_searched(checks)


def test_a_gradient_of_zero_is_never_taken_for_stability(operator):
    checks = check_network(Method(rounded), operator)
    (told,) = (check for check in checks if check.name == "gradient")
    assert told.passed is False and "nothing can be said about its stability" in told.sentence


@pytest.mark.parametrize("name", ["fourier", "radon", "multicoil"])
def test_a_sound_method_passes_with_its_figures(name):
    operator = trial_operator(name, 32)
    checks = check_network(Method(lambda y, operator: torch.tanh(operator.quick_inverse(y).real)), operator)
    assert can_be_searched(checks), [check.sentence for check in checks]
    told = {check.name: check.sentence for check in checks}
    assert "% beyond" in told["scale"] and "memory" in told["cost"]
    assert {check.name for check in checks if check.passed is None} == {"scale", "cost"}


def test_a_shipped_network_passes(deep_mri, operator):
    assert can_be_searched(check_network(deep_mri, operator))


def test_the_memory_of_a_step_is_what_autograd_keeps(operator):
    def kept(y, operator):
        image = operator.adjoint(y).real
        for _ in range(4):
            image = torch.sigmoid(image)  # keeps its result: 32 x 32 numbers of 4 bytes
        return image

    cost = step_cost(Method(kept), operator, operator(trial_image(operator)))
    assert 4 * 32 * 32 * 4 <= cost.bytes < 20 * 32 * 32 * 4 and cost.seconds > 0
