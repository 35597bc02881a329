"""Help, the hands that joined, and thanks to return."""

from __future__ import annotations

import pytest

from mutuals.practices import Cursor
from mutuals.practices.help import hands, help_of, helps, thanks_to_return
from mutuals.schema import key_of
from tests.practices.fixture import Talk, Worked, does
from tests.practices.glen import glen


@pytest.fixture(scope="module")
def worked() -> Worked:
    """The glen, worked out."""
    return glen().run()


def test_answering_a_clarifying_question_is_no_help(worked: Worked) -> None:
    """Neither the asker's explanation nor a bystander's is help; what the clarifier then advises is."""
    talk = Talk()
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("where", "uma", "Where does it grow?", does("asks", "clarify"), under="ask")
    talk.say("bog", "tam", "In the bog, I was there.", does("answers"), under="where")

    assert [] == help_of(worked.query, key_of("hemp"))
    assert ["well"] == [worked.name(h.need) for h in help_of(worked.query, key_of("spring"))]
    assert [] == talk.run().rows("select * from help")


def test_hands_that_joined(worked: Worked) -> None:
    """Every other helper is there once, in order of arrival, by the firmest link that holds."""
    found = [(worked.name(h.help.helper), h.link) for h in hands(worked.query, key_of("pump"))]

    assert [
        ("ivo", "was_there_before_you"),
        ("tam", "named_you"),
        ("wil", "under_your_reply"),
        ("kit", "under_your_reply"),
        ("uma", "same_need_after_you"),
        ("bea", "same_need_after_you"),
    ] == found


def test_hands_of_no_help(worked: Worked) -> None:
    """A message that helps nobody has no hands."""
    assert [] == hands(worked.query, key_of("told you"))


def test_hand_that_gives_credit() -> None:
    """To give a helper credit is to name them; a hand without a time and without a link is left out."""
    talk = Talk()
    talk.say("need", "noor", "Who can mend a bellows?", does("asks", "favour"))
    talk.say("mine", "tam", "I can.", does("offers"), under="need")
    talk.say("credit", "uma", "Tam taught me, I come too.", does("offers"), does("credits", to="tam"), under="need")
    talk.say("when", "kit", "Me too.", does("offers"), under="need", timeless=True)
    worked = talk.run()

    assert [("credit", "named_you")] == [
        (worked.name(h.help.help), h.link) for h in hands(worked.query, key_of("mine"))
    ]


def test_bots_do_not_reach_out(worked: Worked) -> None:
    """What a declared bot answers is no help."""
    assert [] == help_of(worked.query, key_of("board"))


def test_list_of_help(worked: Worked) -> None:
    """The list goes newest first, one row a message, and continues where a page ended."""
    found = [worked.name(h.help) for h in helps(worked.query)]
    first = helps(worked.query, limit=4)
    rest = helps(worked.query, older_than=Cursor(at=first[-1].written_at, key=first[-1].help))

    assert ["well fed", "soup", "poor pip", "boots"] == found[:4]
    assert found == [worked.name(h.help) for h in [*first, *rest]]
    assert ["wax", "spring"] == [worked.name(h.help) for h in reversed(helps(worked.query, helped=key_of("noor")))][:2]


def test_thanks_to_return(worked: Worked) -> None:
    """Help that the viewer thanked for or came back to is not owed; the rest is, newest first."""
    owed = [worked.name(h.help) for h in thanks_to_return(worked.query, key_of("noor"))]

    assert ["well fed", "spring"] == owed


def test_thanks_to_all_are_thanks_to_each() -> None:
    """Thanks of which it cannot be told whom they are for acknowledge all help before them in that conversation."""
    talk = Talk()
    talk.say("need", "noor", "Who can mend a bellows?", does("asks", "favour"))
    talk.say("one", "tam", "I can.", does("offers"), under="need")
    talk.say("two", "uma", "So can I.", does("offers"), under="need")
    talk.say("all", "noor", "Thank you, both of you.", does("praises"), under="need")
    talk.say("three", "kit", "And I.", does("offers"), under="need")
    worked = talk.run()

    assert ["three"] == [worked.name(h.help) for h in thanks_to_return(worked.query, key_of("noor"))]
