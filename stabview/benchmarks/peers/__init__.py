"""Scripts that run inside the benchmark environment, never importing StabView; see `worker.py`."""
