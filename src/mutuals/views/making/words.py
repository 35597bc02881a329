"""Keys become people and quotes, a whole page at a time: one query for all the words, never one a row."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from arro3.core import DataType, Table

from mutuals.model import SOMEONE, Person, Quote
from mutuals.schema import TIME
from mutuals.vocabulary import ACTS, Tier

OPENING_LENGTH = 280
"""How many characters of a message stand for it where no particular words are meant: about four lines on a screen."""

_RTL = frozenset({"R", "AL"})


class Queries(Protocol):
    """What a builder needs of a library: reading."""

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Table:
        """The answer to one read-only query."""
        ...


class Span(NamedTuple):
    """Some words of a message.

    Attributes:
        utterance: Key of the message.
        start: Where they begin; None for the whole message.
        end: Where they end, exclusive; None with a start for the first words of the message.
    """

    utterance: int
    start: int | None = None
    end: int | None = None

    @classmethod
    def opening(cls, utterance: int) -> Span:
        """The first words of a message."""
        return cls(utterance, 0, None)


def rows(library: Queries, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """The rows of a query as tuples, times in UTC."""
    table = library.query(sql, params)
    columns = [c.cast(TIME) if DataType.is_timestamp(c.type) else c for c in table.columns]
    return list(zip(*(c.to_pylist() for c in columns), strict=True))


def among(column: str, keys: Iterable[int | None]) -> str:
    """The SQL condition that a column is one of these keys.

    The keys are written into the statement because DuckDB pushes a list of constants into the scan, so that the
    text of other rows is never decompressed; a parameter would make it a join.
    """
    known = sorted({int(key) for key in keys if key is not None})
    return f"{column} IN ({', '.join(map(str, known))})" if known else "false"


def people_of(library: Queries, keys: Iterable[int | None]) -> dict[int | None, Person]:
    """The people of these accounts; look up unknown ones with `.get(key, SOMEONE)`."""
    condition = among("speaker", keys)
    if condition == "false":
        return {}
    found = rows(library, f"SELECT speaker, id, name, handle, is_automated FROM speaker WHERE {condition}")
    return {key: person(*columns) for key, *columns in found}


def person(identifier: str, name: str, handle: str | None, is_automated: bool) -> Person:
    """A person as a page names one; the handle only where it tells more than the name."""
    other = handle if handle and handle != name else None
    return Person(id=identifier, name=name, handle=other, is_automated=is_automated)


def quotes_of(library: Queries, spans: Iterable[Span]) -> dict[Span, Quote]:
    """The quotes of these words, each under its span.

    A span whose message is missing, has no text, or does not reach that far has no quote: the page leaves out what
    it cannot quote. The work is a fixed number of queries, however many spans there are.
    """
    wanted = set(spans)
    keys = {span.utterance for span in wanted}
    if not keys:
        return {}
    here = among("u.utterance", keys)
    messages = rows(
        library,
        f"""SELECT u.utterance, u.id, u.text, u.speaker, u.written_at, u.url, u.lang, p.name, t.conversation,
                   CASE WHEN u.conversation_key = t.conversation THEN u.conversation_id END
            FROM utterance u LEFT JOIN thread t ON t.utterance = u.utterance AND {among("t.utterance", keys)}
            LEFT JOIN place p ON p.place = u.place
            WHERE {here} AND u.text IS NOT NULL""",
    )
    people = people_of(library, (row[3] for row in messages))
    languages = dict(rows(library, f"SELECT utterance, max(lang) FROM read u WHERE {here} GROUP BY utterance"))
    titles = titles_of(library, (row[8] for row in messages))
    names = conversation_ids(library, (row[8] for row in messages if row[9] is None))
    by_key = {row[0]: row for row in messages}
    quotes = {}
    for span in wanted:
        if span.utterance not in by_key:
            continue
        key, identifier, text, speaker, written_at, url, declared, place, conversation, native = by_key[span.utterance]
        start, end = bounds(text, span)
        if not 0 <= start < end <= len(text):
            continue
        exact = text[start:end]
        quotes[span] = Quote(
            exact=exact,
            start=start,
            end=end,
            utterance=identifier,
            conversation=native or names.get(conversation, identifier),
            person=people.get(speaker, SOMEONE),
            written_at=written_at,
            place=place or "",
            title=titles.get(conversation),
            url=url,
            lang=languages.get(key) or declared or "und",
            direction=direction_of(exact),
        )
    return quotes


def bounds(text: str, span: Span) -> tuple[int, int]:
    """Where the words of a span begin and end in the message."""
    if span.start is None:
        return 0, len(text)
    if span.end is None:
        return span.start, opening_end(text)
    return span.start, span.end


def opening_end(text: str) -> int:
    """Where the first words of a message end: at most `OPENING_LENGTH` characters, at the end of a word."""
    if len(text) <= OPENING_LENGTH:
        return len(text)
    cut = max(text.rfind(" ", 0, OPENING_LENGTH), text.rfind("\n", 0, OPENING_LENGTH))
    return cut if cut > OPENING_LENGTH // 2 else OPENING_LENGTH


def direction_of(text: str) -> Literal["ltr", "rtl"]:
    """The direction of the first character that has one, as the Unicode bidirectional algorithm (P2, P3) takes it."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return "ltr"
        if kind in _RTL:
            return "rtl"
    return "ltr"


def titles_of(library: Queries, conversations: Iterable[int | None]) -> dict[int, str]:
    """The title of each conversation: that of its topmost message that has one."""
    condition = among("t.conversation", conversations)
    if condition == "false":
        return {}
    found = rows(
        library,
        f"""SELECT conversation, title FROM (
                SELECT t.conversation, u.title, row_number() OVER (
                    PARTITION BY t.conversation ORDER BY
                    CASE WHEN t.depth < 0 THEN 1 ELSE 0 END, t.depth, u.written_at NULLS LAST, u.utterance) AS n
                FROM thread t JOIN utterance u ON u.utterance = t.utterance
                WHERE {condition} AND u.title IS NOT NULL AND u.title <> '') WHERE n = 1""",
    )
    return dict(found)


def conversation_ids(library: Queries, conversations: Iterable[int | None]) -> dict[int, str]:
    """The string ids of these conversations: the platform's, else the opening message's, else the missing one's."""
    keys = {key for key in conversations if key is not None}
    if not keys:
        return {}
    found = rows(library, f"SELECT utterance, id FROM utterance WHERE {among('utterance', keys)}")
    keys -= {row[0] for row in found}
    if not keys:
        return dict(found)
    found += rows(
        library,
        f"""SELECT reply_to, max(reply_to_id) FROM utterance WHERE {among("reply_to", keys)} GROUP BY reply_to
            UNION ALL SELECT target, max(target_id) FROM link WHERE kind = 'quote' AND {among("target", keys)}
            GROUP BY target
            UNION ALL SELECT conversation_key, max(conversation_id) FROM utterance
            WHERE {among("conversation_key", keys)} GROUP BY conversation_key""",
    )
    return {key: identifier for key, identifier in found if identifier is not None}


def spans_toward(library: Queries, keys: Iterable[int | None]) -> dict[int, Span]:
    """The words of each of these messages that others respond to: what it asks, else its first words."""
    known = {key for key in keys if key is not None}
    if not known:
        return {}
    asked = rows(library, f'SELECT ask, "start", "end" FROM ask WHERE {among("ask", known)} ORDER BY ask, "start" DESC')
    return {key: Span.opening(key) for key in known} | {ask: Span(ask, start, end) for ask, start, end in asked}


def hedge_of(act: str, certainty: str = "sure", origin: str = "") -> str:
    """How firmly a page may speak: "" states, "reads like" is tier 2, "perhaps" is tier 3."""
    if origin in {"person", "platform"}:
        return ""
    tier = ACTS[act].tier if act in ACTS else Tier.READS_LIKE
    if tier == Tier.FOLDED:
        return "perhaps"
    return "" if tier == Tier.SAYS and certainty != "perhaps" else "reads like"


def chunks(keys: Sequence[int], size: int = 5000) -> Iterator[Sequence[int]]:
    """The keys in parts, so that no statement grows without end."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
