"""A warm trainer: many requests, one process, and the ends of a single command."""

import json
import os
import signal

import pytest

from conftest import Server, result, run, sha256


def weights(out) -> bytes:
    return (out / "members" / "m0.safetensors").read_bytes()


def test_one_process_carries_out_what_single_commands_would(trained, train_spec, evaluate_spec, tokenise_spec, tmp_path):
    server = Server(tmp_path, spawn=True)
    pids = set()
    for command, spec, out in [("train", train_spec, tmp_path / "a"), ("evaluate", evaluate_spec, tmp_path / "b"),
                               ("train", train_spec, tmp_path / "c"), ("tokenise", tokenise_spec, tmp_path / "d")]:
        server.ask(command, spec, out)
        pids.add(server.wait_for("hello")["pid"])
        assert server.wait_for("end")["code"] == 0
    assert pids == {server.pid}
    assert weights(tmp_path / "a") == weights(tmp_path / "c") == weights(trained)
    run("evaluate", evaluate_spec, tmp_path / "alone")
    assert result(tmp_path / "b") == result(tmp_path / "alone")
    server.close_stdin()
    assert server.end() == 0


def test_other_tasks_are_read_anew(evaluate_spec, items, tmp_path):
    """What is kept for the next request belongs to the same tasks only."""
    server = Server(tmp_path)
    half = tmp_path / "half.jsonl"
    half.write_text("".join(items.read_text().splitlines(keepends=True)[:20]))
    other = evaluate_spec | {"tasks": [{"name": "half", "path": str(half), "sha256": sha256(half)}]}
    for spec, out in [(evaluate_spec, "a"), (other, "b"), (evaluate_spec | {"choices": "gold"}, "c"), (evaluate_spec, "d")]:
        server.ask("evaluate", spec, tmp_path / out)
        server.wait_for("end")
    one, half, gold, again = (result(tmp_path / out)["members"][0]["tasks"][0] for out in "abcd")
    assert one == again and half["n"] == 20 and "accuracy" not in gold and "accuracy" in one
    server.close_stdin()
    assert server.end() == 0


def test_all_diverged_is_a_result_and_the_process_stays(train_spec, tmp_path):
    server = Server(tmp_path)
    wild = train_spec | {"optim": train_spec["optim"] | {"learningRate": 10, "weightDecay": 10, "clip": 1e9},
                         "budget": {"tokensPerMember": 200 * 64}}
    server.ask("train", wild, tmp_path / "a")
    assert server.wait_for("end")["code"] == 66
    server.ask("train", train_spec, tmp_path / "b")
    assert server.wait_for("end")["code"] == 0
    server.close_stdin()
    assert server.end() == 0


def test_a_failed_request_ends_the_process_with_its_code(train_spec, tmp_path):
    server = Server(tmp_path)
    server.ask("train", train_spec | {"device": "tpu"}, tmp_path / "a")
    assert server.end() == 64 and server.error["kind"] == "BadSpec"


@pytest.mark.parametrize("line", ["", "{}", "[]", "train", '{"command":"train","spec":1,"out":"x"}', '{"command":"version","spec":"x","out":"y"}'])
def test_what_is_no_request_is_64(tmp_path, line):
    server = Server(tmp_path)
    server.send(line)
    assert server.end() == 64 and server.error["kind"] == "BadSpec"


@pytest.mark.parametrize("how", ["stdin", signal.SIGTERM])
def test_asked_to_leave_while_idle(tmp_path, train_spec, how):
    server = Server(tmp_path)
    server.ask("train", train_spec, tmp_path / "a")
    server.wait_for("end")
    server.close_stdin() if how == "stdin" else server.kill(how)
    assert server.end() == 0


@pytest.mark.parametrize("how", ["stdin", signal.SIGTERM])
def test_asked_to_leave_in_a_request(trained, train_spec, tmp_path, how):
    long = train_spec | {"budget": {"tokensPerMember": 10**7}, "data": train_spec["data"] | {"maxEpochs": 10**6}}
    server = Server(tmp_path)
    server.ask("train", long, tmp_path / "a")
    server.wait_for("checkpoint")
    server.close_stdin() if how == "stdin" else server.kill(how)
    assert server.end() == 75 and server.error["kind"] == "Stopped"


def test_killed_in_a_request_loses_nothing(trained, train_spec, tmp_path):
    """Row 2 of the fault matrix."""
    server = Server(tmp_path, faults="train.step:kill:30")  # in the second of two trainings of 24 steps
    server.ask("train", train_spec, tmp_path / "a")
    server.wait_for("end")
    server.ask("train", train_spec, tmp_path / "b")
    assert server.end() == -signal.SIGKILL
    run("train", train_spec, tmp_path / "b")
    assert weights(tmp_path / "a") == weights(tmp_path / "b") == weights(trained)


def test_requests_in_pieces_and_at_once(train_spec, tmp_path):
    server = Server(tmp_path)
    lines = "".join(json.dumps({"command": "train", "spec": str(server.write_spec("train", train_spec, tmp_path / out)),
                                "out": str(tmp_path / out)}) + "\n" for out in "ab").encode()
    for start in range(0, len(lines), 50):
        os.write(server.stdin, lines[start:start + 50])
    server.wait_for("end")
    server.wait_for("end")
    server.close_stdin()
    assert server.end() == 0 and weights(tmp_path / "a") == weights(tmp_path / "b")
