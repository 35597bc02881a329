"""A second reading of one place: what would be sent, told before it is; and what came back, kept beside the first.

Only words that everyone could read on their platform go out, as with an export: messages to followers or to one
person stay here, and so does the message above where it is one of these or belongs to another place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.engines import step
from mutuals.reading.llm import LlmReader
from mutuals.schema import MESSAGE, TABLES
from mutuals.store import Store, consent

_TOGETHER = 32
"""Messages that are taken out of the table at a time; each is asked about alone."""

_OPEN = "coalesce({0}.visibility, 'public') = 'public'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What would be sent.

    Attributes:
        place: Id of the place.
        messages: How many messages.
        characters: Characters of all that is asked, the instructions that go with each message included.
        words: Those of them that people wrote, the messages above included.
    """

    place: str
    messages: int
    characters: int
    words: int

    @property
    def tokens(self) -> int:
        """Tokens of it, as an estimate: a fourth of its characters."""
        return -(-self.characters // 4)


def prepare(store: Store, reader: LlmReader, place: str, limit: int | None = None) -> Outgoing:
    """Gather what would be sent of a place; sends nothing.

    Args:
        store: The library, its conversations up to date.
        reader: Who would read.
        place: Id of the place.
        limit: At most so many messages, the newest first, those that were tried before last; None for all.

    Returns:
        What `send` will send. Messages that this reader has read already are not among it.

    Raises:
        ConsentMissing: Nobody allowed it, or the place says no.
    """
    consent.check(store.connection, place)
    store.connection.execute(
        f"""create or replace temp table outgoing as
            select * from (
              select row_number() over (
                       order by exists (select 1 from second_reading s where s.utterance = u.utterance),
                                u.written_at desc nulls last, u.utterance) as line,
                     m.* replace (
                       case when p.place = u.place and {_OPEN.format("p")} then m.parent_text end as parent_text)
              from ({step("mutuals.reading", "message")}) m
              join utterance u on u.utterance = m.utterance
              join thread t on t.utterance = m.utterance
              left join utterance p on p.utterance = t.parent
              where u.place = ? and {_OPEN.format("u")} and regexp_matches(u.text, '\\S')
                and not exists (select 1 from second_reading s
                                where s.utterance = u.utterance and s.reader = ? and s.outcome = 'read'))
            where line <= ?""",
        [place, reader.label, limit if limit is not None else 2**62],
    )
    messages = characters = words = 0
    for batch in arrow.batches(store.connection.sql("select * exclude (line) from outgoing order by line"), 1024):
        for row in arrow.rows(arrow.shaped(batch, MESSAGE)):
            whole, theirs = reader.size_of(row)
            messages, characters, words = messages + 1, characters + whole, words + theirs
    return Outgoing(place=place, messages=messages, characters=characters, words=words)


def send(
    store: Store, reader: LlmReader, outgoing: Outgoing, progress: Callable[[str, int], None] = lambda what, done: None
) -> None:
    """Ask about every message that `prepare` gathered, and keep each answer as it comes.

    What an earlier second reading said of these messages is replaced. Messages whose acts may change by it are marked
    as touched; the caller updates the derived tables afterwards, also after an error.

    Raises:
        ConsentMissing: It was taken back in between.
        EndpointFailed: The server could not be asked; what was answered before is kept.
    """
    consent.check(store.connection, outgoing.place)
    done = 0
    for start in range(0, outgoing.messages, _TOGETHER):
        some = store.connection.sql(
            f"""select * exclude (line) from outgoing
                where line > {start} and line <= {start + _TOGETHER} order by line"""
        )
        batches = [arrow.shaped(batch, MESSAGE) for batch in arrow.batches(some, _TOGETHER)]
        for answered in reader.read(iter(batches)):
            _keep(store, reader.label, answered)
            done += 1
            progress("asked the model", done)
    store.connection.execute("drop table if exists temp.main.outgoing")


def _keep(store: Store, label: str, answered: RecordBatch) -> None:
    """Put the rows of one message in place of those of an earlier second reading."""
    rows = [row | {"reader": label} for row in arrow.rows(answered)]
    names = TABLES["second_reading"].names
    marks = ", ".join("?" for _ in names)
    run = store.connection.execute
    key = rows[0]["utterance"]
    folded = f"select utterance from lib.main.second_reading where utterance = ? and act in ({consent.FOLDED})"
    with store.transaction():
        run(f"insert into lib.main.touched {folded} limit 1", [key])
        run("delete from lib.main.second_reading where utterance = ?", [key])
        for row in rows:
            run(f"insert into lib.main.second_reading values ({marks})", [row[name] for name in names])
        run(f"insert into lib.main.touched {folded} limit 1", [key])
