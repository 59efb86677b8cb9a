"""The data order: golden sequences, and the properties that the search relies on."""

import hashlib

import numpy as np
import pytest
import torch

from climb_trainer import order
from climb_trainer.contract import RepetitionCap
from climb_trainer.shards import Shards

GOLDEN = {  # name: (weights, tokens per cluster, context, batch, seed), SHA-256 of the first 10^6 (cluster, chunk) ids
    "uniform": (([0.25] * 4, [10**7, 2 * 10**7, 3 * 10**7, 4 * 10**7], 128, 16, 1),
                "0daae0af3a1920f2bae4c144843e569c4e402379d2e616f13f82dab3645d202e"),
    "skewed, several epochs": (([0.7, 0.2, 0.1, 0.0], [10**7, 5 * 10**7, 10**7, 10**4], 256, 32, 2),
                               "bc82f5e44796669502888f86d23278d8670fa099d605f1e0cba8787031699935"),
    "many clusters": ((np.arange(1, 22) / 231, [3 * 10**5 * k for k in range(1, 22)], 64, 8, 3),
                      "ffbf3289946c363b1111eefaa4a243fcdcf25ffdd367c0030411760b41c610f8"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_order(name):
    """A change here changes every search's result: it needs a new trainer version and a reason."""
    (weights, tokens, context, batch, seed), expected = GOLDEN[name]
    counts, keys = [order.chunks(t, context) for t in tokens], [f"key{k}" for k in range(len(tokens))]
    clusters = order.assign(weights, seed, -(-10**6 // batch), batch)
    chunks = order.read(clusters, counts, counts, keys, seed)
    ids = np.stack([clusters[:10**6].astype("<i8"), chunks[:10**6].astype("<i8")], axis=1)
    assert hashlib.sha256(ids.tobytes()).hexdigest() == expected


@pytest.mark.parametrize("seed", range(40))
def test_error_diffusion_stays_within_two_of_every_weight(seed):
    random = np.random.default_rng(seed)
    clusters = int(random.integers(1, 60))
    weights = random.dirichlet(np.full(clusters, 10.0 ** random.uniform(-1.5, 1)))
    weights[random.random(clusters) < 0.2] = 0
    weights = weights / weights.sum() if weights.sum() else np.eye(clusters)[0]
    chosen = order.diffuse(weights, 2000)
    counts = np.cumsum(chosen[:, None] == np.arange(clusters), axis=0)
    assert np.abs(counts - weights * np.arange(1, 2001)[:, None]).max() < 2
    assert not np.isin(chosen, np.flatnonzero(weights == 0)).any()


def test_shuffling_keeps_each_window_and_mixes_it():
    clusters = np.arange(1000, dtype=np.int32)
    mixed = order.shuffle(clusters, 256, seed=3)
    for start in range(0, 1000, 256):
        window, original = mixed[start:start + 256], clusters[start:start + 256]
        assert (np.sort(window) == original).all() and (window != original).any()


def read_chunks(weights, steps=100, counts=(40, 70, 1000), share=1.0):
    clusters = order.assign(weights, 5, steps, 4)
    chunks = order.read(clusters, counts, [order.pool(n, share, 4) for n in counts], ["a", "b", "c"], 5)
    return [chunks[clusters == k].tolist() for k in range(3)]


def test_two_mixtures_see_the_same_prefix_of_every_cluster():
    one, other = read_chunks([0.5, 0.3, 0.2]), read_chunks([0.1, 0.2, 0.7])
    for a, b in zip(one, other):
        shared = min(len(a), len(b))
        assert shared > 30 and a[:shared] == b[:shared]


def test_every_chunk_once_an_epoch_and_epochs_differ():
    reads = read_chunks([0.5, 0.3, 0.2])[0]
    assert len(reads) == 200
    epochs = [reads[i:i + 40] for i in range(0, 200, 40)]
    assert all(sorted(e) == list(range(40)) for e in epochs)
    assert len({tuple(e) for e in epochs}) == 5


def test_a_cluster_keeps_its_order_when_others_come_and_go():
    alone = order.read(np.zeros(40, np.int32), [1000], [1000], ["c"], 5).tolist()
    assert read_chunks([0.5, 0.3, 0.2])[2][:40] == alone


def test_a_pool_is_a_share_of_a_cluster_and_a_batch_at_least():
    assert [order.pool(n, 0.1, 16) for n in (0, 5, 100, 1000, 1004, 1006)] == [0, 5, 16, 100, 100, 101]
    assert order.pool(1000, 1, 16) == 1000


def test_pools_are_read_whole_and_nested():
    """Every chunk of a pool once an epoch; a larger pool holds a smaller one."""
    small, large = (read_chunks([0.5, 0.3, 0.2], share=share)[0] for share in (0.25, 0.5))
    assert [sorted(small[i:i + 10]) == sorted(small[:10]) for i in range(0, 200, 10)] == [True] * 20
    assert len(set(small)) == 10 and len(set(large)) == 20 and set(small) < set(large)
    assert len({tuple(small[i:i + 10]) for i in range(0, 200, 10)}) == 20  # another order each time


@pytest.mark.parametrize("factor", [2, 8, 50])
def test_a_proxy_repeats_a_cluster_as_often_as_the_target_run(factor):
    """A run of 1/factor of the steps on pools of 1/factor of the chunks has the same epochs."""
    weights, counts, batch, steps = np.array([0.6, 0.3, 0.1]), [4000, 1000, 20000], 4, 4000
    target = np.bincount(order.assign(weights, 5, steps, batch), minlength=3) / counts
    proxy = np.bincount(order.assign(weights, 5, steps // factor, batch), minlength=3) / [order.pool(n, 1 / factor, batch) for n in counts]
    assert proxy == pytest.approx(target, rel=0.03)


class TestPlan:
    """The repetition cap, on shards of known sizes (no files needed)."""

    def shards(self, tokens, share):
        shards = Shards.__new__(Shards)
        shards.context, shards.clusters = 16, [{"cluster": f"c{k}", "tokens": t} for k, t in enumerate(tokens)]
        shards.chunks, shards.keys = [order.chunks(t, 16) for t in tokens], [str(k) for k in range(len(tokens))]
        shards.pools = [order.pool(n, share, 4) for n in shards.chunks]
        return shards

    def plan(self, tokens, weights, max_epochs=4, share=1):
        return self.shards(tokens, share).plan({"id": "m", "weights": weights}, 7, steps=100, batch=4, max_epochs=max_epochs)

    def test_epochs_are_counted(self):
        _, _, epochs = self.plan([16 * 50 + 1, 16 * 400 + 1, 0], [0.5, 0.5, 0.0])
        assert epochs == [200 / 50, 200 / 400, 0.0]

    def test_a_weight_at_the_cap_is_accepted(self):
        self.plan([16 * 50, 16 * 400], [0.5, 0.5])  # 200 chunks wanted; 49 whole ones, but 4 epochs of tokens

    def test_above_the_cap_is_refused_with_figures(self):
        with pytest.raises(RepetitionCap, match=r"cluster c0: .* wanted 4000 tokens, but its pool has 800 .* 4 epochs = 3200"):
            self.plan([800, 6400], [0.625, 0.375])

    def test_the_cap_counts_passes_over_the_pool(self):
        self.plan([16 * 500, 16 * 4000], [0.5, 0.5], share=0.1)  # 200 chunks from 50
        with pytest.raises(RepetitionCap, match=r"cluster c0: .* its pool has 640 tokens \(40 of 399 chunks of 16\)"):
            self.plan([16 * 400, 16 * 4000], [0.5, 0.5], share=0.1)

    def test_a_weight_too_small_to_be_drawn_needs_no_tokens(self):
        self.plan([6400, 0], [1 - 1e-12, 1e-12])

    def test_a_cluster_shorter_than_a_chunk_is_refused(self):
        with pytest.raises(RepetitionCap, match=r"cluster c1: .*\(0 of 0 chunks of 16\)"):
            self.plan([6400, 16], [0.99, 0.01], max_epochs=1000)


def test_a_batch_that_lies_on_the_device_is_left_there(train_spec):
    """Where the caller names the device without its number, as specs do, or with it."""
    data, model = train_spec["data"], train_spec["model"]
    shards = Shards(data, model["vocab"], model["context"], [True] * 3, 4)
    plan = shards.plan(train_spec["members"][0], data["dataSeed"], 2, 4, data["maxEpochs"])
    plain, numbered = (shards.gather([plan], torch.device(name))(0, 4) for name in ("cpu", "cpu:0"))
    assert plain.shape == (1, 4, model["context"] + 1) and torch.equal(plain, numbered)
