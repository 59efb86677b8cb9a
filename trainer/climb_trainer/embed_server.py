"""python -m climb_trainer.embed_server [--host 127.0.0.1] [--port 8090] [--threads N]

all-MiniLM-L6-v2 behind the routes of Hugging Face's text-embeddings-inference: POST /embed, GET /info,
GET /health, with its status codes and its errors, `{error, error_type}`. Texts are neither logged nor sent back.
"""

import argparse
import json
import os
import signal
import socket
import socketserver
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

from . import VERSION
from .contract import emit
from .minilm import MiniLM, TooLong

MAX_INPUTS = 32  # a request, as in text-embeddings-inference
MAX_BYTES = 2_000_000
MAX_REQUESTS = 64  # at once; others are told to come back
IDLE_SECONDS = 60  # until a silent connection is closed
# Fields of text-embeddings-inference that would change the vectors, and what leaves them as they are.
NEUTRAL = {"prompt_name": (None,), "dimensions": (None,), "truncation_direction": (None, "Right", "right")}


class Refusal(Exception):
    """An answer other than 200. The message never holds a part of the request."""

    def __init__(self, status: int, kind: str, message: str):
        super().__init__(message)
        self.status, self.kind = status, kind


def info(model) -> dict:
    """What /info says."""
    return {"model_id": model.name, "model_sha": model.sha256, "model_dtype": model.dtype,
            "model_type": {"embedding": {"pooling": model.pooling}}, "max_concurrent_requests": MAX_REQUESTS,
            "max_input_length": model.limit, "max_batch_tokens": MAX_INPUTS * model.limit, "max_batch_requests": None,
            "max_client_batch_size": MAX_INPUTS, "auto_truncate": False, "tokenization_workers": 1, "version": VERSION}


def parse(body: bytes) -> tuple[list[str], bool, bool]:
    """The texts of a request to /embed, whether to normalise, whether to cut what is too long. Raises Refusal."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "validation", "the body is not JSON in UTF-8") from None
    if type(request) is not dict or "inputs" not in request:
        raise Refusal(422, "validation", "expected an object with `inputs`")
    texts, normalize, truncate = request["inputs"], request.get("normalize", True), request.get("truncate")
    texts = [texts] if type(texts) is str else texts
    if type(texts) is not list or any(type(text) is not str for text in texts):
        raise Refusal(422, "validation", "`inputs` must be a string or a list of strings")
    if type(normalize) is not bool or type(truncate) not in (bool, type(None)):
        raise Refusal(422, "validation", "`normalize` and `truncate` must be true or false")
    for field, allowed in NEUTRAL.items():
        if request.get(field) not in allowed:
            raise Refusal(422, "validation", f"this server has no `{field}`")
    if len(texts) > MAX_INPUTS:
        raise Refusal(413, "validation", f"batch size {len(texts)} > maximum allowed batch size {MAX_INPUTS}")
    if not texts or not all(texts):
        raise Refusal(400, "empty", "`inputs` cannot be empty")
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise Refusal(400, "validation", "`inputs` holds half of a surrogate pair, which is no text") from None
    return texts, normalize, bool(truncate)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body in one packet
    ROUTES = {"/embed": "POST", "/info": "GET", "/health": "GET"}

    def answer(self) -> None:
        try:
            route = self.path.partition("?")[0]
            body = self.read_body()
            if route not in self.ROUTES:
                raise Refusal(404, "validation", f"no such route; there are {', '.join(self.ROUTES)}")
            if self.command != self.ROUTES[route]:
                raise Refusal(405, "validation", f"{route} takes {self.ROUTES[route]}")
            self.send(200, self.embed(body) if route == "/embed" else info(self.server.model) if route == "/info" else None)
        except Refusal as refusal:
            self.send(refusal.status, {"error": str(refusal), "error_type": refusal.kind})
            if refusal.status == 411:
                self.linger()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

    def read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            self.close_connection = True
            raise Refusal(411, "validation", "the body must come whole, with its Content-Length")
        if int(length) <= MAX_BYTES:
            return self.rfile.read(int(length))
        # Read to its end, or the caller sees a broken connection instead of the answer; but not without end.
        self.close_connection = True
        left = min(int(length), 32 * MAX_BYTES)
        while left and (part := self.rfile.read(min(left, 65536))):
            left -= len(part)
        raise Refusal(413, "validation", f"the body has more than {MAX_BYTES} bytes")

    def linger(self) -> None:
        """Reads on after an answer: a caller who is still sending would see a broken connection instead of it."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        left = 32 * MAX_BYTES
        while left > 0 and (part := self.rfile.read1(65536)):
            left -= len(part)

    def embed(self, body: bytes) -> list[list[float]]:
        if self.headers.get_content_type() != "application/json":
            raise Refusal(415, "validation", "expected Content-Type: application/json")
        texts, normalize, truncate = parse(body)
        if not self.server.places.acquire(blocking=False):
            raise Refusal(429, "overloaded", "Model is overloaded")
        try:
            return self.server.model.embed(texts, normalize, truncate)
        except TooLong as error:
            raise Refusal(413, "validation", str(error)) from None
        except Exception as error:  # its message may quote a text
            raise Refusal(424, "backend", f"inference failed ({type(error).__name__})") from None
        finally:
            self.server.places.release()

    def send(self, status: int, value) -> None:
        body = b"" if value is None else json.dumps(value, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 405:
            self.send_header("Allow", self.ROUTES[self.path.partition("?")[0]])
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code, message=None, explain=None) -> None:
        """What the standard library refuses by itself; its own page would quote the request."""
        self.close_connection = True
        self.send(code, {"error": HTTPStatus(code).phrase, "error_type": "validation"})

    def version_string(self) -> str:
        return f"climb-embed/{VERSION}"

    def log_message(self, *_) -> None:
        """Nothing: a path or a header may hold what is nobody's business."""


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, model=None):
        """Listens at once; callers wait until `model` is there and `serve_forever` runs."""
        super().__init__((host, port), Handler)
        self.model, self.places = model, threading.Semaphore(MAX_REQUESTS)
        self.url = f"http://{host}:{self.server_address[1]}"

    def handle_error(self, *_) -> None:
        if not isinstance(error := sys.exc_info()[1], (ConnectionError, TimeoutError)):
            say(f"a request failed: {type(error).__name__}")


def say(message: str) -> None:
    print(f"climb: {message}", file=sys.stderr, flush=True)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="npm run embed-server --", description="Serves all-MiniLM-L6-v2 as text-embeddings-inference would.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; there is no password (default: this machine only)")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one (default: 8090)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="texts embedded at once (default: one a core)")
    options = parser.parse_args(argv)
    if not 0 <= options.port <= 65535 or options.threads < 1:
        parser.error("--port must be from 0 to 65535, --threads at least 1")
    try:
        server = Server(options.host, options.port)
    except OSError as error:
        say(f"can't listen on {options.host}:{options.port} ({error.strerror}), so nobody could ask for vectors. Try: "
            "--port with another one, and its address in the file that CLIMB_ENDPOINTS names")
        return 1
    try:
        server.model = MiniLM(options.threads)
    except ModuleNotFoundError as error:
        say(f"the Python package {error.name} is missing, and the model needs it. Try: npm run embed-server, which installs it")
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))  # nothing to save, and callers ask again
    emit("ready", url=server.url, model=server.model.name)
    say(f"{server.model.name} answers at {server.url}; Ctrl-C ends it")
    server.serve_forever()
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback out of the middle of an import
    sys.exit(main(sys.argv[1:]))
