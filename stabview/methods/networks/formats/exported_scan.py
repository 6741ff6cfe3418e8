"""Whether a torch.export file (.pt2) can be read without running anything: every entry of the archive is looked at.

`torch.export.load` unpickles entries, imports modules named in the file and evaluates expressions from it. StabView
reads the graph itself instead (`exported`), and only what this scan has passed.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

LARGEST_GRAPH = 256 * 2**20
_HARMLESS = ("archive_format", "archive_version", "byteorder", "version", ".data/version", ".data/serialization_id")
ATEN = frozenset((
    "_adaptive_avg_pool2d", "_assert_scalar", "_assert_tensor_metadata", "_fft_c2c", "_fft_c2r", "_fft_r2c",
    "_local_scalar_dense", "_log_softmax", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training",
    "_safe_softmax", "_softmax", "_to_copy", "_unsafe_view", "_upsample_bicubic2d_aa", "_upsample_bilinear2d_aa",
    "_upsample_nearest_exact2d", "abs", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool2d", "add",
    "add_", "addcdiv", "addcmul", "addmm", "addmv", "alias", "all", "amax", "amin", "angle", "any", "arange", "argmax",
    "argmin", "as_strided_copy", "atan", "atan2", "avg_pool1d", "avg_pool2d", "avg_pool3d", "baddbmm", "batch_norm",
    "bitwise_and", "bitwise_not", "bitwise_or", "bmm", "broadcast_tensors", "broadcast_to", "cat", "ceil", "celu",
    "channel_shuffle", "chunk", "clamp", "clamp_", "clamp_max", "clamp_min", "clone", "complex", "concat",
    "concatenate", "conj", "conj_physical", "constant_pad_nd", "contiguous", "conv1d", "conv2d", "conv3d",
    "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "convolution", "copy", "cos", "cosh", "cumsum",
    "detach", "detach_", "diagonal", "div", "div_", "dot", "dropout", "dropout_", "einsum", "elu", "elu_", "embedding",
    "empty", "empty_like", "eq", "erf", "exp", "expand", "expand_as", "expm1", "eye", "fft_fft", "fft_fft2", "fft_fftn",
    "fft_fftshift", "fft_ifft", "fft_ifft2", "fft_ifftn", "fft_ifftshift", "fft_irfft", "fft_irfft2", "fft_irfftn",
    "fft_rfft", "fft_rfft2", "fft_rfftn", "flatten", "flip", "floor", "floor_divide", "fmod", "full", "full_like",
    "gather", "ge", "gelu", "glu", "group_norm", "gt", "hardshrink", "hardsigmoid", "hardsigmoid_", "hardswish",
    "hardswish_", "hardtanh", "hardtanh_", "hypot", "im2col", "imag", "index", "index_select", "instance_norm",
    "is_complex", "isfinite", "isinf", "isnan", "item", "l1_loss", "layer_norm", "le", "leaky_relu", "leaky_relu_",
    "lerp", "lift_fresh", "lift_fresh_copy", "linalg_norm", "linalg_vector_norm", "linear", "linspace", "log", "log10",
    "log1p", "log2", "log_sigmoid", "log_softmax", "logical_and", "logical_not", "logical_or", "logit", "lt",
    "masked_fill", "matmul", "max", "max_pool1d", "max_pool2d", "max_pool2d_with_indices", "maximum", "mean",
    "meshgrid", "min", "minimum", "mish", "mm", "moveaxis", "movedim", "mul", "mul_", "mv", "narrow",
    "native_batch_norm", "native_dropout", "native_group_norm", "native_layer_norm", "ne", "neg", "new_empty",
    "new_full", "new_ones", "new_zeros", "norm", "ones", "ones_like", "outer", "pad", "permute", "pixel_shuffle",
    "pixel_unshuffle", "pow", "prelu", "prod", "rad2deg", "real", "reciprocal", "reflection_pad1d", "reflection_pad2d",
    "relu", "relu6", "relu_", "remainder", "repeat", "repeat_interleave", "replication_pad1d", "replication_pad2d",
    "reshape", "reshape_as", "resolve_conj", "resolve_neg", "roll", "rot90", "round", "rsqrt", "rsub", "scalar_tensor",
    "scaled_dot_product_attention", "select", "selu", "sgn", "sigmoid", "sigmoid_", "sign", "silu", "silu_", "sin",
    "sinh", "slice", "softmax", "softplus", "softshrink", "split", "split_with_sizes", "sqrt", "square", "squeeze",
    "stack", "std", "std_mean", "sub", "sub_", "sum", "swapaxes", "swapdims", "sym_constrain_range",
    "sym_constrain_range_for_size", "sym_numel", "sym_size", "sym_stride", "t", "tan", "tanh", "tanh_", "tensor_split",
    "tensordot", "threshold", "tile", "to", "transpose", "tril", "triu", "true_divide", "trunc", "type_as", "unbind",
    "unflatten", "unfold", "unsqueeze", "upsample_bicubic2d", "upsample_bilinear2d", "upsample_linear1d",
    "upsample_nearest1d", "upsample_nearest2d", "var", "var_mean", "view", "view_as", "view_as_complex", "view_as_real",
    "where", "zeros", "zeros_like",
))  # fmt: skip
"""Operations of networks that touch nothing but tensors."""
OPERATORS = frozenset((
    "abs", "add", "and_", "eq", "floordiv", "ge", "getitem", "gt", "le", "lt", "mod", "mul", "ne", "neg", "not_", "or_",
    "pos", "pow", "sub", "truediv",
))  # fmt: skip
"""Functions of Python's operator module, on sizes."""
SIZES = frozenset(("torch.sym_max", "torch.sym_min", "torch.sym_int", "torch.sym_float", "torch.sym_not", "math.ceil",
                   "math.floor", "math.trunc", "torch.sym_ite"))  # fmt: skip


def why_unsafe(path: Path) -> str:
    """Empty for a file that is plain tensors and a plain graph; otherwise the first thing that is more, in words."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _entries(archive) or _configurations(archive) or _graph(archive)
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return f"it is not laid out as torch.export does it ({type(error).__name__})"


def member(archive: zipfile.ZipFile, ending: str) -> str:
    """The one entry below the archive's folder with this name. Raises ValueError where there is none, or more."""
    found = [name for name in archive.namelist() if name.partition("/")[2] == ending]
    if len(found) != 1:
        raise ValueError(f"{len(found)} entries {ending}")
    return found[0]


def read_json(archive: zipfile.ZipFile, ending: str) -> dict:
    """A JSON entry of bounded size."""
    name = member(archive, ending)
    if archive.getinfo(name).file_size > LARGEST_GRAPH:
        raise ValueError(f"{ending} is too large")
    return json.loads(archive.read(name))


def target_is_known(target: str) -> bool:
    """Whether a node of a graph calls something on the lists above."""
    if target.startswith("torch.ops.aten."):
        return target.split(".")[3] in ATEN and target.count(".") <= 4
    module, _, name = target.rpartition(".")
    return target in SIZES or (module == "_operator" and name in OPERATORS)


def _entries(archive: zipfile.ZipFile) -> str:
    folders = {name.partition("/")[0] for name in archive.namelist()}
    models = [name for name in archive.namelist() if name.partition("/")[2].startswith("models/")]
    if len(folders) != 1 or len(models) != 1 or not models[0].endswith("/models/model.json"):
        return "it does not hold exactly one network"
    for name in archive.namelist():
        inner = name.partition("/")[2]
        tensors = inner.startswith(("data/weights/weight_", "data/constants/tensor_"))
        tables = inner in ("models/model.json", "data/weights/model_weights_config.json",
                           "data/constants/model_constants_config.json")  # fmt: skip
        skipped = inner.startswith("data/sample_inputs/")  # never opened by StabView
        if not (tensors or tables or skipped or inner in _HARMLESS):
            return f"it has an entry '{inner[:60]}' that is neither weights nor graph"
    return ""


def _configurations(archive: zipfile.ZipFile) -> str:
    for kind in ("weights", "constants"):
        for name, entry in read_json(archive, f"data/{kind}/model_{kind}_config.json")["config"].items():
            if entry.get("use_pickle") or not isinstance(entry.get("tensor_meta"), dict):
                return f"its entry '{name[:60]}' is a pickle"
    return ""


def _graph(archive: zipfile.ZipFile) -> str:
    module = read_json(archive, "models/model.json")["graph_module"]
    for node in module["graph"]["nodes"]:
        if not target_is_known(node["target"]):
            return f"its graph calls '{node['target'][:80]}'"
        if "as_graph" in json.dumps(node["inputs"]):
            return "its graph has graphs within"
    return ""
