"""One peer of `stabview bench soa`: answers requests, one JSON object a line, until its input ends.

Runs in the benchmark environment as `python worker.py NAME`; knows nothing of StabView. Requests and their answers:

    {"do": "hello"}                                      {"name", "version", "kinds"}
    {"do": "load", "row", "kind", "problem"}             {"variant"}: of the objective, see `Solver`
    {"do": "search", "row", "tolerance", "minimum"}      what it found, see `search`
    {"do": "time", "row", "found"}                       {part: [seconds by the clock, of processors]}
    {"do": "forget", "row"}                              {}

A request that fails is answered by {"error": one sentence}.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback

import numpy as np
from measuring import Operation, Solver, search, time_operation, time_solver

PEERS = {
    "sigpy": "with_sigpy", "deepinv": "with_deepinv", "odl": "with_odl", "bart": "with_bart",
    "scikit-image": "with_skimage", "astra": "with_astra",
}  # fmt: skip


class Worker:
    """The problems a peer holds, by row."""

    def __init__(self, name: str) -> None:
        self.peer = importlib.import_module(PEERS[name])
        self.name = name
        self.rows: dict[str, Solver | Operation] = {}

    def hello(self) -> dict:
        return {"name": self.name, "version": self.peer.version(), "kinds": list(self.peer.KINDS)}

    def load(self, row: str, kind: str, problem: str) -> dict:
        with np.load(problem, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        self.rows[row] = self.peer.KINDS[kind](arrays)
        return {"variant": getattr(self.rows[row], "variant", "")}

    def search(self, row: str, tolerance: float, minimum: float | None) -> dict:
        contest = self.rows[row]
        return contest.found() if isinstance(contest, Operation) else search(contest, tolerance, minimum)

    def time(self, row: str, found: dict) -> dict:
        contest = self.rows[row]
        if isinstance(contest, Operation):
            return time_operation(contest)
        return {"solve": time_solver(contest, found["setting"], found["iterations"])}

    def forget(self, row: str) -> dict:
        self.rows.pop(row, None)
        return {}


def serve(name: str, requests, answers) -> None:
    """Answer until `requests` ends."""
    worker = None
    for line in requests:
        request = json.loads(line)
        try:
            worker = worker or Worker(name)
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is reported, and the others go on
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    # what a library prints must not be taken for an answer
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(sys.argv[1], sys.stdin, channel)
