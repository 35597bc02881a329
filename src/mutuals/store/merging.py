"""How a batch joins what is already known: idempotent by id, edits update, platform deletions delete.

Which of two versions of a message stands:
    1. a deletion stands over words that were collected before it, and yields to words collected after it;
    2. else the version edited later stands;
    3. else the version collected later stands;
    4. else the one that is already here, so that adding the same archive again changes nothing. A message that
       comes twice in an archive with different words and nothing to tell them apart is a `Problem`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from arro3.core import Table

from mutuals.errors import Problem
from mutuals.schema import TABLES
from mutuals.store import consent
from mutuals.store.arriving import Arrivals, is_unnamed
from mutuals.store.keys import keyed

_COLUMNS = ", ".join(f'"{name}"' for name in TABLES["utterance"].names)

_SAID = ("text", "title", "reply_to", "speaker", "edited_at", "is_deleted", "conversation_key", "written_at")
"""The columns whose change is a change of the message; the time of collection alone is none."""

_DIFFERENT = " or ".join(f"n.{c} is distinct from o.{c}" for c in _SAID)

_DIGEST = """
left(md5(concat_ws(chr(31), n.title, n.text, cast(n.reply_to as varchar), cast(n.written_at as varchar))), 8)"""
"""Tells versions of a repeated message apart, so that each is a problem of its own and is noted once only."""

_STANDS = """
case when n.is_deleted <> o.is_deleted then coalesce(n.collected_at > o.collected_at, n.is_deleted)
     when n.edited_at is distinct from o.edited_at
       then coalesce(n.edited_at, n.written_at, timestamptz '1900-01-01')
          > coalesce(o.edited_at, o.written_at, timestamptz '1900-01-01')
     else coalesce(n.collected_at > o.collected_at, false) end"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of one batch: utterances that were new, changed, deleted, already known, or lost."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    known: int = 0
    problems: int = 0
    lost: int = 0

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            new=self.new + other.new, changed=self.changed + other.changed, deleted=self.deleted + other.deleted,
            known=self.known + other.known, problems=self.problems + other.problems, lost=self.lost + other.lost,
        )  # fmt: skip


def merge(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> Merged:
    """Merge one batch in one transaction: all of it is in the library afterwards, or nothing of it.

    Returns:
        What became of it. The keys of new and changed messages are also in the table `touched`, in the same
        transaction, so that an update of the derived tables that was interrupted can be taken up again.
    """
    table, is_once = keyed(arrivals.utterance_table())
    connection.execute("begin")
    try:
        merged = Merged()
        if table.num_rows:
            connection.register("arriving", table)
            try:
                merged = (is_once and _insert_new(connection, table, arrivals)) or _merge_known(connection, arrivals)
            finally:
                connection.unregister("arriving")
        _merge_sides(connection, arrivals)
        problems = _merge_problems(connection, arrivals)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return merged + problems


def _insert_new(connection: duckdb.DuckDBPyConnection, table: Table, arrivals: Arrivals) -> Merged | None:
    """Insert a batch, in which no id occurs twice, if none is in the library: the common case, and the quick one.

    Returns:
        What became of the batch; None when some id was known.
    """
    run = connection.execute
    keys = table.select(["utterance"])  # by itself: DuckDB takes over every column of a table that it reads
    connection.register("arriving_key", keys)
    try:
        if run("select 1 from lib.main.utterance semi join arriving_key using (utterance) limit 1").fetchall():
            return None
        run(f"insert into lib.main.utterance select {_COLUMNS} from arriving")
        run("insert into lib.main.touched from arriving_key")
    finally:
        connection.unregister("arriving_key")
    _insert_links(connection, arrivals, only=None)
    return Merged(new=table.num_rows)


def _merge_known(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> Merged:
    """Merge a batch of which some messages are known already or come twice."""
    run = connection.execute
    run(f"create or replace temp table coming as select row_number() over () as line, {_COLUMNS} from arriving")
    run(
        """create or replace temp table first_of as
           select * from (
             select *, row_number() over (partition by utterance order by
               coalesce(edited_at, written_at) desc nulls last, collected_at desc nulls last, line) as turn
             from coming) where turn = 1"""
    )
    _note_collisions(connection, arrivals)
    _note_repeats(connection, arrivals)
    run(
        f"""create or replace temp table verdict as
            select n.utterance, o.utterance is null as is_new,
                   o.utterance is not null and ({_DIFFERENT}) and ({_STANDS}) as is_change,
                   n.is_deleted and not coalesce(o.is_deleted, false) as is_deletion,
                   o.utterance is not null and ({_DIFFERENT}) and not ({_STANDS})
                     and n.edited_at is not distinct from o.edited_at
                     and n.is_deleted = o.is_deleted
                     and n.collected_at is not distinct from o.collected_at as is_repeat
            from first_of n left join lib.main.utterance o on o.utterance = n.utterance
            where o.utterance is null or o.id = n.id"""
    )
    _note_repeats_of_known(connection, arrivals)
    run("create or replace temp table standing as select utterance from verdict where is_new or is_change")
    _add_changed_marks(connection, arrivals)
    run("delete from lib.main.utterance where utterance in (select utterance from verdict where is_change)")
    run(
        "insert into lib.main.utterance"
        " select * exclude (line, turn) from first_of semi join standing using (utterance)"
    )
    run("delete from lib.main.link where utterance in (select utterance from standing)")
    run("delete from lib.main.mark where utterance in (select utterance from standing)")
    run("delete from lib.main.second_reading where utterance in (select utterance from standing)")
    run("insert into lib.main.touched select utterance from standing")
    _insert_links(connection, arrivals, only="standing")
    [(new, changed, deleted, total)] = connection.execute(
        """select count(*) filter (is_new), count(*) filter (is_change and not is_deletion),
                  count(*) filter (is_change and is_deletion), (select count(*) from coming) from verdict"""
    ).fetchall()
    lost = sum(problem.is_lost and problem.kind in {"repeated", "collision"} for problem in arrivals.problems)
    for name in ("coming", "first_of", "verdict", "standing"):
        run(f"drop table if exists temp.main.{name}")
    return Merged(new=new, changed=changed, deleted=deleted, known=total - new - changed - deleted - lost)


def _note_collisions(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> None:
    """Two ids with one key: about three chances in a hundred of one such pair among a billion messages."""
    rows = connection.execute(
        """select n.id, o.id, n.place from first_of n join lib.main.utterance o on o.utterance = n.utterance
           where o.id <> n.id and not starts_with(o.id, 'forgotten:')"""
    ).fetchall()
    arrivals.problems.extend(
        Problem(
            kind="collision", where=new, message=f"Its key is the same as that of {old}, which is kept.", place=place
        )
        for new, old, place in rows
    )


def _note_repeats(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> None:
    """Messages that come twice in the batch with different words and nothing that says which is later."""
    rows = connection.execute(
        f"""select n.id, n.place, left(coalesce(n.text, ''), 200), {_DIGEST} from coming n
            join first_of o on o.utterance = n.utterance and o.line <> n.line
            where ({_DIFFERENT}) and n.is_deleted = o.is_deleted and n.edited_at is not distinct from o.edited_at
              and n.collected_at is not distinct from o.collected_at"""
    ).fetchall()
    _note(arrivals, rows)


def _note_repeats_of_known(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> None:
    rows = connection.execute(
        f"""select n.id, n.place, left(coalesce(n.text, ''), 200), {_DIGEST}
           from first_of n join verdict v on v.utterance = n.utterance and v.is_repeat"""
    ).fetchall()
    _note(arrivals, rows)


def _note(arrivals: Arrivals, rows: list[tuple[str, str, str, str]]) -> None:
    arrivals.problems.extend(
        Problem(
            kind="repeated", where=f"{identifier} (again, {digest})", place=place, excerpt=excerpt,
            message="The same id comes again with other words and nothing says which is later; the first is kept.",
        )
        for identifier, place, excerpt, digest in rows
    )  # fmt: skip


def _add_changed_marks(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> None:
    """A message that is known and only gained or lost a platform mark stands anew, with the mark."""
    connection.register("arriving_mark", arrivals.side_table("mark"))
    connection.execute(
        """insert into standing
           select distinct v.utterance from verdict v
           join first_of n on n.utterance = v.utterance
           join lib.main.utterance o on o.utterance = v.utterance
           left join arriving_mark a on a.utterance = v.utterance
           left join lib.main.mark m on m.utterance = v.utterance
           where not v.is_new and not v.is_change and not v.is_repeat and m.kind is distinct from a.kind
             and coalesce(n.collected_at > o.collected_at, false)"""
    )
    connection.execute(
        "update verdict set is_change = true where not is_new and utterance in (select utterance from standing)"
    )
    connection.unregister("arriving_mark")


def _insert_links(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals, *, only: str | None) -> None:
    where = f"semi join {only} using (utterance)" if only else ""
    for name in ("link", "mark"):
        side = arrivals.side_table(name)
        if side.num_rows:
            connection.register("arriving_side", side)
            connection.execute(f"insert into lib.main.{name} select distinct * from arriving_side {where}")
            connection.unregister("arriving_side")


def _merge_sides(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> None:
    if arrivals.places:
        connection.register("arriving_place", arrivals.side_table("place"))
        connection.execute("insert into lib.main.place from arriving_place anti join lib.main.place using (place)")
        connection.execute(
            """update lib.main.place p set url = a.url
               from arriving_place a where a.place = p.place and p.url is null and a.url is not null"""
        )
        connection.unregister("arriving_place")
        for place in arrivals.places.values():
            if place.no_generative_ai:
                consent.refuse(connection, place.id, by="source")
    if arrivals.speakers:
        _merge_speakers(connection, arrivals)


def _merge_speakers(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> None:
    """Insert accounts that are new; a declared bot stays one, and a name of its own replaces a bare id."""
    connection.register("arriving_speaker", arrivals.side_table("speaker"))
    connection.execute("insert into lib.main.speaker from arriving_speaker anti join lib.main.speaker using (speaker)")
    if any(speaker.is_automated for speaker in arrivals.speakers.values()):
        connection.execute(
            """update lib.main.speaker s set is_automated = true
               from arriving_speaker a where a.speaker = s.speaker and a.is_automated and not s.is_automated"""
        )
    if not all(is_unnamed(speaker) for speaker in arrivals.speakers.values()):
        connection.execute(
            """update lib.main.speaker s set name = a.name
               from arriving_speaker a
               where a.speaker = s.speaker and ends_with(s.id, '/' || s.name) and not ends_with(a.id, '/' || a.name)"""
        )
    connection.unregister("arriving_speaker")


def _merge_problems(connection: duckdb.DuckDBPyConnection, arrivals: Arrivals) -> Merged:
    if not arrivals.problems:
        return Merged()
    connection.register("arriving_problem", arrivals.side_table("problem"))
    connection.execute(
        """insert into lib.main.problem
           select distinct on (problem) * from arriving_problem anti join lib.main.problem using (problem)"""
    )
    connection.unregister("arriving_problem")
    return Merged(problems=len(arrivals.problems), lost=sum(problem.is_lost for problem in arrivals.problems))
