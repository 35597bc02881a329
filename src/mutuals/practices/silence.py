"""Whether nobody answered an ask: said only where the archive would show it if someone had.

An ask is `answered` when any person responded, in whatever way and however late: also with words that no reader
could read, and also where the same ask was made in another place. Declared bots do not count. Otherwise it is
`waiting` until the wait of its place is over; then `silent` if the data of the place are complete to that moment,
and `not known` if they are not.

The wait of a place is the longer of `Thresholds.silence_floor` and the time within which nine in ten first answers
came there. Beside incomplete data three things leave an ask not known: it has no time; messages are missing from
another branch of its conversation, any of which may have been the response; or an account is unknown both above and
below, so that the reply may be the asker's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mutuals.practices import DEFAULTS, Ask, Cursor, Query, Thresholds, before, rows
from mutuals.schema import TABLES

State = Literal["answered", "waiting", "silent", "not known"]

_ASK = ", ".join(f'a."{name}"' for name in TABLES["ask"].names)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAsk:
    """An ask that nobody is known to have answered.

    Attributes:
        ask: The ask.
        state: waiting, silent or not known.
    """

    ask: Ask
    state: State


def silence(query: Query, ask_key: int, now_until: datetime | None, thresholds: Thresholds = DEFAULTS) -> State:
    """Whether an ask was answered, still waits, met silence, or cannot be judged.

    Args:
        query: Runs the SELECT.
        ask_key: Key of the message that asks.
        now_until: The last moment the library knows of, aware; None when it knows of none, and then no ask waits.
        thresholds: How long a wait is.

    Returns:
        "not known" also for a message that is no ask (any more), such as one that was deleted.
    """
    only = "coalesce(a.same_as, a.ask) in (select coalesce(o.same_as, o.ask) from ask o where o.ask = ?)"
    sql, parameters = _states(now_until, thresholds, only, [ask_key])
    found = query(f"{sql} select s.state from state s", parameters)
    states: list[State] = found.column("state").to_pylist()
    return states[0] if states else "not known"


def open_asks(
    query: Query,
    now_until: datetime | None,
    *,
    states: tuple[State, ...] = ("waiting", "silent", "not known"),
    place: str | None = None,
    speaker: int | None = None,
    older_than: Cursor | None = None,
    limit: int = 50,
    limit_each: bool = False,
    thresholds: Thresholds = DEFAULTS,
) -> list[OpenAsk]:
    """One page of asks in any of some states, newest first; clarifying questions and repetitions are left out.

    Args:
        query: Runs the SELECT.
        now_until: As for `silence`.
        states: Which asks to give.
        place: Id of a place, to see its asks alone.
        speaker: Key of an account, to see its asks alone.
        older_than: Where the page before ended.
        limit: How many at most.
        limit_each: Give as many silent ones and as many others, in one pass over the asks.
        thresholds: How long a wait is.
    """
    sql, parameters = _states(now_until, thresholds)
    condition, more = before(older_than, "a.asked_at", "a.ask")
    where = [condition, "coalesce(a.sub_kind, '') <> 'clarify'", "a.same_as is null"]
    for column, value in (("place", place), ("speaker", speaker)):
        if value is not None:
            where.append(f"a.{column} = ?")
            more.append(value)
    where.append(f"s.state in ({', '.join('?' for _ in states)})")
    newest = "a.asked_at desc nulls last, a.ask desc"
    group = "partition by case when s.state = 'silent' then 1 else 0 end" if limit_each else ""
    found = query(
        f"""{sql}, listed as (
              select {_ASK}, s.state, row_number() over ({group} order by {newest}) as nth
              from ask a join state s on s.head = a.ask where {" and ".join(where)})
            select {_ASK}, a.state from listed a where a.nth <= ? order by {newest}""",
        [*parameters, *more, *states, limit],
    )
    asks = rows(Ask, found.drop_columns(["state"]))
    kept: list[State] = found.column("state").to_pylist()
    return [OpenAsk(ask=ask, state=state) for ask, state in zip(asks, kept, strict=True)]


def silent_asks(
    query: Query,
    now_until: datetime | None,
    *,
    place: str | None = None,
    speaker: int | None = None,
    older_than: Cursor | None = None,
    limit: int = 50,
    thresholds: Thresholds = DEFAULTS,
) -> list[Ask]:
    """One page of asks of which it can be said that no one has answered, newest first; arguments as for `open_asks`."""
    found = open_asks(
        query,
        now_until,
        states=("silent",),
        place=place,
        speaker=speaker,
        older_than=older_than,
        limit=limit,
        thresholds=thresholds,
    )
    return [one.ask for one in found]


def _states(
    now_until: datetime | None, thresholds: Thresholds, only: str = "true", values: Sequence[object] = ()
) -> tuple[str, list[object]]:
    """CTEs that end in `state(head, state)`, one row an ask with its repetitions, and their parameters."""
    floor = int(thresholds.silence_floor.total_seconds() * 1_000_000)
    return _STATES.replace("/*only*/", only), [floor, thresholds.silence_share, floor, *values, now_until]


_STATES = """
with first_answer as (
  select a.ask, a.place, epoch_us(min(r.written_at)) - epoch_us(a.asked_at) as took
  from ask a join response r on r.ask = a.ask and r.kind = 'answers' and not r.is_automated
  where r.written_at >= a.asked_at and coalesce(a.sub_kind, '') <> 'clarify'
  group by a.ask, a.place, a.asked_at),
ranked as (
  select f.place, f.took, row_number() over (partition by f.place order by f.took, f.ask) as nth,
         count(*) over (partition by f.place) as total
  from first_answer f),
wait as (
  select k.place, greatest(min(k.took), ?) as us from ranked k where k.nth >= k.total * ? group by k.place),
member as (
  select coalesce(a.same_as, a.ask) as head, a.ask, a.place, a.conversation, a.speaker, a.asked_at, t.root,
         a.asked_at + to_microseconds(coalesce(w.us, ?)) as due
  from ask a join thread t on t.utterance = a.ask left join wait w on w.place = a.place
  where /*only*/),
judged as (
  select m.head, m.due,
    case when exists (select 1 from response r where r.ask = m.ask and not r.is_automated) then 1 else 0 end
      as is_answered,
    case when exists (select 1 from coverage c where c.place = m.place and c.conversation_key is null
                        and c.extent = 'complete' and (c.since is null or c.since <= m.asked_at) and c.until >= m.due)
      and not exists (select 1 from coverage c where c.place = m.place and c.conversation_key = m.conversation
                        and c.extent <> 'complete')
      and not exists (select 1 from thread g
                        where g.is_gap and g.conversation = m.conversation and g.root <> m.root)
      and not exists (select 1 from nearest_ask n join thread t on t.utterance = n.utterance
                        where n.ask = m.ask and t.speaker is null and m.speaker is null)
      then 1 else 0 end as is_covered,
    case when m.due is null then 1 else 0 end as is_timeless
  from member m),
head as (
  select j.head, max(j.is_answered) as is_answered, min(j.is_covered) as is_covered,
         max(j.is_timeless) as is_timeless, max(j.due) as due
  from judged j group by j.head),
state as (
  select h.head,
         case when h.is_answered = 1 then 'answered'
              when h.is_timeless = 1 then 'not known'
              when h.due > ? then 'waiting'
              when h.is_covered = 1 then 'silent'
              else 'not known' end as state
  from head h)
"""
