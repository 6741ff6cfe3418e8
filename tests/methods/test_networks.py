"""The learned methods: the published architectures, the shipped weights, and what is refused."""

import hashlib
import json
import pickle
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from stabview import resources
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.measures.errors import psnr
from stabview.methods.method import QuickInverse
from stabview.methods.networks.architectures import build
from stabview.methods.networks.cards import read_card, shipped_card, shipped_cards
from stabview.methods.networks.deep_mri import DeepMRI
from stabview.methods.networks.fbpconvnet import FBPConvNet
from stabview.methods.networks.loading import load_file, load_shipped
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.radon import RadonOperator, equispaced_angles

TINY = {
    "name": "tiny", "title": "Tiny cascade", "summary": "Untrained.", "operator": "fourier",
    "architecture": "deep-mri", "parameters": {"cascades": 1, "depth": 2, "filters": 4},
    "trained_rate": 0.25, "size": 32,
}  # fmt: skip


def lines(*shape: int, rate: float = 0.33) -> FourierOperator:
    return FourierOperator(sampling_mask("cartesian-gaussian", shape, rate, seed=1))


def noise(shape, dtype=torch.float32, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def tiny_weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build("deep-mri", TINY["parameters"]).state_dict()


def with_metadata(path, text: str):
    save_file(tiny_weights(), path, metadata={"stabview": text})
    return path


def test_the_architectures_have_the_published_numbers_of_parameters():
    with torch.device("meta"):
        assert count(DeepMRI()) == 565_770
        assert count(FBPConvNet(64)) == pytest.approx(34.56e6, rel=0.01)


@pytest.mark.parametrize("shape", [(32, 32), (31, 45)], ids=str)
def test_deep_mri_agrees_with_the_data_it_was_given(deep_mri, shape):
    operator = lines(*shape)
    y = operator(noise((2, *shape), torch.complex64))
    estimate = deep_mri(y, operator)
    assert estimate.shape == y.shape and estimate.is_complex()
    torch.testing.assert_close(operator(estimate), y, rtol=0, atol=1e-5)
    torch.testing.assert_close(deep_mri(y[1], operator), estimate[1], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("shape", [(48, 48), (37, 50)], ids=str)
def test_fbpconvnet_takes_any_size_and_batches(ell_50, shape):
    operator = RadonOperator(shape, equispaced_angles(12))
    y = operator(noise((2, *shape)).abs())
    estimate = ell_50(y, operator)
    assert estimate.shape == (2, *shape)
    torch.testing.assert_close(ell_50(y[1], operator), estimate[1], rtol=1e-4, atol=1e-4)


def test_an_untrained_fbpconvnet_is_filtered_back_projection():
    operator = RadonOperator((40, 33), equispaced_angles(9))
    y = operator(noise((40, 33)))
    torch.testing.assert_close(FBPConvNet(4).eval()(y, operator), operator.quick_inverse(y))


@pytest.mark.parametrize("card", [card for card in shipped_cards() if card.learnt], ids=lambda card: card.name)
def test_a_shipped_network_is_the_file_of_its_card(card):
    data = resources.path("weights", f"{card.name}.safetensors").read_bytes()
    assert hashlib.sha256(data).hexdigest() == card.weights_sha256
    network = load_shipped(card.name)
    assert count(network.module) == card.training["parameters"]
    assert network.spec.sha256 == card.weights_sha256 and not network.module.training
    assert not any(parameter.requires_grad for parameter in network.module.parameters())
    for word in (card.title, card.weights_sha256, "Not for diagnosis"):
        assert word in card.text
    assert card.limits and card.differences and card.training


def test_firenet_is_shipped_without_weights_and_takes_every_operator():
    network = load_shipped("firenet")
    assert count(network.module) == 0 and not network.card.learnt and "SHA" not in network.card.text
    assert network.card.takes("radon") and network.card.takes("gaussian")
    x = torch.rand(16, 16)
    operator = RadonOperator((16, 16), equispaced_angles(20))
    assert psnr(network(operator(x), operator), x) > psnr(torch.zeros_like(x), x) + 6


def test_deep_mri_beats_zero_filling_on_a_head(deep_mri):
    pixels = np.abs(phantom("head-flair", 256).pixels).astype(np.float32)
    x = torch.from_numpy(pixels / pixels.max()).to(torch.complex64)
    operator = lines(256, 256)
    y = operator(x)
    assert psnr(deep_mri(y, operator), x) > psnr(QuickInverse(operator)(y, operator), x) + 3


def test_ell_50_beats_filtered_back_projection_on_ellipses(ell_50):
    x = torch.from_numpy(np.array(phantom("ellipses", 256, seed=11).pixels, dtype=np.float32))
    operator = RadonOperator((256, 256), equispaced_angles(50))
    y = operator(x)
    assert psnr(ell_50(y, operator), x) > psnr(QuickInverse(operator)(y, operator), x) + 6


def test_a_network_is_differentiable_down_to_the_data(deep_mri, ell_50):
    for network, operator in ((deep_mri, lines(32, 32)), (ell_50, RadonOperator((32, 32), equispaced_angles(10)))):
        y = operator(noise((32, 32), operator.dtype)).requires_grad_(True)
        (gradient,) = torch.autograd.grad(network(y, operator).abs().square().sum(), y)
        assert gradient.abs().isfinite().all() and gradient.abs().max() > 0


def test_a_network_for_other_data_is_refused_by_name(deep_mri, ell_50):
    operator = RadonOperator((16, 16), equispaced_angles(3))
    with pytest.raises(InputError, match=r"Deep MRI.*fourier.*radon"):
        deep_mri(operator(noise((16, 16))), operator)
    with pytest.raises(InputError, match=r"Ell 50.*radon.*fourier"):
        ell_50(noise((16, 16), torch.complex64), lines(16, 16))


def test_a_file_that_describes_itself_or_has_a_card_beside_it_is_loaded(tmp_path):
    alone = with_metadata(tmp_path / "alone.safetensors", json.dumps(TINY))
    carded = tmp_path / "carded.safetensors"
    save_file(tiny_weights(), carded)
    (tmp_path / "carded.json").write_text(json.dumps(TINY))
    operator = lines(20, 24)
    y = operator(noise((20, 24), torch.complex64))
    first, second = load_file(alone), load_file(carded)
    assert first.card.title == second.card.title == "Tiny cascade" and "cannot run code" in first.trust
    torch.testing.assert_close(first(y, operator), second(y, operator))


def changed_byte(path):
    shutil.copy(resources.path("weights", "deep-mri.json"), path.with_suffix(".json"))
    data = bytearray(resources.path("weights", "deep-mri.safetensors").read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def of_another_network(path):
    shutil.copy(resources.path("weights", "ell-50.json"), path.with_suffix(".json"))
    shutil.copy(resources.path("weights", "deep-mri.safetensors"), path)


def cut_short(path):
    shutil.copy(resources.path("weights", "deep-mri.json"), path.with_suffix(".json"))
    path.write_bytes(resources.path("weights", "deep-mri.safetensors").read_bytes()[:5000])


def with_card(text: str):
    def write(path):
        save_file(tiny_weights(), path)
        path.with_suffix(".json").write_text(text)

    return write


BAD_FILES = {
    "a byte changed": (changed_byte, "card describes"),
    "another network's weights": (of_another_network, "do not fit fbpconvnet"),
    "cut short": (cut_short, "do not fit"),
    "no card": (lambda path: save_file({"a": torch.ones(2)}, path), "model card"),
    "metadata without sense": (lambda path: with_metadata(path, "{"), "not a model card"),
    "metadata of something else": (lambda path: with_metadata(path, '{"width": 3}'), "not a model card"),
    "unknown architecture": (with_card(json.dumps(TINY | {"architecture": "vnet"})), "no architecture 'vnet'"),
    "unknown parameter": (with_card(json.dumps(TINY | {"parameters": {"wings": 2}})), "does not take"),
    "impossible parameter": (with_card(json.dumps(TINY | {"parameters": {"filters": -3}})), "does not take"),
    "parameters of another kind": (with_card(json.dumps(TINY | {"parameters": [3]})), "net"),
    "a card that is a list": (with_card("[1, 2]"), "not a model card"),
    "a card that is no JSON": (with_card("title: Tiny"), "not a model card"),
    "a text": (lambda path: path.write_text("weights"), "safetensors"),
    "nothing": (lambda path: path.write_bytes(b""), "safetensors"),
    "a missing file": (lambda path: None, "does not exist"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_is_no_network_is_refused_in_one_sentence(case, tmp_path):
    make, words = BAD_FILES[case]
    path = tmp_path / "net.safetensors"
    make(path)
    with pytest.raises(InputError, match=words) as refused:
        load_file(path)
    assert "\n" not in str(refused.value)


class Bomb:
    """Unpickling this makes a file: whoever opens it as a pickle has run code."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return open, (self.target, "w")


@pytest.mark.parametrize("name", ["net.pt", "net.pth", "net.pkl", "net.safetensors", "net.npz"])
def test_a_file_that_could_run_code_is_refused_without_running_it(name, tmp_path):
    path, trace = tmp_path / name, tmp_path / "trace"
    path.write_bytes(pickle.dumps(Bomb(trace)))
    with pytest.raises(InputError, match="safetensors"):
        load_file(path)
    assert not trace.exists()


def test_an_unknown_shipped_network_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="deep-mri"):
        shipped_card("no such network")


def test_a_card_comes_back_as_it_was_written(tmp_path):
    from stabview.methods.networks.cards import write_card

    card = shipped_card("deep-mri")
    write_card(card, tmp_path / "card.json")
    assert read_card(tmp_path / "card.json") == card
