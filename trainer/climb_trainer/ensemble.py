"""Members that train side by side: their state, and one optimiser step of all of them.

A loss per member and one backward over their sum give independent gradients, so M members take
the steps that M solo runs take (tests/test_ensemble.py), with M times the work in each kernel. What
differs between members (learning rate, clipping, divergence) is a vector [M]. Nothing in a step
waits for the device.
"""

import torch

from . import graphs, model as gpt
from .contract import OutOfMemory, busy, emit, out_of_memory

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
STATE = ("params", "mean", "square")  # [M, P] each: weights and AdamW's moments
CACHE_POSITIONS = 2048  # of a micro-batch on a CPU: its activations stay in the cache
TAIL = 20  # the final loss is the mean over the last 1/20 of the steps


class Ensemble:
    """M members at step `step` of `steps`."""

    def __init__(self, spec: dict, members: list[dict], tensors: dict, progress: dict | None = None):
        """tensors: STATE on any device. progress: what `progress()` returned when they were saved."""
        self.model, self.optim, self.members = spec["model"], spec["optim"], members
        self.device, self.dtype = torch.device(spec["device"]), DTYPES[spec["dtype"]]
        self.steps = spec["budget"]["tokensPerMember"] // (self.optim["batch"] * self.model["context"])
        for name in STATE:
            setattr(self, name, tensors[name].to(self.device))
        self.params.requires_grad_()
        saved = progress or {"step": 0, "alive": [True] * len(members), "done": [0] * len(members), "tail": [0.0] * len(members)}
        self.step = saved["step"]
        self.alive = torch.tensor(saved["alive"], device=self.device)  # [M], False from a loss that is not finite on
        self.done = torch.tensor(saved["done"], device=self.device)  # [M], steps while alive
        self.tail = torch.tensor(saved["tail"], dtype=torch.float64, device=self.device)  # [M], sum of the last losses
        self.loss = torch.zeros(len(members), device=self.device)
        self.rope = gpt.rotary(self.model, self.model["context"], self.device, self.dtype)
        self.count = torch.tensor(float(self.step), device=self.device)
        self._by_rate = self._rows_by_rate()
        self.micro = self.optim.get("microBatch", self.optim["batch"])
        accelerate = spec.get("accelerate", {})
        self._loss_sum = gpt.compiled() if accelerate.get("compile") else gpt.loss_sum
        self._recording = graphs.Recording() if accelerate.get("cudaGraphs") and self.device.type == "cuda" else None

    @classmethod
    def start(cls, spec: dict, members: list[dict], trunk: torch.Tensor | None = None) -> "Ensemble":
        """Step 0: from each member's seed, or all from the trunk [P]."""
        params = torch.empty(len(members), gpt.size(spec["model"]))
        for row, member in zip(params, members):
            row.copy_(gpt.init(spec["model"], member["seed"]) if trunk is None else trunk)
            busy("drawing weights")
        return cls(spec, members, {"params": params, "mean": torch.zeros_like(params), "square": torch.zeros_like(params)})

    def tensors(self) -> dict[str, torch.Tensor]:
        return {name: getattr(self, name).detach() for name in STATE}

    def progress(self) -> dict:
        """The state besides tensors, for JSON."""
        return {"step": self.step, "alive": self.alive.tolist(), "done": self.done.tolist(), "tail": self.tail.tolist()}

    def choose_micro_batch(self, tokens: torch.Tensor) -> int:
        """Sequences at once: as asked for, else what a CPU's cache or the device's memory holds.

        tokens [M, B, T + 1] are tried on a device; nothing is changed by it. Raises OutOfMemory.
        """
        if "microBatch" not in self.optim and self.device.type == "cpu":
            self.micro = min(self.optim["batch"], max(1, CACHE_POSITIONS // self.model["context"]))
        elif self.device.type != "cpu":
            while not self._fits(tokens):
                if self.micro == 1:
                    emit("microBatch", size=1)  # the caller needn't try smaller ones
                    raise OutOfMemory(f"{len(self.members)} members, one sequence of {self.model['context']} tokens each, "
                                      f"do not fit in the memory of {self.device}; train fewer side by side (ensemble) or smaller ones")
                self.micro //= 2
        return self.micro

    def _fits(self, tokens: torch.Tensor) -> bool:
        try:
            self.gradient(tokens[:, :self.micro])
            return True
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            return False
        finally:
            self.params.grad = None
            torch.cuda.empty_cache()

    def advance(self, tokens: torch.Tensor) -> None:
        """One step on token ids [M, B, T + 1]."""
        for rate, _ in self._by_rate:
            rate.current.fill_(learning_rate(self.optim, self.step, self.steps, rate.peak))
        self._recording.update(self, tokens) if self._recording else self.update(tokens)
        if self.step >= self.steps - max(1, self.steps // TAIL):
            self.tail += torch.where(self.alive, self.loss, 0.0)
        self.step += 1

    def update(self, tokens: torch.Tensor) -> None:
        """Gradients, clipping per member, AdamW (arXiv 1711.05101). Every parameter is a matrix, so
        all decay alike. What a diverged member does afterwards stays in its own row."""
        self.loss.copy_(self.gradient(tokens))
        grad = self.params.grad
        norm = torch.linalg.vector_norm(grad, dim=1)
        grad *= (self.optim["clip"] / (norm + 1e-6)).clamp_(max=1.0)[:, None]
        self.count += 1
        for rate, rows in self._by_rate:
            moments = [[tensor[r] for r in rows] for tensor in (self.mean, self.square)]
            torch._fused_adamw_([self.params.detach()[r] for r in rows], [grad[r] for r in rows], *moments, [], [self.count] * len(rows),
                                lr=rate.current, beta1=self.optim["beta1"], beta2=self.optim["beta2"], eps=1e-8,
                                weight_decay=self.optim["weightDecay"], amsgrad=False, maximize=False)
        self.done += self.alive
        self.alive &= self.loss.isfinite() & norm.isfinite()

    def gradient(self, tokens: torch.Tensor) -> torch.Tensor:
        """Mean loss per token in nats, float32 [M], with its gradient in params.grad."""
        self.params.grad = None
        positions = self.optim["batch"] * self.model["context"]
        total = torch.zeros_like(self.loss)
        for part in tokens.split(self.micro, dim=1):
            weights = gpt.views(self.params.to(self.dtype), self.model)
            loss = self._loss_sum(weights, self.model, part, self.rope) / positions
            loss.sum().backward()
            total += loss.detach()
        return total

    def weights(self, member: int) -> dict[str, torch.Tensor]:
        """A member's matrices by name, on the CPU."""
        row = self.params.detach()[member:member + 1].cpu()
        return {name: w[0].contiguous() for name, w in gpt.views(row, self.model).items()}

    def final_loss(self, member: int) -> float:
        return self.tail[member].item() / max(1, self.steps // TAIL)

    def _rows_by_rate(self) -> list[tuple["Rate", list]]:
        """Members that share a learning rate are updated in one call; slices where they are all."""
        rates: dict[float, list] = {}
        for row, member in enumerate(self.members):
            rates.setdefault(member.get("learningRate", self.optim["learningRate"]), []).append(row)
        if len(rates) == 1:
            rates = {peak: [slice(None)] for peak in rates}
        return [(Rate(peak, self.device), rows) for peak, rows in rates.items()]


class Rate:
    """A learning rate as the device reads it: in memory, so that a recorded step finds the current one."""

    def __init__(self, peak: float, device):
        self.peak, self.current = peak, torch.zeros((), device=device)


def learning_rate(optim: dict, step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first `warmup` of the run, constant, linear decay to 0 over the last `decay`."""
    up = (step + 1) / max(1.0, optim["warmup"] * steps)
    down = (steps - step) / max(1.0, optim["decay"] * steps)
    return peak * min(1.0, up, down)
