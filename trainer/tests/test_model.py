import math

import pytest
import torch

from climb_trainer import model as gpt

MODEL = {"width": 16, "layers": 2, "heads": 2, "vocab": 50, "context": 12}
TOKENS = (torch.arange(26) % 50).view(1, 2, 13)


def rope(dtype=torch.float32):
    return gpt.rotary(MODEL, MODEL["context"], "cpu", dtype)


def random_weights(scale):
    return gpt.views(torch.randn(1, gpt.size(MODEL), generator=torch.Generator().manual_seed(1)) * scale, MODEL)


def test_a_fresh_model_predicts_uniformly():
    """Output projections and head start at zero: every block is the identity, every token equally likely."""
    p = gpt.views(gpt.init(MODEL, 1)[None], MODEL)
    assert gpt.loss_sum(p, MODEL, TOKENS, rope()).item() == pytest.approx(24 * math.log(50), rel=1e-6)


def test_initialisation_is_a_function_of_the_seed():
    torch.manual_seed(123)
    one, two = gpt.init(MODEL, 1), gpt.init(MODEL, 1)
    assert torch.equal(one, two) and not torch.equal(one, gpt.init(MODEL, 2))


def test_the_demo_preset_has_its_size():
    demo = {"width": 64, "layers": 2, "vocab": 2048, "heads": 2, "context": 128}
    assert gpt.size(demo) == 2 * 2048 * 64 + 2 * 12 * 64 * 64  # .36M
    assert gpt.flops(demo) == 6 * (2048 * 64 + 2 * 12 * 64 * 64) + 2 * 6 * 64 * 128


def test_a_causal_model_does_not_see_the_future():
    tokens = torch.arange(12)[None, None]
    changed = tokens.clone()
    changed[..., 7:] += 20
    a, b = (gpt.hidden(random_weights(0.3), MODEL, t, rope()) for t in (tokens, changed))
    assert torch.allclose(a[:, :7], b[:, :7], atol=1e-6) and not torch.allclose(a[:, 7:], b[:, 7:], atol=1e-2)


def test_members_read_their_own_weights():
    one, two = random_weights(0.2), random_weights(0.3)
    both = {name: torch.cat((one[name], two[name])) for name in one}
    tokens = torch.cat((TOKENS, TOKENS.flip(1)))
    alone = [gpt.loss_sum(p, MODEL, t[None], rope()).item() for p, t in zip((one, two), tokens)]
    assert gpt.loss_sum(both, MODEL, tokens, rope()).tolist() == pytest.approx(alone, rel=1e-6)


def test_bfloat16_is_close_to_float32():
    p = random_weights(0.2)
    half = {name: w.bfloat16() for name, w in p.items()}
    exact = gpt.loss_sum(p, MODEL, TOKENS, rope()).item()
    assert gpt.loss_sum(half, MODEL, TOKENS, rope(torch.bfloat16)).item() == pytest.approx(exact, rel=0.02)
