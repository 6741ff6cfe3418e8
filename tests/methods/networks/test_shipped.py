"""The shipped networks of the papers on data they never saw, and what their architectures are before training."""

import numpy as np
import pytest
import torch

from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.measures.errors import psnr
from stabview.methods.networks.automap import AUTOMAP
from stabview.methods.networks.checks import can_be_searched, check_network
from stabview.methods.networks.dagan import DAGAN
from stabview.methods.networks.lista import ImageLISTA
from stabview.methods.networks.loading import load_shipped
from stabview.methods.networks.trial import operator_for
from stabview.methods.sparse.names import sparse_method
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator


@pytest.mark.parametrize(
    ("name", "image", "gain"),
    [("automap", "head-t1", 2), ("dagan", "head-flair", 1), ("lista", "head-t1", 6), ("med-50", "body", 4)],
)
def test_it_beats_the_direct_reconstruction(name, image, gain):
    network = load_shipped(name)
    operator = operator_for(network.card)
    x = torch.from_numpy(np.array(prepare(phantom(image, network.card.size, seed=77), size=network.card.size).x))
    y = operator(x.to(operator.dtype))
    assert psnr(network(y, operator).abs(), x) > psnr(operator.quick_inverse(y).abs(), x) + gain


@pytest.mark.parametrize("name", ["automap", "lista"])
def test_it_can_be_searched_with_its_own_operator(name):
    network = load_shipped(name)
    assert can_be_searched(check_network(network, operator_for(network.card)))


def test_automap_has_the_published_number_of_parameters():
    with torch.device("meta"):
        assert sum(p.numel() for p in AUTOMAP(128, 9855, 25_000, 64).parameters()) == pytest.approx(902.5e6, rel=1e-3)


@pytest.mark.parametrize("shape", [(40, 57), (64, 64)], ids=str)
def test_dagan_gives_moduli_of_any_size_and_begins_as_zero_filling(shape):
    operator = FourierOperator(sampling_mask("cartesian-gaussian", shape, 0.4, seed=0))
    y = operator(torch.rand((2, *shape)).to(torch.complex64))
    with torch.no_grad():
        x = DAGAN(4, 3).eval()(y, operator)
    torch.testing.assert_close(x.real, operator.adjoint(y).abs().clamp(max=1), rtol=0, atol=1e-5)
    assert not x.imag.any()


def test_lista_on_images_begins_as_ista():
    operator = GaussianOperator((16, 16), rate=0.5, seed=2)
    network = ImageLISTA(16, operator.samples, layers=6, matrices=2, wavelet="haar", levels=2)
    network.start_as_ista(operator, 0.01)
    x = torch.from_numpy(np.array(phantom("ellipses", 16, seed=1).pixels))
    options = {"lambda_": 0.01, "algorithm": "ista", "tolerance": 1e-12, "max_steps": 6}
    ista = sparse_method("wavelet", operator, wavelet="haar", levels=2, **options)
    y = operator(x)
    with torch.no_grad():
        torch.testing.assert_close(network(y, operator), ista(y, operator), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(network(y.expand(3, -1), operator)[1], network(y, operator), rtol=1e-4, atol=1e-5)
