"""Signs of trust from one person toward another, as a dated list of sentences."""

from __future__ import annotations

from mutuals.practices import Cursor, Query, before, rows
from mutuals.relationships import Sign
from mutuals.schema import TABLES

_SIGN = ", ".join(f's."{name}"' for name in TABLES["sign"].names)


def signs_between(query: Query, a: int, b: int) -> list[Sign]:
    """The signs of trust between two people, both ways, oldest first; signs without a time come last."""
    found = query(
        f"""select {_SIGN} from sign s
            where (s.speaker = ? and s.toward = ?) or (s.speaker = ? and s.toward = ?)
            order by s.written_at nulls last, s.utterance, s.start, s."end", s.sign""",
        [a, b, b, a],
    )
    return rows(Sign, found)


def signs_toward(query: Query, person: int, *, older_than: Cursor | None = None, limit: int = 50) -> list[Sign]:
    """One page of the signs that others gave to a person, newest first; signs without a time come last.

    A page holds whole messages: `limit` counts messages, and one message can give several signs.
    """
    condition, parameters = before(older_than, "s.written_at", "s.utterance")
    chosen = f"from sign s where s.toward = ? and {condition}"
    found = query(
        f"""select {_SIGN} {chosen} and s.utterance in (
              select page.utterance from (select distinct s.utterance, s.written_at {chosen}
                order by s.written_at desc nulls last, s.utterance desc limit ?) page)
            order by s.written_at desc nulls last, s.utterance desc, s.start, s."end", s.sign""",
        [person, *parameters, person, *parameters, limit],
    )
    return rows(Sign, found)
