"""What the pipeline finds in the village against what its messages were written to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

import mutuals
from mutuals import arrow
from mutuals.library import Library
from mutuals.reading.cues import CueReader
from mutuals.reading.learned.reader import LearnedReader
from mutuals.views.making import Pages
from mutuals.views.pages import AskMoment, HelpMoment, PraiseMoment
from mutuals.vocabulary import ACTS, Tier
from tests import village as gold
from tests.promises.outputs import grow, ids

FLOORS = json.loads((Path(__file__).parent / "village_floors.json").read_text("utf-8"))
SAYS = sorted(name for name, act in ACTS.items() if act.tier is Tier.SAYS)
TEXTS = {key: post.text for key, _, post in gold.every_post()}
UNDECLARED = {key for key in gold.AUTOMATED if key.startswith("reddit")}
"""A known miss: on Reddit the bot says so in its words alone, and the importer goes by the platform."""

MEANT = {(key, one.act) for key, many in gold.GOLD.items() for one in many if not one.is_absent}


@pytest.fixture(scope="module", params=[CueReader, LearnedReader], ids=lambda kind: kind.name)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The library of the village, read by the cues (whose lists were written with it at hand) and by what was learned
    (which never saw it).
    """
    reader = request.param()
    with mutuals.open(grow(tmp_path_factory.mktemp("meaning"), reader=reader), reader) as opened:
        yield opened


def _floors(library: Library) -> dict[str, Any]:
    return cast("dict[str, Any]", FLOORS[library.reader.name])


def _claimed(library: Library) -> set[tuple[str, str]]:
    rows = arrow.rows(library.query("select distinct u.id, a.act from act a join utterance u using (utterance)"))
    return {(row["id"], row["act"]) for row in rows}


def _table(title: str, keys: set[tuple[str, str]]) -> str:
    return "\n".join([title, *(f"  {act:10} {key}: {' '.join(TEXTS[key].split())[:100]}" for key, act in sorted(keys))])


@pytest.mark.parametrize("act", SAYS)
def test_what_is_said_firmly_holds_its_floor(library: Library, act: str) -> None:
    """Precision and recall of each act of tier 1 stay at or above what was reached."""
    claimed = {pair for pair in _claimed(library) if pair[1] == act}
    meant = {pair for pair in MEANT if pair[1] == act}
    right = claimed & meant
    words = _table("claimed, not meant:", claimed - meant) + "\n" + _table("meant, not claimed:", meant - claimed)

    assert _floors(library)["precision"][act] <= len(right) / len(claimed), words
    assert _floors(library)["recall"][act] <= len(right) / len(meant), words


def test_nine_of_ten_firm_claims_are_right(library: Library) -> None:
    """Of all that is said in tier 1, at least nine tenths were meant."""
    claimed = {pair for pair in _claimed(library) if pair[1] in SAYS}

    assert 0.90 <= len(claimed & MEANT) / len(claimed), _table("claimed, not meant:", claimed - MEANT)


def test_what_only_looks_like_it_is_not_claimed(library: Library) -> None:
    """No message is said to do what it must not be read as doing."""
    forbidden = {(key, one.act) for key, many in gold.GOLD.items() for one in many if one.is_absent}

    assert forbidden
    assert set() == forbidden & _claimed(library), _table("claimed all the same:", forbidden & _claimed(library))


def _ask(library: Library, key: str) -> AskMoment:
    return next(m for m in Pages(library).moment(key).moments if isinstance(m, AskMoment))


def test_the_silent_ask_waits_on_today(library: Library) -> None:
    """The ask that nobody answered is silent, and stands among the open asks."""
    assert "silent" == _ask(library, gold.SILENT_ASK).silence
    assert gold.SILENT_ASK in {quote.utterance for quote in Pages(library).today().open_asks}


def test_a_late_answer_is_an_answer(library: Library) -> None:
    """The ask of August that was answered in April is answered."""
    moment = _ask(library, gold.LATE_ASK)

    assert "answered" == moment.silence
    assert gold.LATE_ANSWER in {e.first.utterance for k in moment.kinds for e in k.entries if k.kind == "answers"}


def test_confirmed_answers(library: Library) -> None:
    """No answer is called confirmed that was not, and as many are found as before."""
    rows = arrow.rows(
        library.query(
            "select a.id as ask, b.id as answer from confirmed_answer c"
            " left join utterance a on a.utterance = c.ask join utterance b on b.utterance = c.answer"
        )
    )
    found = {(row["ask"], row["answer"]) for row in rows}

    assert set() == found - gold.CONFIRMED
    assert _floors(library)["confirmed"] <= len(found), _table(
        "not found:", {(b, a) for a, b in gold.CONFIRMED - found}
    )


def test_chimes_come_in_order(library: Library) -> None:
    """Those who chimed in under the big praise are there in order of arrival, without the drift and the promotion."""
    moments = [m for m in Pages(library).moment(gold.BIG_PRAISE).moments if isinstance(m, PraiseMoment)]
    (moment,) = [m for m in moments if m.praised and m.praised.name == "Tobias Quill"]

    assert gold.CHIMES == [chime.quote.utterance for chime in moment.chimes]


def test_hands_round_tobias(library: Library) -> None:
    """The hands that joined Tobias at the flood stand by their link, in order of arrival."""
    (mine,) = [key for key, talk, post in gold.every_post() if post.person == "tobias" and post.number == 4
               and talk.id == "101"]  # fmt: skip
    (moment,) = [m for m in Pages(library).moment(mine).moments if isinstance(m, HelpMoment)]
    hands: dict[str, list[str]] = {}
    for hand in moment.hands:
        hands.setdefault(hand.link, []).append(hand.quote.utterance)

    if library.reader.name == "cues":
        assert gold.HANDS_ROUND_TOBIAS == hands
    assert hands
    for link, found in hands.items():  # what is found stands by its link, and in order
        assert [key for key in gold.HANDS_ROUND_TOBIAS[link] if key in found] == found


def test_what_is_missing_deleted_or_unread_is_known(library: Library) -> None:
    """Deleted messages, and those in languages that nobody here reads, are known as such; every gap found was one."""
    sql = "select distinct reply_to_id as id from utterance where reply_to_id is not null"

    assert gold.DELETED == set(ids(library, "select id from utterance where is_deleted"))
    assert gold.UNREAD == set(
        ids(library, "select id from read join utterance using (utterance) where outcome = 'unread'")
    )
    assert set(ids(library, sql)) <= gold.GAPS
    assert 3 <= len(ids(library, sql))


def test_bots_answer_in_the_footer(library: Library) -> None:
    """What a declared bot wrote stands in no kind of response of a person."""
    rows = ids(library, "select u.id from response r join utterance u using (utterance) where r.is_automated")
    others = ids(library, "select u.id from response r join utterance u using (utterance) where not r.is_automated")

    assert set(rows) <= gold.AUTOMATED
    assert rows
    assert set() == (gold.AUTOMATED & set(others)) - UNDECLARED


def test_the_same_ask_twice_is_one(library: Library) -> None:
    """The ask that went to two subreddits is one, and no other asks are joined."""
    rows = arrow.rows(
        library.query(
            "select u.id, v.id as first from ask a join utterance u on u.utterance = a.ask"
            " join utterance v on v.utterance = a.same_as"
        )
    )

    assert [gold.SAME_ASK] == [(row["first"], row["id"]) for row in rows]
