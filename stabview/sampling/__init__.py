"""Sampling operators A and the masks and views that define them."""
