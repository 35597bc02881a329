"""Two people over time: the stages of a pair, and the strands between them.

Each stage is dated by the message that completes it. What says that nothing happened (renewed, quiet since) is said
only where the data of every place in which the two met are complete over the whole stretch: a gap in an export looks
like quiet. Stages are meant for pairs that include the person in front of the screen; the views see to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from mutuals import arrow
from mutuals.practices import DEFAULTS, Query, Thresholds, rows

StageName = Literal["met", "exchanged", "reciprocated", "renewed", "quiet_since"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step that two people took.

    Attributes:
        stage: met (first reply or mention), exchanged (both directions in one conversation), reciprocated (help, praise
            or credit both ways), renewed (after a long time without), quiet_since.
        utterance: Key of the message that completes it; for quiet_since the last one between the two.
        conversation: Key of its conversation.
        at: When that was.
        until: For quiet_since alone: to when the data say so.
    """

    stage: StageName
    utterance: int
    conversation: int
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """One message between two people, for one thing that it is.

    Attributes:
        what: help, praise, reply or mention.
        act: The act read, for help and praise; None otherwise.
        speaker: Key of who wrote it.
        toward: Key of the other.
        utterance: Key of the message.
        conversation: Key of its conversation.
        place: Id of its place.
        answers: Key of the message it responds to: the need of a help, the parent of a reply; else None.
        start: Where its words begin; None for a reply or a mention, which is the whole message.
        end: Where they end, exclusive.
        written_at: When; None when unknown.
    """

    what: Literal["help", "praise", "reply", "mention"]
    act: str | None
    speaker: int
    toward: int
    utterance: int
    conversation: int
    place: str
    answers: int | None
    start: int | None
    end: int | None
    written_at: datetime | None


def strands(query: Query, a: int, b: int) -> list[Strand]:
    """Everything that two people said to one another, in order of time; messages without a time come last.

    A message that helps or praises is not listed again as the reply or mention that it is as well.
    """
    found = rows(Strand, query(_STRANDS, [a, b, b, a]))
    told = {(one.utterance, one.toward) for one in found if one.what in {"help", "praise"}}
    replied = {(one.utterance, one.toward) for one in found if one.what == "reply"}
    return [
        one
        for one in found
        if one.what in {"help", "praise"}
        or ((one.utterance, one.toward) not in told
            and (one.what == "reply" or (one.utterance, one.toward) not in replied))
    ]  # fmt: skip


def stages(query: Query, a: int, b: int, thresholds: Thresholds = DEFAULTS) -> list[Stage]:
    """The stages of a pair, earliest first; empty when the two never met, or never with a date.

    Met, exchanged and reciprocated come at most once, renewed once for every time, quiet_since last and only where
    the two had exchanged and the data reach far enough beyond.
    """
    dated = [one for one in rows(Strand, query(_STRANDS, [a, b, b, a])) if one.written_at is not None]
    contacts = _one_a_message(one for one in dated if one.what in {"reply", "mention"})
    if not contacts:
        return []
    found = [_stage("met", contacts[0])]
    exchanged = _exchanged(contacts)
    if exchanged is not None:
        found.append(_stage("exchanged", exchanged))
    given = [one for one in dated if one.what in {"help", "praise"}]
    first = {one.speaker: one for one in reversed(given)}
    if len(first) == 2:
        found.append(_stage("reciprocated", max(first.values(), key=_order)))
    covered = _Covered(query, sorted({one.place for one in contacts}))
    for earlier, later in pairwise(contacts):
        start, end = _time(earlier), _time(later)
        if end - start >= thresholds.renewed_after and covered.holds(start, end):
            found.append(_stage("renewed", later))
    found.sort(key=lambda stage: (stage.at, stage.utterance))
    last, until = contacts[-1], covered.until(_time(contacts[-1]))
    if exchanged is not None and until is not None and until - _time(last) >= thresholds.renewed_after:
        found.append(_stage("quiet_since", last, until))
    return found


class _Covered:
    """The stretches for which the data of all places in which two people met are complete."""

    def __init__(self, query: Query, places: list[str]) -> None:
        found = query(
            f"""select c.place, c.since, c.until from coverage c
                where c.place in ({", ".join("?" for _ in places)}) and c.conversation_key is null
                  and c.extent = 'complete' and c.until is not null""",
            places,
        )
        self._stretches: dict[str, list[tuple[datetime | None, datetime]]] = {place: [] for place in places}
        for row in arrow.rows(found):
            self._stretches[row["place"]].append((row["since"], row["until"]))

    def until(self, start: datetime) -> datetime | None:
        """To when the data are complete from a moment on, in every place; None when in some place they are not."""
        ends = [
            max(
                (until for since, until in stretches if (since is None or since <= start) and until >= start),
                default=None,
            )
            for stretches in self._stretches.values()
        ]
        known = [end for end in ends if end is not None]
        return min(known) if known and len(known) == len(ends) else None

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether the data are complete from one moment to another."""
        until = self.until(start)
        return until is not None and until >= end


def _time(one: Strand) -> datetime:
    assert one.written_at is not None, "only dated strands are compared"  # noqa: S101
    return one.written_at


def _order(one: Strand) -> tuple[datetime, int]:
    return _time(one), one.utterance


def _stage(name: StageName, one: Strand, until: datetime | None = None) -> Stage:
    return Stage(stage=name, utterance=one.utterance, conversation=one.conversation, at=_time(one), until=until)


def _one_a_message(found: Iterable[Strand]) -> list[Strand]:
    first: dict[int, Strand] = {}
    for one in found:
        first.setdefault(one.utterance, one)
    return sorted(first.values(), key=_order)


def _exchanged(contacts: list[Strand]) -> Strand | None:
    """The message with which, for the first time, both had turned to the other in one conversation."""
    seen: dict[int, int] = {}
    for one in contacts:
        if seen.setdefault(one.conversation, one.speaker) != one.speaker:
            return one
    return None


_STRANDS = """
with pair as (select cast(? as bigint) as speaker, cast(? as bigint) as toward
              union all select cast(? as bigint), cast(? as bigint)),
alive as (
  select t.utterance, t.conversation, t.speaker, t.written_at, t.place, p.toward
  from thread t join pair p on p.speaker = t.speaker
  join utterance u on u.utterance = t.utterance
  where not t.is_gap and not coalesce(u.is_deleted, false))
select k.what, k.act, k.speaker, k.toward, k.utterance, k.conversation, k.place, k.answers, k.start, k."end",
       k.written_at
from (
  select 'reply' as what, cast(null as varchar) as act, m.speaker, m.toward, m.utterance, m.conversation,
         m.place, r.parent as answers, cast(null as integer) as start, cast(null as integer) as "end", m.written_at
  from alive m join reply r on r.utterance = m.utterance
  join thread q on q.utterance = r.parent and q.speaker = m.toward
  union
  select 'mention', null, m.speaker, m.toward, m.utterance, m.conversation, m.place, null, null, null, m.written_at
  from alive m join link l on l.utterance = m.utterance and l.kind = 'mention' and l.target = m.toward
  union
  select 'help', h.act, m.speaker, m.toward, m.utterance, m.conversation, m.place, h.need, h.start, h."end",
         m.written_at
  from alive m join help h on h.help = m.utterance and h.helped = m.toward
  union
  select 'praise', p.act, m.speaker, m.toward, m.utterance, m.conversation, m.place, null, p.start, p."end",
         m.written_at
  from alive m join praise p on p.praise = m.utterance and p.praised = m.toward) k
order by k.written_at nulls last, k.utterance, k.start, k."end", k.what, k.act
"""
