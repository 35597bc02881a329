"""The shape of the library file, numbered: each migration brings a file from one version to the next.

A file says its version in the setting `schema_version`. Opening an older one brings it up in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
from arro3.core import DataType, Field

from mutuals.errors import LibraryTooNew, NotALibrary
from mutuals.schema import DERIVED, TABLES, TIME

_SQL_TYPES = {
    DataType.string(): "varchar",
    DataType.int64(): "bigint",
    DataType.int32(): "integer",
    DataType.bool(): "boolean",
    TIME: "timestamptz",
    DataType.list(Field("item", DataType.int32())): "integer[]",
}


def create_table(name: str) -> str:
    """The SQL that makes a table of `schema.TABLES`, empty."""
    columns = ", ".join(
        f'"{field.name}" {_SQL_TYPES[field.type]}' + ("" if field.nullable else " not null") for field in TABLES[name]
    )
    return f"create table if not exists lib.main.{name} ({columns})"


def _first(connection: duckdb.DuckDBPyConnection) -> None:
    for name in TABLES:
        connection.execute(create_table(name))
    connection.execute("create table if not exists lib.main.touched (utterance bigint not null)")


def _second(connection: duckdb.DuckDBPyConnection) -> None:
    """A second reader beside the first."""
    connection.execute(create_table("second_reading"))


MIGRATIONS: tuple[Callable[[duckdb.DuckDBPyConnection], None], ...] = (_first, _second)
"""In order; the version of a file is how many of them it has been through."""


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    """Run the migrations that a library has not been through, all or none.

    Raises:
        LibraryTooNew: A later version of mutuals wrote it.
        NotALibrary: It is a DuckDB file of something else.
    """
    tables = {row[0] for row in connection.execute(
        "select table_name from duckdb_tables() where database_name = 'lib'").fetchall()}  # fmt: skip
    if tables and "setting" not in tables:
        raise NotALibrary(f"{path} is a database of something else: it has no table `setting`. Name another file.")
    version = 0
    if tables:
        found = connection.execute("select value from lib.main.setting where name = 'schema_version'").fetchall()
        version = int(found[0][0]) if found else 0
    if version > len(MIGRATIONS):
        raise LibraryTooNew(
            f"{path} was written by a later version of mutuals (shape {version}, this one knows {len(MIGRATIONS)}). "
            "Install that version, or name another library."
        )
    if version == len(MIGRATIONS):
        return
    connection.execute("begin")
    for migration in MIGRATIONS[version:]:
        migration(connection)
    connection.execute("delete from lib.main.setting where name = 'schema_version'")
    connection.execute("insert into lib.main.setting values ('schema_version', ?)", [str(len(MIGRATIONS))])
    connection.execute("commit")


def empty_derived(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every derived table and make it again, empty, so that the pipeline builds all of it anew."""
    for name in DERIVED:
        connection.execute(f"drop table if exists lib.main.{name}")
        connection.execute(create_table(name))
