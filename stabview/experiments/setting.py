"""What experiments about networks share: an image, a network, the operator it was trained on, a reference method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from stabview.images.details import PaintedDetail, render_detail
from stabview.images.errors import InputError
from stabview.images.phantoms import phantom
from stabview.images.prepare import prepare
from stabview.images.readers import open_image
from stabview.methods.linear.least_squares import LeastSquares, least_squares_method
from stabview.methods.method import Method, QuickInverse
from stabview.methods.networks.cards import Card, shipped_cards
from stabview.methods.networks.loading import load_file, load_shipped
from stabview.methods.networks.network import NetworkMethod
from stabview.methods.sparse.method import SparseMethod
from stabview.methods.sparse.names import sparse_method
from stabview.perturbation.objective import ChangeObjective
from stabview.sampling.cosine import CosineOperator
from stabview.sampling.fourier import FourierOperator
from stabview.sampling.masks import sampling_mask
from stabview.sampling.matrices import GaussianOperator
from stabview.sampling.multicoil import MultiCoilOperator
from stabview.sampling.operator import SamplingOperator
from stabview.sampling.radon import RadonOperator, equispaced_angles
from stabview.sampling.sensitivities import birdcage
from stabview.sampling.simulation import noise

RATE, VIEWS, COILS, PATTERN = 0.33, 50, 8, "cartesian-gaussian"
"""Where a card says nothing."""
LOST = 5.0
"""dB of PSNR from which a network counts as having lost the image."""


@dataclass(frozen=True, eq=False)
class Setting:
    """An image, a network and a reference method on the same data. Tensors live on the operator's device.

    Attributes
    ----------
    x : (H, W) of the operator's type, largest modulus 1. soa_name : of the reference method.
    level, seed : ||e|| / ||Ax|| of the noise e, and where it is drawn from; e is that of x for every other image too.
    """

    title: str
    x: torch.Tensor
    operator: SamplingOperator
    network: NetworkMethod
    soa_name: str = "tv"
    level: float = 0.0
    seed: int = 0

    @cached_property
    def soa(self) -> SparseMethod | LeastSquares:
        return reference(self.soa_name, self.operator, self.level)

    @cached_property
    def quick(self) -> QuickInverse:
        return QuickInverse(self.operator)

    @cached_property
    def noise(self) -> torch.Tensor:
        return noise(self.operator, self.operator(self.x), self.level, seed=self.seed)

    @cached_property
    def y(self) -> torch.Tensor:
        return self.data(self.x)

    @property
    def methods(self) -> dict[str, Method]:
        return {"network": self.network, "soa": self.soa, "quick": self.quick}

    @property
    def titles(self) -> dict[str, str]:
        return {name: method.spec.title for name, method in self.methods.items()}

    def data(self, image: torch.Tensor) -> torch.Tensor:
        """A image + e. image : (..., H, W)."""
        return self.operator(image) + self.noise

    def objective(self, **options: object) -> ChangeObjective:
        """Of the network about this image; see `ChangeObjective`."""
        return ChangeObjective(self.network, self.operator, self.x, self.y, **options)

    def at(self, amount: float) -> Setting:
        """The same with another rate or number of views, nested masks; the reference method follows its rule."""
        operator = matching_operator(
            self.network.card, self.operator.image_shape, amount, seed=self.seed, device=str(self.operator.device)
        )
        return replace(self, operator=operator)

    def painted(self, detail: PaintedDetail) -> torch.Tensor:
        """A detail as (H, W), with the image's phase, so that it adds to the modulus."""
        picture = torch.from_numpy(render_detail(tuple(self.x.shape), detail)).to(self.x.device, self.x.dtype)
        phase = self.x.is_complex() and bool(self.x.imag.any())
        return picture * torch.exp(1j * self.x.angle()) if phase else picture


def setting(values: Mapping[str, object], *, device: str = "cpu") -> Setting:
    """The setting that the shared parameters (`network_entries.SHARED`) name. Raises InputError."""
    file = str(values.get("network_file", "")).strip()
    network = load_file(file, device=device) if file else load_shipped(str(values["network"]), device=device)
    card, size = network.card, int(values.get("size", 0))
    pixels, title = image_pixels(
        str(values.get("image", "")), str(values.get("phantom", "auto")), card, size or card.size,
        seed=int(values.get("image_seed", 0)),
    )  # fmt: skip
    amount, seed = float(values.get("amount", 0.0)), int(values.get("seed", 0))
    operator = matching_operator(card, pixels.shape, amount, seed=seed, device=device)
    level = float(values.get("noise", -1.0))
    level = float(card.sampling.get("noise", 0.0)) if level < 0 else level
    return Setting(title, on(operator, pixels), operator, network, str(values.get("soa", "tv")), level, seed)


def image_pixels(
    path: str, phantom_name: str, card: Card, size: int, *, seed: int = 0, slice_index: int | None = None
) -> tuple[np.ndarray, str]:
    """(H, W) pixels of largest modulus 1 and their title: a file, or a drawn image ("auto": one that suits)."""
    if path.strip():
        image = open_image(Path(path.strip()), slice=slice_index)
    else:
        image = phantom(suitable_phantom(card) if phantom_name == "auto" else phantom_name, size, seed=seed)
    return prepare(image, size=size).x, image.title


def suitable_phantom(card: Card) -> str:
    """Drawn heads for MRI; for CT bodies, or ellipses where the card tells of those."""
    if card.operator == "radon":
        return "ellipses" if "ellipses" in card.summary else "body"
    return "ellipses" if card.operator in ("gaussian", "dct") else "head-flair"


def on(operator: SamplingOperator, pixels: np.ndarray) -> torch.Tensor:
    """Pixels as the operator takes them: the modulus where it measures real images."""
    pixels = np.abs(pixels) if np.iscomplexobj(pixels) and not operator.is_complex else pixels
    return torch.from_numpy(np.array(pixels)).to(operator.device, operator.dtype)


def matching_operator(
    card: Card, shape: Sequence[int], amount: float = 0.0, *, seed: int = 0, device: str = "cpu"
) -> SamplingOperator:
    """The operator a network was trained on; `amount` is another rate or number of views, 0 that of its card.

    A network for any operator is given one coil; one that takes a single operator keeps its samples' seed.
    """
    shape, amount = tuple(shape), amount or card.trained_rate or 0.0
    seed = int(card.sampling.get("seed", seed))
    if card.operator == "radon":
        return RadonOperator(shape, equispaced_angles(max(1, round(amount or VIEWS))), device=device)
    if card.operator == "gaussian":
        return GaussianOperator(shape, rate=amount or RATE, seed=seed, device=device)
    if card.operator == "dct":
        return CosineOperator(shape, rate=amount or RATE, seed=seed, device=device)
    if card.operator not in ("fourier", "multicoil", "any"):
        raise InputError(f"{card.title} takes data of the operator '{card.operator}', which experiments do not offer.")
    mask = sampling_mask(str(card.sampling.get("pattern", PATTERN)), shape, amount or RATE, seed=seed)
    if card.operator == "multicoil":
        return MultiCoilOperator(mask, birdcage(shape, int(card.sampling.get("coils", COILS))), device=device)
    return FourierOperator(mask, device=device)


def reference(name: str, operator: SamplingOperator, level: float = 0.0) -> SparseMethod | LeastSquares:
    """A reference method by name, its weight by the documented rule."""
    return least_squares_method(operator, noise=level) if name == "cg" else sparse_method(name, operator, noise=level)


@torch.no_grad()
def reconstructions(
    method: Method, ys: Sequence[torch.Tensor], operator: SamplingOperator, *, batch: int = 4
) -> Iterator[torch.Tensor]:
    """f(y) of each of several data sets, in batches where the method takes them."""
    if not getattr(method, "takes_batches", False):
        yield from (method(y, operator) for y in ys)
        return
    for start in range(0, len(ys), batch):
        yield from method(torch.stack(list(ys[start : start + batch])), operator)


def places(x: torch.Tensor, count: int, *, margin: float, seed: int = 0) -> list[tuple[float, float]]:
    """(column, row) of `count` places well inside the object, far from each other and `margin` pixels from the border.

    Inside is where the mean over a sixteenth of the image is above a third of the largest such mean; the first place is
    drawn, each further one is the farthest from all before.
    """
    reach = max(x.shape) // 32
    mean = torch.nn.functional.avg_pool2d(x.abs()[None, None].float(), 2 * reach + 1, stride=1, padding=reach)
    mean, edge = mean[0, 0].cpu().numpy(), int(np.ceil(margin))
    inside = np.zeros(mean.shape, bool)
    inside[edge : mean.shape[0] - edge, edge : mean.shape[1] - edge] = True
    points = np.argwhere(inside & (mean > mean.max() / 3))
    if not len(points):
        raise InputError("The image is too small, or too dark, to paint details of this size into it.")
    chosen = [points[np.random.default_rng(seed).integers(len(points))]]
    while len(chosen) < count:
        gaps = np.min([np.square(points - one).sum(axis=1) for one in chosen], axis=0)
        chosen.append(points[int(np.argmax(gaps))])
    return [(float(column), float(row)) for row, column in chosen]


def plain(z: torch.Tensor) -> np.ndarray:
    """The modulus as float32, for pictures; clipped at 1, the largest of the image, so that windows stay the same."""
    return z.detach().abs().clamp(max=1).cpu().numpy().astype(np.float32)


def signed(z: torch.Tensor) -> np.ndarray:
    """The real part as float32, for pictures about zero."""
    return (z.real if z.is_complex() else z).detach().cpu().numpy().astype(np.float32)


def short(method: Method) -> str:
    """A method's title without its settings, for legends and verdicts."""
    return method.spec.title.split(",")[0]


def compared_cards(which: str = "all") -> list[Card]:
    """The cards of shipped networks for MRI and CT that reconstruct in one pass; or the one of a name."""
    operators = ("fourier", "multicoil", "radon", "any")
    cards = [card for card in shipped_cards() if card.operator in operators and not card.untrained]
    return [card for card in cards if which in ("all", card.name)]
