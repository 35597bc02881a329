"""Arrow batches from Python values and back."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from arro3.core import DataType, Field, Schema
from hypothesis import given
from hypothesis import strategies as st

from mutuals import arrow

TIME = DataType.timestamp("us", tz="UTC")
SCHEMA = Schema([
    Field("key", DataType.int64(), nullable=False),
    Field("words", DataType.string()),
    Field("at", TIME),
    Field("is_late", DataType.bool()),
    Field("spans", DataType.list(Field("item", DataType.int32()))),
    Field("names", DataType.list(Field("item", DataType.string()))),
])  # fmt: skip
NOON = datetime(2020, 2, 29, 12, 0, 0, 1, tzinfo=UTC)
ROW = {"key": 1, "words": "ä", "at": NOON, "is_late": False, "spans": [0, 1], "names": ["Bo", None]}
EMPTY = dict.fromkeys(SCHEMA.names) | {"key": 2}

records = st.lists(
    st.fixed_dictionaries({
        "key": st.integers(-(2**63), 2**63 - 1),
        "words": st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        "at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "is_late": st.none() | st.booleans(),
        "spans": st.none() | st.lists(st.none() | st.integers(-(2**31), 2**31 - 1)),
        "names": st.none() | st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]))),
    })
)  # fmt: skip


@given(records)
def test_rows_come_back_as_they_went_in(given_records: list[dict[str, Any]]) -> None:
    """Records of any values are the same records after they were a batch."""
    assert given_records == arrow.rows(arrow.batch(given_records, SCHEMA))


def test_a_name_that_is_missing_is_null() -> None:
    """A record without a name has null there, and a name that the schema does not have is left out."""
    assert [EMPTY] == arrow.rows(arrow.batch([{"key": 2, "other": 3}], SCHEMA))


def test_no_records_are_a_batch_without_rows() -> None:
    """Without records there is a batch of the schema, and no row comes back."""
    made = arrow.batch([], SCHEMA)

    assert SCHEMA == made.schema
    assert [] == arrow.rows(made)


def test_duckdb_and_pyarrow_read_a_batch() -> None:
    """DuckDB and pyarrow read a batch as it stands, and what they give is read back."""
    made = arrow.batch([ROW, EMPTY], SCHEMA)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.register("made", made)
        by_duckdb = arrow.rows(connection.sql("select * from made"))

    assert [ROW, EMPTY] == by_duckdb
    assert [ROW, EMPTY] == arrow.rows(pa.record_batch(made))
    assert [ROW, EMPTY] == arrow.rows(pa.table(made))


def test_a_time_keeps_its_moment() -> None:
    """A time in another zone is the same moment in UTC; one without a zone is a mistake."""
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-7)))

    assert [NOON, None] == arrow.array([elsewhere, None], TIME).to_pylist()
    with pytest.raises(TypeError, match="offset-naive"):
        arrow.array([NOON.replace(tzinfo=None)], TIME)


@pytest.mark.parametrize(("value", "error"), [(2**31, OverflowError), ("1", TypeError), (1.5, TypeError)])
def test_a_value_that_does_not_fit_is_refused(value: object, error: type[Exception]) -> None:
    """A value of another kind or size is an error, never another value."""
    with pytest.raises(error):
        arrow.array([value], DataType.int32())


def test_null_where_none_may_be_is_refused() -> None:
    """A column that must not be null has no null."""
    with pytest.raises(Exception, match="non-nullable"):
        arrow.batch([{"key": None}], SCHEMA)


def test_batches_are_at_most_so_large() -> None:
    """The rows of a relation come in order, in batches that are no larger than asked for and never empty."""
    with duckdb.connect() as connection:
        found = list(arrow.batches(connection.sql("select range as n from range(200000)"), 60_000))
        none = list(arrow.batches(connection.sql("select 1 as n where false"), 60_000))

    assert list(range(200_000)) == [row["n"] for one in found for row in arrow.rows(one)]
    assert 60_000 >= max(one.num_rows for one in found)
    assert [] == none
    assert [] == list(arrow.batches(arrow.batch([], SCHEMA), 10))
    assert [4, 4, 1] == [one.num_rows for one in arrow.batches(arrow.batch([ROW] * 9, SCHEMA), 4)]
    assert [ROW] * 9 == [row for one in arrow.batches(arrow.batch([ROW] * 9, SCHEMA), 4) for row in arrow.rows(one)]


@given(st.lists(st.none() | st.sampled_from(["a", "ä", "", "日本"])), st.integers(0, 3))
def test_distinct_strings_and_their_places(given_words: list[str | None], skipped: int) -> None:
    """Each string is there once, in order of its first place, and its places give back what came in."""
    words = arrow.array([*["b"] * skipped, *given_words], DataType.string()).slice(skipped)
    strings, places = arrow.distinct(words)

    assert list(dict.fromkeys(word for word in given_words if word is not None)) == strings.to_pylist()
    assert given_words == strings.take(places).to_pylist()


def test_everything_works_without_pyarrow(tmp_path: Path) -> None:
    """Adding, reading, asking and exporting need no pyarrow on the machine."""
    line = {"id": "a", "speaker": "noor", "conversation_id": "a", "reply_to": None, "text": "How do I mend a net?"}
    (tmp_path / "quay.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    code = """if True:
        import sys
        sys.modules["pyarrow"] = None
        from pathlib import Path
        import mutuals
        from mutuals.views.export import KINDS, export
        here = Path(sys.argv[1])
        with mutuals.open(here / "quay.mutuals") as library:
            library.add(here / "quay.jsonl")
            for kind in KINDS:
                export(library.store, kind, here / kind)
            print(library.query("select act from act").column("act").to_pylist())
    """
    found = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert "['asks']" == found.stdout.strip()


def test_shaped_has_the_columns_of_the_schema() -> None:
    """A batch of whatever library gets the columns of the schema, in its order and with its types."""
    schema = Schema([Field("b", DataType.string()), Field("a", DataType.int64(), nullable=False)])
    given_batch = pa.record_batch({"a": pa.array([1], pa.int32()), "b": pa.array(["x"]), "c": pa.array([2])})

    made = arrow.shaped(given_batch, schema)
    assert schema == made.schema
    assert [{"b": "x", "a": 1}] == arrow.rows(made)
    with pytest.raises(KeyError):
        arrow.shaped(given_batch.select(["a"]), schema)
