"""Tomographs measure line integrals, parallel or in a fan, by the same weights both ways, and FBP inverts them."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from stabview import kernels
from stabview.images.errors import InputError
from stabview.sampling import projectors
from stabview.sampling.byte_cache import ByteCache
from stabview.sampling.filters import FILTERS, WINDOWS
from stabview.sampling.radon import GEOMETRIES, RadonOperator, equispaced_angles, joseph_weights

TURN = {"parallel": 180, "fan": 360, "fan-arc": 360}
SHAPES = [(16, 16), (17, 17), (25, 16), (14, 23)]


def tomograph(shape, views: int, geometry: str = "parallel", **options) -> RadonOperator:
    options = {"dtype": torch.float64, **options}
    return RadonOperator(shape, equispaced_angles(views, TURN[geometry]), geometry=geometry, **options)


def random(shape, dtype: torch.dtype = torch.float64, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def matrix_of(operator: RadonOperator) -> csr_matrix:
    rows, columns, weights = operator.system_matrix()
    return csr_matrix((weights, (rows, columns)), shape=(operator.samples, int(np.prod(operator.image_shape))))


def relative(found: torch.Tensor, wanted: torch.Tensor) -> float:
    return float(torch.linalg.vector_norm(found - wanted) / torch.linalg.vector_norm(wanted))


def offsets(shape) -> tuple[np.ndarray, np.ndarray]:
    """u to the right and v upwards from the middle of the image, in pixels."""
    rows, columns = np.indices(shape)
    return columns - (shape[1] - 1) / 2, (shape[0] - 1) / 2 - rows


def disc(shape, centre, radius, *, fine: int = 8) -> np.ndarray:
    """A disc of value 1 with partial volume; centre = (right, up) and radius in pixels."""
    u, v = offsets((shape[0] * fine, shape[1] * fine))
    inside = np.hypot(u / fine - centre[0], v / fine - centre[1]) < radius
    return inside.reshape(shape[0], fine, shape[1], fine).mean(axis=(1, 3))


def blob(shape, centre, width) -> np.ndarray:
    u, v = offsets(shape)
    return np.exp(-((u - centre[0]) ** 2 + (v - centre[1]) ** 2) / (2 * width**2))


@pytest.mark.parametrize("way", ["compiled", "sparse pair", "nothing kept"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_both_directions_apply_josephs_matrix(geometry, shape, way, monkeypatch):
    """The rays traced eight at a time are those of the matrix, for symmetric views, any views, and repeated views."""
    monkeypatch.setattr(kernels, "available", way == "compiled" and kernels.available)
    monkeypatch.setattr(projectors, "PAIR_BYTES", 2**30 if way == "sparse pair" else 0)
    monkeypatch.setattr(projectors, "CHUNK_BYTES", 10_000)
    irregular = np.random.default_rng(0).uniform(-90, 720, 7)
    for angles in (equispaced_angles(12, TURN[geometry]), irregular, np.array([0.0, 45, 45, 90, 180, 225, 360])):
        operator = RadonOperator(shape, angles, geometry=geometry, dtype=torch.float64)
        matrix = matrix_of(operator)
        x, y = random((2, *shape)), random((2, *operator.data_shape), seed=1)
        wanted = torch.from_numpy((matrix @ x.flatten(1).numpy().T).T).reshape(y.shape)
        assert relative(operator(x), wanted) < 1e-12
        wanted = torch.from_numpy((matrix.T @ y.flatten(1).numpy().T).T).reshape(x.shape)
        assert relative(operator.adjoint(y), wanted) < 1e-12


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_compiled_and_torch_back_projections_agree(geometry, monkeypatch):
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-5)):
        operator = tomograph((21, 18), 10, geometry, dtype=dtype)
        y = random((3, *operator.data_shape), dtype)
        found = operator.quick_inverse(y)
        with monkeypatch.context() as patch:
            patch.setattr(kernels, "available", False)
            assert relative(operator.quick_inverse(y), found) < tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-5)], ids=["64", "32"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_the_adjoint_is_exact_on_several_threads(geometry, dtype, tolerance, monkeypatch):
    operator = tomograph((45, 64), 60, geometry, dtype=dtype)
    x, y = random((45, 64), dtype), random(operator.data_shape, dtype, seed=1)
    alone = operator(x), operator.adjoint(y), operator.quick_inverse(y)
    monkeypatch.setattr(projectors, "THREAD_CROSSINGS", 10_000)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    forward, backward, inverse = operator(x), operator.adjoint(y), operator.quick_inverse(y)
    size = float(torch.linalg.vector_norm(forward) * torch.linalg.vector_norm(y))
    assert abs(float((forward * y).sum() - (x * backward).sum())) <= tolerance * size
    for found, wanted in zip((forward, backward, inverse), alone, strict=True):
        assert relative(found, wanted) < tolerance


@pytest.mark.parametrize("filter", ["ram-lak", "none"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_filtered_back_projection_can_be_differentiated_twice_and_forwards(geometry, filter):
    operator = tomograph((5, 4), 3, geometry, filter=filter)
    y = random(operator.data_shape).requires_grad_(True)
    assert torch.autograd.gradcheck(operator.quick_inverse, (y,), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(lambda y: operator.quick_inverse(y).square(), (y,))


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_the_norm_is_the_largest_singular_value(geometry):
    for shape in ((12, 12), (9, 14)):
        operator = tomograph(shape, 10, geometry)
        assert operator.norm() == pytest.approx(np.linalg.norm(matrix_of(operator).toarray(), 2), rel=1e-6)
        assert operator.to(dtype=torch.float32).norm() == operator.norm(), "found once"


@pytest.mark.parametrize("shape", [(64, 64), (65, 65), (48, 81)], ids=str)
def test_radon_agrees_with_the_line_integrals_of_a_gaussian(shape):
    """The Radon transform of a Gaussian is known, so this fixes angles, orientation, bins and units."""
    operator = tomograph(shape, 23)
    centre, width = (9.3, 5.1), 4.0
    found = operator(torch.from_numpy(blob(shape, centre, width))).numpy()
    angles = np.deg2rad(operator.angles)
    middle = centre[0] * np.cos(angles) + centre[1] * np.sin(angles)
    t = np.arange(operator.bins) - (operator.bins - 1) / 2
    wanted = np.sqrt(2 * np.pi) * width * np.exp(-((t - middle[:, None]) ** 2) / (2 * width**2)) / max(shape)
    assert np.abs(found - wanted).max() < 0.01 * wanted.max()


@pytest.mark.parametrize("bin_width", [None, 0.02])
@pytest.mark.parametrize("geometry", ["fan", "fan-arc"])
def test_fan_rays_cut_a_disc_to_its_chords(geometry, bin_width):
    """Each ray is drawn from the source to its bin on the real detector; the chord follows from the disc's distance."""
    shape, centre, radius, source, detector = (96, 80), np.array([11.3, -17.2]), 14.0, 1.4, 0.8
    operator = tomograph(shape, 17, geometry, source=source, detector=detector, bin_width=bin_width)
    found = operator(torch.from_numpy(disc(shape, centre, radius))).numpy()
    pixels = max(shape)
    width = (source + detector) / source if bin_width is None else bin_width * pixels
    place = (np.arange(operator.bins) - (operator.bins - 1) / 2) * width
    turn = np.deg2rad(operator.angles)[:, None, None]
    towards = np.concatenate((-np.sin(turn), np.cos(turn)), axis=-1)  # the source, seen from the centre
    across = np.concatenate((np.cos(turn), np.sin(turn)), axis=-1)
    reach = (source + detector) * pixels
    if geometry == "fan":
        ray = -reach * towards + place[None, :, None] * across
    else:
        g = (place / reach)[None, :, None]
        ray = reach * (-np.cos(g) * towards + np.sin(g) * across)
    ray = ray / np.linalg.norm(ray, axis=-1, keepdims=True)
    to_disc = centre - source * pixels * towards
    distance = np.abs(ray[..., 0] * to_disc[..., 1] - ray[..., 1] * to_disc[..., 0])
    chord = 2 * np.sqrt(np.maximum(radius**2 - distance**2, 0)) / pixels
    error = np.abs(found - chord) / chord.max()
    assert error[np.abs(distance - radius) > 1.5].max() < 0.02
    assert error.max() < 0.12, "the edge is a pixel wide"


def test_radon_agrees_with_scikit_image():
    from skimage.transform import radon as reference

    n, angles = 65, equispaced_angles(12)
    image = blob((n, n), (12, 6), 4) + 0.5 * blob((n, n), (-8, -15), 5)
    image[np.hypot(*(np.indices((n, n)) - n // 2)) > n // 2 - 1] = 0  # scikit-image wants nothing there
    found = RadonOperator((n, n), angles, dtype=torch.float64)(torch.from_numpy(image)).numpy() * n
    middle = found.shape[1] // 2
    wanted = reference(image, angles, circle=True).T
    assert np.linalg.norm(found[:, middle - n // 2 : middle + n // 2 + 1] - wanted) < 0.02 * np.linalg.norm(wanted)


@pytest.mark.parametrize("filter", WINDOWS)
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("shape", [(64, 64), (61, 80)], ids=str)
def test_filtered_back_projection_recovers_the_value_of_a_disc(shape, geometry, filter):
    u, v = offsets(shape)
    distance = np.hypot(u - 5, v + 3)
    operator = tomograph(shape, 320, geometry, filter=filter)
    found = operator.quick_inverse(operator(torch.from_numpy(0.7 * disc(shape, (5, -3), 17)))).numpy()
    assert found[distance < 12].mean() == pytest.approx(0.7, rel=0.01)
    assert found[distance < 12].std() < 0.01
    assert abs(found[(distance > 22) & (distance < 26)].mean()) < 0.01


def test_windows_smooth_in_their_order():
    """The stronger the window the less noise passes; without a ramp the back-projection is A* y / ||A||^2."""
    shape = (32, 32)
    y = random(tomograph(shape, 40).data_shape)
    size = [float(torch.linalg.vector_norm(tomograph(shape, 40, filter=name).quick_inverse(y))) for name in WINDOWS]
    assert size == sorted(size, reverse=True)
    plain = tomograph(shape, 40, filter="none")
    torch.testing.assert_close(plain.quick_inverse(y), plain.adjoint(y) / plain.norm() ** 2)
    assert len({tomograph(shape, 40, filter=name).spec for name in FILTERS}) == len(FILTERS)


def test_many_views_of_a_large_image_need_little_memory():
    operator = RadonOperator((512, 512), equispaced_angles(1000))
    assert operator.data_shape == (1000, 727)
    assert operator._table.nbytes < 32 * 2**20
    shape = (512, 512)
    y = operator(torch.from_numpy(disc(shape, (60, 20), 100, fine=2)).float())
    assert float(y.max()) == pytest.approx(200 / 512, rel=0.01)


def test_results_are_kept_up_to_a_number_of_bytes():
    cache: ByteCache[np.ndarray] = ByteCache(1000)
    first = cache.get("first", lambda: np.zeros(50))
    assert cache.get("first", lambda: np.ones(50)) is first
    cache.get("second", lambda: np.zeros(60))
    assert cache.nbytes == 880
    cache.get("first", lambda: np.ones(50))
    cache.get("third", lambda: np.zeros(20))  # the second was used longest ago
    assert cache.nbytes == 560 and cache.get("first", lambda: np.ones(50)) is first
    assert len(cache.get("large", lambda: np.zeros(500))) == 500 and len(cache) == 0


def test_josephs_weights_are_lengths():
    """Straight views cross every pixel of a line by one pixel's width."""
    rows, columns, weights = joseph_weights((9, 9), np.array([0.0, 90.0]))
    matrix = csr_matrix((weights, (rows, columns)))
    np.testing.assert_allclose(matrix.sum(axis=0), 2 / 9)


@pytest.mark.parametrize(
    "make",
    [
        lambda: RadonOperator((8, 8), np.array([])),
        lambda: RadonOperator((8, 8), np.array([np.nan])),
        lambda: RadonOperator((8, 8), np.zeros(1), geometry="helix"),
        lambda: RadonOperator((8, 8), np.zeros(1), filter="wiener"),
        lambda: RadonOperator((8, 8), np.zeros(1), bins=0),
        lambda: RadonOperator((8, 8), np.zeros(1), bin_width=0.1),
        lambda: RadonOperator((8, 8), np.zeros(1), geometry="fan", source=0.6),
        lambda: RadonOperator((8, 8), np.zeros(1), geometry="fan", detector=-1),
        lambda: RadonOperator((8, 8), np.zeros(1), geometry="fan", bin_width=0),
        lambda: equispaced_angles(0),
    ],
    ids=[
        "no angle", "no number", "geometry", "filter", "no bins", "parallel bins", "source inside", "detector", "bin",
        "no view",
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_refused(make):
    with pytest.raises(InputError):
        make()
