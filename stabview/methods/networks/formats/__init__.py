"""The file formats of networks, one a file: what a file is, whether it can run code, and how it is read."""
