"""Keys for a batch of utterances: each distinct id is hashed once, on all cores, and put where it occurs."""

from __future__ import annotations

import unicodedata

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from mutuals.schema import TABLES

KEY = "cast(md5_number_lower({}) & 9223372036854775807 as bigint)"
"""SQL for the key of a string id; the same number as `schema.key_of` gives."""

_KEYED = {
    "utterance": "id", "conversation_key": "conversation_id", "speaker": "speaker_id", "reply_to": "reply_to_id",
}  # fmt: skip


def keyed(connection: duckdb.DuckDBPyConnection, arriving: pa.Table) -> pa.Table:
    """Rows of `schema.ARRIVING` as rows of the table `utterance`: with keys, and with text in NFC.

    Most ids occur several times in a batch, as a message, as a parent, as an account; hashing is the dearest part of
    adding a message, so each is hashed once. The string id of a parent is kept only where the parent is not in the
    batch: it is there for gaps, and a parent that is here has its own.
    """
    together = pa.chunked_array([chunk for name in _KEYED.values() for chunk in arriving.column(name).chunks])
    coded = together.combine_chunks().dictionary_encode() if together.num_chunks else None
    given: dict[str, pa.Array | pa.ChunkedArray] = {}
    if coded is not None:
        keys = _keys_of(connection, coded.dictionary)
        for position, name in enumerate(_KEYED):
            given[name] = keys.take(coded.indices.slice(position * len(arriving), len(arriving)))
        known = pc.is_in(given["reply_to"], value_set=given["utterance"])
        given["reply_to_id"] = pc.if_else(known, None, arriving.column("reply_to_id"))
    given["text"] = nfc(arriving.column("text"))
    given["is_deleted"] = pc.fill_null(arriving.column("is_deleted"), False)
    schema = TABLES["utterance"]
    columns = [given[kind.name] if kind.name in given else arriving.column(kind.name) for kind in schema]
    table = pa.table(columns, schema=schema)
    return pa.Table.from_batches(table.combine_chunks().to_batches(max_chunksize=_CHUNK), schema)


_CHUNK = 16_384
"""Rows of a record batch: DuckDB reads the batches of a table on all its cores."""


def _keys_of(connection: duckdb.DuckDBPyConnection, identifiers: pa.Array) -> pa.Array:
    strings = pa.table({"id": identifiers})
    strings = pa.Table.from_batches(strings.to_batches(max_chunksize=_CHUNK), strings.schema)
    connection.register("ids_to_key", strings)
    keys = connection.sql(f"select {KEY.format('id')} as key from ids_to_key").to_arrow_table()
    connection.unregister("ids_to_key")
    return keys.column("key").combine_chunks()


def nfc(text: pa.ChunkedArray) -> pa.Array:
    """A column of text in Unicode NFC; only what is not ASCII is looked at."""
    text = text.combine_chunks()
    odd = pc.invert(pc.fill_null(pc.string_is_ascii(text), True))
    if not pc.any(odd).as_py():
        return text
    found = pc.filter(text, odd).to_pylist()
    composed = [unicodedata.normalize("NFC", words) for words in found]
    return text if composed == found else pc.replace_with_mask(text, odd, pa.array(composed, pa.string()))
