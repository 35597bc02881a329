"""Lists of moments of one kind, newest first."""

from __future__ import annotations

from typing import Literal

from mutuals.model import Person
from mutuals.practices import Cursor, ask, praise, silence
from mutuals.practices import help as helping
from mutuals.views.making.coverage import sentences
from mutuals.views.making.cursors import moment_cursor, moment_text, page_before
from mutuals.views.making.moment import last_known
from mutuals.views.making.words import Queries, Span, among, people_of, quotes_of, rows
from mutuals.views.pages import MomentsPage
from mutuals.views.wording import MOMENTS, SILENCE_WORDS

PAGE = 30
"""Moments a page: a few screens, each with its words."""

MomentKind = Literal["ask", "praise", "help"]

_LISTINGS: dict[MomentKind, str] = {
    "ask": """SELECT asked_at AS moment, ask AS key FROM ask
              WHERE coalesce(sub_kind, '') <> 'clarify' AND same_as IS NULL""",
    "praise": """SELECT DISTINCT p.written_at AS moment, p.praise AS key FROM praise p
                 WHERE NOT EXISTS (SELECT 1 FROM chime c WHERE c.utterance = p.praise AND c.praised = p.praised)""",
    "help": "SELECT DISTINCT written_at AS moment, help AS key FROM help",
}
"""The same lists as those of `practices`, for the way back to the page before."""

Entry = tuple[Span, Cursor, int | None, str]


def moments_page(library: Queries, kind: MomentKind, cursor: str | None, size: int = PAGE) -> MomentsPage:
    """One page of the moments of a kind.

    Raises:
        UsageError: The cursor is none that this list gave.
    """
    after = moment_cursor(cursor)
    entries = {"ask": _asks, "praise": _praises, "help": _helps}[kind](library, after, size + 1)
    page = entries[:size]
    quotes = quotes_of(library, (entry[0] for entry in page))
    people = people_of(library, (entry[2] for entry in page))
    shown = [entry for entry in page if entry[0] in quotes]
    newer = older = None
    if page:
        newer = page_before(library, _LISTINGS[kind], size, page[0][1].at, page[0][1].key)
        older = moment_text(page[-1][1].at, page[-1][1].key) if len(entries) > size else None
    toward: list[Person | None] = [people.get(entry[2]) if entry[2] is not None else None for entry in shown]
    return MomentsPage(
        kind=kind,
        heading=MOMENTS[kind][0],
        quotes=tuple(quotes[entry[0]] for entry in shown),
        toward=tuple(toward),
        notes=tuple(entry[3] for entry in shown),
        newer=newer,
        older=older,
        coverage=sentences(library, _places(library, [entry[0].utterance for entry in shown])),
    )


def _asks(library: Queries, after: Cursor | None, limit: int) -> list[Entry]:
    asked = ask.asks(library.query, older_than=after, limit=limit)
    keys = [a.ask for a in asked]
    open_here = set(keys) - _answered(library, keys)
    states: dict[int, silence.State] = {}
    if open_here:
        until = last_known(library)
        waiting = silence.open_asks(library.query, until, older_than=after, limit=limit)
        states = {one.ask.ask: one.state for one in waiting}
    named = rows(
        library, f"SELECT utterance, max(target) FROM act WHERE act = 'asks' AND {among('utterance', keys)} GROUP BY 1"
    )
    toward = dict(named)
    return [
        (
            Span(a.ask, a.start, a.end),
            Cursor(at=a.asked_at, key=a.ask),
            toward.get(a.ask),
            SILENCE_WORDS[states.get(a.ask, "answered")],
        )
        for a in asked
    ]


def _answered(library: Queries, keys: list[int]) -> set[int]:
    found = rows(
        library, f"SELECT DISTINCT ask FROM response WHERE NOT is_automated AND kind <> '' AND {among('ask', keys)}"
    )
    return {row[0] for row in found}


def _praises(library: Queries, after: Cursor | None, limit: int) -> list[Entry]:
    first: dict[int, Entry] = {}
    given = praise.praises(library.query, older_than=after, limit=limit)
    condition = among("praise", (p.praise for p in given))
    joined = {row[0] for row in rows(library, f"SELECT DISTINCT praise FROM chime WHERE {condition}")}
    for p in given:
        note = "Others chimed in." if p.praise in joined else ""
        first.setdefault(
            p.praise,
            (Span(p.praise, p.start, p.end), Cursor(at=p.written_at, key=p.praise), p.praised, note),
        )
    return list(first.values())


def _helps(library: Queries, after: Cursor | None, limit: int) -> list[Entry]:
    given = helping.helps(library.query, older_than=after, limit=limit)
    condition = among("answer", (h.help for h in given))
    outcomes = dict(rows(library, f"SELECT answer, min(outcome) FROM came_back WHERE {condition} GROUP BY answer"))
    return [
        (
            Span(h.help, h.start, h.end),
            Cursor(at=h.written_at, key=h.help),
            h.helped,
            "The one who asked came back to it." if h.help in outcomes else "",
        )
        for h in given
    ]


def _places(library: Queries, keys: list[int]) -> set[str]:
    found = rows(library, f"SELECT DISTINCT place FROM utterance WHERE {among('utterance', keys)}")
    return {row[0] for row in found}
