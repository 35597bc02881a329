"""Who may come in: only this machine's browser, with the link that was printed, asking from our own pages.

The server listens on loopback, but any page in the same browser can send requests there. Hence four checks:
the Host header (against DNS rebinding), the one-time link and its cookie, the origin of everything that changes
something, and headers that keep other pages from reading, framing or embedding ours.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "mutuals"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "browsing-topics=(), interest-cohort=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "X-DNS-Prefetch-Control": "off",
}
"""Sent with every answer, errors too."""

LOOPBACK = ("127.0.0.1", "localhost")

Refusal = Callable[[Request, int, str, str], Response]
"""Makes the page of a refusal from the request, the status, a heading and a sentence."""


class Door:
    """An ASGI layer in front of every page.

    Attributes:
        session: The secret in the cookie; it is made anew with every start and never printed.
        is_spent: The one-time link was used.
    """

    def __init__(self, app: ASGIApp, *, token: str, refuse: Refusal) -> None:
        if len(token) < 16:
            raise ValueError("the token must have at least 16 characters, or it could be guessed")
        self._app, self._token, self._refuse = app, token, refuse
        self.session = secrets.token_urlsafe(32)
        self.is_spent = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, or answers it with a refusal."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._answer(Request(scope))
        await (answer or self._app)(scope, receive, dressed)

    def _answer(self, request: Request) -> Response | None:
        """The refusal or the redirect; None when the request may pass."""
        if not is_our_host(request):
            heading, words = "Wrong address", "Open the address that was printed when mutuals started."
            return self._refuse(request, 421, heading, words)
        if request.method not in {"GET", "HEAD", "POST"}:
            return self._refuse(request, 405, "That is not possible here", "Pages can be read, and forms can be sent.")
        if request.scope["path"].startswith("/static/"):
            return None
        is_known = same(_cookie(request), self.session)
        offered = request.query_params.get("token")
        if offered is not None and request.method == "GET":
            return self._enter(request, offered, is_known)
        if not is_known:
            words = "Open the link that was printed when mutuals started; it opens this library in one browser only."
            return self._refuse(request, 403, "This library is closed", words)
        if request.method == "POST" and not comes_from_us(request):
            words = "It came from another page than this library's own. Nothing was changed."
            return self._refuse(request, 403, "That form was not accepted", words)
        return None

    def _enter(self, request: Request, offered: str, is_known: bool) -> Response:
        """Takes the one-time link: sets the cookie and leads on without the token in the address."""
        is_right = same(offered, self._token)
        if not is_known and (not is_right or self.is_spent):
            words = "It was used already, or it is not the one printed last. Start mutuals again for a new one."
            return self._refuse(request, 403, "This link no longer opens the library", words)
        rest = [(name, value) for name, value in parse_qsl(request.url.query) if name != "token"]
        path = "/" + quote(request.scope["path"].lstrip("/\\"), safe="/:@")
        answer = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
        if is_right and not self.is_spent:
            self.is_spent = True
            answer.set_cookie(COOKIE, self.session, httponly=True, samesite="strict", path="/")
        return answer


def same(given: str, secret: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(given.encode(), secret.encode())


def is_our_host(request: Request) -> bool:
    """Whether the Host header, exactly one, names loopback with the port that we listen on."""
    hosts = Headers(scope=request.scope).getlist("host")
    return len(hosts) == 1 and hosts[0].lower() in _our_hosts(request)


def comes_from_us(request: Request) -> bool:
    """Whether a form was sent by one of our own pages.

    Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with forms, so that a null or missing origin
    is trusted only where the browser itself says `Sec-Fetch-Site: same-origin`, which no page can forge.
    """
    origin = request.headers.get("origin", "null")
    site = request.headers.get("sec-fetch-site")
    if origin != "null":
        return origin == f"http://{request.headers['host'].lower()}" and site in {None, "same-origin"}
    return site == "same-origin"


def _our_hosts(request: Request) -> set[str]:
    port = (request.scope.get("server") or ("", None))[1]
    ours = {f"{host}:{port}" for host in LOOPBACK}
    return ours | set(LOOPBACK) if port == 80 else ours


def _cookie(request: Request) -> str:
    return cookie_parser(request.headers.get("cookie", "")).get(COOKIE, "")
