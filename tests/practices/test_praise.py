"""Praise, whom it is for, and who chimed in."""

from __future__ import annotations

import pytest

from mutuals.practices import Cursor
from mutuals.practices.praise import chimed_in_with, chimes, praise_of, praised_replied, praises
from mutuals.schema import key_of
from tests.practices.fixture import Talk, Worked, does
from tests.practices.glen import glen


@pytest.fixture(scope="module")
def worked() -> Worked:
    """The glen, worked out."""
    return glen().run()


def test_praise_says_how_its_person_was_told() -> None:
    """A mention comes before the reply link, that before a name; nobody praises themselves; the rest is someone."""
    talk = Talk()
    talk.say("pie", "tam", "I baked.")
    talk.say("mention", "noor", "Lovely, @tam", does("praises", to="tam"), under="pie", mentions=("tam",))
    talk.say("reply", "noor", "Lovely", does("praises", to="tam"), under="pie")
    talk.say("name", "noor", "Uma made the filling", does("credits", to="uma"), under="pie")
    talk.say("someone", "noor", "Whoever washed up, thank you", does("thanks"), under="pie")
    talk.say("self", "uma", "I am good at this", does("praises", to="uma"), under="pie")
    talk.say("uma", "uma", "Good night.")

    assert [
        ("mention", "tam", "mention"), ("name", "uma", "name"), ("reply", "tam", "reply"), ("someone", None, None),
    ] == talk.run().rows("select praise, praised, how from praise")  # fmt: skip


def test_who_chimed_in(worked: Worked) -> None:
    """Those join who speak of the praised person or directly to the praise: no seller, no mocker, no bot, no drift."""
    found = [(worked.name(c.utterance), c.act) for c in chimes(worked.query, key_of("forty"), key_of("tam"))]

    assert [("night", "experience"), ("seconded", "agrees"), ("oar", "credits")] == found
    assert [key_of("forty")] == chimed_in_with(worked.query, key_of("oar"))
    assert [] == chimes(worked.query, key_of("and ivo"), key_of("ivo"))


def test_praised_person_answered(worked: Worked) -> None:
    """The first reply of the praised person to the praise or to a chime is found."""
    assert key_of("any time") == praised_replied(worked.query, key_of("forty"), key_of("tam"))
    assert None is praised_replied(worked.query, key_of("and ivo"), key_of("ivo"))


def _choir(depth: int) -> Talk:
    talk = Talk()
    talk.say("praise 0", "person 0", "Thank you Tam", does("thanks", to="tam"))
    for n in range(1, depth + 1):
        talk.say(f"praise {n}", f"person {n}", "Yes, thank you Tam", does("thanks", to="tam"), under=f"praise {n - 1}")
    talk.say("tam", "tam", "Good night.")
    return talk


def test_chime_upon_a_chime_joins_the_topmost_praise() -> None:
    """A chain of thanks to one person is one choir."""
    worked = _choir(8).run()

    assert [("praise 0",)] == worked.rows("select distinct praise from chime")
    assert [f"praise {n}" for n in range(1, 9)] == [
        worked.name(c.utterance) for c in chimes(worked.query, key_of("praise 0"), key_of("tam"))
    ]


def test_choir_deeper_than_is_looked_loses_nobody() -> None:
    """Those deeper than eight praises down are listed under a lower praise, once each."""
    found = _choir(30).run().rows("select utterance, praise from chime")

    assert [("praise 20", "praise 11")] == [row for row in found if row[0] == "praise 20"]
    assert 30 == len(found)


def test_praiser_does_not_chime_in_with_themselves() -> None:
    """Neither the praiser nor the praised joins, also not through the words of a third."""
    talk = Talk()
    talk.say("first", "noor", "Thank you Tam", does("thanks", to="tam"))
    talk.say("second", "uma", "Noor is right", does("agrees", to="noor"), under="first")
    talk.say("third", "uma", "Tam carried it all", does("praises", to="tam"), under="second")
    talk.say("again", "noor", "He did", does("agrees"), under="third")
    talk.say("tam", "tam", "I only helped", does("agrees"), under="third")

    assert [("first", "second", "agrees"), ("first", "third", "praises")] == talk.run().rows(
        "select praise, utterance, act from chime"
    )


def test_words_to_no_one_further_down_do_not_chime_in() -> None:
    """What is aimed at no one counts directly under the praise alone."""
    talk = Talk()
    talk.say("first", "noor", "Thank you Tam", does("thanks", to="tam"))
    talk.say("weather", "uma", "And the weather held", under="first")
    talk.say("true", "kit", "True", does("agrees"), under="weather")
    talk.say("tam", "tam", "Good night.")

    assert [] == talk.run().rows("select * from chime")


def test_list_of_praise_holds_each_choir_once(worked: Worked) -> None:
    """The list goes newest first, leaves chimes to their praise, and continues where a page ended."""
    found = praises(worked.query)
    pages, cursor = list[object](), None
    while page := praises(worked.query, older_than=cursor, limit=1):
        pages.extend(page)
        cursor = Cursor(at=page[-1].written_at, key=page[-1].praise)

    assert found == pages
    assert ["notes", "beep", "and ivo", "forty", "forty", "held"] == [worked.name(p.praise) for p in found]
    assert ["oar"] == [worked.name(p.praise) for p in praises(worked.query, speaker=key_of("kit"))]
    assert ["praises", "thanks"] == [p.act for p in praise_of(worked.query, key_of("forty"))]


def test_what_is_said_to_the_praiser() -> None:
    """To agree with the praiser, or to tell them of it, joins the praise; to thank the praiser does not."""
    talk = Talk()
    talk.say("first", "noor", "Thank you Tam", does("thanks", to="tam"))
    talk.say("agreed", "uma", "So it was", does("agrees", to="noor"), under="first")
    talk.say("told", "kit", "He came to us at dawn", does("experience", to="noor"), under="first")
    talk.say("for saying", "wil", "Thank you for saying so", does("thanks", to="noor"), under="first")
    talk.say("tam", "tam", "Good night.")

    assert ["agreed", "told"] == [row[0] for row in talk.run().rows("select utterance from chime")]
