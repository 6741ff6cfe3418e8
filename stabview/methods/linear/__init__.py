"""Direct and least-squares reconstructions, linear in the data."""
