"""Which chunk is read at which slot: a pure function of (shards, weights, data seed, slot).

A run of S steps of B sequences has S * B slots. Three rules fill them:
  1. Error diffusion spreads the clusters: err += w; k = argmax(err); err[k] -= 1. After n slots
     |n_k - w_k n| < 2, so a short run has the mixture it was asked for, without sampling noise.
  2. Slots are shuffled inside windows of 64 steps, by a seed that every mixture shares.
  3. The j-th slot of a cluster reads the j-th chunk of a permutation of that cluster's pool,
     a new permutation each epoch, keyed by the shard's hash and not by its place in the list.
     The pool is the whole cluster, or the first chunks of its first permutation: then a short run
     repeats a cluster as often as a longer one that reads all of it.
Two mixtures therefore see the same prefix of every cluster (common random numbers): a difference
between their models is due to the weights.

Chunk i of a cluster is tokens [i*T, i*T + T]: T inputs and T targets, one token shared with the
next chunk, so that an epoch predicts every token once. The rest after the last chunk is not read.

All of it is computed at the start (0.6 us a slot): resuming is indexing, no state to restore.
"""

import hashlib

import numpy as np

WINDOW_STEPS = 64


def permutation(n: int, *key) -> np.ndarray:
    """A permutation of range(n), int64, from hashable facts. Built on PCG64's raw stream and a
    stable sort, both frozen by NumPy's compatibility policy; Generator.permutation is not."""
    seed = int.from_bytes(hashlib.sha256("\0".join(map(str, key)).encode()).digest()[:16], "little")
    return np.argsort(np.random.PCG64(seed).random_raw(n), kind="stable")


def diffuse(weights: np.ndarray, slots: int) -> np.ndarray:
    """Cluster of each slot by error diffusion, int32 [slots]. weights: float64 [K], sum 1.

    A tie goes to the first cluster. A cluster of weight 0 is never chosen: before each choice the
    errors sum to 1, so the largest is positive, and its own stays 0.
    """
    err, out = np.zeros(len(weights)), np.empty(slots, np.int32)
    for slot in range(slots):
        err += weights
        out[slot] = k = err.argmax()
        err[k] -= 1.0
    return out


def shuffle(clusters: np.ndarray, window: int, seed: int) -> np.ndarray:
    """Permute inside windows of `window` slots; the last window shuffles the slots it has."""
    parts = [clusters[start:start + window] for start in range(0, len(clusters), window)]
    return np.concatenate([part[permutation(len(part), "slots", seed, i)] for i, part in enumerate(parts)])


def chunks(tokens: int, context: int) -> int:
    """Whole chunks in a cluster: context + 1 tokens each, neighbours sharing one."""
    return max(0, (tokens - 1) // context)


def assign(weights, seed: int, steps: int, batch: int) -> np.ndarray:
    """Cluster of each slot, int32 [steps * batch]: rules 1 and 2."""
    return shuffle(diffuse(np.asarray(weights, np.float64), steps * batch), WINDOW_STEPS * batch, seed)


def pool(chunks: int, share: float, batch: int) -> int:
    """Chunks of a cluster that a run reads: `share` of them, but a batch at least where there are so many."""
    return min(chunks, max(batch, round(share * chunks)))


def read(clusters: np.ndarray, chunk_counts, pools, keys, seed: int) -> np.ndarray:
    """Chunk that each slot reads in its cluster, int64 [slots]: rule 3.

    chunk_counts: chunks per cluster; pools: how many of them are read, > 0 where used. keys: a
    stable name per cluster, its shard's hash.
    """
    chunk = np.empty(len(clusters), np.int64)
    for k in np.unique(clusters):
        mine = np.flatnonzero(clusters == k)
        epochs = -(-len(mine) // pools[k])
        orders = [permutation(chunk_counts[k], "chunks", seed, keys[k], e) for e in range(epochs)]
        inside = np.zeros(chunk_counts[k], bool)
        inside[orders[0][:pools[k]]] = True
        chunk[mine] = np.concatenate([order[inside[order]] for order in orders])[:len(mine)]
    return chunk
