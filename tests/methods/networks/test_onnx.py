"""ONNX networks: every operation against the reference implementation of the onnx package, gradients against
differences, and what is refused."""

import numpy as np
import pytest
import torch

from stabview.images.errors import InputError
from stabview.methods.networks.formats.onnx_graph import read_onnx
from stabview.methods.networks.unet import UNet

onnx = pytest.importorskip("onnx", reason="the optional package onnx is not installed")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

SHAPE = (1, 4, 6, 8)


def array(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def model(nodes, constants: dict[str, np.ndarray], *, shape=SHAPE, version: int = 20, result: str = "z"):
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=9)


def one(kind: str, *constants: np.ndarray | None, outputs=("z",), **attributes):
    """A model of one node: x, then the constants (None: left out)."""
    named = {f"c{k}": value for k, value in enumerate(constants) if value is not None}
    inputs = ["x", *(f"c{k}" if value is not None else "" for k, value in enumerate(constants))]
    return [helper.make_node(kind, inputs, list(outputs), **attributes)], named


CASES = {
    "Conv": one("Conv", array(6, 2, 3, 3), array(6), pads=[1, 1, 1, 1], group=2, strides=[2, 1]),
    "Conv with uneven padding": one("Conv", array(3, 4, 2, 3), pads=[1, 0, 0, 2], dilations=[1, 2]),
    "Conv padded to the same size": one("Conv", array(3, 4, 3, 2), auto_pad="SAME_UPPER", strides=[2, 2]),
    "ConvTranspose": one("ConvTranspose", array(4, 3, 2, 2), array(3), strides=[2, 2]),
    "ConvTranspose with padding": one("ConvTranspose", array(4, 2, 3, 3), array(2), strides=[2, 2],
                                      pads=[1, 1, 1, 1], output_padding=[1, 1]),
    "BatchNormalization": one("BatchNormalization", array(4), array(4), array(4), np.abs(array(4)) + 0.1),
    "InstanceNormalization": one("InstanceNormalization", array(4), array(4), epsilon=1e-3),
    "LayerNormalization": one("LayerNormalization", array(6, 8), array(6, 8), axis=2),
    "PRelu": one("PRelu", array(4, 1, 1)),
    "LeakyRelu": one("LeakyRelu", alpha=0.2), "Elu": one("Elu", alpha=0.7), "Celu": one("Celu", alpha=0.7),
    "HardSigmoid": one("HardSigmoid"), "Gelu": one("Gelu"), "Gelu by tanh": one("Gelu", approximate="tanh"),
    "ThresholdedRelu": one("ThresholdedRelu", alpha=0.3),
    "Clip": one("Clip", np.float32(-0.4), np.float32(0.9)), "Clip from below": one("Clip", np.float32(-0.4)),
    "Softmax": one("Softmax", axis=1), "LogSoftmax": one("LogSoftmax"),
    "Add": one("Add", array(4, 1, 8)), "Sub": one("Sub", array(1)), "Mul": one("Mul", array(6, 1)),
    "Div": one("Div", array(4, 1, 1) + 4), "Pow": one("Pow", np.float32(2)),
    "Where": ([helper.make_node("Greater", ["x", "c"], ["g"]), helper.make_node("Where", ["g", "x", "c"], ["z"])],
              {"c": array(6, 8)}),
    "Concat": ([helper.make_node("Concat", ["x", "c", "x"], ["z"], axis=1)], {"c": array(1, 2, 6, 8)}),
    "Resize nearest": one("Resize", None, np.array([1, 1, 2, 2], np.float32), mode="nearest",
                          coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
    "Resize linear": one("Resize", None, np.array([1, 1, 2, 1.5], np.float32), mode="linear"),
    "Resize linear with corners": one("Resize", None, None, ints(1, 4, 11, 5), mode="linear",
                                      coordinate_transformation_mode="align_corners"),
    "Resize cubic": one("Resize", None, None, ints(1, 4, 12, 16), mode="cubic",
                        coordinate_transformation_mode="pytorch_half_pixel"),
    "Pad": one("Pad", ints(0, 0, 1, 2, 0, 0, 3, 0), np.float32(0.5)),
    "Pad by reflection": one("Pad", ints(0, 0, 1, 2, 0, 0, 3, 4), mode="reflect"),
    "Pad by the edge": one("Pad", ints(2, 1, 0, 3), None, ints(2, 3), mode="edge"),
    "MaxPool": one("MaxPool", kernel_shape=[2, 2], strides=[2, 2]),
    "MaxPool with uneven padding": one("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1]),
    "AveragePool": one("AveragePool", kernel_shape=[2, 2], strides=[2, 2]),
    "AveragePool without its padding": one("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
    "AveragePool with uneven padding": one("AveragePool", kernel_shape=[3, 3], pads=[0, 1, 1, 0]),
    "GlobalAveragePool": one("GlobalAveragePool"), "GlobalMaxPool": one("GlobalMaxPool"),
    "Reshape": one("Reshape", ints(0, -1, 12)), "Flatten": one("Flatten", axis=2),
    "Slice": one("Slice", ints(1, -3), ints(2**40, -1), ints(2, 3)),
    "Slice backwards": one("Slice", ints(-1), ints(-(2**40)), ints(3), ints(-2)),
    "Transpose": one("Transpose", perm=[0, 2, 3, 1]), "Squeeze": one("Squeeze", ints(0)),
    "Unsqueeze": one("Unsqueeze", ints(1, -1)), "Expand": one("Expand", ints(3, 4, 6, 8)),
    "Split": ([helper.make_node("Split", ["x", "c"], ["a", "b"], axis=1), helper.make_node("Mul", ["a", "a"], ["z"])],
              {"c": ints(1, 3)}),
    "Gather": one("Gather", ints(2, -1, 0), axis=1), "Tile": one("Tile", ints(1, 1, 2, 1)),
    "Shape": ([helper.make_node("Shape", ["x"], ["s"]), helper.make_node("Gather", ["s", "k"], ["h"], axis=0),
               helper.make_node("Cast", ["h"], ["f"], to=TensorProto.FLOAT),
               helper.make_node("Div", ["x", "f"], ["z"])],
              {"k": ints(2)}),
    "ConstantOfShape": ([helper.make_node("Shape", ["x"], ["s"]), helper.make_node("ConstantOfShape", ["s"], ["o"],
                         value=numpy_helper.from_array(np.array([2.0], np.float32))),
                         helper.make_node("Add", ["x", "o"], ["z"])], {}),
    "DepthToSpace": one("DepthToSpace", blocksize=2), "DepthToSpace CRD": one("DepthToSpace", blocksize=2, mode="CRD"),
    "SpaceToDepth": one("SpaceToDepth", blocksize=2),
    "MatMul": one("MatMul", array(8, 3)),
    "Gemm": ([helper.make_node("Flatten", ["x"], ["f"]),
              helper.make_node("Gemm", ["f", "w", "b"], ["z"], transB=1, alpha=0.5, beta=2.0)],
             {"w": array(5, 192), "b": array(5)}),
    "Einsum": one("Einsum", array(8, 8), equation="nchw,wv->nchv"),
    "ReduceMean": one("ReduceMean", ints(2, 3)), "ReduceSum": one("ReduceSum", ints(-1), keepdims=0),
    "ReduceL2": one("ReduceL2", ints(1)), "ReduceMax": one("ReduceMax", ints(2)),
    "Mean": one("Mean", array(1, 4, 6, 8)), "Max": one("Max", array(6, 8)), "Sum": one("Sum", array(6, 8), array(8)),
    **{name: one(name) for name in ("Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "HardSwish", "Mish", "Selu",
                                    "Identity", "Dropout", "Exp", "Sin", "Abs", "Neg", "Erf")},
    "Sqrt": ([helper.make_node("Mul", ["x", "x"], ["q"]), helper.make_node("Sqrt", ["q"], ["z"])], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_operation_gives_what_its_definition_says(case, tmp_path):
    nodes, constants = CASES[case]
    made = model(nodes, constants)
    x = array(*SHAPE, seed=1)
    (expected,) = ReferenceEvaluator(made).run(None, {"x": x})
    onnx.save(made, tmp_path / "net.onnx")
    found = read_onnx(tmp_path / "net.onnx")(torch.from_numpy(x))
    assert tuple(found.shape) == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("axis", "onesided", "inverse"), [(1, 0, 0), (2, 0, 1), (-2, 1, 0), (1, 0, 1)])
def test_fourier_transforms_are_along_the_axis_they_name(axis, onesided, inverse, tmp_path):
    x = array(2, 6, 8, 1 if onesided else 2)
    made = model(*one("DFT", None, np.array(axis, np.int64), onesided=onesided, inverse=inverse), shape=x.shape)
    onnx.save(made, tmp_path / "net.onnx")
    z = x[..., 0] if onesided else x[..., 0] + 1j * x[..., 1]
    along = axis if axis > 0 else 2
    call = np.fft.rfft if onesided else np.fft.ifft if inverse else np.fft.fft
    expected = call(z, axis=along)
    found = read_onnx(tmp_path / "net.onnx")(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(found[..., 0] + 1j * found[..., 1], expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
def test_a_u_net_exported_by_pytorch_is_the_same_function_with_the_same_gradient(tmp_path):
    torch.manual_seed(0)
    net = ImageToImage(UNet(1, 1, width=4, pools=2)).eval()
    path = tmp_path / "net.onnx"
    torch.onnx.export(net, (torch.randn(1, 1, 16, 20),), path, dynamo=False, opset_version=17, input_names=["x"],
                      dynamic_axes={"x": {0: "batch", 2: "rows", 3: "columns"}})  # fmt: skip
    graph = read_onnx(path)
    assert graph.input_shapes == ((None, 1, None, None),)
    x = torch.randn(2, 1, 24, 16, requires_grad=True)
    torch.testing.assert_close(graph(x), net(x), rtol=1e-5, atol=1e-5)
    gradients = [torch.autograd.grad(one(x).square().sum(), x)[0] for one in (graph, net)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


class ImageToImage(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net.image_to_image(x)


def test_gradients_agree_with_differences(tmp_path):
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("InstanceNormalization", ["a", "s", "b"], ["n"]),
        helper.make_node("Tanh", ["n"], ["t"]),
        helper.make_node("Resize", ["t", "", "r"], ["u"], mode="cubic"),
        helper.make_node("ConvTranspose", ["u", "v"], ["z"], strides=[2, 2]),
    ]
    constants = {"w": array(3, 4, 3, 3), "s": array(3), "b": array(3), "v": array(3, 1, 2, 2),
                 "r": np.array([1, 1, 2, 2], np.float32)}  # fmt: skip
    onnx.save(model(nodes, constants), tmp_path / "net.onnx")
    graph = read_onnx(tmp_path / "net.onnx").double()
    assert torch.autograd.gradcheck(graph, torch.randn(1, 4, 3, 4, dtype=torch.float64, requires_grad=True))


def refused(made, tmp_path, words: str) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(made if isinstance(made, bytes) else made.SerializeToString())
    with pytest.raises(InputError, match=words) as error:
        read_onnx(path)
    assert "\n" not in str(error.value)


def test_unknown_operations_are_named(tmp_path):
    nodes = [helper.make_node("LSTM", ["x"], ["a"]), helper.make_node("Fancy", ["a"], ["z"], domain="com.example")]
    refused(model(nodes, {}), tmp_path, r"LSTM, com\.example\.Fancy|com\.example\.Fancy, LSTM")


def test_a_graph_within_the_graph_is_refused(tmp_path):
    inner = helper.make_graph([], "inner", [], [])
    refused(model([helper.make_node("If", ["x"], ["z"], then_branch=inner, else_branch=inner)], {}), tmp_path, "If")


def test_weights_in_another_file_are_not_looked_for(tmp_path):
    nodes, constants = one("Add", array(8))
    made = model(nodes, constants)
    stored = made.graph.initializer[0]
    stored.ClearField("raw_data")
    stored.data_location = TensorProto.EXTERNAL
    entry = stored.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    refused(made, tmp_path, "another file")


@pytest.mark.parametrize("contents", [b"", b"not a network", b"\x80\x04cbuiltins\neval\n."])
def test_what_is_no_onnx_is_refused(contents, tmp_path):
    refused(contents, tmp_path, "ONNX")
