"""A browser without a screen for tests of the app: it keeps cookies and speaks to the app without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
from starlette.applications import Starlette

HOST = "127.0.0.1:8765"
TOKEN = "a-token-of-the-village"


class Visitor:
    """Sends requests to an app as a browser on this machine would."""

    def __init__(self, app: Starlette, *, opened: bool = True) -> None:
        self._app = app
        self.cookies = httpx.Cookies()
        if opened:
            self.get(f"/?token={TOKEN}")

    def get(self, path: str, headers: Mapping[str, str] | None = None, *, host: str = HOST) -> httpx.Response:
        """The answer to a request for a page; redirects are not followed."""
        return asyncio.run(self._send("GET", path, headers or {}, None, host))

    def post(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> httpx.Response:
        """The answer to a form, sent as from one of our own pages unless the headers say otherwise."""
        given = {"Origin": "null", "Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return asyncio.run(self._send("POST", path, given, form, HOST))

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], form: Mapping[str, str] | None, host: str
    ) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", cookies=self.cookies) as client:
            answer = await client.request(method, path, headers={"Host": host, **headers}, data=form)
            self.cookies.update(client.cookies)
            return answer
