"""Help: who reached out to whom, whose hands joined, and which help was never acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mutuals.practices import Cursor, Help, Query, before, rows
from mutuals.schema import TABLES

_HELP = ", ".join(f'h."{name}"' for name in TABLES["help"].names)

Link = Literal["named_you", "under_your_reply", "same_need_after_you", "was_there_before_you"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Another helper of the same need, by the first words with which they helped.

    Attributes:
        help: Their first help to the need.
        link: How they are linked to the helper round whom the list is drawn; the firmest that holds, in this order:
            named_you (mentions or credits the helper), under_your_reply (anywhere below the helper's first
            help, by links that were not worked out), same_need_after_you, was_there_before_you.
    """

    help: Help
    link: Link


def helps(
    query: Query,
    *,
    place: str | None = None,
    helper: int | None = None,
    helped: int | None = None,
    older_than: Cursor | None = None,
    limit: int = 50,
) -> list[Help]:
    """One page of help, newest first; help without a time comes last. One row a message, with its first words.

    Args:
        query: Runs the SELECT.
        place: Id of a place, to see the help given there alone.
        helper: Key of the account that helps.
        helped: Key of the account whose need it is.
        older_than: Where the page before ended.
        limit: How many at most.
    """
    condition, parameters = before(older_than, "h.written_at", "h.help")
    where = [condition]
    for column, value in (("t.place", place), ("h.helper", helper), ("h.helped", helped)):
        if value is not None:
            where.append(f"{column} = ?")
            parameters.append(value)
    found = query(
        f"""select {_HELP} from (
              select h.*, row_number() over (partition by h.help order by h.start, h."end", h.act) as nth
              from help h join thread t on t.utterance = h.help where {" and ".join(where)}) h
            where h.nth = 1 order by h.written_at desc nulls last, h.help desc limit ?""",
        [*parameters, limit],
    )
    return rows(Help, found)


def help_of(query: Query, message: int) -> list[Help]:
    """What one message does for another person's need, in order of its words; empty when it does nothing for one."""
    return rows(Help, query(f'select {_HELP} from help h where h.help = ? order by h.start, h."end", h.act', [message]))


def helpers_of(query: Query, need: int) -> list[Help]:
    """The first help of everyone who helped with a need, in order of arrival; unknown accounts are left out."""
    found = query(
        f"""select {_HELP} from (
              select h.*, row_number() over (
                partition by h.helper order by h.written_at nulls last, h.help, h.start, h."end", h.act) as nth
              from help h where h.need = ? and h.helper is not null) h
            where h.nth = 1 order by h.written_at nulls last, h.help""",
        [need],
    )
    return rows(Help, found)


def hands(query: Query, message: int) -> list[Hand]:
    """The other hands that joined one person's help to a need, in order of arrival.

    They are worked out for one help at a time: a table of them would grow with the square of the helpers of a need.

    Args:
        query: Runs the SELECT.
        message: Key of a message that helps. The lists are drawn round its writer's first help to the same need.

    Returns:
        One entry for each other helper of the need, by their first help. Someone of whom neither a link nor the
        order of arrival can be told (their help or the helper's has no time) is left out. Empty when
        nobody else helped, when the message is no help, and when its account is unknown.
    """
    given = help_of(query, message)
    if not given or given[0].helper is None:
        return []
    everyone = helpers_of(query, given[0].need)
    mine = next(one for one in everyone if one.helper == given[0].helper)
    naming = _naming(query, given[0].need, given[0].helper)
    below = _below(_parents(query, given[0].need), mine.help, [one.help for one in everyone])
    found: list[Hand] = []
    for other in everyone:
        if other.helper != mine.helper:
            link = _link(other, mine, names=other.help in naming, is_below=other.help in below)
            if link is not None:
                found.append(Hand(help=other, link=link))
    return found


def thanks_to_return(query: Query, viewer: int, *, older_than: Cursor | None = None, limit: int = 50) -> list[Help]:
    """Help that came to a person and that they never acknowledged, newest first; for that person's eyes only.

    Help is acknowledged by later praise, thanks or credit toward the helper in any conversation; by such words in the
    same conversation where it could not be told whom they are for ("thanks, all of you"); and by coming
    back to the answer, or to the ask without saying to which answer. In doubt, then, nothing is owed.

    Args:
        query: Runs the SELECT.
        viewer: Key of the person's account.
        older_than: Where the page before ended.
        limit: How many at most.

    Returns:
        The first help of each helper to each need.
    """
    condition, parameters = before(older_than, "h.written_at", "h.help")
    found = query(
        f"""select {_HELP} from (
              select h.*, row_number() over (partition by h.need, h.helper
                order by h.written_at nulls last, h.help, h.start, h."end", h.act) as nth
              from help h where h.helped = ? and h.helper is not null) h
            where h.nth = 1 and {condition}
              and not exists (select 1 from praise p where p.speaker = h.helped
                    and (p.praised = h.helper or (p.praised is null and p.conversation = h.conversation))
                    and coalesce(p.written_at >= h.written_at, true))
              and not exists (select 1 from came_back b
                    left join thread t on t.utterance = b.answer
                    where b.ask = h.need and (b.answer is null or t.speaker = h.helper)
                    and coalesce(b.written_at >= h.written_at, true))
            order by h.written_at desc nulls last, h.help desc limit ?""",
        [viewer, *parameters, limit],
    )
    return rows(Help, found)


def _link(other: Help, mine: Help, *, names: bool, is_below: bool) -> Link | None:
    if names:
        return "named_you"
    if is_below:
        return "under_your_reply"
    theirs, own = other.written_at, mine.written_at
    if theirs is None or own is None:
        return None
    return "same_need_after_you" if _order(theirs, other) > _order(own, mine) else "was_there_before_you"


def _order(at: datetime, one: Help) -> tuple[datetime, int]:
    return at, one.help


def _naming(query: Query, need: int, helper: int) -> set[int]:
    """Messages helping with a need that mention a helper or give them credit."""
    found = query(
        """select l.utterance from link l join help h on h.help = l.utterance
           where h.need = ? and l.kind = 'mention' and l.target = ?
           union
           select a.utterance from act a join help h on h.help = a.utterance
           where h.need = ? and a.act = 'credits' and a.target = ?""",
        [need, helper, need, helper],
    )
    return set(found.column("utterance").to_pylist())


def _parents(query: Query, need: int) -> dict[int, int]:
    """Who answers whom for certain in the conversations in which somebody helped with a need.

    A link that was worked out says only who wrote before whom.
    """
    found = query(
        """select r.utterance, r.parent from reply r
           where r.how <> 'inferred' and r.conversation in (select h.conversation from help h where h.need = ?)""",
        [need],
    )
    return dict(zip(found.column("utterance").to_pylist(), found.column("parent").to_pylist(), strict=True))


def _below(parents: Mapping[int, int], top: int, messages: list[int]) -> set[int]:
    """Which of some messages stand below another; each message is passed through once, and cycles end."""
    known: dict[int, bool] = {top: True}
    for message in messages:
        path: list[int] = []
        at: int | None = message
        while at is not None and at not in known:
            known[at] = False
            path.append(at)
            at = parents.get(at)
        if at is not None and known[at]:
            known.update(dict.fromkeys(path, True))
    return {message for message in messages if known[message] and message != top}
