"""The reader study: a form, the trials in a locked window, and what came out."""
