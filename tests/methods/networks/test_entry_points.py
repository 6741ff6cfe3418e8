"""Networks written in Python: nothing runs before consent, and reconstructors of deepinv's kind are given a physics."""

import sys

import pytest
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.consent import Consent, agree, danger_of
from stabview.methods.networks.formats import entry_point
from stabview.methods.networks.formats.deepinv import Physics
from stabview.methods.networks.loading import load_file
from stabview.methods.networks.trial import trial_image, trial_operator

SOURCE = """
import pathlib, torch
pathlib.Path(__file__).with_name("trace").touch()

class Adjoint:
    operator = "fourier"
    def __call__(self, y, operator):
        return operator.adjoint(y)

class Landweber(torch.nn.Module):
    def forward(self, y, physics, **kwargs):
        x = physics.A_dagger(y)
        return x - 0.5 * physics.A_adjoint(physics.A(x) - y)

def fails():
    raise OSError("no weights\\nat all")

number = 3
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An importable package `mynets.zoo`; its import leaves a file `trace`."""
    folder = tmp_path / "mynets"
    folder.mkdir()
    (folder / "__init__.py").write_text("import pathlib\npathlib.Path(__file__).with_name('trace').touch()\n")
    (folder / "zoo.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "mynets"]:
        del sys.modules[name]


def test_nothing_of_a_package_runs_before_consent(package):
    with pytest.raises(InputError, match=r"mynets\.zoo:Adjoint can run code.*--trust"):
        load_file("mynets.zoo:Adjoint")
    assert "mynets" not in sys.modules and not (package / "trace").exists()
    assert agree("mynets.zoo:Adjoint", "test")
    network = load_file("mynets.zoo:Adjoint")
    assert (package / "trace").exists() and "agreed to on" in network.trust
    operator = trial_operator("fourier", 32)
    y = operator(trial_image(operator))
    torch.testing.assert_close(network(y, operator), operator.adjoint(y))


def test_a_changed_source_is_asked_about_again(package):
    agree("mynets.zoo:Adjoint", "test")
    _, before = danger_of("mynets.zoo:Adjoint")
    (package / "zoo.py").write_text(SOURCE + "\n# changed\n")
    assert danger_of("mynets.zoo:Adjoint")[1] != before
    with pytest.raises(InputError, match="--trust"):
        load_file("mynets.zoo:Adjoint")


@pytest.mark.parametrize(("name", "words"), [
    ("mynets.zoo:fails", r"could not make its network \(OSError: no weights\)"), ("mynets.zoo:number", "no function"),
    ("mynets.zoo:nothing", "no function"), ("mynets.other:Adjoint", "no Python module"),
    ("stabview.methods:unheard", "No installed package"), ("missing.py:make", "no Python file"),
])  # fmt: skip
def test_what_cannot_be_made_is_refused_in_a_sentence(package, name, words):
    with pytest.raises(InputError, match=words) as refused:
        load_file(name, trusted=True)
    assert "\n" not in str(refused.value)


def test_an_installed_plug_in_is_found_by_its_name(package, tmp_path):
    metadata = tmp_path / "mynets-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mynets\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[stabview.methods]\nmine = mynets.zoo:Landweber\n")
    assert entry_point.plugins()["mine"] == "mynets.zoo:Landweber"
    assert not (package / "trace").exists()
    network = load_file("stabview.methods:mine", trusted=True)
    assert network.card.architecture == "Python"
    for kind in ("fourier", "radon"):
        operator = trial_operator(kind, 32)
        y = operator(trial_image(operator))
        start = operator.quick_inverse(y)
        expected = start - 0.5 * operator.adjoint(operator(start) - y)
        torch.testing.assert_close(network(y, operator), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", ["fourier", "radon", "gaussian"])
def test_the_physics_of_deepinv_is_the_operator(kind):
    operator = trial_operator(kind, 16).to(dtype=torch.float64)
    physics = Physics(operator)
    channels = 2 if operator.is_complex else 1
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, channels, 16, 16, generator=generator, dtype=torch.float64)
    v = torch.randn(physics.A(x).shape, generator=generator, dtype=torch.float64)
    torch.testing.assert_close((physics.A(x) * v).sum(), (x * physics.A_adjoint(v)).sum())
    torch.testing.assert_close(physics(x), physics.A(x))
    if kind == "radon":
        assert physics.A(x).shape == (2, 1, operator.data_shape[1], operator.data_shape[0])
    if kind == "fourier":
        image = torch.fft.ifftshift(torch.complex(x[:, 0], x[:, 1]), dim=(-2, -1))
        centred = torch.fft.fftshift(torch.fft.fft2(image, norm="ortho"), dim=(-2, -1))
        torch.testing.assert_close(physics.A(x), torch.stack((centred.real, centred.imag), dim=1) * physics.mask)
    y = physics.A(x)
    gamma = 0.7
    near = physics.prox_l2(torch.zeros_like(x), y, gamma)
    assert (near + gamma * physics.A_adjoint(physics.A(near) - y)).norm() < 1e-2 * x.norm()


def test_consent_is_kept_for_the_contents_and_can_be_withdrawn(tmp_path):
    consent = Consent(tmp_path / "folder" / "trusted.json")
    assert consent.given("ab") is None
    consent.give("ab", "net.pt", "--trust")
    kept = Consent(consent.path).given("ab")
    assert (kept.name, kept.how) == ("net.pt", "--trust") and kept.when[:2] == "20"
    consent.withdraw("ab")
    assert consent.given("ab") is None
    for damage in ("{", "[1]", '{"ab": 3}', '{"ab": {"name": "x"}}'):
        consent.path.write_text(damage)
        assert consent.given("ab") is None


@pytest.mark.parametrize(("text", "found"), [
    ("package.module:factory", True), ("net.py:make", True), ("stabview.methods:my-net", True), ("net.pt", False),
    ("C:/nets/net.pt2", False), ("C:/nets/net.py:make", True), ("/a/b:c/net.onnx", False), ("a:b:c", False),
])  # fmt: skip
def test_python_code_is_told_from_files(text, found):
    assert entry_point.is_entry_point(text) is found
    moved = entry_point.with_file(text, lambda file: f"/home/{file}")
    assert moved == (f"/home/{text}" if not found or ".py:" in text else text)
