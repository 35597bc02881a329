"""The glen as something that pages can be made from: the practices' worked tables and the few that views add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from arro3.core import RecordBatch, Schema, Table

from mutuals import arrow
from mutuals.schema import TABLES, key_of
from mutuals.store import save_parquet
from tests.practices.fixture import START, Talk, Worked
from tests.practices.glen import glen

LATER = START + timedelta(days=500)


class FakeLibrary:
    """Reads like a library; corrections are only noted."""

    def __init__(self, talk: Talk) -> None:
        self._worked = Worked(talk, None)
        self.corrections: list[tuple[str, str, str]] = []
        run = self._worked.connection.execute
        have = {name for (name,) in run("select table_name from information_schema.tables").fetchall()}
        for name, schema in TABLES.items():
            if name not in have:
                empty = Schema([field.with_nullable(True) for field in schema]).empty_table()
                self._worked._keep(name, empty)
        for one in talk.messages.values():
            if one.under is not None and one.how == "explicit":
                self.run("update utterance set reply_to = ?, reply_to_id = ? where id = ?",
                         [key_of(one.under), one.under, one.id])  # fmt: skip
        self.insert("place", place="glen", name="Glen notice board", source="test", url=None)

    def insert(self, table: str, **values: Any) -> None:
        """One row, the columns that are not given empty."""
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        self.run(f"insert into {table} ({columns}) values ({marks})", list(values.values()))

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Change something in the tables."""
        self._worked.connection.execute(sql, list(parameters))

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Table:
        """The rows of a SELECT."""
        return self._worked.query(sql, parameters)

    def scan(self, sql: str, parameters: Sequence[object] = (), rows: int = 8192) -> Iterator[RecordBatch]:
        """The rows of a SELECT in small batches."""
        yield from arrow.batches(self._worked.query(sql, parameters), 5)

    def save_parquet(self, sql: str, file: Path, metadata: Mapping[str, str]) -> None:
        """The rows of a SELECT as a Parquet file."""
        save_parquet(self._worked.connection, sql, file, metadata)

    def correct(self, utterance_id: str, act: str, verdict: str) -> None:
        """Note a correction."""
        self.corrections.append((utterance_id, act, verdict))


def library_of_glen(*, complete: bool = True) -> FakeLibrary:
    """The glen, by default with everything said in it up to a while after its last message."""
    talk = glen()
    if complete:
        talk.complete(until=499)
    return FakeLibrary(talk)


def chain(length: int) -> FakeLibrary:
    """One conversation in which each message answers the one before."""
    library = FakeLibrary(Talk())
    names = [f"link {n}" for n in range(length)]
    conversation = key_of(names[0])
    rows: dict[str, list[dict[str, Any]]] = {"utterance": [], "thread": []}
    for n, name in enumerate(names):
        at = START + timedelta(minutes=n)
        shared = {"utterance": key_of(name), "place": "glen", "written_at": at, "speaker": None}
        rows["utterance"].append({**shared, "id": name, "text": "And then?", "is_deleted": False})
        parent = key_of(names[n - 1]) if n else None
        rows["thread"].append({**shared, "conversation": conversation, "root": conversation, "depth": n,
                               "parent": parent, "how": "explicit" if n else None, "is_gap": False})  # fmt: skip
    for name, records in rows.items():
        table = arrow.batch(records, Schema([f.with_nullable(True) for f in TABLES[name]]))
        library.run(f"drop table {name}")
        library._worked._keep(name, table)
    return library
