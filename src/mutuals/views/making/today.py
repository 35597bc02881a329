"""One glance on opening: one to three scenes, the asks that wait, answers that held, thanks to return."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from mutuals import practices
from mutuals.practices import help as helping
from mutuals.practices import praise, silence
from mutuals.schema import TABLES, key_of
from mutuals.views.making.coverage import sentences
from mutuals.views.making.moment import ask_moment, confirmed_answers, help_moment, last_known, praise_moment
from mutuals.views.making.settings import viewer_of
from mutuals.views.making.words import Queries, Span, quotes_of, rows
from mutuals.views.pages import Moment, TodayPage

LISTED = 7
"""Entries of each list: one glance, not a queue. The lists of moments hold the rest."""

_ASK = ", ".join(f'a."{name}"' for name in TABLES["ask"].names)
_CONFIRMED = ", ".join(f'c."{name}"' for name in TABLES["confirmed_answer"].names)
_LOOK_AT = 200
"""How many open asks to look through for both lists before each is asked for by itself."""

_CANDIDATES = 10
"""How many recent moments to look through for one in another conversation than the scenes before it."""


_T = TypeVar("_T", practices.Ask, practices.Praise, practices.Help)


def today_page(library: Queries) -> TodayPage:
    """The page of today, as of the last moment that the library knows of."""
    until = last_known(library)
    if not rows(library, "SELECT 1 FROM utterance LIMIT 1"):
        return TodayPage(until=None, is_empty=True)
    silent, unknown = _open_asks(library, until)
    viewer = viewer_of(library)
    owed = helping.thanks_to_return(library.query, key_of(viewer), limit=LISTED) if viewer else []
    silent_spans = [Span(o.ask.ask, o.ask.start, o.ask.end) for o in silent]
    unknown_spans = [Span(o.ask.ask, o.ask.start, o.ask.end) for o in unknown]
    owed_spans = [Span(h.help, h.start, h.end) for h in owed]
    quotes = quotes_of(library, [*silent_spans, *unknown_spans, *owed_spans])
    return TodayPage(
        until=until,
        scenes=scenes(library, until),
        open_asks=tuple(quotes[span] for span in silent_spans if span in quotes),
        unknown_asks=tuple(quotes[span] for span in unknown_spans if span in quotes),
        answered=confirmed_answers(library, _recently_confirmed(library)),
        thanks_to_return=tuple(quotes[span] for span in owed_spans if span in quotes),
        coverage=sentences(library),
    )


def _open_asks(library: Queries, until: datetime | None) -> tuple[list[silence.OpenAsk], list[silence.OpenAsk]]:
    """The latest asks met with silence, and the latest of which that is not known."""
    latest = silence.open_asks(library.query, until, limit=_LOOK_AT)
    silent = [one for one in latest if one.state == "silent"]
    unknown = [one for one in latest if one.state != "silent"]
    if len(latest) == _LOOK_AT and len(silent) < LISTED:
        silent = silence.open_asks(library.query, until, states=("silent",), limit=LISTED)
    if len(latest) == _LOOK_AT and len(unknown) < LISTED:
        unknown = silence.open_asks(library.query, until, states=("waiting", "not known"), limit=LISTED)
    return silent[:LISTED], unknown[:LISTED]


def scenes(library: Queries, until: datetime | None) -> tuple[Moment, ...]:
    """The latest ask whose asker came back, the latest praise that others joined, the latest help with other hands.

    Where there is none of a kind, the latest ask with a response, praise of someone, help. Each from a
    conversation of its own where the latest ones allow; chosen by time alone.
    """
    used: set[int] = set()
    made: list[Moment] = []
    asked = _pick(_answered_asks(library), used)
    scene = ask_moment(library, asked, until, folded=False) if asked else None
    made += [scene] if scene else []
    praised = _pick(_joined_praise(library), used)
    choir = praise_moment(library, praised) if praised else None
    made += [choir] if choir else []
    helped = _pick(_joined_help(library), used)
    hands = help_moment(library, helped) if helped else None
    made += [hands] if hands else []
    return tuple(made)


def _pick(found: list[_T], used: set[int]) -> _T | None:
    chosen = next((one for one in found if one.conversation not in used), None)
    if chosen is not None:
        used.add(chosen.conversation)
    return chosen


def _answered_asks(library: Queries) -> list[practices.Ask]:
    came_back = "EXISTS (SELECT 1 FROM came_back b WHERE b.ask = a.ask)"
    responded = "EXISTS (SELECT 1 FROM response r WHERE r.ask = a.ask AND NOT r.is_automated)"
    for condition in (f"{responded} AND {came_back}", responded):
        found = library.query(
            f"""SELECT {_ASK} FROM ask a WHERE coalesce(a.sub_kind, '') <> 'clarify' AND a.same_as IS NULL
                AND {condition} ORDER BY a.asked_at DESC NULLS LAST, a.ask DESC LIMIT {_CANDIDATES}""",
            [],
        )
        if found.num_rows:
            return practices.rows(practices.Ask, found)
    return []


def _joined_praise(library: Queries) -> list[practices.Praise]:
    columns = ", ".join(f'p."{name}"' for name in TABLES["praise"].names)
    found = library.query(
        f"""SELECT {columns} FROM praise p
            WHERE EXISTS (SELECT 1 FROM chime c WHERE c.praise = p.praise AND c.praised = p.praised)
            ORDER BY p.written_at DESC NULLS LAST, p.praise DESC, p.start LIMIT {_CANDIDATES}""",
        [],
    )
    if found.num_rows:
        return practices.rows(practices.Praise, found)
    return [p for p in praise.praises(library.query, limit=5 * _CANDIDATES) if p.praised is not None]


def _joined_help(library: Queries) -> list[practices.Help]:
    columns = ", ".join(f'h."{name}"' for name in TABLES["help"].names)
    found = library.query(
        f"""SELECT {columns} FROM help h
            WHERE EXISTS (SELECT 1 FROM help o WHERE o.need = h.need AND o.helper <> h.helper)
            ORDER BY h.written_at DESC NULLS LAST, h.help DESC, h.start LIMIT {_CANDIDATES}""",
        [],
    )
    if found.num_rows:
        return practices.rows(practices.Help, found)
    return helping.helps(library.query, limit=_CANDIDATES)


def _recently_confirmed(library: Queries) -> list[practices.Confirmed]:
    found = library.query(
        f"""SELECT {_CONFIRMED} FROM confirmed_answer c
            LEFT JOIN thread t ON t.utterance = coalesce(c.evidence, c.answer)
            ORDER BY t.written_at DESC NULLS LAST, c.answer DESC, c."by" LIMIT {LISTED}""",
        [],
    )
    return practices.rows(practices.Confirmed, found)
