"""Who must not come back: accounts that were forgotten are recognised by a salted hash and kept out at the door.

The list holds no name. A message of such an account keeps its place in the conversation as "someone", without words;
in the words of others its handle becomes "someone".
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any

import duckdb

from mutuals.schema import ARRIVING, key_of
from mutuals.store.arriving import Arrivals

FORGOTTEN = '{"forgotten": true}'
"""The `meta` of a message whose writer was forgotten."""

_WORD = re.compile(r"[\w.\-]+")
_INDEX = {name: position for position, name in enumerate(ARRIVING.names)}
_WORDS_OF_WRITER = ("title", "text", "lang", "url", "original", "offsets", "code", "speaker_id")


def salt_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The library's salt, made when it is first needed."""
    rows = connection.execute("select value from lib.main.setting where name = 'salt'").fetchall()
    if rows:
        return str(rows[0][0])
    salt = secrets.token_hex(16)
    connection.execute("insert into lib.main.setting values ('salt', ?)", [salt])
    return salt


def hash_of(salt: str, identifier: str) -> str:
    """The salted SHA-256 of a speaker id or handle, whatever its case."""
    return hashlib.sha256(f"{salt}:{identifier.casefold()}".encode()).hexdigest()


def screen_for(connection: duckdb.DuckDBPyConnection) -> Callable[[Arrivals], Arrivals]:
    """What to pass each batch through before it is merged; passes everything when nobody was forgotten."""
    hashes = {row[0] for row in connection.execute("select hash from lib.main.do_not_import").fetchall()}
    if not hashes:
        return lambda arrivals: arrivals
    salt = salt_of(connection)
    seen: dict[str, bool] = {}

    def is_out(identifier: str) -> bool:
        if identifier not in seen:
            seen[identifier] = hash_of(salt, identifier) in hashes
        return seen[identifier]

    return lambda arrivals: _screen(arrivals, is_out)


def _screen(arrivals: Arrivals, is_out: Callable[[str], bool]) -> Arrivals:
    for batch in arrivals.utterances:
        arrivals.rows += list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    arrivals.utterances = []
    gone = {key_of(row[_INDEX["id"]]) for row in arrivals.rows if is_out(row[_INDEX["speaker_id"]] or "")}
    arrivals.rows = [_screened(row, is_out) for row in arrivals.rows]
    arrivals.links = [link for link in arrivals.links if link[0] not in gone and not is_out(link[3])]
    arrivals.marks = [mark for mark in arrivals.marks if mark[0] not in gone]
    arrivals.speakers = {key: s for key, s in arrivals.speakers.items() if not is_out(key)}
    return arrivals


def _screened(row: tuple[Any, ...], is_out: Callable[[str], bool]) -> tuple[Any, ...]:
    values = list(row)
    if is_out(values[_INDEX["speaker_id"]] or ""):
        for name in _WORDS_OF_WRITER:
            values[_INDEX[name]] = None
        values[_INDEX["is_deleted"]] = True
        values[_INDEX["meta"]] = FORGOTTEN
        return tuple(values)
    text = values[_INDEX["text"]]
    named = text and {word for word in _WORD.findall(text) if is_out(word)}
    if named or any(is_out(word) for word in _WORD.findall(values[_INDEX["original"]] or "")):
        values[_INDEX["text"]] = replaced(text, named or set())[0] if text else text
        values[_INDEX["original"]] = values[_INDEX["offsets"]] = values[_INDEX["code"]] = values[_INDEX["meta"]] = None
    return tuple(values)


def replaced(text: str, names: set[str], by: str = "someone") -> tuple[str, Callable[[int], int]]:
    """A text with whole-word names (or other words) replaced, and how its offsets moved.

    Returns:
        The new text, and a function that maps an offset of the old text to one of the new; an offset inside a
        replaced name maps to where the name began.
    """
    if not names:
        return text, lambda offset: offset
    pattern = re.compile(
        r"(?<![\w])@?(?:" + "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True)) + r")(?![\w])",
        re.IGNORECASE,
    )
    parts: list[str] = []
    moves: list[tuple[int, int, int]] = []
    last = length = 0
    for found in pattern.finditer(text):
        kept = text[last : found.start()]
        parts += [kept, by]
        length += len(kept) + len(by)
        moves.append((found.start(), found.end(), length))
        last = found.end()
    parts.append(text[last:])

    def moved(offset: int) -> int:
        shift = 0
        for start, end, new_end in moves:
            if offset >= end:
                shift = new_end - end
            elif offset > start:
                return new_end - len(by)
        return offset + shift

    return "".join(parts), moved
