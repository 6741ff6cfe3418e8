"""Sparse methods and projectors beside sigpy, deepinv, ODL, BART, scikit-image and ASTRA: ratios of medians, one run.

Everybody solves the same data with the same lambda to a relative gap of 1e-3, each in its own variant of the objective
and against its own minimum (`peers/`). Peers run as many iterations as that takes, at the best setting found, and
nobody looks; ours runs with its stopping rule, as a user gets it, and its true gap stands beside.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from stabview.benchmarks.problems import contests
from stabview.benchmarks.rounds import Contest, Found, Times, open_peers, peer_python, play
from stabview.engine.device import choose_device, device_label
from stabview.machine import processor_name
from stabview.report.provenance import versions

TOLERANCE = 1e-3
ROUNDS = 7


def run(
    *, threads: int | None = None, environment: Path | None = None, rounds: int = ROUNDS,
    only: tuple[str, ...] | None = None, images: Path | None = None, say: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:  # fmt: skip
    """Run the rows.

    Parameters
    ----------
    environment : folder of the benchmark environment; None: whichever peers are installed with StabView.
    only : names of rows. images : a folder of real slices (or one file), for two more rows.
    """
    load = os.getloadavg()[0]
    device = choose_device("cpu", threads)
    python = peer_python(environment)
    rows = contests(only, images=images, tolerance=TOLERANCE)
    with tempfile.TemporaryDirectory(prefix="stabview-bench-") as folder:
        place = Path(folder)
        peers, absent = open_peers(python, torch.get_num_threads(), place)
        found = Found((environment or place) / "soa-found.json")
        try:
            table = play(rows, peers, rounds=rounds, tolerance=TOLERANCE, folder=place, found=found, say=say)
        finally:
            for peer in peers:
                peer.close()
    return {
        "machine": processor_name(), "device": device_label(device), "load at start": round(load, 2), "rounds": rounds,
        "tolerance": TOLERANCE, "versions": {**versions(), **{peer.name: peer.version for peer in peers}},
        "not measured": absent, "rows": [_figures(row, table[row.name]) for row in rows],
    }  # fmt: skip


def _figures(row: Contest, parts: dict[str, dict[str, Times]]) -> dict[str, object]:
    """Times in milliseconds, ratios to ours, and ours in units of the floor."""
    floor = {name: 1e3 * value for name, value in row.floor().items()}
    found = []
    for part, contestants in parts.items():
        ours = contestants["stabview"]
        peers = {label: times for label, times in contestants.items() if label != "stabview"}
        entry: dict[str, object] = {
            "part": part,
            "ours": _one(ours),
            "peers": {label: {**_one(times), **_ratios(times, ours)} for label, times in peers.items()},
        }
        if peers:
            fastest = min(peers, key=lambda label: ("missed" in peers[label].facts, peers[label].median))
            entry |= {"fastest peer": fastest, **_ratios(peers[fastest], ours)}
        if floor:
            iterations = ours.facts.get("cold_iterations" if part == "cold" else "iterations") or 1
            entry["floors per iteration"] = 1e3 * ours.median / iterations / next(iter(floor.values()))
        found.append(entry)
    return {
        "row": row.name, "title": row.title, "wanted ratio": row.wanted,
        "limit": None if row.limit is None else 1e3 * row.limit, "floor": floor, "parts": found,
    }  # fmt: skip


def _one(times: Times) -> dict[str, object]:
    return {
        "version": times.version, "median": 1e3 * times.median, "fastest": 1e3 * min(times.walls),
        "slowest": 1e3 * max(times.walls), "processor": 1e3 * times.median_cpu, **times.facts,
    }  # fmt: skip


def _ratios(peer: Times, ours: Times) -> dict[str, float]:
    return {"ratio": peer.median / ours.median, "processor ratio": peer.median_cpu / ours.median_cpu}


def lines(figures: dict[str, object]) -> list[str]:
    """The table as text."""
    told = ", ".join(f"{name} {version}" for name, version in figures["versions"].items() if version)
    how = f"load at start {figures['load at start']}; medians of {figures['rounds']} interleaved rounds"
    text = [f"{figures['machine']}; {figures['device']}; {how}; to a gap of {figures['tolerance']:g}", told]
    text.append("milliseconds by the clock (fastest to slowest round) and of processors, all threads together")
    text += [f"not measured: {name}: {why}" for name, why in figures["not measured"].items()]
    for row in figures["rows"]:
        text += ["", f"{row['row']}: {row['title']}"]
        for part in row["parts"]:
            text += _part_lines(part, row, figures["tolerance"])
    return text


def _part_lines(part: dict, row: dict, tolerance: float) -> list[str]:
    name = "" if part["part"] == "solve" else f" {part['part']}"
    text = [f"  {'StabView' + name:28} {_ms(part['ours'])}  {_facts(part['ours'], part['part'])}"]
    for label, peer in sorted(part["peers"].items(), key=lambda one: ("missed" in one[1], one[1]["median"])):
        who = f"{label} {peer['version']}"
        ratio = f"{'more than ' if 'missed' in peer else ''}{peer['ratio']:5.1f} ({peer['processor ratio']:.1f}) x"
        text.append(f"  {who:28} {_ms(peer)}  {ratio}  {_facts(peer, part['part'])}")
    for floor, value in row["floor"].items():
        text.append(f"    limit: {floor} {value:.3g} ms; {part['floors per iteration']:.1f} of them an iteration")
    if "ratio" in part:
        wanted = f", wanted {row['wanted ratio']:g}" if row["wanted ratio"] else ""
        times = f"{part['ratio']:.1f} times faster (by processor time {part['processor ratio']:.1f})"
        text.append(f"    {times} than the fastest peer, {part['fastest peer']}{wanted}")
    if row["limit"] and part["part"] == "warm":
        text.append(f"    wanted: {row['limit']:g} ms")
    if part["part"] != "cold" and part["ours"].get("gap", 0) > tolerance:
        text.append(f"    NOT BELOW THE GAP: {part['ours']['gap']:.1e}")
    return text


def _ms(one: dict) -> str:
    return f"{one['median']:9.2f} ({one['fastest']:.2f} to {one['slowest']:.2f}), {one['processor']:.2f}"


def _facts(one: dict, part: str) -> str:
    """Iterations, gaps and the setting in a few words."""
    words = []
    iterations = one.get("cold_iterations") if part == "cold" else one.get("iterations")
    if "missed" in one:
        words.append(f"NOT REACHED in {one['missed']['iterations']} iterations")
    if iterations:
        words.append(f"{iterations} iterations of {one['median'] / iterations:.2f} ms")
    if part != "cold" and one.get("gap") is not None:
        words.append(f"true gap {one['gap']:.1e}")
    if part != "cold" and "stated_gap" in one:
        words.append(f"{'certified' if one['certified'] else 'estimated'} {one['stated_gap']:.1e}")
    if one.get("setting"):
        words.append(" ".join(f"{key} {value}" for key, value in one["setting"].items()))
    if one.get("tried", 0) < one.get("settings", 0):
        words.append(f"{one['tried']} of {one['settings']} settings tried")
    if "adjoint_error" in one:
        words.append(f"adjoint error {one['adjoint_error']:.0e}")
    if part == "warm":
        words.append(f"data moved by {one['data_moved']:.1e}")
    return ", ".join(words)
