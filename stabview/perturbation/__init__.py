"""Worst-case searches as generators of iterates."""
