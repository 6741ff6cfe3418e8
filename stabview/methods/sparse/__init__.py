"""Sparse regularisation, the state-of-the-art methods a network is compared with."""
