"""Arrow batches from Python values and back: the little that `arro3` leaves to its users.

Everything that passes between stages is an `arro3.core.RecordBatch` or `Table`. Both have the Arrow PyCapsule
interface, so that DuckDB, pyarrow, Polars and others read them as they stand, without a copy; what comes in may be
an object of any library with that interface. `arro3` makes arrays of numbers, text and truth values; times and lists
are put together here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate, chain
from typing import Any

from arro3.core import (
    Array,
    DataType,
    RecordBatch,
    RecordBatchReader,
    Schema,
    Table,
    dictionary_dictionary,
    dictionary_indices,
    list_array,
)

_CODED = DataType.dictionary(DataType.uint32(), DataType.string())
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def array(values: Sequence[Any], kind: DataType) -> Array:
    """Python values as an Arrow array; None becomes null.

    Args:
        values: Numbers, strings, truth values, aware datetimes, or sequences of these for a list.
        kind: A type of a column in `mutuals.schema`: integer, string, boolean, timestamp in microseconds, list.

    Returns:
        As many values as came in; an empty array for none.

    Raises:
        TypeError: A value is of another kind, or a datetime has no time zone.
        OverflowError: A number is too large for the type.
        UnicodeEncodeError: A string holds a lone surrogate, which Arrow has no bytes for.
    """
    if DataType.is_timestamp(kind):
        return Array([None if value is None else _microseconds(value) for value in values], DataType.int64()).cast(kind)
    if DataType.is_list(kind):
        lengths = [0 if value is None else len(value) for value in values]
        inner = array(list(chain.from_iterable(value for value in values if value is not None)), kind.value_type)
        missing = Array([value is None for value in values], DataType.bool())
        offsets = Array(list(accumulate(lengths, initial=0)), DataType.int32())
        return list_array(offsets, inner, type=kind, mask=missing)
    return Array(values, kind)


def batch(rows: Iterable[Mapping[str, Any]], schema: Schema) -> RecordBatch:
    """Records as one batch with this schema; a name that a record does not have is null, one that is not in it is left.

    Returns:
        One row a record, in order; a batch without rows for none.

    Raises:
        TypeError, OverflowError, UnicodeEncodeError: A value does not fit its column; see `array`.
        Exception: A column that must not be null has a null (`arro3` has no class of its own for it).
    """
    records = list(rows)
    return columns([[record.get(name) for record in records] for name in schema.names], schema)


def columns(values: Sequence[Sequence[Any]], schema: Schema) -> RecordBatch:
    """Columns of Python values, in the order of the schema and all of one length, as one batch; raises as `batch`."""
    arrays = [array(column, kind) for column, kind in zip(values, schema.types, strict=True)]
    return RecordBatch.from_arrays(arrays, schema=schema)


def rows(data: Any) -> list[dict[str, Any]]:
    """The rows of a batch, table or stream as records; times are aware datetimes in UTC, null is None.

    Args:
        data: Anything with the Arrow PyCapsule interface, of whatever library. A stream is used up.

    Returns:
        One record a row, in order; empty where there is no row.
    """
    table = Table.from_arrow(data)
    names = table.column_names
    return [dict(zip(names, row, strict=True)) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]


def batches(data: Any, size: int) -> Iterator[RecordBatch]:
    """The rows of a batch, table or stream as batches of at most so many rows, in order, nearly all without a copy.

    Args:
        data: Anything with the Arrow PyCapsule interface, such as a DuckDB relation, which runs when the first
            batch is asked for. A stream is read as it is asked for, so that memory does not grow with it.
        size: Rows of a batch at most. DuckDB itself hands over up to 131,072 at a time.

    Returns:
        Batches that are never empty; none where there is no row.
    """
    reader = RecordBatchReader.from_arrow(data)
    while (whole := next(reader, None)) is not None:
        last = max(whole.num_rows - 1, 0) // size * size
        for start in range(0, last, size):
            yield whole.slice(start, size)
        if last:  # copied, so that whoever still holds it does not hold all while the next is read
            whole = whole.take(Array(range(last, whole.num_rows), DataType.uint32()))
        if whole.num_rows:
            yield whole
        del whole


def shaped(data: Any, schema: Schema) -> RecordBatch:
    """A batch with the columns of a schema, in its order and with its types; other columns are left out.

    Args:
        data: Any batch with the Arrow PyCapsule interface.
        schema: What the batch should have.

    Raises:
        KeyError: A column of the schema is not there.
        Exception: A column cannot become the type it should have, or has a null where none may be.
    """
    found = RecordBatch.from_arrow(data)
    return RecordBatch.from_arrays([found.column(f.name).cast(f.type) for f in schema], schema=schema)


def distinct(words: Array) -> tuple[Array, Array]:
    """Each different string of an array once, in order of its first place, and for each place which of them is there.

    Returns:
        The strings, without null, and as many numbers as there were strings: `strings.take(numbers)` is what came in.
    """
    coded = words.cast(_CODED)
    return dictionary_dictionary(coded), dictionary_indices(coded)


def _microseconds(moment: datetime) -> int:
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
