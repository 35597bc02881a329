"""Who may come in to the web page on this machine."""

from __future__ import annotations

import socket

import pytest

from mutuals import errors
from mutuals.views.app import create_app, serve
from tests.views.fixture_pages import FixturePages
from tests.views.visiting import TOKEN, Visitor


@pytest.fixture
def visitor() -> Visitor:
    """Someone who opened the link."""
    return Visitor(create_app(FixturePages(), token=TOKEN))


def test_nobody_comes_in_without_the_link() -> None:
    """Without the cookie there is a closed door; with a wrong token too."""
    stranger = Visitor(create_app(FixturePages(), token=TOKEN), opened=False)

    assert [403, 403, 403] == [
        stranger.get(path).status_code for path in ("/", "/people", "/?token=something-else-entirely")
    ]
    assert 403 == stranger.get("/", {"Cookie": "mutuals=guess"}).status_code


def test_the_link_works_once_and_leaves_the_address() -> None:
    """The link sets a strict cookie and leads on without the token; a second browser cannot use it."""
    app = create_app(FixturePages(), token=TOKEN)
    first, second = Visitor(app, opened=False), Visitor(app, opened=False)
    entered = first.get(f"/asked?token={TOKEN}&from=x")
    again = second.get(f"/?token={TOKEN}")
    cookie = entered.headers["set-cookie"].lower()

    assert (303, "/asked?from=x") == (entered.status_code, entered.headers["location"])
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/"))
    assert TOKEN not in cookie
    assert 403 == again.status_code
    assert 200 == first.get("/").status_code


def test_the_link_never_leads_elsewhere() -> None:
    """A path that begins with two slashes would be another machine's address; it is taken as ours."""
    stranger = Visitor(create_app(FixturePages(), token=TOKEN), opened=False)
    entered = stranger.get(f"http://127.0.0.1:8765//evil.example/x?token={TOKEN}")

    assert "/evil.example/x" == entered.headers["location"]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:80", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:8765"]
)
def test_another_host_is_turned_away(visitor: Visitor, host: str) -> None:
    """A name that was pointed at this machine, or another port, is refused before anything is read."""
    answer = visitor.get("/", host=host)

    assert 421 == answer.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_from_elsewhere_changes_nothing(headers: dict[str, str]) -> None:
    """Only our own pages may send a form."""
    pages = FixturePages()
    visitor = Visitor(create_app(pages, token=TOKEN))
    answer = visitor.post("/correct", {"utterance": "x:y", "act": "thanks", "verdict": "is_not"}, headers)

    assert 403 == answer.status_code
    assert [] == pages.corrections


def test_only_loopback_is_served() -> None:
    """Another host is refused before anything listens."""
    with pytest.raises(errors.UsageError, match="this machine only"):
        serve(FixturePages(), host="0.0.0.0")


def test_a_short_token_is_refused() -> None:
    """A token that could be guessed is a mistake of ours."""
    with pytest.raises(ValueError, match="guessed"):
        create_app(FixturePages(), token="short")


def test_a_taken_port_is_said_before_the_link() -> None:
    """Where another program listens, no link is given out that would lead to it."""
    said: list[str] = []
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(errors.UsageError, match="cannot be used"):
            serve(FixturePages(), port=other.getsockname()[1], say=said.append)

    assert [] == said
