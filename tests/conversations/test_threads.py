"""Conversations come out the same for any input, in any order."""

from __future__ import annotations

import random
from collections.abc import Mapping

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals import arrow
from mutuals.conversations import threads
from mutuals.engines.duckdb import DuckDBEngine
from mutuals.schema import TABLES
from mutuals.store.migrations import create_table
from tests.conversations import oracle

Parents = Mapping[int, int | None]


def engine_with(
    parents: Parents,
    *,
    conversations: Mapping[int, int] | None = None,
    speakers: Mapping[int, int] | None = None,
    seed: int = 0,
) -> DuckDBEngine:
    """An engine over a library in memory that holds these messages, put in in a seeded order."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'; attach ':memory:' as lib")
    for name in ("utterance", "link"):
        connection.execute(create_table(name))
    connection.execute("use lib")
    keys = list(parents)
    random.Random(seed).shuffle(keys)
    rows = [
        {
            "utterance": key, "id": f"t:{key:06d}", "place": "t:place", "reply_to": parents[key], "is_deleted": False,
            "conversation_key": (conversations or {}).get(key), "speaker": (speakers or {}).get(key),
        }
        for key in keys
    ]  # fmt: skip
    table = arrow.batch(rows, TABLES["utterance"])
    connection.register("rows", table)
    connection.execute("insert into utterance select * from rows")
    return DuckDBEngine(connection)


def thread_of(engine: DuckDBEngine) -> dict[int, tuple[int, int]]:
    """`{message: (root, depth)}` as the SQL finds it."""
    threads.build(engine)
    rows = engine.connection.execute("select utterance, root, depth from thread").fetchall()
    assert len(rows) == len({row[0] for row in rows})
    return {utterance: (root, depth) for utterance, root, depth in rows}


any_parents = st.dictionaries(st.integers(1, 30), st.one_of(st.none(), st.integers(1, 40)), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(parents=any_parents, seed=st.integers(0, 3))
def test_any_input_gives_the_roots_and_depths_of_the_slow_truth(parents: Parents, seed: int) -> None:
    """Missing parents, cycles, self-replies: roots and depths are the oracle's, whatever the order of arrival."""
    found = thread_of(engine_with(parents, seed=seed))

    assert oracle.roots(parents) == found


@settings(max_examples=40, deadline=None)
@given(parents=any_parents, marked=st.sets(st.integers(1, 40), max_size=12))
def test_nearest_marked_message_is_that_of_the_slow_truth(parents: Parents, marked: set[int]) -> None:
    """The nearest marked message above is the oracle's, in cycles too."""
    engine = engine_with(parents)
    threads.build(engine)
    values = ", ".join(f"({key})" for key in marked) or "(0)"
    threads.nearest(engine, "above", f"select utterance from (values {values}) v(utterance)")
    found = dict(engine.connection.execute("select utterance, marked from above").fetchall())

    assert oracle.nearest(parents, marked) == found


def test_two_messages_that_answer_each_other_are_both_walked() -> None:
    """A two-cycle keeps both its messages, cut at the smaller."""
    found = thread_of(engine_with({7: 8, 8: 7}))

    assert {7: (7, 0), 8: (7, 1)} == found


def test_a_chain_of_ten_thousand_is_walked() -> None:
    """A chain of 10,000 replies has its last message at depth 9,999."""
    found = thread_of(engine_with({key: key - 1 if key > 1 else None for key in range(1, 10_001)}))

    assert (1, 9_999) == found[10_000]


def test_a_conversation_of_a_hundred_thousand_is_one() -> None:
    """100,000 replies to one message stand under it at depth 1."""
    found = thread_of(engine_with({key: 1 if key > 1 else None for key in range(1, 100_001)}))

    assert {(1, 0): 1, (1, 1): 99_999} == {pair: list(found.values()).count(pair) for pair in set(found.values())}


def test_a_missing_parent_is_a_gap_that_keeps_its_replies_together() -> None:
    """Two replies to a message that is not there share one conversation with a gap at its top."""
    engine = engine_with({2: 1, 3: 1})
    threads.build(engine)
    gaps = engine.connection.execute("select utterance from thread where is_gap").fetchall()
    conversations = engine.connection.execute("select distinct conversation from thread").fetchall()

    assert [(1,)] == gaps
    assert [(1,)] == conversations


def test_a_message_without_a_link_answers_the_last_one_by_somebody_else() -> None:
    """In a platform's conversation a message without a reply link is marked inferred, whoever wrote twice in a row."""
    speakers = {1: 7, 2: 7, 3: 8, 4: 8, 5: 9, 6: 7}
    parents = {1: None, 2: None, 3: None, 4: None, 5: 2, 6: None}
    engine = engine_with(parents, conversations=dict.fromkeys(parents, 90), speakers=speakers)
    threads.build(engine)
    found = engine.connection.execute("select utterance, parent, how from reply order by 1").fetchall()

    assert [
        (2, 1, "inferred"), (3, 2, "inferred"), (4, 2, "inferred"), (5, 2, "explicit"), (6, 5, "inferred"),
    ] == found  # fmt: skip
