"""Keys for a batch of utterances: each distinct id is hashed once, and its key put where it occurs."""

from __future__ import annotations

import sys
import unicodedata
from array import array as numbers

from arro3.core import Array, ChunkedArray, DataType, RecordBatch, Table

from mutuals import arrow
from mutuals.schema import TABLES

try:
    # CPython's own MD5: `hashlib` asks OpenSSL for a provider at each call, most of the time for words this short.
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - an interpreter that was built without it
    from hashlib import md5

_KEYED = {
    "utterance": "id", "conversation_key": "conversation_id", "speaker": "speaker_id", "reply_to": "reply_to_id",
}  # fmt: skip

_WITHOUT_SIGN = bytes(byte & 0x7F for byte in range(256))


def keyed(arriving: Table) -> tuple[Table, bool]:
    """Rows of `schema.ARRIVING` as rows of the table `utterance`: with keys, and with text in NFC.

    Most ids occur several times in a batch, as a message, as a parent, as an account; hashing is the dearest part of
    adding a message, so each is hashed once. The string id of a parent is kept only where the parent is not in the
    batch: it is there for gaps, and a parent that is here has its own.

    Returns:
        The rows in their order, and whether no key comes twice among them.
    """
    schema, total = TABLES["utterance"], arriving.num_rows
    if not total:
        return schema.empty_table(), True
    came = {name: _whole(arriving.column(name)) for name in arriving.column_names}
    identifiers, places = arrow.distinct(ChunkedArray([came[name] for name in _KEYED.values()]).combine_chunks())
    keys = keys_of(identifiers)
    given = {name: keys.take(places.slice(turn * total, total)) for turn, name in enumerate(_KEYED)}
    here = set(given["utterance"].to_pylist())
    gaps = [None if parent in here else row for row, parent in enumerate(given["reply_to"].to_pylist())]
    given["reply_to_id"] = came["reply_to_id"].take(Array(gaps, DataType.uint32()))
    given["text"] = nfc(came["text"])
    given["is_deleted"] = _told(came["is_deleted"])
    whole = RecordBatch.from_arrays([given.get(name, came.get(name)) for name in schema.names], schema=schema)
    return Table.from_batches(list(arrow.batches(whole, _CHUNK)), schema=schema), len(here) == total


_CHUNK = 16_384
"""Rows of a record batch: DuckDB reads the batches of a table on all its cores."""


def keys_of(identifiers: Array) -> Array:
    """`schema.key_of` of each string id; none may be null."""
    spelt = identifiers.cast(DataType.binary()).to_pylist()
    digests = bytearray().join([md5(identifier, usedforsecurity=False).digest() for identifier in spelt])
    digests[15::16] = digests[15::16].translate(_WITHOUT_SIGN)
    halves = numbers("q")
    halves.frombytes(digests)
    if sys.byteorder == "big":  # pragma: no cover
        halves.byteswap()
    return Array(halves[1::2], DataType.int64())


def nfc(text: Array) -> Array:
    """A column of text in Unicode NFC; only what is not ASCII is looked at."""
    pieces = (text.slice(start, min(_PIECE, len(text) - start)).to_pylist() for start in range(0, len(text), _PIECE))
    odd = (said for piece in pieces for said in [said for said in filter(None, piece) if not said.isascii()])
    if all(unicodedata.is_normalized("NFC", said) for said in odd):
        return text
    words = text.to_pylist()
    return Array([None if said is None else unicodedata.normalize("NFC", said) for said in words], DataType.string())


_PIECE = 1024
"""Texts looked at together: few enough to stay in the processor's cache, a fifth quicker than a whole batch."""


def _told(flags: Array) -> Array:
    """Flags with false for null."""
    return Array([flag is True for flag in flags.to_pylist()], DataType.bool()) if flags.null_count else flags


def _whole(column: ChunkedArray) -> Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
