"""Keys for a batch of utterances: each distinct id is hashed once, and its key put where it occurs."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from mutuals.schema import TABLES

try:
    # CPython's own MD5: `hashlib` asks OpenSSL for a provider at each call, most of the time for words this short.
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover - an interpreter that was built without it
    from hashlib import md5

_LOWER_63 = 0x7FFF_FFFF_FFFF_FFFF

_KEYED = {
    "utterance": "id", "conversation_key": "conversation_id", "speaker": "speaker_id", "reply_to": "reply_to_id",
}  # fmt: skip


def keyed(arriving: pa.Table) -> pa.Table:
    """Rows of `schema.ARRIVING` as rows of the table `utterance`: with keys, and with text in NFC.

    Most ids occur several times in a batch, as a message, as a parent, as an account; hashing is the dearest part of
    adding a message, so each is hashed once. The string id of a parent is kept only where the parent is not in the
    batch: it is there for gaps, and a parent that is here has its own.
    """
    together = pa.chunked_array([chunk for name in _KEYED.values() for chunk in arriving.column(name).chunks])
    coded = together.combine_chunks().dictionary_encode() if together.num_chunks else None
    given: dict[str, pa.Array | pa.ChunkedArray] = {}
    if coded is not None:
        keys = keys_of(coded.dictionary)
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


def keys_of(identifiers: pa.Array) -> pa.Array:
    """`schema.key_of` of each string id; none may be null."""
    spelt = identifiers.cast(pa.binary()).to_pylist()
    digests = b"".join([md5(identifier, usedforsecurity=False).digest() for identifier in spelt])
    halves = pa.Array.from_buffers(pa.int64(), 2 * len(identifiers), [None, pa.py_buffer(digests)])
    return pc.bit_wise_and(pc.list_element(pa.FixedSizeListArray.from_arrays(halves, 2), 1), _LOWER_63)


def nfc(text: pa.ChunkedArray) -> pa.Array:
    """A column of text in Unicode NFC; only what is not ASCII is looked at."""
    text = text.combine_chunks()
    odd = pc.invert(pc.fill_null(pc.string_is_ascii(text), True))
    if not pc.any(odd).as_py():
        return text
    found = pc.filter(text, odd).to_pylist()
    if all(unicodedata.is_normalized("NFC", words) for words in found):
        return text
    composed = [unicodedata.normalize("NFC", words) for words in found]
    return pc.replace_with_mask(text, odd, pa.array(composed, pa.string()))
