"""Silence is said only where the archive would show an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mutuals.practices import Cursor
from mutuals.practices.silence import open_asks, silence, silent_asks
from mutuals.schema import key_of
from tests.practices.fixture import START, Talk, does

LATER = START + timedelta(days=900)


def _ask(**rest: object) -> Talk:
    talk = Talk(bots={"greeter"})
    talk.say("ask", "noor", "Who has seen the grey mare?", does("asks", "fact"), **rest)  # type: ignore[arg-type]
    return talk


def _state(talk: Talk, key: str = "ask", days: float = 900) -> str:
    return silence(talk.run().query, key_of(key), START + timedelta(days=days))


def test_silence_under_complete_coverage() -> None:
    """An ask is silent when nobody responded and the data of the place reach beyond the wait."""
    talk = _ask()
    talk.complete()

    assert "silent" == _state(talk)


def test_unknown_is_not_silence() -> None:
    """Without coverage, with coverage that ends too early, or of another place, it is not known."""
    early, elsewhere = _ask(), _ask()
    early.complete(until=2)
    elsewhere.complete(place="hill")

    assert "not known" == _state(_ask())
    assert "not known" == _state(early)
    assert "not known" == _state(elsewhere)


def test_waiting_before_the_wait_is_over() -> None:
    """Before three days have passed it can only be waiting."""
    talk = _ask()
    talk.complete()

    assert "waiting" == _state(talk, days=2)


def test_partial_conversation_is_not_known() -> None:
    """A conversation known to be incomplete makes no silence in a place that is complete otherwise."""
    talk = _ask(topic="mare")
    talk.complete()
    talk.complete(topic="mare", extent="partial")

    assert "not known" == _state(talk)


def test_missing_branch_is_not_known() -> None:
    """A reply to a message that is missing from the same conversation leaves it open who answered."""
    talk = _ask(topic="mare")
    talk.say("orphan", "tam", "As you say.", under="lost", topic="mare")
    talk.complete()

    assert "not known" == _state(talk)


@pytest.mark.parametrize("act", ["answers", "dismisses", None])
def test_any_response_ends_silence(act: str | None) -> None:
    """Any words by another person are a response, however late, and also those that nobody could read."""
    talk = _ask()
    talk.say("late", "tam", "Aye.", *([does(act)] if act else []), under="ask", day=500, is_unread=act is None)
    talk.complete()

    assert "answered" == _state(talk)


def test_bot_and_asker_do_not_end_silence() -> None:
    """A declared bot's answer and the asker's own words leave the silence."""
    talk = _ask()
    talk.say("bot", "greeter", "Read the board.", does("answers"), under="ask")
    talk.say("bump", "noor", "Nobody?", under="ask")
    talk.complete()

    assert "silent" == _state(talk)


def test_unknown_asker_below_unknown_reply_is_not_known() -> None:
    """Where both accounts are unknown, the reply may be another's."""
    talk = Talk()
    talk.say("ask", None, "Who has seen the grey mare?", does("asks", "fact"))
    talk.say("reply", None, "By the ford.", under="ask")
    talk.complete()

    assert "not known" == _state(talk)


def test_deleted_ask_is_not_known() -> None:
    """Of an ask that was deleted nothing is said, and nothing of a message that is no ask."""
    talk = Talk()
    talk.say("ask", "noor", None, does("asks", "fact", words=""), is_deleted=True)
    talk.complete()

    assert "not known" == _state(talk)
    assert "not known" == _state(talk, "never seen")


def test_ask_without_a_time_is_not_known() -> None:
    """Without the time of the ask no wait can be over."""
    talk = _ask(timeless=True)
    talk.complete()

    assert "not known" == _state(talk)


def test_slow_place_waits_longer() -> None:
    """Where the slowest tenth of first answers took longer than the floor, one waits as long as that."""
    talk = Talk()
    for n in range(10):
        talk.say(f"ask {n}", "noor", f"Question {n}?", does("asks", "fact"), day=n)
        talk.say(f"answer {n}", "tam", "So.", does("answers"), under=f"ask {n}", day=n + (1, 20, 30)[max(0, n - 7)])
    talk.say("ask", "uma", "Who has seen the grey mare?", does("asks", "fact"), day=100)
    talk.say("other", "uma", "Is the pass open?", does("asks", "fact"), day=100, place="hill")
    talk.complete()
    talk.complete(place="hill")

    assert "waiting" == _state(talk, days=119)
    assert "silent" == _state(talk, days=121)
    assert "silent" == _state(talk, "other", days=104)


def test_same_ask_answered_in_another_place() -> None:
    """An ask that was answered where it was repeated is answered."""
    talk = _ask()
    talk.say("again", "noor", "Who has seen the grey mare?", does("asks", "fact"), place="hill")
    talk.say("answer", "tam", "By the ford.", does("answers"), under="again", place="hill")
    talk.complete()

    assert "answered" == _state(talk)
    assert "answered" == _state(talk, "again")


def test_lists_of_open_asks() -> None:
    """Open asks come newest first with their state, page by page; clarifying and repeated ones are not among them."""
    talk = _ask()
    talk.say("again", "noor", "Who has seen the grey mare?", does("asks", "fact"))
    talk.say("new", "noor", "Is the ford passable?", does("asks", "fact"), day=899)
    talk.say("hill", "uma", "Is the pass open?", does("asks", "fact"), day=4, place="hill")
    talk.say("done", "kit", "Whose hat is this?", does("asks", "fact"), day=5)
    talk.say("size", "tam", "What size?", does("asks", "clarify"), under="done", day=5)
    talk.complete()
    worked = talk.run()
    found = open_asks(worked.query, LATER)
    first = open_asks(worked.query, LATER, limit=1)[0].ask
    rest = open_asks(worked.query, LATER, older_than=Cursor(at=first.asked_at, key=first.ask))

    assert [("new", "waiting"), ("hill", "not known"), ("ask", "silent")] == [
        (worked.name(one.ask.ask), one.state) for one in found
    ]
    assert found[1:] == rest
    assert ["ask"] == [worked.name(one.ask) for one in silent_asks(worked.query, LATER)]
    assert [] == silent_asks(worked.query, LATER, place="hill")
