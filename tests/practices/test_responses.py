"""Who responded to an ask and how, and what the asker said afterwards."""

from __future__ import annotations

import re

import pytest

from mutuals import arrow
from mutuals.engines import step
from mutuals.practices.responses import came_back, confirmations_of, confirmed, responses
from mutuals.schema import TABLES, key_of
from mutuals.vocabulary import RESPONSE_KINDS
from tests.practices.fixture import Talk, Worked, does
from tests.practices.glen import glen


@pytest.fixture(scope="module")
def worked() -> Worked:
    """The glen, worked out."""
    return glen().run()


def test_steps_give_the_columns_of_their_tables(worked: Worked) -> None:
    """Every step gives exactly the columns of its table, in order and type."""
    names = ["ask", "response", "came_back", "confirmed_answer", "praise", "chime", "help", "sign"]
    found = {name: worked.query(f"select * from {name} limit 0").schema for name in names}

    for name in names:
        assert TABLES[name].names == found[name].names
        assert [str(f.type) for f in TABLES[name]] == [str(f.type) for f in found[name]]


def test_step_knows_every_kind_of_response() -> None:
    """The kinds in the step are those of the vocabulary, but for the two that are no act."""
    listed = re.search(r"a\.act in \((.*?)\)", step("mutuals.practices", "response"), re.DOTALL)

    assert listed is not None
    assert set(RESPONSE_KINDS) - {"other", "unread"} == set(re.findall(r"'(\w+)'", listed[1]))


def test_rhetorical_question_opens_no_ask(worked: Worked) -> None:
    """Nothing can be a response to a rhetorical question."""
    assert [] == worked.rows(
        "select ask from ask where ask in (select utterance from act where sub_kind = 'rhetorical')"
    )
    assert [] == worked.rows(
        "select * from response where utterance in (select utterance from utterance where id = 'i do')"
    )


def test_kinds_of_response(worked: Worked) -> None:
    """Each response is listed with all it does; what was not read is unread, what does nothing known is other."""
    found = worked.rows(f"select utterance, kind from response where ask = {key_of('well')} and not is_automated")

    assert [
        ("cera", "unread"), ("fair", "other"), ("ferry rope", "asks"), ("hemp?", "asks"), ("right", "agrees"),
        ("snapped", "experience"), ("splendid", "dismisses"), ("spring", "answers"), ("stall", "promotes"),
        ("tallow", "corrects"), ("tallow", "disagrees"), ("wax", "answers"), ("wax", "source"),
    ] == found  # fmt: skip


def test_responses_come_in_the_fixed_order(worked: Worked) -> None:
    """Kinds come in the one fixed order, and within a kind the earliest first."""
    kinds = [r.kind for r in responses(worked.query, key_of("well"))]
    answers = [worked.name(r.utterance) for r in responses(worked.query, key_of("well")) if r.kind == "answers"]

    assert sorted(kinds, key=RESPONSE_KINDS.index) == kinds
    assert ["wax", "board", "spring"] == answers


def test_declared_bot_is_flagged(worked: Worked) -> None:
    """What a declared bot wrote is kept, and marked as automated."""
    assert [("board",)] == worked.rows("select utterance from response where is_automated and kind = 'answers'")


def test_nested_ask_keeps_its_own_answer(worked: Worked) -> None:
    """An answer goes to the nearest ask above it alone."""
    assert [("ferry rope",)] == worked.rows(f"select ask from response where utterance = {key_of('same wax')}")


def test_clarifying_question_takes_its_own_answer(worked: Worked) -> None:
    """The asker's explanation answers the clarifying question; what its writer says next is for the need."""
    assert [("hemp?",)] == worked.rows(f"select ask from response where utterance = {key_of('hemp')}")
    assert [("well",)] == worked.rows(f"select ask from response where utterance = {key_of('spring')}")


def test_self_reply_is_no_response(worked: Worked) -> None:
    """Nobody responds to their own ask."""
    assert [] == responses(worked.query, key_of("benches"))


def test_quote_post_responds_from_elsewhere(worked: Worked) -> None:
    """A message that quotes the ask in another conversation responds to it when it does something for it."""
    found = arrow.rows(worked.query(f"select conversation, kind from response where utterance = {key_of('soup')}"))

    assert [{"conversation": key_of("kitchen"), "kind": "offers"}] == found


def test_late_citation_is_no_response(worked: Worked) -> None:
    """A quote from another conversation that does nothing for the ask is no response to it."""
    assert [] == worked.rows(f"select * from response where utterance = {key_of('notes')}")


def test_asker_came_back(worked: Worked) -> None:
    """The asker's return is told by outcome, with the words and the answer that it stands under."""
    found = [
        (b.outcome, worked.words(b.utterance, b.start, b.end), worked.name(b.answer), b.answer_how)
        for b in came_back(worked.query, key_of("well"))
    ]

    assert [
        ("worked", "Waxed it, no fraying since", "wax", "explicit"),
        ("thanked", "Thank you Tam.", "wax", "explicit"),
    ] == found
    assert [("wax", "asker", "held")] == [
        (worked.name(c.answer), c.by, worked.name(c.evidence)) for c in confirmed(worked.query, key_of("well"))
    ]


def _returned(*last: object, **rest: object) -> Worked:
    """Two answers, one by each of two people, other words of the first one, and then the asker, who says `last`."""
    talk = Talk()
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("one", "tam", "Peat moss.", does("answers"), under="ask")
    talk.say("two", "uma", "Feather moss.", does("answers"), under="ask")
    talk.say("three", "tam", "It grows here as well.", does("adds"), under="two")
    talk.say("back", "noor", "It was, as @tam said.", *last, **({"under": "ask"} | rest))  # type: ignore[arg-type]
    return talk.run()


def test_answer_named_by_the_asker() -> None:
    """Someone named among those who answered is meant by their answer, not by their later words."""
    by_target = _returned(does("came_back", "worked", to="tam"))
    by_mention = _returned(does("came_back", "worked"), mentions=("tam",))

    assert [("one", "named")] == by_target.rows("select answer, answer_how from came_back")
    assert [("one", "named")] == by_mention.rows("select answer, answer_how from came_back")
    assert [("one",)] == by_mention.rows("select answer from confirmed_answer")


def test_answer_worked_out_confirms_nothing() -> None:
    """Where nothing tells which answer is meant, it is the last one, marked as inferred, and confirms nothing."""
    worked = _returned(does("came_back", "worked"))

    assert [("two", "inferred")] == worked.rows("select answer, answer_how from came_back")
    assert [] == worked.rows("select * from confirmed_answer")


def test_reply_link_that_was_worked_out() -> None:
    """A reply link that was itself worked out makes the answer an inferred one."""
    worked = _returned(does("came_back", "worked"), under="one", how="inferred")

    assert [("one", "inferred")] == worked.rows("select answer, answer_how from came_back")


def test_asker_goes_on_below_their_own_words() -> None:
    """The answer is still known when the asker replies to their own message under it."""
    talk = Talk()
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("one", "tam", "Peat moss, smell it.", does("answers"), under="ask")
    talk.say("will try", "noor", "I will.", under="one")
    talk.say("back", "noor", "Peat it is.", does("came_back", "worked"), under="will try")

    assert [("one", "explicit")] == talk.run().rows("select answer, answer_how from came_back")


def test_return_below_a_clarifying_question() -> None:
    """An asker who says what became of it below somebody's clarifying question speaks of their own need."""
    talk = Talk()
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("where", "uma", "Where does it grow?", does("asks", "clarify"), under="ask")
    talk.say("bog", "noor", "In the bog.", does("answers"), under="where")
    talk.say("peat", "uma", "Peat moss then.", does("answers"), under="bog")
    talk.say("back", "noor", "Right, it is.", does("came_back", "worked"), under="peat")

    assert [("ask", "peat", "explicit")] == talk.run().rows("select ask, answer, answer_how from came_back")


def test_thanks_before_any_response_is_no_return() -> None:
    """An asker who writes before anybody else has not come back, and neither has one whom only a bot answered."""
    talk = Talk(bots={"greeter"})
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("bot", "greeter", "Read the board.", does("answers"), under="ask")
    talk.say("early", "noor", "Thank you all.", does("thanks"), under="ask")
    talk.say("one", "tam", "Peat moss.", does("answers"), under="ask")

    assert [] == talk.run().rows("select * from came_back")


def test_accepted_answer() -> None:
    """A platform's mark confirms an answer, also where no ask was read, and askers' own solutions."""
    talk = Talk()
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("one", "tam", "Peat moss.", does("answers"), under="ask", is_accepted=True)
    talk.say("own", "noor", "Found it myself.", under="ask", is_accepted=True)
    talk.say("moss", "noor", "Moss.")
    talk.say("two", "uma", "Feather moss.", under="moss", is_accepted=True)
    worked = talk.run()

    assert [
        ("ask", "one", "platform", None),
        ("ask", "own", "platform", None),
        (None, "two", "platform", None),
    ] == worked.rows("select ask, answer, c.by, evidence from confirmed_answer c")
    assert ["platform"] == [c.by for c in confirmations_of(worked.query, key_of("two"))]


def test_deleted_messages_count_for_nothing() -> None:
    """A deleted ask is no ask and a deleted reply no response, whatever was once read in them."""
    talk = Talk()
    talk.say("gone", "noor", None, does("asks", "fact", words=""), is_deleted=True)
    talk.say("under gone", "tam", "Peat moss.", does("answers"), under="gone")
    talk.say("ask", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("taken back", "tam", None, does("answers", words=""), under="ask", is_deleted=True)
    worked = talk.run()

    assert [("ask",)] == worked.rows("select ask from ask")
    assert [] == worked.rows("select * from response")
    assert [] == worked.rows("select * from help")


def test_unknown_account_responds_to_a_known_one_only() -> None:
    """Words of an unknown account are a response to a known asker; two unknown accounts may be one."""
    talk = Talk()
    talk.say("known", "noor", "Which moss is this?", does("asks", "fact"))
    talk.say("one", None, "Peat moss.", does("answers"), under="known")
    talk.say("unknown", None, "And this one?", does("asks", "fact"))
    talk.say("two", None, "Feather moss.", does("answers"), under="unknown")

    assert [("known", "one")] == talk.run().rows("select ask, utterance from response")


def test_one_ask_a_message() -> None:
    """A message that asks twice is one ask by its first words; what seeks something comes before asking back."""
    talk = Talk()
    talk.say("both", "noor", "Which one? And who has a saw?", does("asks", "clarify", words="Which one?"),
             does("asks", "favour", words="And who has a saw?"),
             does("asks", "fact", words="who has a saw?"))  # fmt: skip
    worked = talk.run()

    assert [("both", "favour", 11)] == worked.rows("select ask, sub_kind, start from ask")
