"""The web page on this machine: every page from a dataclass, checked by the guard before a byte of it is sent.

`create_app` gives the Starlette app, `serve` runs it on loopback. A request goes through the door (`door.py`), the
route asks the `PageMaker` for a page, `guard.check` looks at it, a template sets it, and in a number fast the
finished HTML is read once more. It works without JavaScript, and asks nothing of any other machine.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol, cast
from urllib.parse import parse_qs, urlencode

import uvicorn
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mutuals.errors import ModeForbids, MutualsError, NotFound, PromiseBroken, UsageError
from mutuals.views import guard, setting, wording
from mutuals.views.door import HEADERS, LOOPBACK, Door
from mutuals.views.pages import (
    BetweenPage,
    MomentPage,
    MomentsPage,
    Page,
    PeoplePage,
    PersonPage,
    PlacesPage,
    ProblemsPage,
    ThreadPage,
    TodayPage,
)
from mutuals.vocabulary import ACTS

MomentKind = Literal["ask", "praise", "help"]
Verdict = Literal["is", "is_not"]

_HERE = Path(__file__).parent
_LONGEST_FORM = 16_384
"""Bytes of a form that are read: ids and paths are far shorter."""


class PageMaker(Protocol):
    """Makes the pages from a library. Called from several threads at once; raises errors of `mutuals.errors`."""

    def today(self) -> TodayPage:
        """One glance on opening."""
        ...

    def moments(self, kind: MomentKind, cursor: str | None = None) -> MomentsPage:
        """One page of the asks, praises or helps, newest first."""
        ...

    def moment(self, utterance: str) -> MomentPage:
        """One message and every moment it is."""
        ...

    def thread(self, conversation: str, *, flat: bool = False, cursor: str | None = None) -> ThreadPage:
        """One conversation, nested, or flat in order of time."""
        ...

    def people(self, letter: str | None = None, cursor: str | None = None) -> PeoplePage:
        """One page of the alphabet."""
        ...

    def person(self, identifier: str) -> PersonPage:
        """One person; by id, name or handle."""
        ...

    def between(self, first: str, second: str) -> BetweenPage:
        """Two people; each by id, name or handle."""
        ...

    def places(self) -> PlacesPage:
        """Every place of the library."""
        ...

    def problems(self, cursor: str | None = None) -> ProblemsPage:
        """One page of what could not be read."""
        ...

    def correct(self, utterance: str, act: str, verdict: Verdict) -> None:
        """Keeps what the person at the screen says about an act of a message."""
        ...


class _Site:
    """The pages as endpoints. Plain functions, so that Starlette runs each in a thread of its own."""

    def __init__(self, pages: PageMaker, *, number_fast: bool, mode: str) -> None:
        self.pages, self.number_fast, self.mode = pages, number_fast, mode
        self._templates = _environment(number_fast, mode)

    def today(self, request: Request) -> Response:
        return self._page(request, "today.html", self.pages.today())

    def moments(self, kind: MomentKind) -> Callable[[Request], Response]:
        def of_kind(request: Request) -> Response:
            page = self.pages.moments(kind, request.query_params.get("from"))
            return self._page(request, "moments.html", page)

        return of_kind

    def moment(self, request: Request) -> Response:
        return self._page(request, "moment.html", self.pages.moment(request.path_params["id"]))

    def conversation(self, request: Request) -> Response:
        query = request.query_params
        flat = query.get("flat") == "1"
        page = self.pages.thread(request.path_params["id"], flat=flat, cursor=query.get("from"))
        writers = {
            entry.utterance: entry.quote.person.name if entry.quote else "a missing message" for entry in page.entries
        }
        return self._page(request, "conversation.html", page, flat=flat, writers=writers)

    def people(self, request: Request) -> Response:
        self._about_people()
        query = request.query_params
        page = self.pages.people(query.get("letter") or None, query.get("from"))
        return self._page(request, "people.html", page)

    def person(self, request: Request) -> Response:
        self._about_people()
        return self._page(request, "person.html", self.pages.person(request.path_params["id"]))

    def between(self, request: Request) -> Response:
        self._about_people()
        first, second = (request.query_params.get(name, "").strip() for name in ("a", "b"))
        if not first or not second:
            raise UsageError("Two names are needed to see what passed between them; one of them was left empty.")
        return self._page(request, "between.html", self.pages.between(first, second))

    def places(self, request: Request) -> Response:
        return self._page(request, "places.html", self.pages.places())

    def problems(self, request: Request) -> Response:
        return self._page(request, "problems.html", self.pages.problems(request.query_params.get("from")))

    async def correct(self, request: Request) -> Response:
        """Takes a correction and leads back, so that reloading sends nothing twice."""
        form = await _form(request)
        act, verdict = form.get("act", ""), form.get("verdict", "")
        if act not in ACTS or verdict not in {"is", "is_not"} or not form.get("utterance"):
            raise UsageError("A correction names a message, an act of the vocabulary, and whether it is one or not.")
        await run_in_threadpool(self.pages.correct, form["utterance"], act, cast("Verdict", verdict))
        return RedirectResponse("/noted?" + urlencode({"back": _local(form.get("back", "/"))}), status_code=303)

    def noted(self, request: Request) -> Response:
        return self._page(request, "noted.html", None, back=_local(request.query_params.get("back", "/")))

    def _about_people(self) -> None:
        if self.mode == "workplace":
            raise ModeForbids("A workplace library has no page about a person. The conversations are all there.")

    def _page(self, request: Request, template: str, page: Page | None, **more: object) -> Response:
        guard.check(page)
        return HTMLResponse(self._html(request, template, page=page, **more))

    def _html(self, request: Request, template: str, **values: object) -> str:
        raw = request.scope.get("raw_path") or b"/"
        here = raw.decode("ascii", "replace") + (f"?{request.url.query}" if request.url.query else "")
        html = self._templates.get_template(template).render(here=here, path=request.scope["path"], **values)
        if self.number_fast and guard.leaks(html):
            raise PromiseBroken("The page said a number in a number fast, and was held back.")
        return html

    # ---- errors ----

    def error(self, request: Request, problem: Exception) -> Response:
        """The page of an error that the person at the screen can do something about."""
        status, heading = wording.error(cast("MutualsError", problem))
        words = wording.HELD_BACK if isinstance(problem, PromiseBroken) else str(problem)
        return self.refuse(request, status, heading, words)

    def http_error(self, request: Request, problem: Exception) -> Response:
        """The page for an address that leads nowhere."""
        status = problem.status_code if isinstance(problem, HTTPException) else 404
        status, heading = (404, wording.error(NotFound())[1]) if status in {404, 405} else (status, "That did not work")
        return self.refuse(request, status, heading, "There is no page at this address.")

    def crash(self, request: Request, problem: Exception) -> Response:
        """The page for a mistake of ours; the mistake itself goes on to the log."""
        response = self.refuse(request, 500, "Something of ours went wrong", "The window that runs mutuals says more.")
        response.headers.update(HEADERS)
        return response

    def refuse(self, request: Request, status: int, heading: str, words: str) -> Response:
        """A page that says in a kind sentence why there is nothing else to see."""
        if self.number_fast and guard.leaks(words):
            words = ""
        html = self._templates.get_template("error.html").render(
            here="/",
            path=request.scope["path"],
            page=None,
            heading=heading,
            words=words,
            is_outside=status in {403, 421},
        )
        return HTMLResponse(html, status_code=status)


def create_app(pages: PageMaker, *, token: str, number_fast: bool = False, mode: str = "community") -> Starlette:
    """The web app over these pages.

    Args:
        pages: Makes the pages.
        token: The secret of the one-time link, at least 16 characters; `/?token=...` trades it for a cookie, once.
        number_fast: Every number that the program itself would say is gone; a page that says one is held back.
        mode: The library's mode; in `workplace` there is no page about a person, and names are no links.

    Raises:
        ValueError: The token is too short.
    """
    site = _Site(pages, number_fast=number_fast, mode=mode)
    routes = [
        Route("/", site.today),
        Route("/asked", site.moments("ask")),
        Route("/praised", site.moments("praise")),
        Route("/helped", site.moments("help")),
        Route("/moment/{id:path}", site.moment),
        Route("/conversation/{id:path}", site.conversation),
        Route("/people", site.people),
        Route("/person/{id:path}", site.person),
        Route("/between", site.between),
        Route("/places", site.places),
        Route("/problems", site.problems),
        Route("/correct", site.correct, methods=["POST"]),
        Route("/noted", site.noted),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    if len(token) < 16:
        raise ValueError("the token must have at least 16 characters, or it could be guessed")
    return Starlette(
        routes=routes,
        lifespan=_with_threads,
        middleware=[Middleware(Door, token=token, refuse=site.refuse)],
        exception_handlers={MutualsError: site.error, HTTPException: site.http_error, Exception: site.crash},
    )


@asynccontextmanager
async def _with_threads(_: Starlette) -> AsyncIterator[None]:
    """Starts what runs the endpoints before the server listens, or the first page would wait for it."""
    await run_in_threadpool(lambda: None)
    yield


def serve(
    pages: PageMaker,
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    number_fast: bool = False,
    mode: str = "community",
    say: Callable[[str], object] = print,
) -> None:
    """Runs the web page until it is interrupted, after saying its one-time link.

    Args:
        pages: Makes the pages.
        host: `127.0.0.1` or `localhost`; the server listens on 127.0.0.1 in both cases.
        port: Where to listen; 0 for any that is free.
        number_fast: As in `create_app`.
        mode: As in `create_app`.
        say: Takes the sentence with the link.

    Raises:
        UsageError: Another host was asked for (these pages never leave the machine), or the port is taken.
    """
    if host not in LOOPBACK:
        raise UsageError(f"mutuals serves this machine only: expected 127.0.0.1, found {host}. Leave the host out.")
    token = secrets.token_urlsafe(32)
    app = create_app(pages, token=token, number_fast=number_fast, mode=mode)
    config = uvicorn.Config(app, access_log=False, server_header=False, log_level="warning")
    with _listening(port) as listener, suppress(KeyboardInterrupt):
        say(f"Open this link, it works once: http://127.0.0.1:{listener.getsockname()[1]}/?token={token}")
        uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    """A socket on loopback, taken before the link is said, so that the link is never to someone else's server."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as problem:
        listener.close()
        raise UsageError(f"Port {port} cannot be used ({problem.strerror}). Choose another, or 0 for any.") from problem
    return listener


@cache
def _environment(number_fast: bool, mode: str) -> Environment:
    """The templates, translated before the first request rather than in it."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(setting.filters(number_fast=number_fast))
    made.globals.update(
        wording=wording, acts=ACTS, number_fast=number_fast, names_link=mode != "workplace", picture=setting.drawing
    )
    for name in made.list_templates():
        made.get_template(name)
    return made


def _local(path: str) -> str:
    """The path if it leads to a page of ours; the front page otherwise."""
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_ours else "/"


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a form as browsers send it by default; the first value of each."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise UsageError("That form is longer than any of ours.")
    fields: dict[str, Any] = parse_qs(body.decode(errors="replace"))
    return {name: values[0] for name, values in fields.items()}
