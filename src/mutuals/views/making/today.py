"""One glance on opening: one to three scenes, the asks that wait, answers that held, thanks to return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from mutuals import practices
from mutuals.model import Quote
from mutuals.practices import help as helping
from mutuals.practices import praise, silence
from mutuals.schema import TABLES, key_of
from mutuals.views.making.coverage import sentences
from mutuals.views.making.moment import (
    Quoting,
    ask_moment,
    confirming,
    help_moment,
    last_known,
    praise_moment,
    with_quotes,
)
from mutuals.views.making.settings import viewer_of
from mutuals.views.making.words import Queries, Span, rows
from mutuals.views.pages import Moment, TodayPage

LISTED = 7
"""Entries of each list: one glance, not a queue. The lists of moments hold the rest."""

_ASK = ", ".join(f'a."{name}"' for name in TABLES["ask"].names)
_CONFIRMED = ", ".join(f'c."{name}"' for name in TABLES["confirmed_answer"].names)
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
    spans = (
        [Span(o.ask.ask, o.ask.start, o.ask.end) for o in silent],
        [Span(o.ask.ask, o.ask.start, o.ask.end) for o in unknown],
        [Span(h.help, h.start, h.end) for h in owed],
    )
    makings: list[Quoting[Any]] = [
        _listed(spans), confirming(library, _recently_confirmed(library)), *_scenes(library, until)
    ]  # fmt: skip
    lists, answered, *moments = with_quotes(library, makings)
    return TodayPage(
        until=until,
        scenes=tuple(moment for moment in moments if moment is not None),
        open_asks=lists[0],
        unknown_asks=lists[1],
        answered=answered,
        thanks_to_return=lists[2],
        coverage=sentences(library),
    )


def _listed(lists: Sequence[Sequence[Span]]) -> Quoting[list[tuple[Quote, ...]]]:
    """Lists of quotes, without what cannot be quoted."""
    quotes = yield [span for spans in lists for span in spans]
    return [tuple(quotes[span] for span in spans if span in quotes) for spans in lists]


def _open_asks(library: Queries, until: datetime | None) -> tuple[list[silence.OpenAsk], list[silence.OpenAsk]]:
    """The latest asks met with silence, and the latest of which that is not known."""
    latest = silence.open_asks(library.query, until, limit=LISTED, limit_each=True)
    return [o for o in latest if o.state == "silent"], [o for o in latest if o.state != "silent"]


def _scenes(library: Queries, until: datetime | None) -> list[Quoting[Moment | None]]:
    """The latest ask whose asker came back, the latest praise that others joined, the latest help with other hands.

    Where there is none of a kind, the latest ask with a response, praise of someone, help. Each from a
    conversation of its own where the latest ones allow; chosen by time alone.
    """
    used: set[int] = set()
    made: list[Quoting[Moment | None]] = []
    asked = _pick(_answered_asks(library), used)
    made += [ask_moment(library, asked, until, folded=False)] if asked else []
    praised = _pick(_joined_praise(library), used)
    made += [praise_moment(library, praised)] if praised else []
    helped = _pick(_joined_help(library), used)
    made += [help_moment(library, helped)] if helped else []
    return made


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
