"""The bound of the troublesome kernel against pairs that are found explicitly."""

import torch

from stabview.experiments import catalogue
from stabview.measures.instability import instability_bound
from stabview.sampling.matrices import MatrixOperator


def test_who_recovers_two_images_with_nearly_the_same_data_is_unstable():
    result = list(catalogue.run("universal-bound", {"size": 48}))[-1]
    assert result.agrees
    memory = result.tables[0].rows[-1]
    assert memory[4] > 10 and memory[4] <= memory[5] * 1.001  # the bound, and what the pair shows
    assert memory[8] == "yes"


def test_the_inverse_of_a_diagonal_meets_the_bound_up_to_its_two():
    operator = MatrixOperator(torch.tensor([[1.0, 0.0], [0.0, 0.01]]))
    inverse = torch.diag(torch.tensor([1.0, 100.0]))
    x, other = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 1.0]])
    bound = instability_bound(lambda y, _: (y @ inverse)[None], operator, x, other)
    assert abs(bound.measured - 100) < 1e-3 and abs(bound.lipschitz - 98) < 1e-3 and bound.witnesses_hold
