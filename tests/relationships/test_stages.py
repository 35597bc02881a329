"""Two people over time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mutuals.relationships.stages import stages, strands
from mutuals.schema import key_of
from tests.practices.fixture import START, Talk, Worked, does
from tests.practices.glen import glen


def _stages(talk: Talk | Worked, a: str, b: str) -> list[tuple[str, str | None]]:
    worked = talk.run() if isinstance(talk, Talk) else talk
    return [(s.stage, worked.name(s.utterance)) for s in stages(worked.query, key_of(a), key_of(b))]


@pytest.fixture(scope="module")
def worked() -> Worked:
    """The glen, worked out, with complete data for a thousand days."""
    talk = glen()
    talk.complete()
    return talk.run()


def test_stages_of_a_pair(worked: Worked) -> None:
    """Each stage is dated by the message that completes it, and the order of the two people plays no part."""
    expected = [
        ("met", "well"),
        ("exchanged", "wax"),
        ("reciprocated", "held"),
        ("renewed", "oxen"),
        ("quiet_since", "well fed"),
    ]

    assert expected == _stages(worked, "noor", "tam")
    assert expected == _stages(worked, "tam", "noor")


def test_pair_that_never_exchanged_is_never_quiet(worked: Worked) -> None:
    """One direction is a meeting, and nothing more can be said of it."""
    assert [("met", "night")] == _stages(worked, "ivo", "noor")[:1]
    assert "quiet_since" not in [stage for stage, _ in _stages(worked, "ivo", "noor")]


def test_people_who_never_met(worked: Worked) -> None:
    """Two people without a reply or mention between them have no stages and no strands."""
    assert [] == _stages(worked, "rex", "kit")
    assert [] == strands(worked.query, key_of("rex"), key_of("kit"))


def test_gap_in_the_data_is_not_quiet() -> None:
    """Without complete data over the whole stretch nobody was quiet and nothing is renewed."""
    unknown, short = glen(), glen()
    short.complete(until=450)

    assert ["met", "exchanged", "reciprocated"] == [stage for stage, _ in _stages(unknown, "noor", "tam")]
    assert ["met", "exchanged", "reciprocated", "renewed"] == [stage for stage, _ in _stages(short, "noor", "tam")]


def test_quiet_reaches_to_the_end_of_the_least_complete_place() -> None:
    """Two people who met in two places are quiet only as far as both are known."""
    talk = glen()
    talk.say("hill", "noor", "Fine view.", place="hill", day=401)
    talk.say("view", "tam", "It is.", under="hill", place="hill", day=401)
    talk.complete()
    talk.complete(place="hill", until=700)
    found = stages(talk.run().query, key_of("noor"), key_of("tam"))

    assert ("quiet_since", START + timedelta(days=700)) == (found[-1].stage, found[-1].until)


def test_exchange_needs_one_conversation() -> None:
    """Each having once replied to the other in two conversations is no exchange."""
    talk = Talk()
    talk.say("a", "noor", "Rain.")
    talk.say("b", "tam", "Yes.", under="a")
    talk.say("c", "tam", "Snow.")
    talk.say("d", "noor", "Yes.", under="c")

    assert [("met", "b")] == _stages(talk, "noor", "tam")


def test_strands_in_order_of_time(worked: Worked) -> None:
    """Everything between two people is there once, by the most telling thing that it is, oldest first."""
    found = [
        (s.what, s.act, worked.name(s.speaker), worked.name(s.utterance))
        for s in strands(worked.query, key_of("noor"), key_of("tam"))
    ]

    assert [
        ("mention", None, "noor", "well"),
        ("help", "answers", "tam", "wax"),
        ("praise", "thanks", "noor", "held"),
        ("praise", "praises", "noor", "forty"),
        ("praise", "thanks", "noor", "forty"),
        ("reply", None, "tam", "any time"),
        ("reply", None, "tam", "with noor"),
        ("mention", None, "noor", "oxen"),
        ("help", "answers", "tam", "well fed"),
    ] == found


def test_deleted_and_timeless_messages() -> None:
    """A deleted message is no strand; one without a time is a strand but completes no stage."""
    talk = Talk()
    talk.say("a", "noor", "Rain.")
    talk.say("b", "tam", None, under="a", is_deleted=True)
    talk.say("c", "tam", "Yes, much of it.", does("agrees"), under="a", timeless=True)
    worked = talk.run()

    assert ["c"] == [worked.name(s.utterance) for s in strands(worked.query, key_of("noor"), key_of("tam"))]
    assert [] == _stages(worked, "noor", "tam")
