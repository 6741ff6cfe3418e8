"""How a network is connected: what it is fed with, scaling as part of f, the file beside it, and the guesses."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.centring import centred, cornered
from stabview.methods.networks.loading import load_file
from stabview.methods.networks.trial import attempt, best_wiring, guesses, trial_image, trial_operator
from stabview.methods.networks.wired import WiredNetwork, reconstruct
from stabview.methods.networks.wiring import Wiring, read_wiring, wiring_path, write_wiring


@pytest.fixture
def mri():
    operator = trial_operator("fourier", 32)
    return operator, operator(trial_image(operator) * torch.exp(torch.tensor(0.3j)))


@pytest.fixture
def ct():
    operator = trial_operator("radon", 32)
    return operator, operator(trial_image(operator))


class Doubling(torch.nn.Module):
    def forward(self, x):
        return 2 * x


class Lifting(torch.nn.Module):
    """What an image lacks to be nowhere negative."""

    def forward(self, x):
        return torch.relu(-x)


@pytest.mark.parametrize("channels", ["magnitude", "real", "two", "complex"])
@pytest.mark.parametrize("scaling", ["none", "max", "mean-std"])
@pytest.mark.parametrize("layout", ["channels-first", "channels-last"])
def test_a_network_that_does_nothing_gives_back_its_input(channels, scaling, layout, mri):
    operator, y = mri
    wiring = Wiring("fourier", input="zero-filled", channels=channels, scaling=scaling, layout=layout)
    start = operator.adjoint(y)
    expected = {"magnitude": start.abs(), "real": start.real}.get(channels, start)
    found = reconstruct(torch.nn.Identity(), wiring, y, operator)
    torch.testing.assert_close(found, expected.to(torch.complex64), rtol=1e-5, atol=1e-5)


def test_scaling_is_undone_and_makes_f_follow_the_scale_of_its_data(ct):
    operator, y = ct
    net = torch.nn.Tanh()
    plain, scaled = (Wiring("radon", scaling=scaling) for scaling in ("none", "max"))
    for wiring, follows in ((plain, False), (scaled, True)):
        once, tripled = (reconstruct(net, wiring, factor * y, operator) for factor in (1, 3))
        assert torch.allclose(tripled, 3 * once, rtol=1e-3, atol=1e-4) is follows


@pytest.mark.parametrize("scaling", ["none", "max", "mean-std"])
@pytest.mark.parametrize("output", ["image", "correction", "noise"])
def test_scaling_is_part_of_what_is_differentiated(scaling, output):
    operator = trial_operator("fourier", 8).to(dtype=torch.float64)
    wiring = Wiring("fourier", input="zero-filled", channels="magnitude", scaling=scaling, output=output)
    y = operator(torch.randn(8, 8, dtype=torch.complex128)).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda y: reconstruct(torch.nn.Tanh(), wiring, y, operator).abs(), y, atol=1e-4)


def test_sizes_are_padded_and_cut_again():
    operator = trial_operator("radon", 30)
    y = operator(trial_image(operator))
    seen = []
    wiring = Wiring("radon", multiple=16)
    x = reconstruct(lambda x: seen.append(tuple(x.shape)) or x, wiring, torch.stack((y, y)), operator)
    assert seen == [(2, 1, 32, 32)]
    torch.testing.assert_close(x[1], operator.quick_inverse(y))


@pytest.mark.parametrize("centring", ["corner", "middle", "both"])
def test_k_space_is_centred_as_the_network_expects_it(centring, mri):
    operator, y = mri
    torch.testing.assert_close(cornered(centred(y, centring), centring), y, rtol=1e-5, atol=1e-6)
    if centring == "both":
        image = np.fft.ifftshift(operator.adjoint(y).numpy())
        expected = torch.from_numpy(np.fft.fftshift(np.fft.fft2(image, norm="ortho")))
        torch.testing.assert_close(centred(y, "both"), expected, rtol=1e-4, atol=1e-5)
    wiring = Wiring("fourier", input="kspace+mask", channels="two", centring=centring, output="kspace", scaling="max")
    masks = []
    found = reconstruct(lambda k, mask: masks.append(mask) or k * mask, wiring, y, operator)
    torch.testing.assert_close(found, operator.adjoint(y), rtol=1e-4, atol=1e-5)
    expected = operator.mask if centring != "corner" else np.fft.ifftshift(operator.mask)
    assert (masks[0][0, 0].numpy() == expected).all()


def test_coils_come_in_with_the_layout_of_fastmri():
    operator = trial_operator("multicoil", 32)
    y = operator(trial_image(operator))
    wiring = Wiring("multicoil", input="kspace+mask", channels="two", centring="both", layout="channels-last")
    shapes = []

    def rss(k, mask):
        shapes.append((tuple(k.shape), tuple(mask.shape)))
        kspace = torch.fft.ifftshift(torch.view_as_complex(k.contiguous()), dim=(-2, -1))
        image = torch.fft.fftshift(torch.fft.ifft2(kspace, norm="ortho"), dim=(-2, -1))
        return torch.linalg.vector_norm(image, dim=1)

    found = reconstruct(rss, wiring, y, operator)
    assert shapes == [((1, 8, 32, 32, 2), (1, 1, 32, 32, 1))]
    torch.testing.assert_close(found.real, operator.rss(y), rtol=1e-4, atol=1e-5)


def test_an_image_of_the_wrong_shape_is_refused(mri):
    operator, y = mri
    wiring = Wiring("fourier", input="zero-filled", channels="two")
    with pytest.raises(InputError, match="3 channels"):
        reconstruct(lambda x: torch.cat((x, x[:, :1]), dim=1), wiring, y, operator)
    with pytest.raises(InputError, match=r"16, 16"):
        reconstruct(lambda x: x[..., ::2, ::2], wiring, y, operator)
    with pytest.raises(InputError, match="dict"):
        reconstruct(lambda x: {"image": x}, wiring, y, operator)


# --- the file


def test_a_wiring_reads_back_and_is_never_written_over(tmp_path):
    path = wiring_path(tmp_path / "net.pt2")
    assert path.name == "net.stabview.toml"
    wiring = Wiring("radon", input="fbp", scaling="max", clamp=6.0, multiple=16, size=64, trained_rate=50)
    write_wiring(wiring, path)
    assert read_wiring(path) == wiring
    assert "back-projection" not in path.read_text() and "mean-std" in path.read_text()
    with pytest.raises(InputError, match="is there already"):
        write_wiring(replace(wiring, clamp=0.0), path)
    assert read_wiring(path) == wiring


BAD = {
    'input = "image"': "does not say the operator",
    'operator = "mri"': "operator is 'mri'.*fourier",
    'operator = "fourier"\nscale = 3': "key 'scale'",
    'operator = "fourier"\nmultiple = 0': "multiple is 0",
    'operator = "fourier"\nmultiple = 1.5': "multiple is 1.5",
    'operator = "fourier"\nsize = true': "size is True",
    'operator = "fourier"\ninput = "kspace"\nscaling = "mean-std"': "mean-std is for images",
    'operator = "radon"\ninput = "sinogram"\noutput = "noise"': "sinogram",
    'operator = "radon"\ntrained_rate = -1': "trained_rate",
    "operator = ": "cannot be read",
}


@pytest.mark.parametrize("text", BAD)
def test_a_wrong_wiring_is_refused_by_its_key(text, tmp_path):
    path = tmp_path / "net.stabview.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=BAD[text]) as refused:
        read_wiring(path)
    assert "net.stabview.toml" in str(refused.value)


# --- guessing


def test_the_guess_that_reconstructs_best_is_taken():
    """A network that gives what is to be added to the back-projection; not the image, not what is to be taken away."""
    wiring, tried = best_wiring(Lifting(), guesses(((None, 1, None, None),), operators=("radon",)))
    assert wiring.output == "correction" and wiring.scaling != "mean-std"
    assert tried[0].wiring == wiring and tried[0].gain > 0
    assert tried[0].gain == pytest.approx(max(one.gain for one in tried), rel=1e-6)
    assert {one.wiring.output for one in tried} == {"image", "correction", "noise"}
    assert tried[0].improves and not attempt(Doubling(), Wiring("radon")).improves


def test_the_operator_of_the_study_comes_first_where_nothing_speaks_against_it():
    candidates = guesses(((None, 1, None, None),), operators=("fourier", "radon"))
    for prefer in ("fourier", "radon"):
        assert best_wiring(torch.nn.Identity(), candidates, prefer=prefer)[0].operator == prefer


def test_guesses_follow_the_shapes_of_the_inputs():
    assert {one.channels for one in guesses(((1, 2, None, None),))} == {"two"}
    assert {one.size for one in guesses(((1, 1, 64, 64),))} == {64}
    assert {one.layout for one in guesses(((None, None, None, 1),))} == {"channels-first", "channels-last"}
    assert {one.input for one in guesses(((1, 2, None, None), (1, 1, None, None)))} == {"kspace+mask"}
    assert guesses(((1, 3, 64, 64),)) == [] and guesses(((7,),)) == []


def test_a_network_that_needs_a_multiple_of_16_is_padded():
    def picky(x):
        if x.shape[-1] % 16 or x.shape[-2] % 16:
            raise RuntimeError("sizes do not match")
        return x

    class Picky(torch.nn.Module):
        def forward(self, x):
            return picky(x)

    candidate = Wiring("fourier", input="zero-filled", channels="two", trained_rate=0.4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stabview.methods.networks.trial.SIDE", 40)
        assert best_wiring(Picky(), [candidate])[0] == replace(candidate, multiple=16)


def test_a_network_that_no_guess_suits_is_refused_with_the_reason():
    class Five(torch.nn.Module):
        def forward(self, x):
            raise RuntimeError("expected 5 channels")

    with pytest.raises(InputError, match=r"expected 5 channels.*stabview\.toml"):
        best_wiring(Five(), guesses(((None, 2, None, None),)))


def test_the_stored_wiring_is_used_and_kept(tmp_path):
    path = tmp_path / "nets.py"
    path.write_text("import torch\ndef half():\n    return torch.nn.Identity()\n")
    stored = tmp_path / "nets.half.stabview.toml"
    write_wiring(Wiring("radon", input="fbp", trained_rate=20), stored)
    before = stored.read_bytes()
    network = load_file(f"{path}:half", trusted=True)
    assert network.card.operator == "radon" and network.card.trained_rate == 20
    assert stored.read_bytes() == before
    operator = trial_operator("radon", 32)
    y = operator(trial_image(operator))
    torch.testing.assert_close(network(y, operator), operator.quick_inverse(y))
    assert isinstance(network.module, WiredNetwork)
