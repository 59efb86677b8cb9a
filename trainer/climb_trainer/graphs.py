"""CUDA graphs: a whole optimiser step recorded once and replayed without Python or launches."""

import torch

WARM_UP = 3  # steps before recording, so that libraries have allocated what they need


class Recording:
    """What `ensemble.update` does, as a graph. It keeps no ensemble: one that is done must go."""

    def __init__(self):
        self._graph = self._tokens = None

    def update(self, ensemble, tokens: torch.Tensor) -> None:
        """One update; the first call records it."""
        if self._graph is None:
            self._record(ensemble, tokens)
        self._tokens.copy_(tokens)
        self._graph.replay()

    def _record(self, ensemble, tokens: torch.Tensor) -> None:
        """State that warming up and recording change is put back, so that they count as no step."""
        state = [ensemble.params.detach(), ensemble.mean, ensemble.square, ensemble.count, ensemble.alive, ensemble.done]
        before = [tensor.clone() for tensor in state]
        self._tokens, side = tokens.clone(), torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                ensemble.update(self._tokens)
        torch.cuda.current_stream().wait_stream(side)
        ensemble.params.grad = None
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            ensemble.update(self._tokens)
        for tensor, old in zip(state, before):
            tensor.copy_(old)
