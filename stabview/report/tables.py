"""Tables of a result as CSV files, with the very numbers of result.json; what was not computed is an empty cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

METHODS = ("network", "soa", "quick")
MEASURES = ("psnr", "ssim", "relative_error", "change", "amplification", "lipschitz", "data_misfit")


def iterates_csv(result: Mapping) -> str:
    """A row for each iterate: index, relative_norm, objective, network_psnr, network_ssim, ..., soa_psnr, ..."""
    return _csv(_flat(iterate, ("index", "relative_norm", "objective")) for iterate in result.get("iterates", ()))


def sweep_csv(result: Mapping) -> str:
    """A row for each rate or number of views: rate, psnr_network, psnr_soa, ..."""
    return _csv(_flat(point, ("rate",)) for point in result.get("sweep", ()))


def details_csv(result: Mapping) -> str:
    """A row for each detail, counted from 0: detail, kind, exposure, captured_network, captured_soa, ..."""
    rows = enumerate(result.get("details", ()))
    return _csv({"detail": number, **_flat(entry, ("kind", "exposure"))} for number, entry in rows)


def in_order(names: Iterable[str], order: Iterable[str]) -> list[str]:
    """`names` with those of `order` first, the others as they come."""
    names = list(names)
    known = [name for name in order if name in names]
    return known + [name for name in names if name not in known]


def _flat(row: Mapping, first: tuple[str, ...]) -> dict[str, object]:
    """Numbers and words of a row, those of inner tables as `outer_inner`; lists are left to the JSON file."""
    flat = {}
    for name in in_order(row, (*first, *METHODS)):
        value = row[name]
        if isinstance(value, Mapping):
            flat |= {f"{name}_{inner}": value[inner] for inner in in_order(value, (*METHODS, *MEASURES))}
        elif isinstance(value, (int, float)) or name == "kind":
            flat[name] = value
    return flat


def _csv(rows: Iterable[Mapping[str, object]]) -> str:
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
