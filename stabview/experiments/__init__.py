"""The experiments of the papers, each a generator built from the layers below."""
