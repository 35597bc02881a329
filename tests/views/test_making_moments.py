"""Moments are made from tables with their quotes, people and notes."""

from __future__ import annotations

import pytest

from mutuals.errors import AmbiguousName, UsageError, UtteranceNotFound
from mutuals.views.guard import to_json
from mutuals.views.making import Pages
from mutuals.views.making.moments import moments_page
from mutuals.views.pages import AskMoment, HelpMoment, PraiseMoment
from tests.views.library_of_glen import FakeLibrary, library_of_glen


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    """The glen, read only."""
    return library_of_glen()


def test_an_ask_has_its_kinds_in_the_fixed_order(library: FakeLibrary) -> None:
    """The responses stand by kind in the order of the vocabulary, and inside a kind by time."""
    [moment] = Pages(library).moment("well").moments

    assert isinstance(moment, AskMoment)
    assert ["answers", "experience", "source", "asks", "agrees", "corrects", "other", "unread"] == [
        kind.kind for kind in moment.kinds
    ]
    assert ["tam", "bea"] == [entry.person.name for entry in moment.kinds[0].entries]
    assert ["greeter"] == [entry.person.name for entry in moment.automated]
    assert "How do we stop the well rope fraying?" == moment.ask.exact
    assert [("worked", "tam")] == [(b.outcome, b.answer.person.name) for b in moment.came_back if b.answer][:1]
    assert [("asker", "Waxed it, no fraying since")] == [(c.by, c.words.exact) for c in moment.confirmed if c.words]


def test_tier_3_shows_only_when_two_readers_agree() -> None:
    """A jest or a slight is folded where two readers agree; otherwise nothing is said of what the words do."""
    library = library_of_glen()
    [before] = Pages(library).moment("well").moments
    for reader in ("cues 1", "model 2"):
        library.run(
            "insert into reading select utterance, conversation, ?, 'promotes', null, 0, 5, 'likely', null"
            " from utterance join thread using (utterance) where id = 'stall'",
            [reader],
        )
    [after] = Pages(library).moment("well").moments

    assert isinstance(before, AskMoment)
    assert isinstance(after, AskMoment)
    assert [] == [kind.kind for kind in before.kinds if kind.is_folded]
    assert ["promotes"] == [kind.kind for kind in after.kinds if kind.is_folded]


def test_two_versions_of_one_reader_are_one() -> None:
    """A reader does not confirm itself."""
    library = library_of_glen()
    for reader in ("cues 1", "cues 2"):
        library.run(
            "insert into reading select utterance, conversation, ?, 'promotes', null, 0, 5, 'likely', null"
            " from utterance join thread using (utterance) where id = 'stall'",
            [reader],
        )
    [moment] = Pages(library).moment("well").moments

    assert isinstance(moment, AskMoment)
    assert [] == [kind.kind for kind in moment.kinds if kind.is_folded]


def test_a_praise_has_its_chimes_in_order_of_arrival(library: FakeLibrary) -> None:
    """Those who chimed in come as they arrived, and the praised person's reply is there."""
    [moment] = Pages(library).moment("forty").moments

    assert isinstance(moment, PraiseMoment)
    assert ["ivo", "uma", "kit"] == [said.quote.person.name for said in moment.chimes]
    assert moment.praised is not None
    assert "tam" == moment.praised.name
    assert moment.praised_replied is not None
    assert "Any time." == moment.praised_replied.exact


def test_a_help_has_the_hands_that_joined(library: FakeLibrary) -> None:
    """Each other helper of the need is linked in one way."""
    [moment] = Pages(library).moment("pump").moments

    assert isinstance(moment, HelpMoment)
    assert [("barn", "was_there_before_you"), ("with noor", "named_you"), ("me too", "under_your_reply")] == [
        (hand.quote.utterance, hand.link) for hand in moment.hands
    ][:3]
    assert "The mill is flooded, sacks everywhere." == moment.need.exact


def test_silence_is_claimed_only_under_complete_data() -> None:
    """Without complete data an ask without an answer is not known to have none."""
    noted = {}
    for complete in (True, False):
        [moment] = Pages(library_of_glen(complete=complete)).moment("benches").moments
        assert isinstance(moment, AskMoment)
        noted[complete] = moment.silence

    assert {True: "silent", False: "not known"} == noted


@pytest.mark.parametrize("kind", ["ask", "praise", "help"])
def test_a_list_reads_the_same_in_pages_and_back(library: FakeLibrary, kind: str) -> None:
    """Going on page by page gives the whole list, and going back leads through the same pages."""
    whole = moments_page(library, kind, None)  # type: ignore[arg-type]
    forth, back = [], []
    cursor = None
    while True:
        page = moments_page(library, kind, cursor, 2)  # type: ignore[arg-type]
        forth.append(page.quotes)
        if page.older is None:
            break
        cursor = page.older
    while True:
        back.append(page.quotes)
        if page.newer is None:
            break
        page = moments_page(library, kind, page.newer, 2)  # type: ignore[arg-type]

    assert whole.quotes == tuple(quote for quotes in forth for quote in quotes)
    assert forth == back[::-1]
    assert len(whole.quotes) == len(whole.toward) == len(whole.notes)


def test_every_list_keeps_the_promises(library: FakeLibrary) -> None:
    """No page of moments has a number beside a person."""
    pages = Pages(library)

    assert all(to_json(pages.moments(kind)) for kind in ("ask", "praise", "help"))


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsMiwzXQ", "WyJhIiwiYiJd"])
def test_a_made_up_cursor_is_refused(library: FakeLibrary, cursor: str) -> None:
    """A cursor that no page gave is an error that says so."""
    with pytest.raises(UsageError):
        Pages(library).moments("ask", cursor)


def test_a_message_is_found_by_its_ending(library: FakeLibrary) -> None:
    """An ending that fits one message is enough, and one that fits several names them."""
    assert "benches" == Pages(library).moment("enches").utterance
    with pytest.raises(AmbiguousName, match="wax"):
        Pages(library).moment("ax")
    with pytest.raises(UtteranceNotFound):
        Pages(library).moment("nowhere at all")
