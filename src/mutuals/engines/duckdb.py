"""The default engine: DuckDB in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
from arro3.core import RecordBatch, Schema, Table

from mutuals import arrow
from mutuals.engines import BatchFunction


class DuckDBEngine:
    """Runs steps on one DuckDB connection; what it saves are temporary tables that shadow the library's.

    The library is attached as `lib` and is the connection's default, so a bare name means the library's table
    until something was saved under that name.
    """

    name = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def save(self, name: str, sql: str) -> None:
        """Keep the rows of a SELECT as a temporary table."""
        self.connection.execute(f"create or replace temp table {name}__new as {sql}")
        self.connection.execute(f"drop table if exists temp.main.{name}")
        self.connection.execute(f"alter table temp.main.{name}__new rename to {name}")

    def append(self, name: str, sql: str) -> None:
        """Add the rows of a SELECT to a temporary table."""
        self.connection.execute(f"insert into temp.main.{name} {sql}")

    def one(self, sql: str) -> int:
        """The single whole number that a SELECT gives; zero when it gives null."""
        rows = self.connection.execute(sql).fetchall()
        return int(rows[0][0] or 0) if rows else 0

    def scan(self, sql: str, rows: int = 8192) -> Iterator[RecordBatch]:
        """The rows of a SELECT as a stream; it has a cursor of its own, so other queries may run beside it."""
        yield from arrow.batches(self.connection.cursor().sql(sql), rows)

    def map_batches(self, name: str, sql: str, function: BatchFunction, schema: Schema) -> None:
        """Run a batch function over the rows of a SELECT; batches are written as they come."""
        self.connection.execute(
            f"create or replace temp table {name}__in as select row_number() over () as row__, * from ({sql})"
        )
        empty = schema.empty_table()
        self.connection.register("map_batches_out", empty)
        self.connection.execute(f"create or replace temp table {name} as select * from map_batches_out")
        self.connection.unregister("map_batches_out")
        total = self.one(f"select count(*) from {name}__in")
        for start in range(0, total, _STRIDE):
            part = self.connection.sql(
                f"select * exclude (row__) from temp.main.{name}__in"
                f" where row__ > {start} and row__ <= {start + _STRIDE}"
            )
            read = Table.from_arrow(part)  # whole, before anything else is asked of the connection
            out = Table.from_batches(list(function(arrow.batches(read, 8192))), schema=schema)
            self.connection.register("map_batches_out", out)
            self.connection.execute(f"insert into temp.main.{name} select * from map_batches_out")
            self.connection.unregister("map_batches_out")
        self.connection.execute(f"drop table temp.main.{name}__in")

    def drop(self, names: Sequence[str]) -> None:
        """Let go of temporary tables."""
        for name in names:
            self.connection.execute(f"drop table if exists temp.main.{name}")


_STRIDE = 65_536
"""Messages handed to a batch function at a time: about 20 MB of text, so memory stays flat on any archive."""
