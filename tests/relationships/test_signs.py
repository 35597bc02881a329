"""Signs of trust."""

from __future__ import annotations

import pytest

from mutuals.practices import Cursor
from mutuals.relationships import SIGNS
from mutuals.relationships.signs import signs_between, signs_toward
from mutuals.schema import key_of
from tests.practices.fixture import Talk, Worked, does
from tests.practices.glen import glen


@pytest.fixture(scope="module")
def worked() -> Worked:
    """The glen, worked out."""
    return glen().run()


def test_signs_of_the_glen(worked: Worked) -> None:
    """Each sign is there once, from whom to whom, and no other."""
    found = worked.rows("select distinct sign, speaker, toward from sign")

    assert [
        ("acted_on_advice", "noor", "tam"),
        ("asked_advice_of", "noor", "tam"),
        ("credited", "kit", "tam"),
    ] == found
    assert {str(row[0]) for row in found} <= set(SIGNS)


def test_signs_between_two_people(worked: Worked) -> None:
    """The signs of a pair come in order of time, with their words."""
    found = signs_between(worked.query, key_of("tam"), key_of("noor"))

    assert [
        ("asked_advice_of", "How do we stop the well rope fraying?"),
        ("acted_on_advice", "Waxed it, no fraying since"),
        ("asked_advice_of", "@tam how are the oxen?"),
    ] == [(s.sign, worked.words(s.utterance, s.start, s.end)) for s in found]


def test_signs_toward_a_person(worked: Worked) -> None:
    """The signs toward one person come newest first and go on where a page ended."""
    first = signs_toward(worked.query, key_of("tam"), limit=2)
    rest = signs_toward(
        worked.query, key_of("tam"), older_than=Cursor(at=first[-1].written_at, key=first[-1].utterance)
    )

    assert ["oxen", "oar"] == [worked.name(s.utterance) for s in first]
    assert ["held", "well"] == [worked.name(s.utterance) for s in rest]


def test_courtesy_mention_is_no_sign() -> None:
    """A copy, a mention that is thanked, one without a place in the words and a clarifying question ask no advice."""
    talk = Talk()
    talk.say("tam", "tam", "Good morning.")
    talk.say("copy", "noor", "Who has a saw? With a copy to @tam", does("asks", "favour", words="Who has a saw?"),
             mentions=("tam",))  # fmt: skip
    talk.say("thanked", "uma", "@tam thank you. Who else has a saw?",
             does("asks", "favour", words="Who else has a saw?"),
             does("thanks", to="tam", words="thank you"), mentions=("tam",))  # fmt: skip
    talk.say("stripped", "kit", "Who has a saw?", does("asks", "favour"), mentions=("tam",))
    talk.say("back", "pip", "@tam which saw?", does("asks", "clarify"), mentions=("tam",))
    talk.say("inside", "ivo", "Could you, @tam, lend me a saw?", does("asks", "favour"), mentions=("tam",))
    talk.say("by name", "bea", "Tam, do you lend saws?", does("asks", "favour", to="tam"))

    assert [("by name",), ("inside",)] == talk.run().rows("select utterance from sign")


def test_vouching_and_defending_need_somebody_else() -> None:
    """To vouch, to give credit and to defend are signs toward another person who could be told, and who is no bot."""
    talk = Talk(bots={"greeter"})
    talk.say("bot", "greeter", "Beep.")
    talk.say("tam", "tam", "Trust me.", does("vouches", to="tam"))
    talk.say("vouch", "noor", "Ask Tam.", does("vouches", to="tam"))
    talk.say("defend", "noor", "He was there.", does("defends", to="tam"))
    talk.say("someone", "noor", "They earned it.", does("credits"))
    talk.say("to bot", "noor", "Ask the greeter.", does("vouches", to="greeter"))

    assert [("defended", "tam"), ("vouched", "tam")] == talk.run().rows("select sign, toward from sign")


def test_advice_that_did_not_work_is_no_sign() -> None:
    """Only advice of which the asker says that it worked, wholly or partly, was acted on by their own words."""
    talk = Talk()
    talk.say("ask", "noor", "How do I light damp peat?", does("asks", "fact"))
    talk.say("one", "tam", "Birch bark.", does("answers"), under="ask")
    talk.say("two", "uma", "Dry it first.", does("answers"), under="ask")
    talk.say("no", "noor", "It only smoked.", does("came_back", "did_not_work"), under="one")
    talk.say("some", "noor", "Half of it burnt.", does("came_back", "partly"), under="two")

    assert [("some", "uma")] == talk.run().rows("select utterance, toward from sign")
