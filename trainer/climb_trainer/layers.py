"""The parts of a block, each with its backward written out.

Autograd would run these as twice the number of passes over memory, and at the width of a proxy
those passes cost as much as the matrix products. Each function here recomputes nothing that is
cheap to keep, and its backward is checked by finite differences in tests/test_layers.py.

Every tensor has the member first: activations x [M, N, d] of N = B * T positions, weights
[M, in, out], so that one batched product serves M models; M = 1 is a single model.
"""

import torch
from torch.autograd import Function

EPSILON = 1e-6
CACHE_TOKENS = 4  # rows of logits at once, in widths: fewer read the head too often, more leave the cache
LOGIT_BYTES = 1 << 28  # of one chunk on a device that has no cache to stay in
TINY = 1.2e-38  # smallest normal float32: a token's loss saturates at 87 nats instead of becoming infinite


def normalise(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(x / rms(x), 1 / rms(x)) over the last dimension; the norm is summed in float32 at least."""
    square = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=torch.promote_types(x.dtype, torch.float32)).square_()
    inverse = square.mul_(1 / x.shape[-1]).add_(EPSILON).rsqrt_().to(x.dtype)
    return x * inverse, inverse


def normalise_backward(normal: torch.Tensor, inverse: torch.Tensor, grad: torch.Tensor) -> torch.Tensor:
    """Gradient at x, from that at `normal`: inverse * (grad - normal * mean(normal * grad))."""
    mean = (normal * grad).mean(-1, keepdim=True)
    return torch.addcmul(grad, normal, mean, value=-1).mul_(inverse)


class Norm(Function):
    """RMSNorm without parameters."""

    @staticmethod
    def forward(ctx, x):
        normal, inverse = normalise(x)
        ctx.save_for_backward(normal, inverse)
        return normal

    @staticmethod
    def backward(ctx, grad):
        return normalise_backward(*ctx.saved_tensors, grad)


class Heads(Function):
    """Norm, projection to queries, keys and values, QK-norm, rotary positions.

    x [M, B * T, d], weight [M, d, 3d], cos and sin [T, head] -> q, k, v, each [M * B, H, T, head].
    """

    @staticmethod
    def forward(ctx, x, weight, cos, sin, heads):
        M, N, d = x.shape
        T, half = len(cos), d // heads // 2
        normal, inverse = normalise(x)
        parts = torch.bmm(normal, weight).view(-1, T, 3, heads, 2 * half).permute(2, 0, 3, 1, 4).contiguous()
        unit, scale = normalise(parts[:2])
        turned = unit * cos
        turned[..., :half].addcmul_(unit[..., half:], sin[:, :half], value=-1)
        turned[..., half:].addcmul_(unit[..., :half], sin[:, half:])
        ctx.save_for_backward(normal, inverse, weight, unit, scale, cos, sin)
        return turned[0], turned[1], parts[2]

    @staticmethod
    def backward(ctx, dq, dk, dv):
        normal, inverse, weight, unit, scale, cos, sin = ctx.saved_tensors
        half = unit.shape[-1] // 2
        grads = unit.new_empty(3, *dv.shape)
        for part, grad in enumerate((dq, dk)):
            back = grad * cos
            back[..., :half].addcmul_(grad[..., half:], sin[:, half:])
            back[..., half:].addcmul_(grad[..., :half], sin[:, :half], value=-1)
            grads[part] = normalise_backward(unit[part], scale[part], back)
        grads[2] = dv
        grads = grads.permute(1, 3, 0, 2, 4).reshape(*normal.shape[:2], -1)
        dx = normalise_backward(normal, inverse, torch.bmm(grads, weight.mT))
        return dx, torch.bmm(normal.mT, grads), None, None, None


class Project(Function):
    """x + (heads side by side) @ weight: x [M, N, d], y [M * B, H, T, head], weight [M, d, d]."""

    @staticmethod
    def forward(ctx, x, y, weight):
        flat = y.transpose(1, 2).reshape(x.shape)
        ctx.save_for_backward(flat, weight)
        ctx.heads = y.shape
        return torch.baddbmm(x, flat, weight)

    @staticmethod
    def backward(ctx, grad):
        flat, weight = ctx.saved_tensors
        A, H, T, head = ctx.heads
        dy = torch.bmm(grad, weight.mT).view(A, T, H, head).transpose(1, 2).contiguous()
        return grad, dy, torch.bmm(flat.mT, grad)


class Mlp(Function):
    """x + relu(norm(x) @ up)^2 @ down: up [M, d, 4d], down [M, 4d, d]."""

    @staticmethod
    def forward(ctx, x, up, down):
        normal, inverse = normalise(x)
        active = torch.bmm(normal, up).relu_()
        squared = active * active
        ctx.save_for_backward(normal, inverse, active, squared, up, down)
        return torch.baddbmm(x, squared, down)

    @staticmethod
    def backward(ctx, grad):
        normal, inverse, active, squared, up, down = ctx.saved_tensors
        half = torch.bmm(grad, down.mT).mul_(active)  # of the gradient before relu^2: the 2 comes with the products
        dnormal = torch.baddbmm(normal, half, up.mT, beta=0, alpha=2)
        dup = torch.bmm(normal.mT, half).mul_(2)
        return normalise_backward(normal, inverse, dnormal).add_(grad), dup, torch.bmm(squared.mT, grad)


class CrossEntropy(Function):
    """Summed next-token loss in nats, projection and gradients fused, in chunks of rows.

    The gradient is computed with the loss while the chunk's logits are in cache: they are made
    once and never kept. Worth 40 % of a step at width 64, vocabulary 2048.
    """

    @staticmethod
    def forward(ctx, x, head, targets, scale):
        """x [M, N, d], head [M, d, V], targets [M, N], logits = scale * x @ head -> float32 [M]."""
        rows = chunk_rows(x, head)
        dx, dhead = torch.empty_like(x), torch.zeros_like(head, dtype=torch.float32)
        total = torch.zeros(len(x), device=x.device)
        for start in range(0, x.shape[1], rows):
            xs, at = x[:, start:start + rows], targets[:, start:start + rows, None]
            p = probabilities(xs, head, scale)
            right = p.gather(2, at)
            p.scatter_(2, at, right - 1)
            total -= right.clamp_min_(TINY).log_().sum((1, 2))
            p = p.to(x.dtype)
            torch.baddbmm(xs, p, head.mT, beta=0, alpha=scale, out=dx[:, start:start + rows])
            if x.dtype == torch.float32:
                dhead.baddbmm_(xs.mT, p, alpha=scale)
            else:
                dhead.add_(torch.bmm(xs.mT, p), alpha=scale)
        ctx.save_for_backward(dx, dhead)
        ctx.dtype = head.dtype
        return total

    @staticmethod
    def backward(ctx, grad):
        dx, dhead = ctx.saved_tensors
        grad = grad[:, None, None]
        return dx * grad.to(dx.dtype), (dhead * grad).to(ctx.dtype), None, None


def chunk_rows(x: torch.Tensor, head: torch.Tensor) -> int:
    """Rows of logits at once: what fits a core's cache, or on another device LOGIT_BYTES."""
    if x.device.type == "cpu":
        return max(256, CACHE_TOKENS * x.shape[2])
    return max(256, LOGIT_BYTES // (4 * len(x) * head.shape[2]))


def probabilities(x: torch.Tensor, head: torch.Tensor, scale: float) -> torch.Tensor:
    """softmax(scale * x @ head), float32 [M, n, V]."""
    logits = x.new_empty(*x.shape[:2], head.shape[2])
    torch.baddbmm(logits, x, head, beta=0, alpha=scale, out=logits)
    if x.dtype == torch.float32:
        return torch.softmax(logits, -1, out=logits)
    return torch.softmax(logits, -1, dtype=torch.float32)


def log_probs(x: torch.Tensor, head: torch.Tensor, targets: torch.Tensor, scale: float) -> torch.Tensor:
    """Log-probabilities in nats, float32 [M, N], of targets [M, N] given states x [M, N, d]; in chunks."""
    rows, out = chunk_rows(x, head), torch.empty(x.shape[:2], device=x.device)
    for start in range(0, x.shape[1], rows):
        xs, at = x[:, start:start + rows], targets[:, start:start + rows, None]
        logits = torch.bmm(xs, head).float().mul_(scale)
        out[:, start:start + rows] = logits.gather(2, at)[..., 0] - logits.logsumexp(-1)
    return out
