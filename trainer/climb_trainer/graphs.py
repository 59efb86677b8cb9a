"""CUDA graphs: a whole optimiser step recorded once and replayed without Python or launches."""

import torch

WARM_UP = 3  # steps before recording, so that libraries have allocated what they need


def captured(ensemble):
    """A function that does what `ensemble.update` does. The first call records; state that the
    recording changed is put back first, so that it counts as no step."""
    state = lambda: [ensemble.params.detach(), ensemble.mean, ensemble.square, ensemble.count, ensemble.alive, ensemble.done]
    recorded: dict = {}

    def record(tokens: torch.Tensor) -> None:
        before = [tensor.clone() for tensor in state()]
        recorded["tokens"], side = tokens.clone(), torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                ensemble.update(recorded["tokens"])
        torch.cuda.current_stream().wait_stream(side)
        ensemble.params.grad = None
        recorded["graph"] = torch.cuda.CUDAGraph()
        with torch.cuda.graph(recorded["graph"]):
            ensemble.update(recorded["tokens"])
        for tensor, old in zip(state(), before):
            tensor.copy_(old)

    def update(tokens: torch.Tensor) -> None:
        if not recorded:
            record(tokens)
        recorded["tokens"].copy_(tokens)
        recorded["graph"].replay()

    return update
