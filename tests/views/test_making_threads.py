"""A conversation keeps every message, in an order that says what answers what."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.errors import UsageError, UtteranceNotFound
from mutuals.schema import key_of
from mutuals.views.guard import to_json
from mutuals.views.making import Pages
from mutuals.views.making.threads import Node, nested, thread_page
from mutuals.views.making.words import Span, bounds, direction_of, opening_end
from tests.views.library_of_glen import FakeLibrary, chain, library_of_glen


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    """The glen, read only."""
    return library_of_glen()


def test_a_reply_stands_under_what_it_answers(library: FakeLibrary) -> None:
    """Nested, each message follows its parent or an earlier reply to it."""
    page = Pages(library).thread("well")

    assert ["well", "wax", "right", "tallow", "fair", "held", "ferry rope", "same wax", "snapped"] == [
        entry.utterance for entry in page.entries
    ][:9]
    assert [0, 1, 2, 2, 3, 2, 3, 4, 1] == [entry.level for entry in page.entries][:9]
    assert to_json(page)


def test_any_message_opens_its_conversation(library: FakeLibrary) -> None:
    """A conversation is found by any message in it, and flat it is in order of time."""
    page = Pages(library).thread("right", flat=True)
    times = [entry.quote.written_at for entry in page.entries if entry.quote and entry.quote.written_at]

    assert "well" == page.conversation
    assert sorted(times) == times


def test_a_gap_stays_visible(library: FakeLibrary) -> None:
    """A message that is missing keeps its place, without words, and its id where a reply gives it."""
    page = Pages(library).thread("reply")

    assert [("gap", None), ("here", "A reply to what was lost.")] == [
        (entry.state, entry.quote.exact if entry.quote else None) for entry in page.entries
    ]


def test_states_are_told_apart() -> None:
    """Deleted, forgotten and unread messages are each called what they are."""
    library = library_of_glen()
    library.run("update utterance set is_deleted = true, text = null where id = 'right'")
    library.run(
        """update utterance set is_deleted = true, text = null, meta = '{"forgotten": true}' where id = 'snapped'"""
    )
    states = {entry.utterance: entry.state for entry in Pages(library).thread("well").entries}

    assert ("deleted", "forgotten", "unread", "here") == (
        states["right"], states["snapped"], states["cera"], states["well"],
    )  # fmt: skip


def test_what_was_confided_shows_in_a_personal_library_alone() -> None:
    """Only a library that is somebody's own shows what was confided."""
    library = library_of_glen()
    library.run("update act set act = 'confides' where act = 'experience'")
    before = [said.act for entry in Pages(library).thread("well").entries for said in entry.said]
    library.insert("setting", name="mode", value="personal")
    after = [said.act for entry in Pages(library).thread("well").entries for said in entry.said]

    assert "confides" not in before
    assert "confides" in after


def test_a_long_chain_is_shown_page_by_page() -> None:
    """Ten thousand replies to replies need no recursion, and pages lead on and back."""
    library = chain(10_000)
    started = time.monotonic()
    first = thread_page(library, key_of("link 0"), flat=False, cursor=None)
    second = thread_page(library, key_of("link 0"), flat=False, cursor=first.older)
    again = thread_page(library, key_of("link 0"), flat=False, cursor=second.newer)

    assert 5 > time.monotonic() - started
    assert ("link 0", "link 200") == (first.entries[0].utterance, second.entries[0].utterance)
    assert first.entries == again.entries


def test_an_unknown_conversation_or_page_is_an_error(library: FakeLibrary) -> None:
    """What is not there is said to be not there."""
    with pytest.raises(UtteranceNotFound):
        Pages(library).thread("no such thing")
    with pytest.raises(UsageError):
        Pages(library).thread("well", cursor="WzEyM10")


@given(st.dictionaries(st.integers(0, 12), st.none() | st.integers(0, 14), max_size=12))
def test_nesting_keeps_every_message_once(parents: dict[int, int | None]) -> None:
    """Whatever answers what, in cycles too, each message comes once, and below its parent where it can."""
    nodes = [Node(key, parent, None, False, None) for key, parent in parents.items()]
    ordered = nested(nodes)

    assert sorted(parents) == sorted(node.utterance for node in ordered)
    assert ordered == nested(reversed(nodes))


@given(st.text(max_size=600))
def test_first_words_quote_the_text(text: str) -> None:
    """The first words of a message are a stretch of it from its beginning."""
    end = opening_end(text)

    assert 0 <= end <= min(len(text), 280)
    assert bool(text) == bool(end)


def test_direction_comes_from_the_first_strong_character() -> None:
    """Digits and punctuation decide nothing."""
    assert ("rtl", "ltr", "ltr", "rtl") == (
        direction_of("12: שלום"), direction_of("(12) ok שלום"), direction_of("123"), direction_of("«سلام» ok"),
    )  # fmt: skip
    assert (0, 4) == bounds("word", Span(0))
