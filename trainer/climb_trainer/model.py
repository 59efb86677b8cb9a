"""The proxy: a plain GPT, written as functions of one flat parameter vector.

Pre-norm blocks; RMSNorm without parameters; QK-norm; rotary positions; ReLU^2; no bias, no
dropout; output projections start at zero, so that each block starts as the identity. Embedding
and head are not tied: tied is worse at this size (held-out loss 4.90 against 4.68 at width 64 after
500K tokens). The shape follows nanochat (github.com/karpathy/nanochat).

Parameters are a flat tensor [P] and a table of named views into it: the optimiser then is a few
vector operations, a checkpoint three tensors, and an ensemble one more leading dimension.
"""

import math

import torch
import torch.nn.functional as F

LOGIT_BYTES = 1 << 21  # logits of one chunk: small enough to stay in a core's level-2 cache


def shapes(model: dict) -> dict[str, tuple[int, int]]:
    """Name to [out, in] of every weight matrix, in the order of the flat vector."""
    d, table = model["width"], {"embed": (model["vocab"], model["width"])}
    for layer in range(model["layers"]):
        table |= {f"{layer}.qkv": (3 * d, d), f"{layer}.out": (d, d), f"{layer}.up": (4 * d, d), f"{layer}.down": (d, 4 * d)}
    return table | {"head": (model["vocab"], d)}


def views(flat: torch.Tensor, model: dict) -> dict[str, torch.Tensor]:
    """Named matrices that share memory (and gradients) with the flat vector [P]."""
    table = shapes(model)
    parts = flat.split([rows * columns for rows, columns in table.values()])
    return {name: part.view(shape) for (name, shape), part in zip(table.items(), parts)}


def init(model: dict, seed: int) -> torch.Tensor:
    """Flat float32 parameters [P] on the CPU, a function of the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    flat = torch.empty(sum(rows * columns for rows, columns in shapes(model).values()))
    for name, weight in views(flat, model).items():
        if name == "head" or name.endswith((".out", ".down")):
            weight.zero_()
        else:
            weight.normal_(0, 0.02, generator=generator)
    return flat


def logit_scale(model: dict) -> float:
    """Factor on the logits: the head learns that much faster than its own learning rate.

    Without it the quickest way to the unigram distribution (there is no bias) is to turn all
    embeddings one way, and undoing that costs a short run a fifth of its steps, or more, depending
    on the seed. Measured at width 64, 300K tokens, two seeds: loss 5.00 and 5.07 without, 4.90 and
    4.88 with a factor of 4. A constant times 1 / sqrt(width), as nanochat scales its head's rate.
    """
    return 32 / math.sqrt(model["width"])


def rms_norm(x: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)


def rotary(context: int, head: int, device, dtype) -> tuple[torch.Tensor, torch.Tensor]:
    """cos and sin [T, 1, 1, head / 2] of the rotary angles, base 10,000 (arXiv 2104.09864)."""
    frequency = 10000.0 ** (-torch.arange(head // 2, dtype=torch.float64) / (head // 2))
    angle = torch.outer(torch.arange(context, dtype=torch.float64), frequency)[:, None, None]
    return angle.cos().to(device, dtype), angle.sin().to(device, dtype)


def hidden(p: dict, model: dict, tokens: torch.Tensor, rope: tuple) -> torch.Tensor:
    """Final states [B, T, d], normalised and times logit_scale, for token ids [B, T], T at most the context."""
    B, T = tokens.shape
    d, H = model["width"], model["heads"]
    cos, sin = rope[0][:T], rope[1][:T]
    x = rms_norm(F.embedding(tokens, p["embed"]))
    for layer in range(model["layers"]):
        qkv = F.linear(rms_norm(x), p[f"{layer}.qkv"]).view(B, T, 3, H, d // H)
        a, b = rms_norm(qkv[:, :, :2]).chunk(2, dim=-1)  # queries and keys turn together
        q, k = torch.cat((a * cos - b * sin, a * sin + b * cos), -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, qkv[:, :, 2].transpose(1, 2), is_causal=True)
        x = x + F.linear(y.transpose(1, 2).reshape(B, T, d), p[f"{layer}.out"])
        x = x + F.linear(F.relu(F.linear(rms_norm(x), p[f"{layer}.up"])).square(), p[f"{layer}.down"])
    return rms_norm(x) * logit_scale(model)


class CrossEntropy(torch.autograd.Function):
    """Summed next-token loss in nats, projection and gradients fused, in chunks of rows.

    The gradient is computed with the loss while the chunk's logits are in cache: they are made
    once and never kept. Worth 40 % of a step at width 64, vocabulary 2048.
    """

    @staticmethod
    def forward(ctx, x, head, targets):
        """x [N, d], head [V, d], targets [N] -> scalar float32."""
        rows = max(16, LOGIT_BYTES // 4 // len(head))
        dx, dhead = torch.empty_like(x), torch.zeros_like(head, dtype=torch.float32)
        total = torch.zeros((), device=x.device)
        for i in range(0, len(x), rows):
            xs, ys = x[i:i + rows], targets[i:i + rows, None]
            p = (xs @ head.t()).float()
            p -= p.amax(1, keepdim=True)
            at_target = p.gather(1, ys)
            norm = p.exp_().sum(1, keepdim=True)
            total += (norm.log() - at_target).sum()
            p /= norm
            p.scatter_add_(1, ys, torch.full_like(at_target, -1.0))
            p = p.to(x.dtype)
            torch.mm(p, head, out=dx[i:i + rows])
            dhead += p.t() @ xs
        ctx.save_for_backward(dx, dhead.to(head.dtype))
        return total

    @staticmethod
    def backward(ctx, grad):
        dx, dhead = ctx.saved_tensors
        return dx * grad, dhead * grad, None


def loss_sum(p: dict, model: dict, tokens: torch.Tensor, rope: tuple) -> torch.Tensor:
    """Summed loss in nats over the B * T targets of token ids [B, T + 1]."""
    x = hidden(p, model, tokens[:, :-1], rope)
    return CrossEntropy.apply(x.reshape(-1, model["width"]), p["head"], tokens[:, 1:].reshape(-1))


def log_probs(x: torch.Tensor, head: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Log-probability in nats, float32 [N], of targets [N] given states [N, d]; in chunks of rows."""
    rows = max(16, LOGIT_BYTES // 4 // len(head))
    out = torch.empty(len(x), device=x.device)
    for i in range(0, len(x), rows):
        logits = (x[i:i + rows] @ head.t()).float()
        out[i:i + rows] = logits.gather(1, targets[i:i + rows, None])[:, 0] - logits.logsumexp(1)
    return out
