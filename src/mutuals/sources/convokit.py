"""ConvoKit corpora: `utterances.jsonl` with `speakers.json` and `conversations.json` beside it, or the lines alone.

The lines are so regular that DuckDB parses the file in one go, on all cores; a line that it cannot make out is then
read alone and becomes an utterance or a problem. Older corpora say `user` for `speaker`, `root` for
`conversation_id` and `reply-to` for `reply_to`.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
from arro3.core import Array, DataType, RecordBatch

from mutuals import arrow
from mutuals.errors import Problem
from mutuals.model import Coverage, Place, Speaker, Utterance
from mutuals.schema import ARRIVING
from mutuals.sources import ReadOptions, Record, SourceFile
from mutuals.sources.counters import without_counters
from mutuals.sources.streams import problem_of

ROWS = 20_000
"""Rows handed over at a time: a batch of the store."""
LONGEST = 1 << 20
"""Bytes of the longest line read in one go; two buffers of twice this size are kept a core. A longer one is odd."""

_FIELDS = {
    "id": "VARCHAR", "speaker": "VARCHAR", "user": "VARCHAR", "conversation_id": "VARCHAR", "root": "VARCHAR",
    "reply_to": "VARCHAR", "reply-to": "VARCHAR", "timestamp": "JSON", "text": "VARCHAR", "meta": "JSON",
}  # fmt: skip
_MILLISECONDS = 100_000_000_000
"""A timestamp above this is in milliseconds: in seconds it would lie in the year 5138."""


class ConvoKit:
    """Reads ConvoKit corpora."""

    name = "convokit"

    def recognises(self, file: SourceFile) -> bool:
        """Whether its first line is an utterance of ConvoKit's, or it is a file that stands beside such lines."""
        base = PurePosixPath(file.name).name
        if base in {"speakers.json", "users.json"} and file.head.lstrip().startswith(b"{"):
            return True
        first = file.head.split(b"\n", 1)[0]
        return (
            first.lstrip().startswith(b"{")
            and b'"id"' in first
            and b'"text"' in first
            and (b'"speaker"' in first or b'"user"' in first)
            and (b'"conversation_id"' in first or b'"root"' in first)
        )

    def read(self, file: SourceFile, options: ReadOptions) -> Iterator[Record | RecordBatch]:
        """The corpus' place, its utterances in batches, and the accounts that occur in them."""
        place = _place_of(file, options)
        yield place
        if PurePosixPath(file.name).name in {"speakers.json", "users.json"}:
            yield from _speakers(file, place)
            return
        try:
            yield from _utterances(file, place, options)
        except OSError as error:
            yield problem_of(error, file.where)


def _utterances(file: SourceFile, place: Place, options: ReadOptions) -> Iterator[Record | RecordBatch]:
    """The lines of a file, the accounts in them, and what stretch of time they cover."""
    named: set[str] = set()
    odd: list[int] = []
    rows = 0
    since: datetime | None = None
    until: datetime | None = None
    with _on_disk(file) as path:
        same = _same_for_all(place, file.modified)
        for batch in _batches(path, place):
            readable = _arriving(_readable(batch, odd, rows), same)
            rows += batch.num_rows
            yield from _new_speakers(arrow.distinct(readable.column("speaker_id"))[0].to_pylist(), named)
            first, last = _ends(readable.column("written_at"))
            since = min(filter(None, (since, first)), default=None)
            until = max(filter(None, (until, last)), default=None)
            yield readable
        for record in _odd_lines(path, odd, file, place) if odd else ():
            if isinstance(record, Utterance):
                yield from _new_speakers([record.speaker], named)
            yield record
    yield Coverage(place=place.id, extent=options.extent, since=since, until=until)


def _place_of(file: SourceFile, options: ReadOptions) -> Place:
    parts = PurePosixPath(file.name)
    stem = parts.name.split(".")[0]
    name = options.place or (
        stem
        if stem not in {"utterances", "speakers", "users"}
        else (parts.parent.name or PurePosixPath(file.root).stem)
    )
    return Place(id=f"convokit:{name}", name=name, source="convokit", url=options.url)


def _new_speakers(identifiers: Sequence[str | None], named: set[str]) -> Iterator[Speaker]:
    for identifier in identifiers:
        if identifier is not None and identifier not in named:
            named.add(identifier)
            yield Speaker(id=identifier, name=identifier.split("/", 1)[1])


def _ends(times: Array) -> tuple[datetime | None, datetime | None]:
    """The earliest and the latest of these times; None where there is none."""
    told = times.cast(DataType.int64()).to_pylist()
    if times.null_count:
        told = [moment for moment in told if moment is not None]
    ends = Array([min(told), max(told)] if told else [None, None], DataType.int64()).cast(times.type).to_pylist()
    return ends[0], ends[1]


def _batches(path: Path, place: Place) -> Iterator[RecordBatch]:
    """What the lines of a file say, in order; an unreadable line is a row without an id."""
    prefix = f"{place.id}/".replace("'", "''")
    given = {
        "id": f"'{prefix}' || id",
        "conversation_id": f"'{prefix}' || coalesce(conversation_id, root)",
        "speaker_id": f"'{prefix}' || coalesce(speaker, \"user\")",
        "reply_to_id": f"'{prefix}' || coalesce(reply_to, \"reply-to\")",
        "written_at": "to_timestamp(case when stamp > 1e11 then stamp / 1000 else stamp end)",
        "text": "nullif(text, '')",
        "meta": "nullif(meta, '{}')",
    }
    columns = ", ".join(f'{expression} as "{name}"' for name, expression in given.items())
    fields = ", ".join(f"'{name}': '{kind}'" for name, kind in _FIELDS.items())
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_external_file_cache = false")
        relation = connection.sql(
            f"""select {columns} from (
                  select *, try_cast(trim(timestamp, '"') as double) as stamp
                  from read_json({_literal(str(path))}, format = 'newline_delimited', ignore_errors = true,
                                 maximum_object_size = {LONGEST},
                                 columns = {{{fields}}}))"""
        )
        yield from arrow.batches(relation, ROWS)


def _same_for_all(place: Place, collected_at: datetime) -> dict[str, Array]:
    """The columns of `schema.ARRIVING` that say the same for every line, `ROWS` long."""
    said = {
        "place": place.id, "collected_at": collected_at, "format": "plain", "visibility": "public", "is_deleted": False,
    }  # fmt: skip
    once = Array([0] * ROWS, DataType.uint32())
    return {field.name: arrow.array([said.get(field.name)], field.type).take(once) for field in ARRIVING}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def _on_disk(file: SourceFile) -> Iterator[Path]:
    """The file's path, or that of a copy which is gone afterwards, for one that lies in a container."""
    if file.path is not None:
        yield file.path
        return
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as copy, file.open() as stream:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)


def _readable(batch: RecordBatch, odd: list[int], before: int) -> RecordBatch:
    """The rows that have an id; the others are noted by their position."""
    identifiers = batch.column("id")
    if not identifiers.null_count:
        return batch
    told = identifiers.to_pylist()
    odd += [before + position for position, identifier in enumerate(told) if identifier is None]
    there = [position for position, identifier in enumerate(told) if identifier is not None]
    return batch.take(Array(there, DataType.uint32()))


def _arriving(batch: RecordBatch, same: dict[str, Array]) -> RecordBatch:
    """What some lines say as a batch of `schema.ARRIVING`, without counters in their meta."""
    arrays = {name: array.slice(0, batch.num_rows) for name, array in same.items()}
    arrays |= {name: batch.column(name).cast(ARRIVING.field(name).type) for name in batch.column_names}
    meta = arrays["meta"]
    if meta.null_count < batch.num_rows:
        kept = [
            json.dumps(without_counters(json.loads(m)), ensure_ascii=False) if m else None for m in meta.to_pylist()
        ]
        arrays["meta"] = Array(kept, DataType.string())
    return RecordBatch.from_arrays([arrays[name] for name in ARRIVING.names], schema=ARRIVING)


def _odd_lines(path: Path, odd: list[int], file: SourceFile, place: Place) -> Iterator[Utterance | Problem]:
    """The lines at these positions among those that are not blank, read one by one."""
    wanted = set(odd)
    position = -1
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            if not raw.strip():
                continue
            position += 1
            if position in wanted:
                yield _read_line(raw, number, file, place)


def _read_line(raw: bytes, number: int, file: SourceFile, place: Place) -> Utterance | Problem:
    where = f"{file.where}:{number}"
    try:
        said = json.loads(raw)
        return _utterance(said, place, file.modified)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        return Problem(
            kind="unreadable", where=where, place=place.id, excerpt=raw[:200].decode("utf-8", "replace"),
            message=f"Expected a JSON object with id, speaker, conversation_id and text: {error}",
        )  # fmt: skip


def _utterance(said: dict[str, Any], place: Place, collected_at: datetime) -> Utterance:
    def identifier(*names: str) -> str | None:
        found = next((said[name] for name in names if said.get(name) is not None), None)
        return None if found is None else f"{place.id}/{found}"

    own = identifier("id")
    if own is None:
        raise KeyError("id")
    return Utterance(
        id=own,
        place=place.id,
        speaker=identifier("speaker", "user"),
        text=str(said["text"]) if said.get("text") else None,
        conversation=identifier("conversation_id", "root"),
        reply_to=identifier("reply_to", "reply-to"),
        written_at=_time(said.get("timestamp")),
        collected_at=collected_at,
        meta=without_counters(said.get("meta") or {}),
    )


def _time(stamp: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as a number or in words; None when it says nothing."""
    if stamp in (None, "", "null"):
        return None
    seconds = float(stamp)
    return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)


def _speakers(file: SourceFile, place: Place) -> Iterator[Record]:
    """Accounts of `speakers.json`; of their meta only what names them or says that they are automated is kept."""
    try:
        with file.open() as stream:
            said = json.load(stream)
    except ValueError as error:
        yield Problem(kind="unreadable", where=file.where, place=place.id, message=f"Expected a JSON object: {error}")
        return
    for native, entry in said.items() if isinstance(said, dict) else ():
        meta = entry.get("meta", entry) if isinstance(entry, dict) else {}
        name = meta.get("name") if isinstance(meta, dict) else None
        yield Speaker(
            id=f"{place.id}/{native}",
            name=name if isinstance(name, str) and name else str(native),
            is_automated=isinstance(meta, dict) and meta.get("is_bot") is True,
        )


SOURCE = ConvoKit()
