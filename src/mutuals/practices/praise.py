"""Praise, thanks and credit: the words, whom they are for, and who chimed in."""

from __future__ import annotations

from mutuals.practices import Chime, Cursor, Praise, Query, before, rows
from mutuals.schema import TABLES

_PRAISE = ", ".join(f'p."{name}"' for name in TABLES["praise"].names)
_CHIME = ", ".join(f'c."{name}"' for name in TABLES["chime"].names)


def praises(
    query: Query,
    *,
    place: str | None = None,
    speaker: int | None = None,
    praised: int | None = None,
    older_than: Cursor | None = None,
    limit: int = 50,
) -> list[Praise]:
    """One page of praise, newest first; praise without a time comes last.

    Words that chime in with an earlier praise of the same person are not in the list, unless `speaker` or `praised`
    asks for one person's: there each stands on its own. A page holds whole messages: `limit` counts messages, and a
    message that thanks two people, or thanks and praises, has several rows.

    Args:
        query: Runs the SELECT.
        place: Id of a place, to see its praise alone.
        speaker: Key of the account whose words they are.
        praised: Key of the account they are for.
        older_than: Where the page before ended.
        limit: How many messages at most.
    """
    condition, parameters = before(older_than, "p.written_at", "p.praise")
    where = [condition]
    for column, value in (("t.place", place), ("p.speaker", speaker), ("p.praised", praised)):
        if value is not None:
            where.append(f"{column} = ?")
            parameters.append(value)
    if speaker is None and praised is None:
        where.append("not exists (select 1 from chime c where c.utterance = p.praise and c.praised = p.praised)")
    chosen = f"from praise p join thread t on t.utterance = p.praise where {' and '.join(where)}"
    found = query(
        f"""select {_PRAISE} {chosen} and p.praise in (
              select page.praise from (select distinct p.praise, p.written_at {chosen}
                                       order by p.written_at desc nulls last, p.praise desc limit ?) page)
            order by p.written_at desc nulls last, p.praise desc, p.start, p."end", p.act, p.praised""",
        [*parameters, *parameters, limit],
    )
    return rows(Praise, found)


def praise_of(query: Query, message: int) -> list[Praise]:
    """What one message praises, thanks or credits, in order of its words; empty when it does none of these."""
    found = query(
        f'select {_PRAISE} from praise p where p.praise = ? order by p.start, p."end", p.act, p.praised', [message]
    )
    return rows(Praise, found)


def chimes(query: Query, praise: int, praised: int) -> list[Chime]:
    """Who chimed in with a praise of a person, in order of arrival; one row a message, with its first words."""
    found = rows(
        Chime,
        query(
            f"""select {_CHIME} from chime c where c.praise = ? and c.praised = ?
                order by c.written_at nulls last, c.utterance, c.start, c."end", c.act""",
            [praise, praised],
        ),
    )
    first: dict[int, Chime] = {}
    for chime in found:
        first.setdefault(chime.utterance, chime)
    return list(first.values())


def chimed_in_with(query: Query, message: int) -> list[int]:
    """Keys of the praise that a message chimes in with; empty when it stands on its own."""
    found = query("select distinct c.praise from chime c where c.utterance = ? order by c.praise", [message])
    keys: list[int] = found.column("praise").to_pylist()
    return keys


def praised_replied(query: Query, praise: int, praised: int) -> int | None:
    """Key of the first message in which the praised person replied to the praise or to a chime; None when none did."""
    found = query(
        """select r.utterance from reply r join thread t on t.utterance = r.utterance
           where t.speaker = ? and (r.parent = ? or r.parent in (
               select c.utterance from chime c where c.praise = ? and c.praised = ?))
           order by t.written_at nulls last, r.utterance limit 1""",
        [praised, praise, praise, praised],
    )
    keys: list[int] = found.column("utterance").to_pylist()
    return keys[0] if keys else None
