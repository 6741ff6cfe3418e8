"""Numbers about reconstructions, each under one stated convention."""
