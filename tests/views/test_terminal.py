"""Pages as text: quoted, wrapped, plain where no terminal is, and harmless."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from mutuals.views.making import Pages
from mutuals.views.pages import MomentsPage, Page, TodayPage
from mutuals.views.style import Style
from mutuals.views.terminal import render
from tests.views.library_of_glen import library_of_glen


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return True


def _pages() -> list[Page]:
    pages = Pages(library_of_glen())
    return [
        pages.today(), pages.moments("ask"), pages.moment("well"), pages.moment("forty"), pages.moment("pump"),
        pages.thread("well"), pages.people(), pages.person("tam"), pages.between("noor", "tam"), pages.places(),
        pages.problems(),
    ]  # fmt: skip


def test_every_page_has_a_text_no_wider_than_the_terminal() -> None:
    """Whatever the page, lines keep to the width and end without spaces to spare."""
    texts = [render(page, Style(width=60)) for page in _pages()]

    assert 60 >= max(len(line) for text in texts for line in text.splitlines() if "--page" not in line)
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in texts)


def test_a_quote_says_who_when_where_and_its_id() -> None:
    """Words stand in typographic quotes above who said them, when and where, and what to open them by."""
    text = render(Pages(library_of_glen()).moment("wax"), Style(width=80))

    assert "“Wax it twice a year, see the leaflet.”\n    — tam, 1 April 2031, Glen notice board\n      wax" in text


def test_plain_where_no_terminal_wants_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Escape codes come only on a terminal without NO_COLOR."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    page = Pages(library_of_glen()).places()
    on_screen = render(page, Style.of(Screen()))
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b[" in on_screen
    assert "\x1b" not in render(page, Style.of(Screen()))
    assert "\x1b" not in render(page, Style.of(io.StringIO()))


def test_an_archive_cannot_command_the_terminal() -> None:
    """Control characters in anyone's words, names or titles are not passed on."""
    page = Pages(library_of_glen()).moments("ask")
    evil = replace(page.quotes[0], exact="a\x1b]0;owned\x07b\u202ec\nd", title="t\x9b2J", place="p\r")
    text = render(replace(page, quotes=(evil,), toward=(None,), notes=("",)), Style(width=80))

    assert not {"\x1b", "\x07", "\x9b", "\r", "\u202e"} & set(text)
    assert "d”" in text


def test_an_empty_library_says_how_to_begin() -> None:
    """Nothing there is no error."""
    assert "mutuals add" in render(TodayPage(until=None, is_empty=True))
    assert "Nothing of this kind" in render(MomentsPage(kind="ask", heading="Asked", quotes=()))
