"""The server of a language model: where it is, and one question to it at a time.

A thin client on the standard library. It goes where the person named and nowhere else: no proxy from the environment,
no redirect, no plain http to another machine. What comes back is bounded in time and in size, and is never trusted.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from mutuals.errors import EndpointFailed, UsageError

LONGEST_ANSWER = 1 << 20
"""Bytes of an answer that are read; the claims of one message take a few thousand."""

PATIENCE = 120.0
"""Seconds for one answer: a model on one's own machine may have to be loaded first."""

_CONNECTING = 10.0
_STOPS = {401: "did not take the key", 403: "did not take the key", 404: "knows no such address or model"}
"""Statuses that another message would meet as well."""


class Unanswered(Exception):
    """One question was not answered; another might be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is asked. Make it with `Endpoint.of`.

    Attributes:
        host: Name or address of the machine.
        port: Its port.
        path: The path that is posted to, `/v1/chat/completions` where nothing else was said.
        is_secure: It is asked by https.
        is_here: It is this machine, by its name or address; held to when a connection is made.
        patience: Seconds for one answer.
    """

    host: str
    port: int
    path: str
    is_secure: bool
    is_here: bool
    patience: float = PATIENCE

    @classmethod
    def of(cls, url: str, *, patience: float = PATIENCE) -> Endpoint:
        """The endpoint under a base address, such as `http://localhost:11434` or `https://models.example/v1`.

        Raises:
            UsageError: It is no http(s) address, names a password, or is plain http to another machine.
        """
        wanted = "Give a base address such as http://localhost:11434/v1."
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise UsageError(f"The endpoint is no address that can be read: {error}. {wanted}") from error
        if parts.scheme not in {"http", "https"} or not host:
            raise UsageError(f"The endpoint has to begin with http:// or https:// and name a host. {wanted}")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise UsageError(
                "The endpoint may hold no name, password, question mark or hash. A key goes into MUTUALS_LLM_KEY."
            )
        if not (host + parts.path).isascii() or not (host + parts.path).isprintable() or " " in host + parts.path:
            raise UsageError(f"The endpoint holds letters that an address cannot have. {wanted}")
        is_secure, is_here = parts.scheme == "https", is_loopback(host)
        if not is_secure and not is_here:
            raise UsageError(
                f"{host} is another machine, and words go there by https only. Give an https:// address, or a model "
                "on this machine."
            )
        base = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
        return cls(
            host=host, port=port or (443 if is_secure else 80), path=f"{base}/chat/completions", is_secure=is_secure,
            is_here=is_here, patience=patience,
        )  # fmt: skip

    @property
    def where(self) -> str:
        """Host and port, as a person would name them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def ask(self, question: bytes, key: str | None) -> bytes:
        """What the server answers to one question.

        Args:
            question: The body, JSON.
            key: Sent as a bearer token; None sends none.

        Returns:
            The body of an answer with status 200, at most `LONGEST_ANSWER` bytes.

        Raises:
            EndpointFailed: The server is not there, is not what was named, sends on to somewhere else, or does not
                take the key or the model: nothing that is asked of it would be answered.
            Unanswered: This question was not answered: too slow, too long, or an error of the server.
        """
        deadline = time.monotonic() + self.patience
        connection = self._connected()
        try:
            plug = connection.sock
            plug.settimeout(self.patience)
            connection.request("POST", self.path, question, _headers(key))
            answer = connection.getresponse()
            body = _whole(answer, plug, deadline)
        except TimeoutError as error:
            raise Unanswered(f"no answer within {self.patience:g} seconds") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unanswered(f"the connection broke off: {type(error).__name__}") from error
        finally:
            connection.close()
        self._check(answer.status, body, key)
        return body

    def _connected(self) -> http.client.HTTPConnection:
        """A connection over which nothing was sent yet, to the machine that was named."""
        connecting = min(_CONNECTING, self.patience)
        connection = (
            http.client.HTTPSConnection(self.host, self.port, timeout=connecting, context=ssl.create_default_context())
            if self.is_secure
            else http.client.HTTPConnection(self.host, self.port, timeout=connecting)
        )
        try:
            connection.connect()
            if self.is_here and not is_loopback(connection.sock.getpeername()[0]):
                raise EndpointFailed(f"{self.host} is no name of this machine after all. Nothing was sent.")
        except (OSError, socket.gaierror, ssl.SSLError) as error:
            connection.close()
            raise EndpointFailed(
                f"No model could be reached at {self.where} ({type(error).__name__}). Is it running, and is the "
                "address right?"
            ) from error
        except EndpointFailed:
            connection.close()
            raise
        return connection

    def _check(self, status: int, body: bytes, key: str | None) -> None:
        if status == http.client.OK:
            return
        if 300 <= status < 400:
            raise EndpointFailed(
                f"{self.where} sends on to another address (status {status}), and no words follow there. Name the "
                "address that it means."
            )
        if status in _STOPS:
            said = "" if status != 404 else _said(body, key)
            hint = "Look at --endpoint and --model." if status == 404 else "Look at MUTUALS_LLM_KEY."
            raise EndpointFailed(f"{self.where} {_STOPS[status]} (status {status}{said}). {hint}")
        raise Unanswered(f"status {status}{_said(body, key)}")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: `localhost`, or an address that never leaves it."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _headers(key: str | None) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity",
        "Connection": "close", "User-Agent": "mutuals",
    }  # fmt: skip
    return headers | ({"Authorization": f"Bearer {key}"} if key else {})


def _whole(answer: http.client.HTTPResponse, plug: socket.socket, deadline: float) -> bytes:
    """The body of an answer; a server that sends a little at a time gets no more time than any other."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        plug.settimeout(left)
        part = answer.read1(65_536)
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > LONGEST_ANSWER:
            raise Unanswered(f"an answer of more than {LONGEST_ANSWER} bytes")
        parts.append(part)


def _said(body: bytes, key: str | None) -> str:
    """What the server says of its error: a line at most, nothing that a terminal would act on, and never the key."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    words = error.get("message") if isinstance(error, dict) else error
    if not isinstance(words, str):
        return ""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    plain = plain.replace(key, "[key]") if key else plain
    return f": {' '.join(plain.split())[:200]}"
