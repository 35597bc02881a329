"""Asks: the list of them, one of them, and which of them are the same ask made in several places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from mutuals.practices import DEFAULTS, Ask, Cursor, Query, Thresholds, before, rows
from mutuals.schema import TABLES

_COLUMNS = ", ".join(f'a."{name}"' for name in TABLES["ask"].names)

SAME_ASK = pa.schema([("ask", pa.int64()), ("same_as", pa.int64())])
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
    """The same ask by the same person in other places, oldest first; empty when it was made once."""
    found = query(
        f"""select {_COLUMNS} from ask a
            where a.ask <> ? and coalesce(a.same_as, a.ask) =
                  (select min(coalesce(o.same_as, o.ask)) from ask o where o.ask = ?)
            order by a.asked_at nulls last, a.ask""",
        [key, key],
    )
    return rows(Ask, found)


def same_asks(query: Query, speakers: Sequence[int] | None = None, thresholds: Thresholds = DEFAULTS) -> pa.Table:
    """Which asks repeat an earlier one by the same person, as rows of `SAME_ASK`, in order of key.

    An ask joins the earliest one within `same_ask_within` before it that joins none itself, so a notice repeated every
    day does not become one ask that is a year old. Asks without an account or a time are never joined.

    Args:
        query: Reads `ask`, `utterance` and `thread` of the whole library.
        speakers: Keys of the accounts to look at, such as those that an update touched; None for all.
        thresholds: How alike and how close two asks must be.

    Returns:
        One row an ask that repeats another. For the speakers looked at, every other ask has `same_as` null: a caller
        that updates `ask` clears them first.
    """
    if speakers is not None and not speakers:
        return SAME_ASK.empty_table()
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
    return _joined(found, thresholds)


def words_of(text: str) -> frozenset[str]:
    """The distinct words of a text, in one case and one form of writing, without punctuation."""
    return frozenset(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _joined(found: pa.Table, thresholds: Thresholds) -> pa.Table:
    """Go through the asks in order of speaker and time, holding the first ones of the last two days."""
    firsts: list[tuple[int, datetime, int, frozenset[str], bool]] = []
    pairs: list[tuple[int, int]] = []
    for row in found.to_pylist():
        words = words_of(row["text"] or "")
        speaker, asked_at = row["speaker"], row["asked_at"]
        firsts = [f for f in firsts if f[0] == speaker and asked_at - f[1] <= thresholds.same_ask_within]
        same = next(_same(firsts, words, row["is_opening"], thresholds), None)
        if same is None:
            firsts.append((speaker, asked_at, row["ask"], words, row["is_opening"]))
        else:
            pairs.append((row["ask"], same))
    pairs.sort()
    return pa.table([[pair[0] for pair in pairs], [pair[1] for pair in pairs]], schema=SAME_ASK)


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
