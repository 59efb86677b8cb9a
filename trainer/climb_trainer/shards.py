"""Token shards as training reads them: verified before the first step, then memory-mapped.

The tokens manifest names each cluster's `.bin` by hash; a file with hash H lies at
<artifacts>/<H[0:2]>/<H>. Only clusters that some mixture reads are needed and looked at.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from . import files, lifeline, order
from .contract import BadData, BadSpec, RepetitionCap, busy
from .spec import parse

DTYPES = {"uint16": np.dtype("<u2"), "uint32": np.dtype("<u4")}
DEVICE_SHARE = 0.25  # of a device's free memory may hold token ids; more stay in the host's


class Plan(NamedTuple):
    """What one member reads: per slot a cluster and a chunk of it, and epochs per cluster over its pool."""

    clusters: np.ndarray  # int32 [slots]
    chunks: np.ndarray  # int64 [slots]
    epochs: list[float]


class Shards:
    """The clusters of one manifest. `bins[k]` is a read-only array of token ids, or None if unused."""

    def __init__(self, data: dict, vocab: int, context: int, used: list[bool], batch: int):
        """data: the spec's `data`. used: per cluster, whether any member gives it weight. batch: the
        fewest chunks that a pool is made of."""
        manifest_path = Path(data["manifest"])
        files.verify(manifest_path, data["sha256"])
        manifest = self._parse(manifest_path)
        self.clusters, dtype = manifest["clusters"], DTYPES[manifest["dtype"]]
        if len(self.clusters) != len(used):
            raise BadSpec(f"members[].weights: expected {len(self.clusters)} weights, one per cluster of "
                          f"{manifest_path}, found {len(used)}")
        if manifest["vocabSize"] > vocab:
            raise BadSpec(f"model.vocab: expected at least {manifest['vocabSize']}, the tokenizer's vocabulary "
                          f"in {manifest_path}, found {vocab}; ids above it would have no embedding")
        self.context = context
        self.keys = [c["bin"]["sha256"] for c in self.clusters]
        self.chunks = [order.chunks(c["tokens"], context) for c in self.clusters]
        share = data.get("poolShare", 1)
        self.pools = [order.pool(chunks, share, batch) for chunks in self.chunks]
        self.bins = [self._open(Path(data["artifacts"]), c, dtype, manifest["vocabSize"]) if u else None
                     for c, u in zip(self.clusters, used)]

    @staticmethod
    def _parse(path: Path) -> dict:
        try:
            manifest = parse(path.read_bytes())
            if manifest["schema"] != 1 or manifest["dtype"] not in DTYPES or type(manifest["vocabSize"]) is not int:
                raise ValueError(f"schema {manifest['schema']!r}, dtype {manifest['dtype']!r}, vocabSize {manifest['vocabSize']!r}")
            for c in manifest["clusters"]:
                c["cluster"], c["tokens"] + 0, c["bin"]["bytes"] + 0, c["bin"]["sha256"][2:]
            return manifest
        except (ValueError, KeyError, TypeError) as error:
            raise BadData(f"file {path}: expected a tokens manifest of schema 1, found {type(error).__name__}: {error}") from error

    @staticmethod
    def _open(artifacts: Path, cluster: dict, dtype: np.dtype, vocab: int) -> np.ndarray:
        sha256, size = cluster["bin"]["sha256"], cluster["bin"]["bytes"]
        path = artifacts / sha256[:2] / sha256
        files.verify(path, sha256, size, lifeline.check)
        if size != cluster["tokens"] * dtype.itemsize:
            raise BadData(f"file {path}: expected {cluster['tokens']} tokens of {dtype.itemsize} bytes for cluster "
                          f"{cluster['cluster']}, found {size} bytes; the manifest contradicts itself, tokenise again")
        tokens = np.memmap(path, dtype, "r") if size else np.empty(0, dtype)
        if size and (largest := int(tokens.max())) >= vocab:
            raise BadData(f"file {path}: expected token ids below {vocab} in cluster {cluster['cluster']}, found {largest}; "
                          "the shard was made with another tokenizer")
        return tokens

    def plan(self, member: dict, seed: int, steps: int, batch: int, max_epochs: float) -> Plan:
        """What one member reads, slot by slot.

        Raises RepetitionCap when a cluster's pool would be read more than max_epochs times, beyond
        what rounding to whole batches can cause.
        """
        T, clusters = self.context, order.assign(member["weights"], seed, steps, batch)
        drawn = np.bincount(clusters, minlength=len(self.clusters)).tolist()
        for k, (cluster, pool) in enumerate(zip(self.clusters, self.pools)):
            tokens = cluster["tokens"] if pool == self.chunks[k] else pool * T
            allowed = max_epochs * tokens
            if drawn[k] and (not pool or drawn[k] * T > allowed + max(batch, 2) * T):
                raise RepetitionCap(
                    f"cluster {cluster['cluster']}: member {member['id']} gives it weight {member['weights'][k]!r}, "
                    f"wanted {drawn[k] * T} tokens, but its pool has {tokens} tokens ({pool} of {self.chunks[k]} chunks of {T}) "
                    f"and at most {max_epochs} epochs = {int(allowed)} tokens are allowed; "
                    "lower its weight, train on fewer tokens, or raise data.maxEpochs")
        chunks = order.read(clusters, self.chunks, self.pools, self.keys, seed)
        busy("planning what is read")
        return Plan(clusters, chunks, [n / pool if n else 0.0 for n, pool in zip(drawn, self.pools)])

    def gather(self, plans: list[Plan], device: torch.device):
        """A function (first slot, n) -> token ids int64 [M, n, T + 1]: inputs are [..., :-1], targets [..., 1:].

        Every chunk that some plan reads is copied once, to the device where it fits: a step then
        is one indexed read.
        """
        first = np.cumsum([0, *self.chunks[:-1]])
        wanted = np.stack([first[plan.clusters] + plan.chunks for plan in plans])
        unique, index = np.unique(wanted, return_inverse=True)
        rows = np.empty((len(unique), self.context + 1), np.int32)
        owner = np.searchsorted(first, unique, side="right") - 1
        for k in np.unique(owner):
            windows = np.lib.stride_tricks.sliding_window_view(self.bins[k], self.context + 1)[::self.context]
            rows[owner == k] = windows[unique[owner == k] - first[k]]
            busy("gathering what is read")
            lifeline.check()
        tokens, index = torch.from_numpy(rows), torch.from_numpy(index.reshape(wanted.shape))
        if device.type == "cuda" and rows.nbytes <= DEVICE_SHARE * torch.cuda.mem_get_info(device)[0]:
            tokens, index = tokens.to(device), index.to(device)

        def read(slot: int, n: int) -> torch.Tensor:
            batch = tokens[index[:, slot:slot + n]]
            if batch.device.type != device.type:  # a tensor's device has a number, the one asked for may not
                batch = batch.pin_memory().to(device, non_blocking=True)
            return batch.to(torch.int64)

        return read
