"""Every backward that is written out, against finite differences in float64, for two members at once."""

import pytest
import torch
import torch.nn.functional as F

from climb_trainer import layers, model as gpt

M, B, T, H, HEAD = 2, 3, 5, 2, 4
D = H * HEAD
ROPE = gpt.rotary({"width": D, "heads": H}, T, "cpu", torch.float64)


def draw(*shape):
    generator = torch.Generator().manual_seed(sum(shape))
    return torch.randn(shape, dtype=torch.float64, generator=generator).requires_grad_()


@pytest.mark.parametrize("function, inputs", [
    (layers.Norm.apply, (draw(M, B * T, D),)),
    (lambda x, w: layers.Heads.apply(x, w, *ROPE, H), (draw(M, B * T, D), draw(M, D, 3 * D))),
    (layers.Project.apply, (draw(M, B * T, D), draw(M * B, H, T, HEAD), draw(M, D, D))),
    (layers.Mlp.apply, (draw(M, B * T, D), draw(M, D, 4 * D), draw(M, 4 * D, D)))], ids=["Norm", "Heads", "Project", "Mlp"])
def test_gradients(function, inputs):
    assert torch.autograd.gradcheck(function, tuple(x.detach().contiguous().requires_grad_() for x in inputs))


@pytest.mark.parametrize("rows", [7, 700])
def test_cross_entropy_equals_autograd(rows, monkeypatch):
    monkeypatch.setattr(layers, "chunk_rows", lambda x, head: 300)  # several chunks, the last one short
    x, head = draw(M, rows, D).detach(), draw(M, D, 50).detach()
    y = torch.randint(50, (M, rows), generator=torch.Generator().manual_seed(3))
    leaves, exact = [t.float().requires_grad_() for t in (x, head)], [t.clone().requires_grad_() for t in (x, head)]
    got = layers.CrossEntropy.apply(*leaves, y, 1.5)
    want = F.cross_entropy(1.5 * (exact[0] @ exact[1]).transpose(1, 2), y, reduction="none").sum(1)
    assert torch.allclose(got.double(), want, rtol=1e-5)
    got.mul(torch.tensor([0.5, 2])).sum().backward()
    want.mul(torch.tensor([0.5, 2])).sum().backward()
    for ours, theirs in zip(leaves, exact):
        assert torch.allclose(ours.grad.double(), theirs.grad, rtol=1e-4, atol=1e-4)
    log_probs = layers.log_probs(*[t.detach() for t in leaves], y, 1.5)
    assert torch.allclose(log_probs.sum(1).double(), -want, rtol=1e-5)


def test_a_hopeless_token_costs_much_and_not_infinitely():
    x, head = torch.tensor([[[1000.0]]], requires_grad=True), torch.tensor([[[1.0, -1.0]]])
    loss = layers.CrossEntropy.apply(x, head, torch.tensor([[1]]), 1.0)
    loss.sum().backward()
    assert 80 < loss.item() < 90 and x.grad.item() == 2.0
