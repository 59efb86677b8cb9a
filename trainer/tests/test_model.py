import math

import pytest
import torch
import torch.nn.functional as F

from climb_trainer import model as gpt
from climb_trainer import train

MODEL = {"width": 16, "layers": 2, "heads": 2, "vocab": 50, "context": 12}


def rope(dtype=torch.float32):
    return gpt.rotary(MODEL["context"], 8, "cpu", dtype)


def test_a_fresh_model_predicts_uniformly():
    """Output projections and head start at zero: every block is the identity, every token equally likely."""
    p = gpt.views(gpt.init(MODEL, 1), MODEL)
    tokens = torch.arange(26).view(2, 13) % 50
    assert gpt.loss_sum(p, MODEL, tokens, rope()).item() == pytest.approx(24 * math.log(50), rel=1e-6)


def test_initialisation_is_a_function_of_the_seed():
    torch.manual_seed(123)
    one, two = gpt.init(MODEL, 1), gpt.init(MODEL, 1)
    assert torch.equal(one, two) and not torch.equal(one, gpt.init(MODEL, 2))


def test_the_demo_preset_has_its_size():
    shapes = gpt.shapes({"width": 64, "layers": 2, "vocab": 2048, "heads": 2, "context": 128})
    assert sum(a * b for a, b in shapes.values()) == 2 * 2048 * 64 + 2 * 12 * 64 * 64  # .36M


def test_a_causal_model_does_not_see_the_future():
    p = gpt.views(torch.randn(gpt.init(MODEL, 1).shape, generator=torch.Generator().manual_seed(1)) * 0.3, MODEL)
    tokens = torch.arange(12)[None]
    changed = tokens.clone()
    changed[0, 7:] += 20
    a, b = gpt.hidden(p, MODEL, tokens, rope()), gpt.hidden(p, MODEL, changed, rope())
    assert torch.allclose(a[:, :7], b[:, :7], atol=1e-6) and not torch.allclose(a[:, 7:], b[:, 7:], atol=1e-2)


@pytest.mark.parametrize("rows", [7, 2000])
def test_fused_cross_entropy_equals_autograd(rows, monkeypatch):
    monkeypatch.setattr(gpt, "LOGIT_BYTES", 20 * 4 * 50)  # chunks of 20 rows: several, the last one short
    generator = torch.Generator().manual_seed(3)
    x, head = torch.randn(rows, 16, generator=generator).double(), torch.randn(50, 16, generator=generator).double()
    y = torch.randint(50, (rows,), generator=generator)
    leaves = [t.float().requires_grad_() for t in (x, head)]
    exact = [t.clone().requires_grad_() for t in (x, head)]
    gpt.CrossEntropy.apply(*leaves, y).mul(0.5).backward()
    loss = F.cross_entropy(exact[0] @ exact[1].T, y, reduction="sum").mul(0.5)
    loss.backward()
    for got, want in zip(leaves, exact):
        assert torch.allclose(got.grad.double(), want.grad, rtol=1e-4, atol=1e-4)
    assert torch.allclose(gpt.log_probs(*[t.detach() for t in leaves], y).sum().double(), -2 * loss.detach(), rtol=1e-5)


def test_adamw_equals_torchs():
    generator = torch.Generator().manual_seed(4)
    start, optim = torch.randn(40, generator=generator), {"beta1": 0.9, "beta2": 0.95, "clip": 1.0, "weightDecay": 0.1}
    theirs = start.clone().requires_grad_()
    optimiser = torch.optim.AdamW([theirs], lr=0.01, betas=(0.9, 0.95), weight_decay=0.1)
    loop = {"params": start.clone().requires_grad_(), "mean": torch.zeros(40), "square": torch.zeros(40), "step": 0}
    for step in range(10):
        gradient = torch.randn(40, generator=generator)
        theirs.grad, loop["params"].grad = gradient.clone(), gradient.clone()
        torch.nn.utils.clip_grad_norm_([theirs], 1.0)
        optimiser.step()
        train.adamw(loop, optim, 0.01)
        loop["step"] += 1
    assert torch.allclose(loop["params"], theirs, atol=1e-6)


def test_bfloat16_is_close_to_float32():
    p = gpt.views(torch.randn(gpt.init(MODEL, 1).shape, generator=torch.Generator().manual_seed(1)) * 0.2, MODEL)
    tokens = torch.arange(26).view(2, 13) % 50
    half = {name: w.bfloat16() for name, w in p.items()}
    exact = gpt.loss_sum(p, MODEL, tokens, rope()).item()
    assert gpt.loss_sum(half, MODEL, tokens, rope(torch.bfloat16)).item() == pytest.approx(exact, rel=0.02)
