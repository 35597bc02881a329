"""The library file: open, add, scan, forget, migrate. Nothing else opens it.

One process holds the file; each thread reads through a cursor of its own. A write is one transaction a batch, so a
process that is killed leaves whole batches only, and adding again completes what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from arro3.core import RecordBatch, Table

from mutuals import arrow
from mutuals.errors import LibraryInUse, NotALibrary
from mutuals.schema import key_of
from mutuals.sources import Record
from mutuals.store import optout
from mutuals.store.arriving import batches, span_of
from mutuals.store.merging import Merged, merge
from mutuals.store.migrations import bring_up_to_date, empty_derived

MEMORY = "1GB"
"""What DuckDB may use before it spills to disk; the rest of the process stays under half of that."""

CHECKPOINT = "256MB"
"""How long the log may grow before it is folded into the file. At DuckDB's 16 MB every batch was folded in alone,
which took as long again as writing it; more than this only lengthens the next opening after a crash."""


class Store:
    """One open library. Make it with `Store.open`.

    Attributes:
        path: The library file; None for one in memory.
        connection: The writer's connection. The library is attached to it as `lib`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path | None) -> None:
        self.connection = connection
        self.path = path

    @classmethod
    def open(cls, path: Path | str) -> Store:
        """Open a library, making it when it is not there; `":memory:"` makes one that is gone when closed.

        Raises:
            LibraryInUse: Another process has it open.
            NotALibrary: The file is something else.
            LibraryTooNew: A later version of mutuals wrote it.
        """
        in_memory = str(path) == ":memory:"
        file = None if in_memory else Path(path).expanduser()
        connection = duckdb.connect(":memory:")
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute(f"set wal_autocheckpoint = '{CHECKPOINT}'")
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(f"set memory_limit = '{MEMORY}'")
            connection.execute(f"set temp_directory = '{_quoted(file.with_name(file.name + '.spill'))}'")
        cls._attach(connection, file)
        bring_up_to_date(connection, str(path))
        connection.execute("use lib")
        return cls(connection, file)

    @staticmethod
    def _attach(connection: duckdb.DuckDBPyConnection, file: Path | None) -> None:
        try:
            connection.execute(f"attach '{_quoted(file) if file else ':memory:'}' as lib")
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise LibraryInUse(
                    f"{file} is open in another process. Close that one, or name another library."
                ) from error
            raise NotALibrary(f"{file} is not a library of mutuals: {str(error).splitlines()[0]}") from error

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for a thread or a stream; it sees what was committed."""
        cursor = self.connection.cursor()
        cursor.execute("use lib")
        return cursor

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Table:
        """The rows of a SELECT, whole, through a cursor of their own."""
        with self.cursor() as cursor:
            return Table.from_arrow(cursor.sql(sql, params=list(parameters)))

    def scan(self, sql: str, parameters: Sequence[object] = (), rows: int = 8192) -> Iterator[RecordBatch]:
        """The rows of a SELECT as a stream of batches, through a cursor of their own."""
        with self.cursor() as cursor:
            yield from arrow.batches(cursor.sql(sql, params=list(parameters)), rows)

    def save_parquet(self, sql: str, file: Path, metadata: Mapping[str, str]) -> None:
        """Write the rows of a SELECT into a Parquet file, compressed with zstd; one without rows has the columns alone.

        Args:
            sql: The SELECT.
            file: The file to make.
            metadata: Kept in the file as its key-value metadata.

        Raises:
            duckdb.IOException: The file cannot be written.
        """
        with self.cursor() as cursor:
            save_parquet(cursor, sql, file, metadata)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written inside, or, on an error, nothing of it."""
        self.connection.execute("begin")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        self.connection.execute("commit")

    def add(
        self, records: Iterable[Record | RecordBatch], progress: Callable[[Merged], None] = lambda _: None
    ) -> Merged:
        """Take in everything a source yields, batch by batch; each batch is whole or not there.

        Args:
            records: What `Source.read` yields. What it says of coverage is written last, so that an import that
                was interrupted never claims to be complete.
            progress: Called after each batch with what became of all batches so far.

        Returns:
            What became of the records. Adding the same again gives only known ones.
        """
        total = Merged()
        coverages = []
        screen = optout.screen_for(self.connection)
        for arrivals in batches(records):
            total += merge(self.connection, screen(arrivals))
            coverages += arrivals.coverages
            progress(total)
        self._let_go_of_known_parents()
        self._resolve_mentions()
        self._write_coverage(span_of(coverages))
        return total

    def _let_go_of_known_parents(self) -> None:
        """Drop the string id of a parent that is in the library: it is there for gaps alone."""
        self.connection.execute(
            """update lib.main.utterance set reply_to_id = null
               where reply_to_id is not null and not starts_with(reply_to_id, 'forgotten:')
                 and reply_to in (select utterance from lib.main.utterance)"""
        )

    def _resolve_mentions(self) -> None:
        """Give mentions by handle the key of the account that has the handle in the same source."""
        self.connection.execute(
            """update lib.main.link k set target = s.speaker, target_id = s.id
               from lib.main.speaker s
               where k.kind = 'mention' and contains(k.target_id, ':@')
                 and split_part(k.target_id, ':@', 1) = split_part(s.id, ':', 1)
                 and lower(split_part(k.target_id, ':@', 2)) = lower(s.handle)"""
        )

    def _write_coverage(self, spans: list[tuple[str, str | None, datetime | None, datetime | None, str, str]]) -> None:
        """Write coverage; stretches of the same kind that touch or overlap become one."""
        run = self.connection.execute
        for place, conversation, since, until, extent, note in spans:
            conversation_key = key_of(conversation) if conversation else None
            same = "place = ? and conversation_key is not distinct from ? and extent = ? and note = ?"
            touching = (
                "(since is null or ?::timestamptz is null or since <= ?)"
                " and (until is null or ?::timestamptz is null or until >= ?)"
            )
            identity: list[Any] = [place, conversation_key, extent, note]
            touched = [*identity, until, until, since, since]
            [old] = arrow.rows(self.query(
                f"select min(since) as since, max(until) as until from coverage where {same} and {touching}", touched,
            ))  # fmt: skip
            since = min(since, old["since"]) if since and old["since"] else since or old["since"]
            until = max(until, old["until"]) if until and old["until"] else until or old["until"]
            row = [place, conversation_key, since, until, extent, note]
            with self.transaction():
                run(f"delete from lib.main.coverage where {same} and {touching}", touched)
                run("insert into lib.main.coverage values (?, ?, ?, ?, ?, ?)", row)

    def setting(self, name: str) -> str | None:
        """A setting's value; None when it was never set."""
        rows = self.connection.execute("select value from lib.main.setting where name = ?", [name]).fetchall()
        return str(rows[0][0]) if rows else None

    def set(self, name: str, value: str | None) -> None:
        """Set a setting, or unset it with None."""
        self.connection.execute("delete from lib.main.setting where name = ?", [name])
        if value is not None:
            self.connection.execute("insert into lib.main.setting values (?, ?)", [name, value])

    def has_pending(self) -> bool:
        """Whether messages were added or changed that the derived tables do not know yet."""
        return bool(self.connection.execute("select 1 from lib.main.touched limit 1").fetchall())

    def empty_derived(self) -> None:
        """Drop every derived table and mark every message as touched."""
        with self.transaction():
            empty_derived(self.connection)
            self.connection.execute("delete from lib.main.touched")
            self.connection.execute("insert into lib.main.touched select utterance from lib.main.utterance")

    def rewrite(self) -> None:
        """Write the library into a new file and put it in the place of the old one.

        A DELETE leaves the bytes of the rows in a DuckDB file, also after CHECKPOINT and VACUUM; a copy of the
        database holds only the rows that are there. The new file takes the old one's name in one step.
        """
        if self.path is None:
            return
        fresh = self.path.with_name(self.path.name + ".fresh")
        fresh.unlink(missing_ok=True)
        run = self.connection.execute
        run("checkpoint lib")
        run(f"attach '{_quoted(fresh)}' as fresh")
        run("copy from database lib to fresh")
        run("checkpoint fresh")
        run("detach fresh")
        run("use memory")
        run("detach lib")
        fresh.replace(self.path)
        self.path.with_name(self.path.name + ".wal").unlink(missing_ok=True)
        self._attach(self.connection, self.path)
        run("use lib")

    def close(self) -> None:
        """Write out what is pending and let go of the file."""
        if self.path is not None:
            self.connection.execute("checkpoint lib")
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def save_parquet(cursor: duckdb.DuckDBPyConnection, sql: str, file: Path, metadata: Mapping[str, str]) -> None:
    """Write the rows of a SELECT as `Store.save_parquet` does, through any connection."""
    kept = ", ".join(f"\"{name}\": '{_quoted(value)}'" for name, value in metadata.items())
    cursor.execute(f"copy ({sql}) to '{_quoted(file)}' (format parquet, compression zstd, kv_metadata {{{kept}}})")


def _quoted(words: Path | str) -> str:
    return str(words).replace("'", "''")
