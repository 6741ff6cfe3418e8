"""The window of the experiments: a form of parameters, progress, and what was found."""
