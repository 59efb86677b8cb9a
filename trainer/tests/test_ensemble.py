"""Side by side equals one after another: steps, rates, divergence, and the cuts of a batch."""

import gc
import math
import shutil
import weakref

import pytest
import safetensors.torch
import torch

from climb_trainer import ensemble as ensembles
from climb_trainer.contract import OutOfMemory
from climb_trainer.ensemble import Ensemble, learning_rate
from conftest import MODEL, result, run

STEPS = 50


def spec(steps=STEPS, **optim):
    return {"model": MODEL, "budget": {"tokensPerMember": steps * 4 * 16}, "device": "cpu", "dtype": "float32",
            "optim": {"learningRate": 0.01, "weightDecay": 0.1, "beta1": 0.9, "beta2": 0.95, "warmup": 0.02, "decay": 0.4,
                      "clip": 1.0, "batch": 4} | optim}


def tokens(members, steps=STEPS):
    """[members, steps, 4, T + 1]; a pattern to learn, another for each member."""
    generator = torch.Generator().manual_seed(5)
    start = torch.randint(300, (members, steps, 4, 1), generator=generator)
    return (start + torch.arange(17) * torch.arange(1, members + 1).view(-1, 1, 1, 1)) % 320


def advance(spec, members, batches):
    together = Ensemble.start(spec, members)
    for step in range(batches.shape[1]):
        together.advance(batches[:, step])
    return together


def test_eight_members_take_the_steps_of_eight_solo_runs():
    """50 steps in float32, within 1e-5 of the norm, with rates of their own."""
    members = [{"id": f"m{i}", "seed": i, "learningRate": (0.01, 0.003)[i % 2]} for i in range(8)]
    batches = tokens(8)
    together = advance(spec(), members, batches)
    for i, member in enumerate(members):
        alone = advance(spec(), [member], batches[i:i + 1])
        assert together.loss[i].item() == pytest.approx(alone.loss.item(), rel=1e-5)
        assert together.final_loss(i) == pytest.approx(alone.final_loss(0), rel=1e-5)
        difference = (together.params[i] - alone.params[0]).norm() / alone.params[0].norm()
        assert difference.item() < 1e-5
    assert together.loss.max() < math.log(320) - 1  # they have learned


def test_a_diverged_member_leaves_the_others_alone():
    members = [{"id": "good", "seed": 1}, {"id": "bad", "seed": 2, "learningRate": 9.0}, {"id": "fine", "seed": 3}]
    wild, batches = spec(weightDecay=9.0, clip=1e9), tokens(3)
    members[0]["learningRate"] = members[2]["learningRate"] = 1e-4
    together = Ensemble.start(wild, members)
    together.params.data[1, -1] = math.nan
    for step in range(10):
        together.advance(batches[:, step])
    assert together.alive.tolist() == [True, False, True] and together.done.tolist() == [10, 1, 10]
    alone = advance(wild, members[:1], batches[:1, :10])
    assert torch.allclose(together.params[0], alone.params[0], rtol=1e-5, atol=1e-6)


def test_adamw_with_clipping_equals_torchs(monkeypatch):
    plain = spec()
    ours = Ensemble.start(plain, [{"id": "m", "seed": 1}])
    theirs = ours.params.detach().clone().requires_grad_()
    optimiser = torch.optim.AdamW([theirs], betas=(0.9, 0.95), weight_decay=0.1)
    generator = torch.Generator().manual_seed(4)
    for step in range(10):
        gradient = torch.randn(theirs.shape, generator=generator) * 10.0 ** (step % 3 - 3)  # some below, some above the clip
        theirs.grad, ours.params.grad = gradient.clone(), gradient.clone()
        monkeypatch.setattr(ours, "gradient", lambda _: torch.zeros(1))
        torch.nn.utils.clip_grad_norm_([theirs], 1.0)
        optimiser.param_groups[0]["lr"] = learning_rate(plain["optim"], step, STEPS, 0.01)
        optimiser.step()
        ours.advance(None)
    assert torch.allclose(ours.params, theirs, atol=1e-6)


def test_learning_rate_schedule():
    optim = {"warmup": 0.1, "decay": 0.4}
    rates = [learning_rate(optim, step, 100, 2.0) for step in range(100)]
    assert rates[0] == 0.2 and rates[9] == rates[60] == 2.0 and rates[80] == pytest.approx(1.0)
    assert rates[99] == pytest.approx(2.0 / 40) and min(rates) > 0


def test_a_micro_batch_that_does_not_divide_the_batch():
    batches = tokens(1)
    whole, cut = (advance(spec(**micro), [{"id": "m", "seed": 1}], batches) for micro in ({}, {"microBatch": 3}))
    assert cut.micro == 3 and torch.allclose(whole.params, cut.params, atol=1e-4)


def test_a_cpu_takes_what_its_cache_holds(monkeypatch):
    monkeypatch.setattr(ensembles, "CACHE_POSITIONS", 2 * 16)
    assert Ensemble.start(spec(), [{"id": "m", "seed": 1}]).choose_micro_batch(None) == 2
    assert Ensemble.start(spec(microBatch=3), [{"id": "m", "seed": 1}]).choose_micro_batch(None) == 3


@pytest.mark.parametrize("room, size", [(4, 4), (3, 2), (1, 1), (0, None)])
def test_a_device_takes_what_its_memory_holds(room, size, monkeypatch):
    """Halved until a gradient fits; the trial changes nothing."""
    one = Ensemble.start(spec(), [{"id": "m", "seed": 1}])
    before, gradient = one.params.detach().clone(), one.gradient

    def limited(tokens):
        if tokens.shape[1] > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return gradient(tokens)
    monkeypatch.setattr(one, "gradient", limited)
    monkeypatch.setattr(one, "device", torch.device("meta"))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    if size is None:
        with pytest.raises(OutOfMemory, match="fewer side by side"):
            one.choose_micro_batch(tokens(1)[:, 0])
    else:
        assert one.choose_micro_batch(tokens(1)[:, 0]) == size
    assert torch.equal(one.params, before) and one.params.grad is None


@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler, and none is installed")
def test_compiled_equals_eager():
    batches = tokens(2, 5)
    members = [{"id": "a", "seed": 1}, {"id": "b", "seed": 2}]
    eager, compiled = (advance(spec(5) | extra, members, batches) for extra in ({}, {"accelerate": {"compile": True, "cudaGraphs": False}}))
    assert torch.allclose(eager.params, compiled.params, rtol=1e-4, atol=1e-5)


def three(train_spec):
    train_spec["members"] = [{"id": f"m{i}", "weights": w, "seed": 1 + i} for i, w in
                             enumerate(([0.5, 0.3, 0.2], [0.0, 0.0, 1.0], [0.2, 0.2, 0.6]))]
    return train_spec


def weights(out, member):
    return safetensors.torch.load_file(out / "members" / f"{member}.safetensors")


def test_groups_in_one_process_equal_members_alone(train_spec, tmp_path):
    """Three members two at a time: the same order of data, the same models."""
    three(train_spec)
    run("train", train_spec, tmp_path / "alone")
    run("train", train_spec | {"ensemble": 2}, tmp_path / "grouped")
    one, two = result(tmp_path / "alone"), result(tmp_path / "grouped")
    assert one["spec"] == two["spec"]  # how members are grouped isn't part of the work
    for a, b in zip(one["members"], two["members"]):
        assert a["id"] == b["id"] and a["epochs"] == b["epochs"] and b["finalLoss"] == pytest.approx(a["finalLoss"], rel=1e-5)
        for name, w in weights(tmp_path / "alone", a["id"]).items():
            assert torch.allclose(weights(tmp_path / "grouped", a["id"])[name], w, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kill", [1, 9, 24, 25, 31])
def test_a_killed_group_resumes_bit_exact(train_spec, tmp_path, kill):
    three(train_spec)["ensemble"] = 2
    run("train", train_spec, tmp_path / "undisturbed")
    out = tmp_path / "out"
    run("train", train_spec, out, faults=f"train.step:kill:{kill}", expect=-9)
    run("train", train_spec, out)
    for member in ("m0", "m1", "m2"):
        assert (out / "members" / f"{member}.safetensors").read_bytes() == (
            tmp_path / "undisturbed" / "members" / f"{member}.safetensors").read_bytes()


def test_one_diverged_member_of_a_group_is_a_result(train_spec, tmp_path):
    three(train_spec)["ensemble"] = 3
    train_spec["optim"] |= {"weightDecay": 10, "clip": 1e9, "learningRate": 1e-3}
    train_spec["members"][1]["learningRate"] = 10
    train_spec["budget"]["tokensPerMember"], train_spec["data"]["maxEpochs"] = 200 * 64, 100
    run("train", train_spec, tmp_path / "out")
    statuses = {m["id"]: m["status"] for m in result(tmp_path / "out")["members"]}
    assert statuses == {"m0": "trained", "m1": "diverged", "m2": "trained"}


@pytest.mark.parametrize("published", [1, 2])
@pytest.mark.parametrize("how, code", [("kill", -9), ("term", 75), ("enospc", 70)])
def test_a_group_cut_short_while_it_publishes_trains_no_step_again(train_spec, tmp_path, published, how, code):
    three(train_spec)["ensemble"] = 3
    run("train", train_spec, tmp_path / "undisturbed")
    out = tmp_path / "out"
    train_spec["checkpoint"]["everySec"] = 1e9
    run("train", train_spec, out, faults=f"train.published:{how}:{published}", expect=code)
    process = run("train", train_spec, out)
    assert "goes on from step 24" in process.stderr.read_text()
    for member in ("m0", "m1", "m2"):
        assert (out / "members" / f"{member}.safetensors").read_bytes() == (
            tmp_path / "undisturbed" / "members" / f"{member}.safetensors").read_bytes()


def test_cut_otherwise_a_group_starts_again_and_keeps_its_own_checkpoints(train_spec, tmp_path):
    """Out of memory: the next attempt trains fewer side by side, and can be killed as well."""
    three(train_spec)
    out = tmp_path / "out"
    run("train", train_spec | {"ensemble": 3}, out, faults="train.step:kill:20", expect=-9)
    run("train", train_spec | {"ensemble": 1}, out, faults="train.step:kill:14", expect=-9)
    assert [p.name for p in sorted((out / "checkpoints").iterdir())] == ["step-00000012", "step-00000013"]
    assert "goes on from step 13" in run("train", train_spec | {"ensemble": 1}, out).stderr.read_text()


def test_a_finished_ensemble_is_let_go_of():
    """A warm process trains many: none may be kept alive by itself."""
    gc.collect()
    gc.disable()
    try:
        one = advance(spec(2), [{"id": "m", "seed": 1}], tokens(1, 2))
        gone = weakref.ref(one)
        del one
        assert gone() is None
    finally:
        gc.enable()
