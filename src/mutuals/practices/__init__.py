"""Asks, praise and help, and the kinds of response to them: what was practised, by whom, in which words.

The tables come from the SELECTs in `steps/`, in this order: ask, response, came_back, confirmed_answer, praise, chime,
help. `chime` reads `nearest_praise(utterance, conversation, praise)` beside the tables of the stages before. After
`ask`, `mutuals.practices.ask.same_asks` tells which asks repeat an earlier one.

The modules of this package read those tables for one page at a time and give rows with whole-number keys; turning
keys into people and words is the business of the views. Each reader takes a `Query`, such as `Library.query`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from arro3.core import Table

from mutuals import arrow

Query = Callable[[str, Sequence[object]], Table]
"""Runs a read-only SELECT with `?` for its parameters and gives its rows."""

STEPS = ("ask", "response", "came_back", "confirmed_answer", "praise", "chime", "help")
"""The steps of this stage in the order in which they run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The numbers behind the definitions, each with its reason.

    Attributes:
        same_ask_share: How many of the distinct words of two messages must be common to both for them to be the same
            ask. 0.8 lets a greeting or the name of the place differ.
        same_ask_within: How far apart the two may be; people who ask in several places do so within two days.
        same_ask_words: Messages with fewer distinct words are the same ask only where both open a conversation: "Any
            news?" in two discussions is two asks.
        silence_floor: Before this nobody can say that an ask was left without an answer, in the quickest place too:
            it spans a weekend.
        silence_share: In slow places the wait is as long as this share of first answers took; the slowest tenth
            lies beyond.
        renewed_after: How long two people must have been without each other for their next words to begin anew.
            Half a year outlasts a season and a parental leave is not mistaken for a break by much.
        arrivals_within: Cold arrivals closer together than this are folded into one.
    """

    same_ask_share: float = 0.8
    same_ask_within: timedelta = timedelta(hours=48)
    same_ask_words: int = 5
    silence_floor: timedelta = timedelta(hours=72)
    silence_share: float = 0.9
    renewed_after: timedelta = timedelta(days=180)
    arrivals_within: timedelta = timedelta(hours=24)


DEFAULTS = Thresholds()
"""What holds unless a caller says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a page of a list ends: the next page begins after it.

    Attributes:
        at: Time of the last row; None when that row has no time.
        key: Key of the message in the last row.
    """

    at: datetime | None
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One row of `ask`; `schema.TABLES["ask"]` says what each field means."""

    ask: int
    conversation: int
    place: str
    speaker: int | None
    asked_at: datetime | None
    sub_kind: str | None
    start: int
    end: int
    same_as: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One row of `response`: one kind of one message; `start` and `end` are None for `other` and `unread`."""

    ask: int
    conversation: int
    utterance: int
    speaker: int | None
    kind: str
    start: int | None
    end: int | None
    written_at: datetime | None
    is_automated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """One row of `came_back`: what the asker said became of it."""

    ask: int
    conversation: int
    utterance: int
    outcome: str
    answer: int | None
    answer_how: str | None
    start: int
    end: int
    written_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """One row of `confirmed_answer`: an answer and what confirms it."""

    ask: int | None
    conversation: int
    answer: int
    by: str
    evidence: int | None
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Praise:
    """One row of `praise`; `praised` is None where it could not be told who is meant."""

    praise: int
    conversation: int
    speaker: int | None
    praised: int | None
    act: str
    how: str | None
    start: int
    end: int
    written_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chime:
    """One row of `chime`: someone who joined a praise."""

    praise: int
    conversation: int
    praised: int
    utterance: int
    speaker: int
    act: str
    start: int
    end: int
    written_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """One row of `help`: what somebody did for another person's need."""

    help: int
    conversation: int
    need: int
    helper: int | None
    helped: int | None
    act: str
    start: int
    end: int
    written_at: datetime | None


Row = TypeVar("Row")


def rows(kind: Callable[..., Row], table: Table) -> list[Row]:
    """The rows of a table as dataclasses whose fields are named like its columns, in the order of the table."""
    return [kind(**record) for record in arrow.rows(table)]


def before(cursor: Cursor | None, time: str, key: str) -> tuple[str, list[object]]:
    """The condition, with its parameters, for what comes after a cursor in a list that is ordered newest first.

    Such a list is ordered by time and then key, both descending, with messages without a time at the end.

    Args:
        cursor: The last row of the page before; None for the first page.
        time: SQL of the column with the time.
        key: SQL of the column with the key.
    """
    if cursor is None:
        return "true", []
    if cursor.at is None:
        return f"({time} is null and {key} < ?)", [cursor.key]
    return f"({time} < ? or ({time} = ? and {key} < ?) or {time} is null)", [cursor.at, cursor.at, cursor.key]
