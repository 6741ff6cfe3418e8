"""Networks without training: each is fitted to the data of one image, and what it can draw is the prior."""
