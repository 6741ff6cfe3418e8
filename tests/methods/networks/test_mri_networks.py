"""The unrolled MRI networks: their parts are what the papers' formulas say."""

import numpy as np
import torch

from stabview.methods.networks.gram import gram
from stabview.methods.networks.irim import InvertibleRIM
from stabview.methods.networks.mri_vn import Stage, VariationalNetwork
from stabview.methods.networks.radial_basis import RadialBasis
from stabview.methods.networks.slow_phase import slow_phase
from stabview.methods.networks.unet import UNet
from stabview.methods.networks.varnet import VarNet
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.sensitivities import birdcage


def draw(*shape: int, seed: int = 0, dtype=torch.complex64) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def coils(*shape: int, pattern: str = "vn-uniform") -> MultiCoilOperator:
    return MultiCoilOperator(sampling_mask(pattern, shape, 0.4), birdcage(shape, 3))


def gaussians(activation: RadialBasis, z: torch.Tensor) -> torch.Tensor:
    """The plain formula, channel by channel."""
    means = torch.linspace(-1, 1, activation.weight.shape[1], dtype=z.dtype)
    sigma = means[1] - means[0]
    bumps = torch.exp(-0.5 * ((z[..., None] - means) / sigma) ** 2)
    return torch.einsum("bchwj,cj->bchw", bumps, activation.weight.to(z.dtype))


def test_the_table_of_an_activation_agrees_with_the_sum_of_gaussians_and_so_do_its_gradients():
    activation = RadialBasis(3)
    with torch.no_grad():
        activation.weight.copy_(0.1 * draw(3, 31, dtype=torch.float32))
    z = (0.7 * draw(2, 3, 9, 8, seed=1, dtype=torch.float32)).requires_grad_(True)
    assert z.abs().max() > 1.5, "values beyond the outermost Gaussians are among them"
    outer = draw(2, 3, 9, 8, seed=2, dtype=torch.float32)
    found, expected = (
        (value, *torch.autograd.grad((value * outer).sum(), (z, activation.weight)))
        for value in (activation(z), gaussians(activation, z))
    )
    for ours, plain, tolerance in zip(found, expected, (1e-3, 0.03, 1e-3), strict=True):
        assert (ours - plain).abs().max() < tolerance * plain.abs().max()


def test_a_stage_of_the_variational_network_is_its_formula():
    """Against dense convolutions over the reflected image, in its interior and at its border."""
    torch.manual_seed(0)
    stage, operator = Stage(4, 5, 31), coils(20, 24)
    u, y = draw(20, 24), operator(draw(20, 24, seed=1))
    start = operator.adjoint(y)
    kernel = stage.kernel - stage.kernel.mean(dim=(-2, -1), keepdim=True)
    kernel = kernel / torch.linalg.vector_norm(kernel, dim=(1, 2, 3), keepdim=True).clamp_min(1)
    padded = torch.nn.functional.pad(torch.stack((u.real, u.imag))[None], (4,) * 4, mode="reflect")
    filtered = stage.activation(torch.nn.functional.conv2d(padded, kernel))
    change = torch.nn.functional.conv_transpose2d(filtered, kernel)[0, :, 4:-4, 4:-4] / 4
    expected = u - torch.complex(change[0], change[1]) - operator.adjoint(operator(u) - y)
    torch.testing.assert_close(stage(u, start, operator), expected, rtol=0, atol=2e-5)
    assert change.abs().max() > 1e-3, "the filters do something"


def test_the_variational_network_scales_with_its_data_and_takes_batches():
    network, operator = VariationalNetwork(stages=2, filters=4, side=5).eval(), coils(20, 24)
    assert sum(parameter.numel() for parameter in VariationalNetwork().parameters()) == 65_530, "as published"
    y = operator(draw(2, 20, 24))
    estimate = network(y, operator)
    torch.testing.assert_close(network(3e4 * y, operator), 3e4 * estimate, rtol=1e-3, atol=1)
    torch.testing.assert_close(network(y[1], operator), estimate[1], rtol=1e-4, atol=1e-5)


def test_the_steps_of_the_invertible_machine_can_be_undone():
    torch.manual_seed(0)
    network = InvertibleRIM(channels=8, layers=2, hidden=6, iterations=3)
    for coupling in network.step.couplings:
        torch.nn.init.normal_(coupling.change[-1].weight, std=0.2)
    operator = FourierOperator(sampling_mask("cartesian-gaussian", (16, 20), 0.4))
    start = operator.adjoint(operator(draw(2, 16, 20)))
    state = draw(2, 8, 16, 20, seed=3, dtype=torch.float32)
    with torch.no_grad():
        after = network.step(network.step(state, start, operator), start, operator)
        before = network.step.inverse(network.step.inverse(after, start, operator), start, operator)
    assert (after - state).abs().max() > 0.5
    torch.testing.assert_close(before, state, rtol=0, atol=1e-4)


def test_a_gram_inside_a_network_has_the_gradient_of_its_two_halves():
    operator = coils(12, 16)
    x = draw(12, 16).requires_grad_(True)
    found, expected = (
        torch.autograd.grad(value.abs().square().sum(), x)[0]
        for value in (gram(x, operator), operator.adjoint(operator(x)))
    )
    torch.testing.assert_close(found, expected)


def test_the_end_to_end_network_is_the_same_with_and_without_the_shortcut_for_full_lines():
    torch.manual_seed(0)
    network, operator = VarNet(2, 4, 2, 3, 2).eval(), coils(32, 32, pattern="fastmri-equispaced")
    y = operator(draw(32, 32))
    with torch.no_grad():
        short = network(y, operator)
        operator.full_lines = False
        torch.testing.assert_close(network(y, operator), short, rtol=1e-3, atol=1e-5)


def test_the_end_to_end_network_is_finite_on_zero_data():
    operator = coils(32, 32)
    for combine, calibrated in (("rss", False), ("learnt", True)):
        network = VarNet(2, 4, 2, 3, 2, combine=combine, calibrated=calibrated).eval()
        with torch.no_grad():
            assert network(torch.zeros(operator.data_shape, dtype=torch.complex64), operator).abs().isfinite().all()


def test_coils_may_stand_elsewhere():
    """A birdcage turned by one coil is the same one with its coils renamed; one farther away is weaker."""
    angles = 2 * np.pi * np.arange(5) / 5
    usual, turned = birdcage((24, 20), 5), birdcage((24, 20), 5, radius=np.full(5, 1.5), angles=angles + angles[1])
    np.testing.assert_allclose(turned, np.roll(usual, -1, axis=0), atol=1e-12)
    farther = birdcage((24, 20), 5, radius=np.array([1.9, 1.5, 1.5, 1.5, 1.5]))
    assert (abs(farther[0]) < abs(usual[0])).all()


def test_a_unet_along_the_phase_turns_its_image_with_the_data():
    operator = FourierOperator(sampling_mask("fastmri-random", (32, 32), 0.4, seed=0))
    torch.manual_seed(0)
    network = UNet(2, 1, 4, 2)
    x = torch.randn(32, 32, generator=torch.Generator().manual_seed(1)).to(torch.complex64) + 2
    y = operator(x)
    turn = torch.exp(torch.tensor(1.1j))
    with torch.no_grad():
        torch.testing.assert_close(network(turn * y, operator), turn * network(y, operator), rtol=1e-3, atol=1e-4)
        assert torch.isfinite(network(torch.zeros_like(y), operator).abs()).all()


def test_the_slow_phase_of_an_image_is_found_where_it_is_slow():
    u = torch.linspace(-1, 1, 128)
    phase = torch.exp(1j * (0.8 * u[:, None] + 0.5 * u * u[:, None]))
    error = torch.angle(slow_phase(phase) * phase.conj()).abs()[16:-16, 16:-16]
    assert error.max() < 0.1
