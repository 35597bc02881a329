"""What came after an ask: responses by kind, the asker's return, answers that were confirmed."""

from __future__ import annotations

from mutuals.practices import CameBack, Confirmed, Query, Response, rows
from mutuals.schema import TABLES
from mutuals.vocabulary import RESPONSE_KINDS

_RESPONSE = ", ".join(f'r."{name}"' for name in TABLES["response"].names)
_BACK = ", ".join(f'b."{name}"' for name in TABLES["came_back"].names)
_CONFIRMED = ", ".join(f'c."{name}"' for name in TABLES["confirmed_answer"].names)

_GROUP = """(select g.ask from ask g where coalesce(g.same_as, g.ask) =
             (select min(coalesce(o.same_as, o.ask)) from ask o where o.ask = ?))"""
"""An ask with its repetitions in other places: what was said to one of them was said to all."""


def responses(query: Query, ask: int) -> list[Response]:
    """The responses to an ask and to its repetitions, in the fixed order of kinds and within a kind in order of time.

    A message that does several things has a row for each. Declared bots are among them and flagged. Empty means that
    none was gathered, not that nobody answered: ask `silence` for that.
    """
    found = rows(Response, query(f"select {_RESPONSE} from response r where r.ask in {_GROUP}", [ask]))
    order = {kind: place for place, kind in enumerate(RESPONSE_KINDS)}
    return sorted(
        found,
        key=lambda r: (
            order[r.kind],
            r.written_at is None,
            r.written_at.timestamp() if r.written_at else 0.0,
            r.utterance,
            r.ask,
        ),
    )


def came_back(query: Query, ask: int) -> list[CameBack]:
    """What the asker said afterwards, in order of time and of the words within a message."""
    found = query(
        f"select {_BACK} from came_back b where b.ask in {_GROUP}"
        ' order by b.written_at nulls last, b.utterance, b.start, b."end", b.outcome',
        [ask],
    )
    return rows(CameBack, found)


def confirmed(query: Query, ask: int) -> list[Confirmed]:
    """The confirmed answers to an ask: first those the asker's words confirm, then platform marks, each by time."""
    found = query(
        f"""select {_CONFIRMED} from confirmed_answer c
            left join thread t on t.utterance = c.answer
            where c.ask in {_GROUP}
            order by c."by", t.written_at nulls last, c.answer, c.evidence""",
        [ask],
    )
    return rows(Confirmed, found)


def confirmations_of(query: Query, answer: int) -> list[Confirmed]:
    """What confirms one answer, also where no ask was read above it."""
    found = query(
        f'select {_CONFIRMED} from confirmed_answer c where c.answer = ? order by c."by", c.evidence', [answer]
    )
    return rows(Confirmed, found)
