"""From data to images: one protocol for linear, sparse and learned methods."""
