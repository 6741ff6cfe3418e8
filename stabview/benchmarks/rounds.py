"""Interleaved rounds: ours in this process, every peer in a process of its own, and only one of them at work at a time.

A round times each contestant of each row once, in an order that turns from round to round; what counts is the median.
What a peer needs before it can be timed (its minimum, its best setting, its number of iterations) does not depend on
how busy the machine is: it is found once and kept beside the environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stabview.benchmarks.peers.measuring import cost_of
from stabview.images.errors import InputError

PEERS = ("sigpy", "deepinv", "odl", "bart", "scikit-image", "astra")
SCRIPTS = Path(__file__).with_name("peers")


class PeerError(Exception):
    """A peer could not do what was asked; the text is its own."""


class Peer:
    """A process of the benchmark environment that answers for one peer, see `peers/worker.py`."""

    def __init__(self, python: str, name: str, threads: int, log: Path) -> None:
        count = str(threads)
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        for variable in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
            environ[f"{variable}_NUM_THREADS"] = count
        environ |= {"OMP_WAIT_POLICY": "passive", "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1"}
        folder = Path(python).parent
        environ["PATH"] = os.pathsep.join([str(folder), environ.get("PATH", "")])
        self._log = log.open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            [python, str(SCRIPTS / "worker.py"), name], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log, text=True,
        )  # fmt: skip
        self.name, self.version, self.kinds = name, "", ()

    def ask(self, do: str, **request: object) -> dict:
        """One request and its answer. Raises PeerError with the peer's own words."""
        try:
            self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerError("it ended without an answer")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def greet(self) -> None:
        answer = self.ask("hello")
        self.version, self.kinds = answer["version"], tuple(answer["kinds"])

    def close(self) -> None:
        """Its input ends, and with it the process."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()
        self._log.close()


def peer_python(environment: Path | None) -> str:
    """The Python of a benchmark environment; without one, ours, which knows the peers that are installed with us."""
    if environment is None:
        return sys.executable
    for python in (environment / "bin" / "python", environment / "Scripts" / "python.exe"):
        if python.is_file():
            return str(python)
    raise InputError(
        f"'{environment}' is not a Python environment: make one with `python3 packaging/benchmark.py {environment}`."
    )


def open_peers(python: str, threads: int, folder: Path) -> tuple[list[Peer], dict[str, str]]:
    """The peers that answer, and why each of the others does not."""
    present, absent = [], {}
    for name in PEERS:
        peer = Peer(python, name, threads, folder / f"{name}.log")
        try:
            peer.greet()
        except PeerError as error:
            absent[name] = str(error)
            peer.close()
        else:
            present.append(peer)
    return present, absent


@dataclass(frozen=True, eq=False)
class Contest:
    """One problem: what the peers get, and what we do with it.

    Attributes
    ----------
    name, title : of the row. kind : which methods of the peers it is for.
    arrays : the problem, written for the peers.
    parts : what is timed by the name of the part ("solve", or "forward" and "adjoint").
    minima : () -> F* of our objective ("") and of the peers' variants by their names, computed when asked for.
    facts : F* -> what is said beside our times (gap, iterations, ...), computed once and not timed.
    floor : () -> seconds below which no implementation can be, and what they are for.
    wanted : the ratio to the fastest peer that is asked for.
    limit : the seconds that are asked for, where there are no peers.
    """

    name: str
    title: str
    kind: str
    arrays: dict[str, np.ndarray]
    parts: dict[str, Callable[[], object]]
    facts: Callable[[float | None], dict[str, object]]
    floor: Callable[[], dict[str, float]] = dict
    wanted: float | None = None
    limit: float | None = None
    minima: Mapping[str, Callable[[], float]] = field(default_factory=dict)


@dataclass
class Times:
    """What one contestant took for one part, in seconds, round by round; and what was found about it."""

    version: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)

    def add(self, wall: float, cpu: float) -> None:
        self.walls.append(wall)
        self.cpus.append(cpu)

    @property
    def median(self) -> float:
        """By the clock."""
        return statistics.median(self.walls)

    @property
    def median_cpu(self) -> float:
        """Of processors, all threads together; hardly moves with what else the machine does."""
        return statistics.median(self.cpus)


Table = dict[str, dict[str, dict[str, Times]]]
"""row -> part -> contestant -> times"""


class Found:
    """What was found before, in a JSON file: settings of peers, minima. A key says all that an entry depends on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: dict[str, dict] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def key(self, peer: Peer, contest: Contest, tolerance: float) -> str:
        """Of what `peers/` finds for a problem: it changes with the peer's version and with these scripts."""
        names = ("measuring.py", "variants.py", f"with_{peer.name.replace('scikit-image', 'skimage')}.py")
        sources = b"".join((SCRIPTS / name).read_bytes() for name in names)
        return _digest(contest, f"{peer.name} {peer.version} {contest.kind} {tolerance}", sources)

    def minimum(self, contest: Contest, variant: str = "") -> float | None:
        """F* of a variant, where the contest can compute it."""
        if variant not in contest.minima:
            return None
        key = _digest(contest, f"minimum {contest.kind} {variant}")
        if key not in self.entries:
            self.keep(key, {"minimum": contest.minima[variant]()})
        return self.entries[key]["minimum"]

    def keep(self, key: str, entry: dict) -> None:
        self.entries[key] = entry
        self.path.write_text(json.dumps(self.entries, indent=1), encoding="utf-8")


def _digest(contest: Contest, what: str, sources: bytes = b"") -> str:
    digest = hashlib.sha256(what.encode() + sources)
    for name in sorted(contest.arrays):
        digest.update(name.encode() + np.ascontiguousarray(contest.arrays[name]).tobytes())
    return digest.hexdigest()[:24]


def play(
    contests: Sequence[Contest], peers: Sequence[Peer], *, rounds: int, tolerance: float, folder: Path, found: Found,
    say: Callable[[str], None],
) -> Table:  # fmt: skip
    """Prepare every peer for every row, then time all of them, round after round.

    A peer that was not below the tolerance in time stands in the table with the time it was given.
    """
    entrants = {contest.name: _prepared(contest, peers, tolerance, folder, found, say) for contest in contests}
    table: Table = {}
    for contest in contests:
        say(f"{contest.name}: ours")
        facts = contest.facts(found.minimum(contest))
        table[contest.name] = {part: {"stabview": Times(facts=facts)} for part in contest.parts}
        for peer, entry in entrants[contest.name]:
            if "missed" in entry:
                _take(table[contest.name], peer, entry, {"solve": [entry["missed"]["wall"], entry["missed"]["cpu"]]})
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.1f}")
        for contest in contests:
            order: list[tuple[Peer, dict] | None] = [None, *entrants[contest.name]]
            shift = number % len(order)
            for entrant in order[shift:] + order[:shift]:
                if entrant is None:
                    for part, call in contest.parts.items():
                        table[contest.name][part]["stabview"].add(*cost_of(call))
                elif "missed" not in entrant[1]:
                    _take(table[contest.name], *entrant, entrant[0].ask("time", row=contest.name, found=entrant[1]))
    for contest in contests:
        for peer, _ in entrants[contest.name]:
            peer.ask("forget", row=contest.name)
    return table


def _prepared(
    contest: Contest, peers: Sequence[Peer], tolerance: float, folder: Path, found: Found, say: Callable[[str], None]
) -> list[tuple[Peer, dict]]:
    """The peers that solve this row, each with what it needs for being timed."""
    problem = folder / f"{contest.name}.npz"
    np.savez(problem, **contest.arrays)
    entrants = []
    for peer in peers:
        if contest.kind not in peer.kinds:
            continue
        key = found.key(peer, contest, tolerance)
        try:
            variant = peer.ask("load", row=contest.name, kind=contest.kind, problem=str(problem))["variant"]
            if key not in found.entries:
                say(f"{contest.name}: settings of {peer.name}")
                minimum = found.minimum(contest, variant) if variant else None
                found.keep(key, peer.ask("search", row=contest.name, tolerance=tolerance, minimum=minimum))
        except PeerError as error:
            say(f"{contest.name}: {peer.name} is left out: {error}")
            continue
        entrants.append((peer, found.entries[key]))
    return entrants


def _take(row: dict[str, dict[str, Times]], peer: Peer, facts: dict, costs: dict[str, list[float]]) -> None:
    """Book a peer's times; "forward linear" is a time of the part "forward" by another of its ways."""
    for name, cost in costs.items():
        part, _, way = name.partition(" ")
        label = f"{peer.name} {way}".strip()
        row[part].setdefault(label, Times(peer.version, facts)).add(*cost)
