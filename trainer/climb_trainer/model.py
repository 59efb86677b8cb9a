"""The proxy: a plain GPT, M of them at once, written as functions of one flat parameter tensor.

Pre-norm blocks; RMSNorm without parameters; QK-norm; rotary positions; ReLU^2; no bias, no
dropout; output projections start at zero, so that each block starts as the identity. Embedding
and head are not tied: tied is worse at this size (held-out loss 4.90 against 4.68 at width 64 after
500K tokens). The shape follows nanochat (github.com/karpathy/nanochat).

Parameters are a flat tensor [M, P], a row a member, and a table of named views into it: the
optimiser then is a few vector operations, a checkpoint three tensors, an ensemble more rows.
"""

import functools
import math

import torch
import torch.nn.functional as F

from .layers import CrossEntropy, Heads, Mlp, Norm, Project


def shapes(model: dict) -> dict[str, tuple[int, int]]:
    """Name to [in, out] of every weight matrix ([vocab, width] for the embedding), in the order of a row."""
    d, table = model["width"], {"embed": (model["vocab"], model["width"])}
    for layer in range(model["layers"]):
        table |= {f"{layer}.qkv": (d, 3 * d), f"{layer}.out": (d, d), f"{layer}.up": (d, 4 * d), f"{layer}.down": (4 * d, d)}
    return table | {"head": (d, model["vocab"])}


def size(model: dict) -> int:
    """P: parameters of one member."""
    return sum(rows * columns for rows, columns in shapes(model).values())


def flops(model: dict) -> float:
    """Model FLOPs of training on one token: 6 a parameter outside the embedding, and attention's
    products over T / 2 earlier positions on average."""
    d, context = model["width"], model["context"]
    return 6 * (size(model) - model["vocab"] * d) + 6 * model["layers"] * d * context


def views(flat: torch.Tensor, model: dict) -> dict[str, torch.Tensor]:
    """Named matrices [M, in, out] that share memory (and gradients) with flat [M, P]."""
    table = shapes(model)
    parts = flat.split([rows * columns for rows, columns in table.values()], dim=1)
    return {name: part.unflatten(1, shape) for (name, shape), part in zip(table.items(), parts)}


def init(model: dict, seed: int) -> torch.Tensor:
    """One member's row, float32 [P] on the CPU, a function of the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    row = torch.empty(1, size(model))
    for name, weight in views(row, model).items():
        if name == "head" or name.endswith((".out", ".down")):
            weight.zero_()
        else:
            weight.normal_(0, 0.02, generator=generator)
    return row[0]


def logit_scale(model: dict) -> float:
    """Factor on the logits: the head learns that much faster than its own learning rate.

    Without it the quickest way to the unigram distribution (there is no bias) is to turn all
    embeddings one way, and undoing that costs a short run a fifth of its steps, or more, depending
    on the seed. Measured at width 64, 300K tokens, two seeds: loss 5.00 and 5.07 without, 4.90 and
    4.88 with a factor of 4. A constant times 1 / sqrt(width), as nanochat scales its head's rate.
    """
    return 32 / math.sqrt(model["width"])


def rotary(model: dict, length: int, device, dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """cos and sin [length, head] of the rotary angles, base 10,000 (arXiv 2104.09864); both halves
    of a head turn by the same angles."""
    half = model["width"] // model["heads"] // 2
    frequency = 10000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    angle = torch.outer(torch.arange(length, dtype=torch.float64), frequency).repeat(1, 2)
    return angle.cos().to(device, dtype), angle.sin().to(device, dtype)


def hidden(p: dict, model: dict, tokens: torch.Tensor, rope: tuple) -> torch.Tensor:
    """Final normalised states [M, B * T, d] of token ids [M, B, T], T the length of `rope`."""
    M, V, d = p["embed"].shape
    first = torch.arange(0, M * V, V, device=tokens.device)[:, None]  # row of each member's own table
    x = Norm.apply(F.embedding(tokens.flatten(1) + first, p["embed"].flatten(0, 1)))
    for layer in range(model["layers"]):
        q, k, v = Heads.apply(x, p[f"{layer}.qkv"], *rope, model["heads"])
        x = Project.apply(x, F.scaled_dot_product_attention(q, k, v, is_causal=True), p[f"{layer}.out"])
        x = Mlp.apply(x, p[f"{layer}.up"], p[f"{layer}.down"])
    return Norm.apply(x)


def loss_sum(p: dict, model: dict, tokens: torch.Tensor, rope: tuple, hidden=hidden) -> torch.Tensor:
    """Summed loss in nats, float32 [M], over the B * T targets of token ids [M, B, T + 1]."""
    x = hidden(p, model, tokens[..., :-1], rope)
    return CrossEntropy.apply(x, p["head"], tokens[..., 1:].flatten(1), logit_scale(model))


def compiled():
    """`loss_sum` with `hidden` compiled; the chunked loss is a loop of few large kernels already."""
    return functools.partial(loss_sum, hidden=torch.compile(hidden, dynamic=False))
