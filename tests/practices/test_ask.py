"""The list of asks, and asks that are the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals import arrow
from mutuals.practices import Cursor
from mutuals.practices.ask import also_asked, ask_of, asks, same_asks
from mutuals.practices.responses import responses
from mutuals.practices.silence import silence
from mutuals.schema import key_of
from tests.practices.fixture import START, Talk, Worked, does
from tests.practices.glen import glen

LONG = "Does anyone in the glen still have the old plans of the mill race?"
DERIVED = ("ask", "response", "came_back", "confirmed_answer", "praise", "chime", "help", "sign")


def _same(*messages: tuple[str, str, float, str | None]) -> list[tuple[object, ...]]:
    talk = Talk()
    talk.say("root", "kit", "Good morning.")
    for n, (by, text, day, under) in enumerate(messages):
        talk.say(f"ask {n}", by, text, does("asks", "fact"), day=day, under=under, place=f"place {n}")
    return talk.run().rows("select ask, same_as from ask where same_as is not null")


def test_same_text_within_two_days_is_one_ask() -> None:
    """The same words by the same person in another place are the earlier ask, in whatever case and punctuation."""
    assert [("ask 1", "ask 0")] == _same(("noor", LONG, 0, None), ("noor", LONG.upper() + " !", 1, "root"))


def test_nearly_the_same_text_is_one_ask() -> None:
    """A greeting may differ, the matter may not."""
    assert [("ask 1", "ask 0")] == _same(("noor", LONG, 0, None), ("noor", "Hello all. " + LONG, 1, None))
    assert [] == _same(("noor", LONG, 0, None), ("noor", "Does anyone still have a key to the chapel?", 1, None))


def test_another_person_or_another_week_is_another_ask() -> None:
    """Two people, or three days, make two asks."""
    assert [] == _same(("noor", LONG, 0, None), ("tam", LONG, 1, None))
    assert [] == _same(("noor", LONG, 0, None), ("noor", LONG, 3, None))


def test_notice_repeated_every_day_does_not_grow_for_ever() -> None:
    """Each ask joins the first of its two days, not the one of the day before."""
    assert [("ask 1", "ask 0"), ("ask 3", "ask 2")] == _same(*[("noor", LONG, day, None) for day in (0, 1.9, 3.5, 4)])


def test_few_words_are_the_same_ask_only_where_they_open() -> None:
    """Short questions inside discussions are not joined, short notices that open one are."""
    assert [] == _same(("noor", "Any news?", 0, "root"), ("noor", "Any news?", 1, "root"))
    assert [("ask 1", "ask 0")] == _same(("noor", "Any news?", 0, None), ("noor", "Any news?", 1, None))


def test_same_asks_of_some_speakers() -> None:
    """Looking at some speakers finds what is theirs, and looking at none finds nothing."""
    talk = Talk()
    for name in ("noor", "tam"):
        for n in (1, 2):
            talk.say(f"{name} {n}", name, LONG, does("asks", "fact"), place=f"place {n}")
    worked = talk.run()

    assert [key_of("tam 2")] == same_asks(worked.query, [key_of("tam")]).column("ask").to_pylist()
    assert 0 == same_asks(worked.query, []).num_rows


def test_responses_to_one_are_responses_to_all() -> None:
    """The page of either ask shows what was said to both, and names the other place."""
    talk = Talk()
    talk.say("first", "noor", LONG, does("asks", "fact"))
    talk.say("second", "noor", LONG, does("asks", "fact"), place="hill")
    talk.say("one", "tam", "In the loft.", does("answers"), under="first")
    talk.say("two", "uma", "Ask the miller.", does("answers"), under="second")
    worked = talk.run()

    for key in ("first", "second"):
        assert ["one", "two"] == [worked.name(r.utterance) for r in responses(worked.query, key_of(key))]
    assert ["second"] == [worked.name(a.ask) for a in also_asked(worked.query, key_of("first"))]
    assert ["first"] == [worked.name(a.ask) for a in also_asked(worked.query, key_of("second"))]


def test_an_ask_carried_on_is_one_ask() -> None:
    """A second ask under one's own, before anybody else spoke, is the same need; after somebody spoke it is another."""
    talk = Talk()
    talk.complete()
    talk.say("leak", "noor", "Why does the roof leak?", does("asks", "fact"))
    talk.say("slates", "noor", "Could it be the slates?", does("asks", "fact"), under="leak")
    talk.say("anyone", "noor", "Anyone?", does("asks", "favour"), under="slates", day=3)
    talk.say("nail", "tam", "A nail is loose.", does("answers"), under="anyone", day=5)
    talk.say("ladder", "noor", "Who has a ladder?", does("asks", "favour"), under="nail", day=5)
    worked = talk.run()

    pairs = arrow.rows(same_asks(worked.query))
    heads = {(worked.name(p["ask"]), worked.name(p["same_as"])) for p in pairs}
    assert {("slates", "leak"), ("anyone", "leak")} == heads
    for name, state in (("leak", "answered"), ("ladder", "silent")):
        assert state == silence(worked.query, key_of(name), START + timedelta(days=90))
    assert ["nail"] == [worked.name(r.utterance) for r in responses(worked.query, key_of("leak"))]


def test_own_asks_in_two_branches_are_two() -> None:
    """Two asks by one person in a row, neither under the other, are two asks."""
    talk = Talk()
    talk.say("fair", "tam", "The fair is in May.")
    talk.say("when", "noor", "On which day?", does("asks", "fact"), under="fair")
    talk.say("where", "noor", "And where is it?", does("asks", "fact"), under="fair")

    assert [] == arrow.rows(same_asks(talk.run().query))


def test_list_of_asks() -> None:
    """Asks come newest first, those without a time last, without clarifying ones, and go on where a page ended."""
    talk = glen()
    talk.say("when", "uma", "When is the fair?", does("asks", "fact"), timeless=True)
    worked = talk.run()
    pages, cursor = list[str | None](), None
    while page := asks(worked.query, older_than=cursor, limit=2):
        pages.extend(worked.name(a.ask) for a in page)
        cursor = Cursor(at=page[-1].asked_at, key=page[-1].ask)

    assert ["oxen", "flood", "ferry rope", "benches", "well", "when"] == pages
    assert ["benches"] == [worked.name(a.ask) for a in asks(worked.query, speaker=key_of("ivo"), place="glen")]
    assert None is ask_of(worked.query, key_of("wax"))
    found = ask_of(worked.query, key_of("well"))
    assert found is not None
    assert "How do we stop the well rope fraying?" == worked.words("well", found.start, found.end)


@pytest.fixture(scope="module")
def in_order() -> Worked:
    """The glen from inputs in the order in which they were said."""
    return glen().run()


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_order_of_rows_changes_nothing(in_order: Worked, seed: int) -> None:
    """Whatever the order in which the inputs come, every table holds the same rows."""
    shuffled = glen().run(shuffled=seed)

    for name in DERIVED:
        assert in_order.rows(f"select * from {name}") == shuffled.rows(f"select * from {name}")
