"""LISTA: size, differentiability in the data, one network among many."""

import torch

from stabview.methods.networks.lista import LISTA


def test_parameters_and_layers_of_the_published_toy():
    network = LISTA(21, 22, torch.tensor(2.0))
    assert sum(p.numel() for p in network.parameters()) == 4630


def test_gradient_with_respect_to_the_data():
    torch.manual_seed(0)
    a = torch.randn(5, 6, dtype=torch.float64)
    network = LISTA(5, 6, torch.linalg.matrix_norm(a, 2), layers=4)
    y = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda y: network(y, lambda x: x @ a.T), y)


def test_each_network_of_a_stack_is_its_own():
    torch.manual_seed(0)
    a = torch.randn(2, 5, 6, dtype=torch.float64)
    y = torch.randn(2, 3, 5, dtype=torch.float64)
    stack = LISTA(5, 6, torch.linalg.matrix_norm(a, 2), layers=3)
    together = stack(y, lambda x: x @ a.mT)
    for k in range(2):
        x = torch.zeros(3, 6, dtype=torch.float64)
        c = 10 * torch.linalg.matrix_norm(a[k], 2)
        for matrix, threshold in zip(stack.matrices, stack.thresholds, strict=True):
            v = x + (y[k] - x @ a[k].T / c) @ matrix[k].T
            x = torch.nn.functional.softshrink(v, float(threshold[k].detach()))
        torch.testing.assert_close(together[k], x)
