"""The files that a network may come in: what loads, as what, and that files from strangers run nothing."""

import json
import pickle
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from stabview.images.errors import InputError
from stabview.methods.networks.architectures import build
from stabview.methods.networks.consent import agree
from stabview.methods.networks.formats.exported import read_exported
from stabview.methods.networks.formats.inspection import inspect_file
from stabview.methods.networks.loading import load_file
from stabview.methods.networks.trial import trial_image, trial_operator
from stabview.methods.networks.unet import UNet
from stabview.methods.networks.varnet import VarNet, middle_of

CASCADE = {"cascades": 2, "depth": 3, "filters": 4}
SMALL_UNET = {"in_channels": 1, "out_channels": 1, "width": 3, "pools": 2}
SMALL_VARNET = {"cascades": 2, "width": 3, "pools": 2, "sens_width": 2, "sens_pools": 2}


class Filter(torch.nn.Module):
    """An image-to-image network of one channel for any size, with what exported graphs have: padding, norm, slices."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.first, self.last = torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.Conv2d(4, 1, 3, padding=1)
        self.norm = torch.nn.BatchNorm2d(4)
        self.register_buffer("weight", torch.tensor([0.01, 2.0]))

    def forward(self, x):
        height, width = x.shape[-2:]
        x = torch.nn.functional.pad(x, (0, -width % 4, 0, -height % 4), mode="reflect")
        x = x + self.last(torch.relu(self.norm(self.first(x)))) * self.weight[0]
        return x[..., :height, :width]


class Spectral(torch.nn.Module):
    """A network with a Fourier transform in it, for one size."""

    def forward(self, x):
        spectrum = torch.fft.fft2(torch.complex(x[:, 0], x[:, 1]))
        image = torch.fft.ifft2(spectrum * 0.5)
        return torch.stack((image.real, image.imag), dim=1)


def weights(architecture: str, parameters: dict) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return build(architecture, parameters).state_dict()


def export(module: torch.nn.Module, path, example: torch.Tensor, *, sizes=True):
    free = ({0: torch.export.Dim.AUTO, 2: torch.export.Dim.AUTO, 3: torch.export.Dim.AUTO},) if sizes else None
    torch.export.save(torch.export.export(module.eval(), (example,), dynamic_shapes=free), path)
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return export(Filter(), tmp_path_factory.mktemp("export") / "net.pt2", torch.randn(2, 1, 16, 20))


def rewritten(source, target, change):
    """A copy of an archive with `change(name, data)` for every entry; None leaves it out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


class Bomb:
    """Unpickling this makes a file."""

    def __init__(self, target) -> None:
        self.target = str(target)

    def __reduce__(self):
        return open, (self.target, "w")


# --- state dicts


def test_the_published_sizes_of_u_net_and_varnet():
    def count(module):
        return sum(one.numel() for one in module.parameters())

    with torch.device("meta"):
        assert count(UNet(1, 1, 32, 4)) == 7_756_097
        assert count(VarNet()) == pytest.approx(29.9e6, rel=0.01)


def test_the_published_names_of_u_net_and_varnet():
    unet, varnet = weights("unet", SMALL_UNET), weights("varnet", SMALL_VARNET)
    assert set(unet) == {
        "down_sample_layers.0.layers.0.weight", "down_sample_layers.0.layers.4.weight",
        "down_sample_layers.1.layers.0.weight", "down_sample_layers.1.layers.4.weight",
        "conv.layers.0.weight", "conv.layers.4.weight", "up_transpose_conv.0.layers.0.weight",
        "up_transpose_conv.1.layers.0.weight", "up_conv.0.layers.0.weight", "up_conv.0.layers.4.weight",
        "up_conv.1.0.layers.0.weight", "up_conv.1.0.layers.4.weight", "up_conv.1.1.weight", "up_conv.1.1.bias",
    }  # fmt: skip
    parts = {"cascades.0.model.unet.", "cascades.1.model.unet.", "sens_net.norm_unet.unet."}
    assert set(varnet) == {part + key for part in parts for key in unet} | {
        "cascades.0.dc_weight", "cascades.1.dc_weight",
    }  # fmt: skip


NESTINGS = {
    "plain": lambda state: state,
    "DataParallel": lambda state: {f"module.{key}": value for key, value in state.items()},
    "lightning": lambda state: {"epoch": 3, "state_dict": {f"net.{key}": value for key, value in state.items()}
                                | {"loss.w": torch.ones(3)}},
    "lightning of DataParallel": lambda state: {
        "state_dict": {f"net.module.{key}": value for key, value in state.items()}, "lr": 1e-3},
}  # fmt: skip


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize(("architecture", "parameters"), [("deep-mri", CASCADE), ("fbpconvnet", {"width": 2}),
                         ("unet", SMALL_UNET), ("varnet", SMALL_VARNET)])  # fmt: skip
def test_an_architecture_is_recognised_from_its_weights(architecture, parameters, nesting, tmp_path):
    state = weights(architecture, parameters)
    torch.save(NESTINGS[nesting](state), tmp_path / "net.ckpt")
    if architecture == "unet":
        (tmp_path / "net.stabview.toml").write_text('operator = "fourier"\n')
    network = load_file(tmp_path / "net.ckpt")
    assert network.card.architecture == architecture
    assert {key: network.card.parameters[key] for key in parameters} == parameters
    for key, value in network.module.module.state_dict().items():
        torch.testing.assert_close(value, state[key], rtol=0, atol=0)


def test_safetensors_without_a_card_are_recognised_too(tmp_path):
    save_file(weights("deep-mri", CASCADE), tmp_path / "net.safetensors")
    assert load_file(tmp_path / "net.safetensors").card.architecture == "deep-mri"


def test_varnet_is_what_fastmri_computes():
    """The same weights in the layout and the centred transforms of fastMRI give the same image."""
    torch.manual_seed(0)
    net = VarNet(**SMALL_VARNET).eval()
    with torch.no_grad():
        for cascade in net.cascades:
            cascade.dc_weight.fill_(0.7)
    operator = trial_operator("multicoil", 36)
    y = operator(trial_image(operator))

    def centred(image):
        image = torch.fft.ifftshift(image, dim=(-2, -1))
        return torch.fft.fftshift(torch.fft.fft2(image, norm="ortho"), dim=(-2, -1))

    def image_of(kspace):
        kspace = torch.fft.ifftshift(kspace, dim=(-2, -1))
        return torch.fft.fftshift(torch.fft.ifft2(kspace, norm="ortho"), dim=(-2, -1))

    with torch.no_grad():
        reference = centred(torch.fft.ifft2(y, norm="ortho"))[None]
        columns = torch.from_numpy(operator.mask[0].copy())
        middle = torch.from_numpy(middle_of(operator.mask)[0])
        coils = torch.stack([net.sens_net.norm_unet(one[None, None])[0, 0] for one in image_of(reference * middle)[0]])
        maps = (coils / coils.abs().square().sum(dim=0).sqrt())[None]
        kspace = reference.clone()
        for cascade in net.cascades:
            reduced = (image_of(kspace) * maps.conj()).sum(dim=1, keepdim=True)
            soft = torch.where(columns, kspace - reference, torch.zeros_like(kspace)) * cascade.dc_weight
            kspace = kspace - soft - centred(maps * cascade.model(reduced))
        expected = image_of(kspace).abs().square().sum(dim=1).sqrt()[0]
        found = net(y, operator)
    torch.testing.assert_close(found.real, expected, rtol=1e-4, atol=1e-5)
    assert middle_of(operator.mask).any() and not middle_of(operator.mask).all()


# --- the original Deep MRI release


@pytest.mark.parametrize("flipped", [False, True])
def test_the_npz_of_deep_mri_loads_with_its_kernels_the_right_way_round(flipped, deep_mri, tmp_path, monkeypatch):
    monkeypatch.setattr("stabview.methods.networks.trial.SIDE", 64)
    state = deep_mri.module.state_dict()
    arrays = []
    for name in [f"blocks.{cascade}.{2 * layer}" for cascade in range(5) for layer in range(5)]:
        kernel = state[f"{name}.weight"].numpy()
        arrays += [kernel[:, :, ::-1, ::-1] if flipped else kernel, state[f"{name}.bias"].numpy()]
    np.savez(tmp_path / "net.npz", *arrays)
    network = load_file(tmp_path / "net.npz")
    assert f"kernels {'flipped' if flipped else 'as stored'}" in network.trust
    assert network.card.parameters["PSNR above the other"].endswith("dB")
    operator = trial_operator("fourier", 40)
    y = operator(trial_image(operator))
    torch.testing.assert_close(network(y, operator), deep_mri(y, operator), rtol=1e-4, atol=1e-5)


def test_an_npz_of_objects_runs_nothing(tmp_path):
    trace = tmp_path / "trace"
    np.savez(tmp_path / "net.npz", np.array([Bomb(trace)], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="Deep MRI release"):
        load_file(tmp_path / "net.npz")
    assert not trace.exists()


# --- torch.export


def test_an_exported_network_is_the_same_function_with_the_same_gradient(exported):
    graph, net = read_exported(exported), Filter().eval()
    assert graph.input_shapes == ((None, 1, None, None),)
    x = torch.randn(3, 1, 13, 18, requires_grad=True)
    torch.testing.assert_close(graph(x), net(x), rtol=1e-5, atol=1e-6)
    gradients = [torch.autograd.grad(one(x).square().sum(), x)[0] for one in (graph, net)]
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-6)


def test_an_exported_network_needs_no_consent_and_is_wired(exported, tmp_path):
    path = rewritten(exported, tmp_path / "net.pt2", lambda name, data: data)
    network = load_file(path)
    assert "without running code" in network.trust
    assert network.card.takes("fourier")
    assert (tmp_path / "net.stabview.toml").is_file()


def test_an_exported_network_of_one_size_says_so(tmp_path):
    path = export(Spectral(), tmp_path / "net.pt2", torch.randn(1, 2, 24, 24), sizes=False)
    assert load_file(path).card.size == 24
    (tmp_path / "net.stabview.toml").write_text('operator = "fourier"\nchannels = "two"\nsize = 24\n')
    network = load_file(path)
    operator = trial_operator("fourier", 24)
    y = operator(trial_image(operator))
    torch.testing.assert_close(network(torch.stack((y, 2 * y)), operator)[1], operator.adjoint(y), rtol=1e-4, atol=1e-5)
    with pytest.raises(InputError, match="24 x 24"):
        network(torch.ones(32, 32, dtype=torch.complex64), trial_operator("fourier", 32))


def with_pickle(trace):
    def change(name, data):
        if name.endswith("weight_0"):
            return pickle.dumps(Bomb(trace))
        if name.endswith("model_weights_config.json"):
            table = json.loads(data)
            for entry in table["config"].values():
                if entry["path_name"] == "weight_0":
                    entry["use_pickle"] = True
            return json.dumps(table)
        return data

    return change


def in_graph(edit):
    def change(name, data):
        if not name.endswith("models/model.json"):
            return data
        table = json.loads(data)
        edit(table)
        return json.dumps(table)

    return change


def calls(target):
    def edit(table):
        table["graph_module"]["graph"]["nodes"][-1]["target"] = target

    return in_graph(edit)


UNSAFE_EXPORTS = {
    "a pickle": (lambda trace: with_pickle(trace), "pickle"),
    "a call of Python": (lambda trace: calls("torch.hub.load"), "torch.hub.load"),
    "an operation that reads files": (lambda trace: calls("torch.ops.aten.from_file.default"), "from_file"),
    "an operator that calls": (lambda trace: calls("_operator.methodcaller"), "methodcaller"),
    "an extension": (lambda trace: calls("#evil:run"), "#evil"),
}


@pytest.mark.parametrize("case", UNSAFE_EXPORTS)
def test_an_exported_network_with_more_than_a_graph_needs_consent(case, exported, tmp_path):
    make, words = UNSAFE_EXPORTS[case]
    trace = tmp_path / "trace"
    path = rewritten(exported, tmp_path / "net.pt2", make(trace))
    with pytest.raises(InputError, match=words) as refused:
        load_file(path)
    assert "--trust" in str(refused.value) and not trace.exists()


def test_compiled_code_in_an_export_needs_consent(exported, tmp_path):
    path = rewritten(exported, tmp_path / "net.pt2", lambda name, data: data)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("net/data/aotinductor/model/code.so", b"\x7fELF")
    with pytest.raises(InputError, match=r"code\.so.*--trust"):
        load_file(path)


def test_expressions_in_an_export_are_not_evaluated(exported, tmp_path):
    """torch.export.load evaluates them; here they are read over, and the network still loads."""
    trace = tmp_path / "trace"
    code = f"open({str(trace)!r}, 'w')"

    def edit(table):
        graph = table["graph_module"]["graph"]
        for meta in graph["tensor_values"].values():
            for side in meta["sizes"]:
                if "as_expr" in side:
                    side["as_expr"]["expr_str"] = code
        table["guards_code"] = [code]
        table["range_constraints"] = {}

    load_file(rewritten(exported, tmp_path / "net.pt2", in_graph(edit)))
    assert not trace.exists()


def test_a_trusted_export_is_loaded_by_pytorch(exported, tmp_path):
    path = rewritten(exported, tmp_path / "net.pt2", lambda name, data: data)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("net/extra/notes.txt", "trained by us")
    with pytest.raises(InputError, match="--trust"):
        load_file(path)
    assert agree(path, "test")
    network, x = load_file(path), torch.randn(1, 1, 12, 12)
    assert "agreed to on" in network.trust
    torch.testing.assert_close(network.module.module(x), Filter().eval()(x), rtol=1e-5, atol=1e-6)


# --- formats that hold programs, and others


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_loads_only_with_consent(tmp_path):
    path = tmp_path / "net.pt"
    torch.jit.trace(Filter().eval(), torch.randn(1, 1, 16, 16)).save(str(path))
    with pytest.raises(InputError, match=r"TorchScript.*--trust"):
        load_file(path)
    assert load_file(path, trusted=True).card.architecture == "TorchScript"
    assert agree(path, "test")
    x = torch.randn(1, 1, 16, 16, requires_grad=True)
    module = load_file(path).module.module
    gradients = [torch.autograd.grad(one(x).square().sum(), x)[0] for one in (module, Filter().eval())]
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-5)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(InputError, match="--trust"):
        load_file(path)


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("content", ["a bomb", "a bomb among weights", "a whole network"])
def test_pickles_are_refused_with_advice_and_run_nothing(content, legacy, tmp_path):
    path, trace = tmp_path / "net.pt", tmp_path / "trace"
    saved = {"a bomb": Bomb(trace), "a whole network": Filter(),
             "a bomb among weights": weights("deep-mri", CASCADE) | {"more": Bomb(trace)}}[content]  # fmt: skip
    torch.save(saved, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(InputError, match=r"not opened; save the weights alone.*state_dict\(\)"):
        load_file(path, trusted=True)
    assert not trace.exists()


OTHERS = {
    "net.h5": (b"\x89HDF\r\n\x1a\n" + bytes(20), "Keras"),
    "net.pt": (b"\x89HDF\r\n\x1a\n" + bytes(20), "Keras"),
    "net.pb": (b"\x08\x01abcdefgh", "TensorFlow"),
    "net.pkl": (b"\x80\x04N." + bytes(20), "pickle"),
    "net.bin": (b"nothing that is known", "no network that StabView knows"),
    "damaged.pt": (b"PK\x03\x04" + bytes(40), "damaged"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_refused_with_what_to_do(name, tmp_path):
    contents, words = OTHERS[name]
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(InputError, match=words) as refused:
        load_file(tmp_path / name)
    assert "\n" not in str(refused.value)


def test_weights_of_an_unknown_architecture_are_refused_with_the_known_ones(tmp_path):
    torch.save(Filter().state_dict(), tmp_path / "net.pt")
    with pytest.raises(InputError, match=r"varnet, unet.*export the network as \.pt2"):
        load_file(tmp_path / "net.pt")
    torch.save([torch.ones(2)], tmp_path / "list.pt")
    with pytest.raises(InputError, match="no weights that have names"):
        load_file(tmp_path / "list.pt")


def test_what_a_file_is_depends_on_its_contents_not_its_name(exported, tmp_path):
    path = rewritten(exported, tmp_path / "net.pt", lambda name, data: data)
    assert inspect_file(path).kind == "exported" and not inspect_file(path).danger
