"""Algorithms, an algorithm a file: each a generator of iterates of one objective, started cold or warm."""
