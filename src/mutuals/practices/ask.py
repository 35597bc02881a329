"""Asks: the list of them, one of them, and which of them are the same ask made in several places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from arro3.core import DataType, Field, RecordBatch, Schema, Table

from mutuals import arrow
from mutuals.practices import DEFAULTS, Ask, Cursor, Query, Thresholds, before, rows
from mutuals.schema import TABLES

_COLUMNS = ", ".join(f'a."{name}"' for name in TABLES["ask"].names)

SAME_ASK = Schema([Field("ask", DataType.int64()), Field("same_as", DataType.int64())])
"""What `same_asks` gives."""


def asks(
    query: Query,
    *,
    place: str | None = None,
    speaker: int | None = None,
    older_than: Cursor | None = None,
    limit: int = 50,
) -> list[Ask]:
    """One page of asks, newest first; those without a time come last.

    Clarifying questions are left out, since they are never a need, and so are repetitions of an ask that is
    in the list already: `also_asked` gives them.

    Args:
        query: Runs the SELECT.
        place: Id of a place, to see its asks alone.
        speaker: Key of an account, to see its asks alone.
        older_than: Where the page before ended.
        limit: How many at most.
    """
    condition, parameters = before(older_than, "a.asked_at", "a.ask")
    where = [condition, "coalesce(a.sub_kind, '') <> 'clarify'", "a.same_as is null"]
    for column, value in (("place", place), ("speaker", speaker)):
        if value is not None:
            where.append(f"a.{column} = ?")
            parameters.append(value)
    found = query(
        f"select {_COLUMNS} from ask a where {' and '.join(where)}"
        " order by a.asked_at desc nulls last, a.ask desc limit ?",
        [*parameters, limit],
    )
    return rows(Ask, found)


def ask_of(query: Query, key: int) -> Ask | None:
    """The ask of a message; None when the message asks nothing that others could answer."""
    found = rows(Ask, query(f"select {_COLUMNS} from ask a where a.ask = ?", [key]))
    return found[0] if found else None


def also_asked(query: Query, key: int) -> list[Ask]:
    """The same ask by the same person, made elsewhere or carried on, oldest first; empty when it was made once."""
    found = query(
        f"""select {_COLUMNS} from ask a
            where a.ask <> ? and coalesce(a.same_as, a.ask) =
                  (select min(coalesce(o.same_as, o.ask)) from ask o where o.ask = ?)
            order by a.asked_at nulls last, a.ask""",
        [key, key],
    )
    return rows(Ask, found)


def same_asks(query: Query, speakers: Sequence[int] | None = None, thresholds: Thresholds = DEFAULTS) -> RecordBatch:
    """Which asks repeat or carry on an earlier one by the same person, as rows of `SAME_ASK`, in order of key.

    An ask repeats the earliest one within `same_ask_within` before it that repeats none itself, so a notice repeated
    every day does not become one ask that is a year old. It carries on the ask above it when nobody else has written
    in the conversation since: whoever then answers is answering both, and neither was met by silence. Asks without an
    account or a time are never joined.

    Args:
        query: Reads `ask`, `nearest_ask`, `utterance` and `thread` of the whole library.
        speakers: Keys of the accounts to look at, such as those that an update touched; None for all.
        thresholds: How alike and how close two asks must be.

    Returns:
        One row an ask that repeats another. For the speakers looked at, every other ask has `same_as` null: a caller
        that updates `ask` clears them first.
    """
    if speakers is not None and not speakers:
        return arrow.batch([], SAME_ASK)
    only, parameters = "", list[object]()
    if speakers is not None:
        only = f"and a.speaker in ({', '.join('?' for _ in speakers)})"
        parameters.extend(speakers)
    seconds = int(thresholds.same_ask_within.total_seconds())
    found = query(
        f"""with near as (
              select a.ask, a.speaker, a.asked_at,
                     lag(a.asked_at) over (partition by a.speaker order by a.asked_at, a.ask) as earlier,
                     lead(a.asked_at) over (partition by a.speaker order by a.asked_at, a.ask) as later
              from ask a
              where a.speaker is not null and a.asked_at is not null and coalesce(a.sub_kind, '') <> 'clarify' {only})
            select n.ask, n.speaker, n.asked_at, u.text, t.parent is null as is_opening
            from near n
            join utterance u on u.utterance = n.ask
            join thread t on t.utterance = n.ask
            where n.asked_at <= n.earlier + interval '{seconds}' second
               or n.later <= n.asked_at + interval '{seconds}' second
            order by n.speaker, n.asked_at, n.ask""",
        parameters,
    )
    pairs = dict(_carried_on(query, speakers)) | dict(_repeated(found, thresholds))
    for key in pairs:  # the head of a chain; each pair points at an earlier ask, so that every chain ends
        while pairs[key] in pairs:
            pairs[key] = pairs[pairs[key]]
    ordered = sorted(pairs.items())
    return arrow.columns([[key for key, _ in ordered], [head for _, head in ordered]], SAME_ASK)


def _carried_on(query: Query, speakers: Sequence[int] | None) -> Iterator[tuple[int, int]]:
    """Asks with the ask by the same person right above them, where nobody else wrote in between."""
    only = "" if speakers is None else f"and a.speaker in ({', '.join('?' for _ in speakers)})"
    found = query(
        f"""with asked as (
              select a.ask, a.conversation, a.speaker, a.asked_at from ask a
              where a.speaker is not null and a.asked_at is not null and coalesce(a.sub_kind, '') <> 'clarify' {only}),
            line as (
              select t.utterance, t.conversation, t.written_at,
                     case when t.speaker = lag(t.speaker) over (
                            partition by t.conversation order by t.written_at nulls last, t.utterance)
                          then 0 else 1 end as is_turn
              from thread t
              where not t.is_gap and t.conversation in (select conversation from asked)),
            turn as (
              select utterance, sum(is_turn) over (
                       partition by conversation order by written_at nulls last, utterance
                       rows between unbounded preceding and current row) as turn
              from line)
            select b.ask, a.ask as same_as
            from asked b
            join nearest_ask n on n.utterance = b.ask
            join asked a on a.ask = n.ask and a.speaker = b.speaker and a.conversation = b.conversation
            join turn y on y.utterance = b.ask
            join turn x on x.utterance = a.ask and x.turn = y.turn
            where a.asked_at < b.asked_at or (a.asked_at = b.asked_at and a.ask < b.ask)""",
        list(speakers or ()),
    )
    for row in arrow.rows(found):
        yield row["ask"], row["same_as"]


def words_of(text: str) -> frozenset[str]:
    """The distinct words of a text, in one case and one form of writing, without punctuation."""
    return frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _repeated(found: Table, thresholds: Thresholds) -> Iterator[tuple[int, int]]:
    """Asks with the earlier one that has the same text.

    It goes through them in order of speaker and time, holding the first ones of the last two days.
    """
    firsts: list[tuple[int, datetime, int, frozenset[str], bool]] = []
    for row in arrow.rows(found):
        words = words_of(row["text"] or "")
        speaker, asked_at = row["speaker"], row["asked_at"]
        firsts = [f for f in firsts if f[0] == speaker and asked_at - f[1] <= thresholds.same_ask_within]
        same = next(_same(firsts, words, row["is_opening"], thresholds), None)
        if same is None:
            firsts.append((speaker, asked_at, row["ask"], words, row["is_opening"]))
        else:
            yield row["ask"], same


def _same(
    firsts: list[tuple[int, datetime, int, frozenset[str], bool]],
    words: frozenset[str],
    is_opening: bool,
    thresholds: Thresholds,
) -> Iterator[int]:
    """Keys of the earlier asks that have the same text."""
    for _, _, key, others, other_opens in firsts:
        all_words = len(words | others)
        is_long = min(len(words), len(others)) >= thresholds.same_ask_words
        is_alike = bool(words) and len(words & others) >= thresholds.same_ask_share * all_words
        if is_alike and (is_long or (is_opening and other_opens)):
            yield key
