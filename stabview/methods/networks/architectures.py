"""The registered architectures: a name and its parameters are enough to build the empty network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn

from stabview.images.errors import InputError
from stabview.methods.networks.automap import AUTOMAP
from stabview.methods.networks.dagan import DAGAN
from stabview.methods.networks.deep_mri import DeepMRI
from stabview.methods.networks.encoder_decoder import EncoderDecoder
from stabview.methods.networks.fbpconvnet import FBPConvNet
from stabview.methods.networks.firenet import FIRENET
from stabview.methods.networks.irim import InvertibleRIM
from stabview.methods.networks.lista import ImageLISTA
from stabview.methods.networks.mri_vn import VariationalNetwork
from stabview.methods.networks.unet import UNet
from stabview.methods.networks.untrained.network import GENERATORS, UntrainedNetwork
from stabview.methods.networks.varnet import VarNet

ARCHITECTURES: dict[str, Callable[..., nn.Module]] = {
    "automap": AUTOMAP, "dagan": DAGAN, "deep-mri": DeepMRI, "encoder-decoder": EncoderDecoder,
    "fbpconvnet": FBPConvNet, "firenet": FIRENET, "image-lista": ImageLISTA, "irim": InvertibleRIM,
    "mri-vn": VariationalNetwork, "unet": UNet, "varnet": VarNet,
    **{kind: partial(UntrainedNetwork, kind) for kind in GENERATORS},
}  # fmt: skip


def build(name: str, parameters: dict[str, int]) -> nn.Module:
    """An untrained network. Raises InputError for unknown names or parameters."""
    if name not in ARCHITECTURES:
        raise InputError(f"There is no architecture '{name}'; StabView knows {', '.join(ARCHITECTURES)}.")
    try:
        return ARCHITECTURES[name](**parameters)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"The architecture '{name}' does not take these parameters: {reason}.") from error
