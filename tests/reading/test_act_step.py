"""The step that turns words into acts: structure decides what an answer is, who came back, and to whom thanks go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from arro3.core import Schema

from mutuals import arrow
from mutuals.engines import step
from mutuals.schema import TABLES

NOON = datetime(2020, 5, 1, 12, tzinfo=UTC)
ANA, BEN, CAI = 1, 2, 3
TEXT = "Some words that somebody wrote, long enough for every span of these tests."


def thread(utterance: int, speaker: int | None, parent: int | None = None, minute: int | None = 0) -> dict[str, Any]:
    """A row of `thread`."""
    return {
        "utterance": utterance, "conversation": 9, "root": 10, "depth": 0 if parent is None else 1, "parent": parent,
        "how": None if parent is None else "explicit", "is_gap": False, "speaker": speaker,
        "written_at": None if minute is None else NOON + timedelta(minutes=minute), "place": "p",
    }  # fmt: skip


def words(
    utterance: int, act: str, sub_kind: str | None = None, start: int = 0, end: int = 10, **more: Any
) -> dict[str, Any]:
    """A row of `reading`."""
    row = {
        "utterance": utterance, "conversation": 9, "reader": "cues 1", "act": act, "sub_kind": sub_kind,
        "start": start, "end": end, "certainty": "sure", "target": None,
    }  # fmt: skip
    return row | more


def above(utterance: int, ask: int, need: int | None = 10) -> dict[str, Any]:
    """A row of `nearest_ask`."""
    return {"utterance": utterance, "conversation": 9, "ask": ask, "need": need}


def correction(utterance: int, act: str, verdict: str, minute: int = 0, **more: Any) -> dict[str, Any]:
    """A row of `correction`."""
    row = {"utterance": utterance, "act": act, "verdict": verdict, "sub_kind": None, "start": None, "end": None}
    return row | {"said_at": NOON + timedelta(minutes=minute)} | more


THREAD = [
    thread(10, ANA), thread(11, BEN, 10, 1), thread(12, ANA, 11, 2), thread(13, CAI, 10, 3), thread(14, ANA, 13, 4),
    thread(15, BEN, 10, 5), thread(16, ANA, 10, None),
]  # fmt: skip
ABOVE = [above(key, 10) for key in range(11, 17)]


def acts(
    reading: list[dict[str, Any]],
    threads: list[dict[str, Any]] = THREAD,
    nearest: list[dict[str, Any]] = ABOVE,
    corrections: list[dict[str, Any]] | None = None,
    links: list[dict[str, Any]] | None = None,
    second: list[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Rows of `act` for these readings, in order of message, act and span."""
    utterances = [{"utterance": t["utterance"], "id": str(t["utterance"]), "place": "p", "text": TEXT} for t in threads]
    given = {"reading": reading, "thread": threads, "nearest_ask": nearest, "correction": corrections or [],
             "utterance": utterances, "link": links or [], "second_reading": second or []}  # fmt: skip
    with duckdb.connect() as con:
        for name, rows in given.items():
            schema = TABLES[name]
            con.register(f"given_{name}", arrow.batch(rows, Schema([f.with_nullable(True) for f in schema])))
            con.execute(f"create table {name} as select * from given_{name}")
        found = con.sql(step("mutuals.reading", "act") + '\norder by utterance, act, "start", target')
        return [row for batch in arrow.batches(found, 8192) for row in arrow.rows(arrow.shaped(batch, TABLES["act"]))]


def brief(rows: list[dict[str, Any]]) -> list[tuple[int, str, str | None]]:
    """Message, act and sub-kind of each row."""
    return [(row["utterance"], row["act"], row["sub_kind"]) for row in rows]


ASK = words(10, "asks", "fact")


def test_words_of_substance_under_a_need_answer_it() -> None:
    """What says something under another person's need answers it, once, and `states` itself is never an act."""
    rows = acts([ASK, words(11, "states", start=0, end=20, certainty="likely"), words(11, "states", start=25, end=40)])

    assert [(10, "asks", "fact"), (11, "answers", None)] == brief(rows)
    assert (25, 40, 10, ANA, "structure") == tuple(rows[1][k] for k in ("start", "end", "toward", "target", "origin"))


def test_talk_among_helpers_answers_only_with_advice() -> None:
    """A reply to another helper answers the need when its words advise, not when they merely say something."""
    threads = [thread(10, ANA), thread(11, BEN, 10, 1), thread(12, CAI, 11, 2)]
    nearest = [above(11, 10), above(12, 10)]

    assert [] == acts([words(12, "states", certainty="likely")], threads, nearest)
    assert [(12, "answers", None)] == brief(acts([words(12, "states")], threads, nearest))


def test_the_asker_does_not_answer_their_own_need() -> None:
    """The author of the need says things under it without answering it."""
    assert [(10, "asks", "fact")] == brief(acts([ASK, words(12, "states")]))


def test_a_worked_out_link_answers_only_near_the_need() -> None:
    """A worked-out link answers right under the need, or as advice soon after or where it mentions the asker."""
    threads = [
        thread(10, ANA),
        *(thread(n, BEN if n % 2 else CAI, n - 1, n) | {"how": "inferred"} for n in range(11, 30)),
    ]
    said = [words(n, "states", certainty="likely") for n in (11, 12)] + [words(n, "states") for n in (13, 14, 27, 28)]
    mention = {"utterance": 27, "kind": "mention", "target": ANA, "target_id": "p/ana"}
    found = acts(said, threads, [above(n, 10) for n in range(11, 30)], links=[mention])

    assert [11, 13, 14, 27] == [row["utterance"] for row in found]


def test_thanks_to_everyone_are_to_no_one_in_particular() -> None:
    """Words to all name nobody, not even the writer of the message that they answer."""
    said = [words(11, "thanks", target=0), words(12, "thanks")]
    rows = acts(said, nearest=[])

    assert [None, BEN] == [row["target"] for row in rows]


def test_nothing_answers_where_nothing_is_needed() -> None:
    """Without a need above, words of substance are no answer."""
    assert [] == brief(acts([words(11, "states")], nearest=[]))


def test_a_question_back_is_no_answer() -> None:
    """A message whose only substance is its clarifying question asks, and does not answer."""
    rows = acts([ASK, words(11, "asks", "clarify"), words(11, "states")])

    assert [(10, "asks", "fact"), (11, "asks", "clarify")] == brief(rows)
    assert 10 == rows[1]["toward"]


def test_answering_a_clarifying_question_is_no_help() -> None:
    """The asker's reply to a question back answers nothing: the need above it is their own."""
    nearest = [above(11, 10), above(12, 11)]

    assert [] == brief(acts([words(12, "states")], nearest=nearest))


def test_after_a_question_back_plain_words_answer() -> None:
    """What is merely said to the asker further below answers after one's own question back, and not otherwise."""
    threads = [thread(10, ANA), thread(11, BEN, 10, 1), thread(12, ANA, 11, 2), thread(13, BEN, 12, 3)]
    plain = [words(13, "states", certainty="likely")]
    asked_back = [above(11, 10), above(12, 11, 10), above(13, 11, 10)]

    assert [(13, "answers", None)] == brief(acts(plain, threads, asked_back))
    assert [] == brief(acts(plain, threads, [above(n, 10) for n in (11, 12, 13)]))


def test_nobody_answers_a_question_about_their_own_need() -> None:
    """Who asked and is asked something below it explains the need: that is no answer, however it is worded."""
    threads = [thread(10, ANA), thread(11, BEN, 10, 1), thread(12, ANA, 11, 2)]

    assert [] == brief(acts([words(12, "states")], threads, [above(11, 10), above(12, 11)]))


def test_advice_among_helpers_is_for_who_opened_the_conversation() -> None:
    """Below a question that came up along the way, advice to another helper is talk; right under it, it answers."""
    threads = [thread(10, BEN), thread(11, ANA, 10, 1), thread(12, CAI, 11, 2), thread(13, BEN, 12, 3)]
    nearest = [above(12, 11, 11), above(13, 11, 11)]
    rows = acts([words(12, "states"), words(13, "states")], threads, nearest)

    assert [(12, "answers", None)] == brief(rows)


def test_only_the_asker_comes_back() -> None:
    """Words that it worked are a coming back by the asker after a response, and nothing by anybody else."""
    rows = acts([words(12, "came_back", "worked"), words(13, "came_back", "worked")])

    assert [(12, "came_back", "worked")] == brief(rows)
    assert 11 == rows[0]["toward"]


def test_nobody_comes_back_before_a_response() -> None:
    """Before anyone else wrote under the need, its asker cannot have come back."""
    threads = [thread(10, ANA), thread(12, ANA, 10, 1), thread(13, BEN, 10, 2)]

    assert [] == brief(acts([words(12, "came_back", "solved_alone")], threads))


def test_thanks_by_the_asker_are_a_coming_back() -> None:
    """Thanks by the asker after a response are kept as thanks and say `thanked`; not beside a clearer outcome."""
    rows = acts([words(12, "thanks", target=BEN), words(14, "thanks"), words(14, "came_back", "worked", 20, 30)])

    assert [
        (12, "came_back", "thanked"), (12, "thanks", None), (14, "came_back", "worked"), (14, "thanks", None),
    ] == brief(rows)  # fmt: skip
    assert [BEN, BEN, CAI, CAI] == [row["target"] for row in rows]


def test_two_people_thanked_come_back_once() -> None:
    """Thanks to two people in one sentence are two thanks and one coming back."""
    rows = acts([words(12, "thanks", target=BEN), words(12, "thanks", target=CAI)])

    assert [("came_back", BEN), ("thanks", BEN), ("thanks", CAI)] == [(row["act"], row["target"]) for row in rows]


def test_thanks_in_the_opening_ask_are_dropped() -> None:
    """Thanks that open a conversation and name nobody thank nobody."""
    assert [(10, "asks", "fact")] == brief(acts([ASK, words(10, "thanks", start=20, end=27)]))


def test_thanks_to_oneself_have_no_target() -> None:
    """Under one's own message, thanks that name nobody are to no one in particular."""
    threads = [thread(10, ANA), thread(11, ANA, 10, 1)]

    assert [None] == [row["target"] for row in acts([words(11, "thanks")], threads, [])]


def test_unsure_readings_are_not_acts() -> None:
    """What the reader says `perhaps` does not reach the table."""
    assert [] == acts([words(11, "praises", certainty="perhaps")])


def also(utterance: int, act: str | None, reader: str = "llm invented-7b") -> dict[str, Any]:
    """A row of `second_reading`."""
    row = {"utterance": utterance, "reader": reader, "outcome": "read", "reason": "", "act": act, "sub_kind": None}
    return row | {"start": 3, "end": 12, "certainty": "likely"}


def test_what_two_readers_find_is_an_act() -> None:
    """An act of tier 3 that one reader says perhaps is an act, in its words, when another reader finds it as well."""
    perhaps = [words(n, act, certainty="perhaps") for n, act in ((11, "jokes"), (12, "dismisses"), (13, "disagrees"))]
    rows = acts([ASK, *perhaps], second=[also(11, "jokes"), also(12, "jokes"), also(13, None), also(14, "promotes")])

    assert [(10, "asks", "fact"), (11, "jokes", None)] == brief(rows)
    assert (0, 10, "likely", "cues 1") == tuple(rows[1][k] for k in ("start", "end", "certainty", "origin"))


def test_a_second_reader_makes_nothing_else_an_act() -> None:
    """Tiers 1 and 2 stay with the first reader, and two versions of one reader are one reader."""
    perhaps = [words(11, "praises", certainty="perhaps"), words(13, "jokes", certainty="perhaps")]

    assert [] == acts(perhaps, second=[also(11, "praises"), also(13, "jokes", "cues 2"), also(11, "thanks")])


def test_a_correction_stands_over_two_readers() -> None:
    """What a person says that a message is not it is not, whoever finds it."""
    perhaps = [words(11, "jokes", certainty="perhaps")]

    assert [] == acts(perhaps, second=[also(11, "jokes")], corrections=[correction(11, "jokes", "is_not")])


def test_a_correction_wins() -> None:
    """What a person says removes and adds acts, and the later word counts."""
    rows = acts(
        [ASK, words(11, "states"), words(13, "praises")],
        corrections=[
            correction(11, "answers", "is_not"), correction(13, "answers", "is", sub_kind=None, start=0, end=4),
            correction(13, "praises", "is", 1, start=2, end=9), correction(13, "praises", "is_not", 2),
        ],
    )  # fmt: skip

    assert [(10, "asks", "fact"), (13, "answers", None)] == brief(rows)
    assert ("person", "sure", 0, 4, 10) == tuple(rows[1][k] for k in ("origin", "certainty", "start", "end", "toward"))


def test_a_correction_without_words_quotes_the_message() -> None:
    """An act that a person adds without marking words quotes the whole message."""
    (row,) = acts([], corrections=[correction(11, "praises", "is")])

    assert (0, len(TEXT)) == (row["start"], row["end"])


@pytest.mark.parametrize("turn", range(3))
def test_order_does_not_matter(turn: int) -> None:
    """The rows are the same whatever order the readings come in."""
    reading = [ASK, words(11, "states"), words(12, "thanks"), words(12, "came_back", "worked"), words(13, "states")]

    assert acts(reading) == acts(reading[turn:] + reading[:turn])
