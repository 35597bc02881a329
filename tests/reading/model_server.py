"""An invented language model: a server on this machine that answers as a test says, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, dict[str, str], bytes | Iterable[bytes]]
"""Status, headers and body; a body in pieces is sent piece by piece, its length untold."""


class Model:
    """What was asked of the server, and where it is.

    Attributes:
        url: Its base address.
        asked: The body of each question, in order.
        headers: Their headers, names in lower case.
        paths: Where they were posted to.
        let_go: Set when the test is over; a slow answer waits for it.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.let_go = threading.Event()

    def words(self) -> list[dict[str, Any]]:
        """What each question gave the model to read."""
        return [json.loads(question["messages"][1]["content"]) for question in self.asked]


def completion(content: str, usage: tuple[int, int] | None = (100, 10)) -> Reply:
    """A chat completion with these words."""
    whole: dict[str, Any] = {"choices": [{"message": {"role": "assistant", "content": content}}]}
    if usage is not None:
        whole["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return 200, {"Content-Type": "application/json"}, json.dumps(whole).encode()


def claiming(*claims: tuple[str, str | None, str]) -> Reply:
    """A completion that claims acts: act, finer kind and quote of each."""
    made = [{"act": act, "sub_kind": kind or "none", "quote": quote} for act, kind, quote in claims]
    return completion(json.dumps({"claims": made}))


@contextmanager
def served(answer: Callable[[Model, dict[str, Any]], Reply]) -> Iterator[Model]:
    """A server on 127.0.0.1 that answers each question by a function; it is gone afterwards."""
    model = Model()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.asked.append(body)
            model.headers.append({name.lower(): value for name, value in self.headers.items()})
            model.paths.append(self.path)
            status, headers, content = answer(model, body)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if isinstance(content, bytes):
                    self.send_header("Content-Length", str(len(content)))
                    content = [content]
                self.end_headers()
                for piece in content:
                    self.wfile.write(piece)
            except OSError:
                return  # whoever asked has gone

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        model.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield model
        finally:
            model.let_go.set()
            server.shutdown()
            thread.join()


def in_turn(*replies: Reply) -> Callable[[Model, dict[str, Any]], Reply]:
    """Answers in this order, the last one again and again."""
    return lambda model, _: replies[min(len(model.asked), len(replies)) - 1]
