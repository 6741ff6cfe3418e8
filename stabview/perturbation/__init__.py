"""Worst-case searches as generators of iterates.

An `Objective` (objective.py) joins a method and an operator with a `Space` (space.py: where the perturbation lives), a
`Goal` (goal.py: what it aims at) and gives values and gradients. A search (continuation.py, ascent.py, projected.py,
minimal.py) climbs it and yields consistent `Iterate`s; all run in the one loop of search.py. physical.py is the space
of what goes wrong in scanners (knobs.py); validity.py proves that a search is strong, on problems whose answer is known
(known.py).
"""
