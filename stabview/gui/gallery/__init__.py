"""The page one starts from: examples and experiments as pictures, files, and the guided tour."""
