"""Line integrals of images along bundled rays and their exact transpose, compiled where numba is, else in torch."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import torch

from stabview import kernels
from stabview.sampling.rays import FRACTION_BITS, LANES, PAD, Bundles, RayTable

THREAD_CROSSINGS = 4_000_000
"""Fewer crossings than this are traced by one thread: handing them out would cost more than it saves."""
PAIR_BYTES = 2**29
"""Without the compiled loops a sparse matrix and its transpose are kept up to this size; beyond it nothing is."""
CHUNK_BYTES = 64 * 2**20
"""How much the sums that keep nothing may hold at a time."""


def compiled_for(tensor: torch.Tensor) -> bool:
    """Whether the compiled loops are used; the torch sums give the same without them, more slowly."""
    return kernels.available and tensor.device.type == "cpu" and tensor.dtype in (torch.float32, torch.float64)


def project(x: torch.Tensor, table: RayTable) -> torch.Tensor:
    """x : (batch, H, W) real -> (batch, rays)."""
    if compiled_for(x):
        return _project_compiled(x, table)
    data = x.new_zeros(len(x), table.count)
    for part in table.parts:
        values = _trace(_arrange(x, part), part)
        data[:, _on(x, part.rays)] = values.reshape(len(part.start) * LANES, len(x))[_on(x, part.slots)].T
    return data


def back_project(y: torch.Tensor, table: RayTable) -> torch.Tensor:
    """The transpose. y : (batch, rays) real -> (batch, H, W)."""
    if compiled_for(y):
        return _back_project_compiled(y, table)
    x = y.new_zeros(len(y), *table.shape)
    for part in table.parts:
        values = y.new_zeros(len(part.start) * LANES, len(y))
        values[_on(y, part.slots)] = y[:, _on(y, part.rays)].T
        x += _gather(_spread(values.reshape(-1, LANES * len(y)), part), part, len(y))
    return x


def in_threads(work: Callable[[int, int, int], None], ends: np.ndarray) -> int:
    """Call work(number, begin, end) for equal shares of the items, whose running costs are `ends`; how many shares.

    As many threads as torch may use, when the whole is large enough.
    """
    threads = shares(ends)
    cuts = np.searchsorted(ends, ends[-1] * np.arange(1, threads) / threads) if threads > 1 else []
    bounds = [0, *map(int, cuts), len(ends)]
    waiting = [_pool().submit(work, k, bounds[k], bounds[k + 1]) for k in range(1, threads)]
    work(0, 0, bounds[1])
    for future in waiting:
        future.result()
    return threads


def shares(ends: np.ndarray) -> int:
    """Into how many shares `in_threads` divides this work."""
    return max(1, min(torch.get_num_threads(), int(ends[-1]) // THREAD_CROSSINGS)) if len(ends) else 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="rays")


def _project_compiled(x: torch.Tensor, table: RayTable) -> torch.Tensor:
    from stabview.sampling import ray_kernels

    images = x.detach().contiguous().numpy()
    data = np.zeros((len(images), table.count), images.dtype)
    arrange, trace = (ray_kernels.compiled(loop, images.dtype) for loop in (ray_kernels.arrange, ray_kernels.trace))
    for part in table.parts:
        stack = np.empty((part.height, part.stride, LANES), images.dtype)
        values = np.empty((len(part.start), LANES), images.dtype)
        for image, rays in zip(images, data, strict=True):
            arrange(image, stack, part.straight_lanes, part.turned_lanes)
            line, table_rows = stack.reshape(-1), _rows(part, x.dtype)
            in_threads(lambda _, a, b: trace(line, part.stride, *table_rows, values, a, b), part.ends)  # noqa: B023
            rays[part.rays] = values.reshape(-1)[part.slots]
    return torch.from_numpy(data)


def _back_project_compiled(y: torch.Tensor, table: RayTable) -> torch.Tensor:
    from stabview.sampling import ray_kernels

    data = y.detach().contiguous().numpy()
    images = np.zeros((len(data), *table.shape), data.dtype)
    spread, gather = (ray_kernels.compiled(loop, data.dtype) for loop in (ray_kernels.spread, ray_kernels.gather))
    for part in table.parts:
        threads = shares(part.ends)
        stacks = np.empty((threads, part.height, part.stride, LANES), data.dtype)
        values = np.zeros((len(part.start) * LANES,), data.dtype)
        lanes, table_rows = values.reshape(-1, LANES), _rows(part, y.dtype)
        for rays, image in zip(data, images, strict=True):
            stacks[:] = 0
            values[part.slots] = rays[part.rays]
            in_threads(
                lambda k, a, b: spread(stacks[k].reshape(-1), part.stride, *table_rows, lanes, a, b),  # noqa: B023
                part.ends,
            )
            for stack in stacks:
                gather(stack, image, part.straight_lanes, part.turned_lanes)
    return torch.from_numpy(images)


def _rows(part: Bundles, dtype: torch.dtype) -> tuple[np.ndarray, ...]:
    return part.start, part.step, part.first, part.count, part.lengths[dtype]


def _on(like: torch.Tensor, array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array).to(like.device)


def _arrange(x: torch.Tensor, part: Bundles) -> torch.Tensor:
    """(height * stride, LANES * batch): the flips and turns of every image, padded."""
    stack = x.new_zeros(LANES, len(x), part.height, part.stride)
    inner = stack[..., PAD:-PAD]
    for lane, dims in enumerate(((), (-1,), (-2,), (-2, -1))):
        if part.straight_lanes:
            inner[lane] = x.flip(dims)
        if part.turned_lanes:
            inner[lane + 4] = x.mT.flip(-2, -1).flip(dims)
    return stack.permute(2, 3, 0, 1).reshape(part.height * part.stride, LANES * len(x))


def _gather(stack: torch.Tensor, part: Bundles, batch: int) -> torch.Tensor:
    """The transpose of `_arrange`."""
    inner = stack.reshape(part.height, part.stride, LANES, batch).permute(2, 3, 0, 1)[..., PAD:-PAD]
    total: torch.Tensor | float = 0.0
    for lane, dims in enumerate(((), (-1,), (-2,), (-2, -1))):
        if part.straight_lanes:
            total = total + inner[lane].flip(dims)
        if part.turned_lanes:
            total = total + inner[lane + 4].flip(dims).flip(-2, -1).mT
    return total


def _trace(stack: torch.Tensor, part: Bundles) -> torch.Tensor:
    """(height * stride, n) -> (bundles, n)."""
    if _keeps_matrices(part, stack):
        return _matrices(part, stack)[0] @ stack
    values = stack.new_zeros(len(part.start), stack.shape[1])
    for begin, end in _chunks(part, stack):
        place, near, far = _crossings(part, begin, end, stack)
        values[begin:end] = torch.einsum("bj,bjl->bl", near, stack[place])
        values[begin:end] += torch.einsum("bj,bjl->bl", far, stack[place + 1])
    return values


def _spread(values: torch.Tensor, part: Bundles) -> torch.Tensor:
    """The transpose of `_trace`."""
    if _keeps_matrices(part, values):
        return _matrices(part, values)[1] @ values
    stack = values.new_zeros(part.height * part.stride, values.shape[1])
    for begin, end in _chunks(part, stack):
        place, near, far = _crossings(part, begin, end, stack)
        for index, weight in ((place, near), (place + 1, far)):
            stack.index_add_(0, index.flatten(), (weight[..., None] * values[begin:end, None]).flatten(0, 1))
    return stack


def _keeps_matrices(part: Bundles, like: torch.Tensor) -> bool:
    """Whether a sparse pair is small enough to be kept."""
    return 2 * part.matrix_bytes(like.dtype) <= PAIR_BYTES


def _matrices(part: Bundles, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The sparse matrix that takes the arrangement's pixels to the bundles, every lane at once, and its transpose."""
    key = (like.dtype, str(like.device))
    if key not in part.matrices:
        from scipy.sparse import csr_matrix

        whole = torch.empty((), dtype=like.dtype)
        place, near, far = (array.numpy() for array in _crossings(part, 0, len(part.start), whole))
        there = np.arange(place.shape[1])[None, :] < part.count[:, None]
        columns = np.stack((place, place + 1), axis=-1)[there].ravel()
        weights = np.stack((near, far), axis=-1)[there].ravel()
        rows = np.r_[0, 2 * part.ends]
        matrix = csr_matrix((weights, columns, rows), shape=(len(part.start), part.height * part.stride))
        part.matrices[key] = tuple(_to_torch(one, like) for one in (matrix, matrix.T.tocsr()))
    return part.matrices[key]


def _to_torch(matrix, like: torch.Tensor) -> torch.Tensor:
    with warnings.catch_warnings():
        # torch says once that its CSR tensors are beta; the products used here are tested
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        return torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int32)), torch.from_numpy(matrix.indices.astype(np.int32)),
            torch.from_numpy(matrix.data), size=matrix.shape, check_invariants=False,
        ).to(like.device)  # fmt: skip


def _chunks(part: Bundles, stack: torch.Tensor) -> list[tuple[int, int]]:
    size = max(1, CHUNK_BYTES // (part.height * stack.shape[1] * stack.element_size()))
    return [(begin, min(begin + size, len(part.start))) for begin in range(0, len(part.start), size)]


def _crossings(
    part: Bundles, begin: int, end: int, like: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Index of the nearer pixel in the stack, and the weights of it and the next: (bundles, crossings)."""
    start, step, first, count = (
        _on(like, array[begin:end])[:, None] for array in (part.start, part.step, part.first, part.count)
    )
    length = _on(like, part.lengths[like.dtype][begin:end])[:, None]
    crossing = torch.arange(int(part.count[begin:end].max(initial=0)), device=like.device)[None, :]
    there = crossing < count
    position = start + step * crossing
    fraction = (position & (2**FRACTION_BITS - 1)).to(like.dtype) * 2.0**-FRACTION_BITS
    place = (first + crossing) * part.stride + (position >> FRACTION_BITS)
    place = torch.where(there, place, 0)
    weight = torch.where(there, length, 0.0).to(like.dtype)
    return place, (1 - fraction) * weight, fraction * weight
