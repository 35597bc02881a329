"""Gathers what a source yields into Arrow batches that the store can merge in one transaction each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from arro3.core import RecordBatch, Schema, Table

from mutuals import arrow
from mutuals.errors import Problem
from mutuals.model import Coverage, Place, Speaker, Utterance
from mutuals.schema import ARRIVING, TABLES, key_of
from mutuals.sources import Record

ROWS = 20_000
"""Utterances of a batch at most: what a crash can lose of an archive, and about 25 MB of memory at 300 words each."""
CHARACTERS = 24_000_000
"""Characters of a batch at most, so that an archive of very long messages does not fill the memory either."""


@dataclass(slots=True)
class Arrivals:
    """One batch on its way into the store.

    Attributes:
        utterances: Batches of `schema.ARRIVING`.
        rows: Utterances that came one by one, as tuples in the order of `schema.ARRIVING`.
        links: Rows of the table `link`.
        marks: Rows of the table `mark`.
        places: By id.
        speakers: By id; the first that gives an account a name of its own wins, a declared bot stays one.
        coverages: As they came.
        problems: As they came.
        characters: Length of the text in `rows`.
    """

    utterances: list[RecordBatch] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    links: list[tuple[Any, ...]] = field(default_factory=list)
    marks: list[tuple[Any, ...]] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    coverages: list[Coverage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    characters: int = 0

    def take(self, record: Record | RecordBatch) -> None:
        """Put one record where it belongs; any other thing is a batch of `schema.ARRIVING`, of whatever library."""
        match record:
            case Utterance():
                self._take_utterance(record)
            case Speaker():
                known = self.speakers.get(record.id)
                if known is None or (is_unnamed(known) and not is_unnamed(record)):
                    known = record
                self.speakers[record.id] = (
                    replace(known, is_automated=True) if record.is_automated and not known.is_automated else known
                )
            case Place():
                known_place = self.places.get(record.id)
                if known_place is None or (known_place.url is None and record.url):
                    self.places[record.id] = record
                if record.no_generative_ai or (known_place is not None and known_place.no_generative_ai):
                    self.places[record.id] = replace(self.places[record.id], no_generative_ai=True)
            case Coverage():
                self.coverages.append(record)
            case Problem():
                self.problems.append(record)
            case RecordBatch():
                self.utterances.append(record)
            case _:
                self.utterances.append(arrow.shaped(record, ARRIVING))

    def _take_utterance(self, u: Utterance) -> None:
        key = key_of(u.id)
        self.rows.append((
            u.id, u.place, u.conversation, u.speaker, u.reply_to, u.written_at, u.edited_at, u.collected_at, u.title,
            u.text, u.lang, u.url, u.original, u.format, u.offsets or None, u.code or None, u.visibility,
            u.is_deleted, json.dumps(u.meta, ensure_ascii=False, sort_keys=True) if u.meta else None,
        ))  # fmt: skip
        for link in u.links:
            self.links.append((key, link.kind, key_of(link.target), link.target, link.start, link.end))
        for mark in u.marks:
            self.marks.append((key, mark.kind, key_of(mark.by) if mark.by else None, mark.at))
        self.characters += len(u.text or "") + len(u.original or "")

    def is_full(self) -> bool:
        """Whether the batch should be merged before more is taken."""
        return (
            len(self.rows) >= ROWS
            or self.characters >= CHARACTERS
            or sum(batch.num_rows for batch in self.utterances) >= ROWS
        )

    def utterance_table(self) -> Table:
        """All utterances of the batch, in the order of arrival within each of its two forms."""
        parts = [*self.utterances, batch_of(self.rows, ARRIVING)] if self.rows else self.utterances
        return Table.from_batches(parts, schema=ARRIVING)

    def side_table(self, name: str) -> RecordBatch:
        """The rows of the table `link`, `mark`, `place`, `speaker` or `problem` of the batch."""
        rows: Iterable[tuple[Any, ...]]
        if name == "link":
            rows = self.links
        elif name == "mark":
            rows = self.marks
        elif name == "place":
            rows = [(p.id, p.name, p.source, p.url) for p in self.places.values()]
        elif name == "speaker":
            rows = [(key_of(s.id), s.id, s.name, s.handle, s.is_automated, s.url) for s in self.speakers.values()]
        else:
            rows = [
                (key_of(f"{p.kind} {p.where}"), p.kind, p.where, p.message, p.place, p.excerpt[:200], p.is_lost)
                for p in self.problems
            ]
        return batch_of(list(rows), TABLES[name])


def is_unnamed(speaker: Speaker) -> bool:
    """Whether the account is known by its id alone."""
    return speaker.id.endswith(f"/{speaker.name}")


def batch_of(rows: list[tuple[Any, ...]], schema: Schema) -> RecordBatch:
    """Rows as an Arrow batch; a lone surrogate, which no database stores, becomes a question mark.

    Raises:
        TypeError, OverflowError: A value does not fit its column; a mistake in a source.
    """
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    try:
        return arrow.columns(columns, schema)
    except UnicodeEncodeError:
        clean = [[v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in c] for c in columns]
        return arrow.columns(clean, schema)


def batches(records: Iterable[Record | RecordBatch]) -> Iterator[Arrivals]:
    """Records in batches of at most `ROWS` utterances or `CHARACTERS` characters, the last one smaller."""
    arrivals = Arrivals()
    for record in records:
        arrivals.take(record)
        if arrivals.is_full():
            yield arrivals
            arrivals = Arrivals()
    yield arrivals


def span_of(coverages: Iterable[Coverage]) -> list[tuple[str, str | None, datetime | None, datetime | None, str, str]]:
    """One row a place or conversation, extent and note: from the earliest `since` to the latest `until`.

    A conversation's row is kept only when it is not complete; a complete one is part of its place.
    """
    spans: dict[tuple[str, str | None, str, str], tuple[datetime | None, datetime | None]] = {}
    for c in coverages:
        if c.conversation is not None and c.extent == "complete":
            continue
        key = (c.place, c.conversation, c.extent, c.note)
        since, until = spans.get(key, (c.since, c.until))
        spans[key] = (
            min(since, c.since) if since and c.since else since or c.since,
            max(until, c.until) if until and c.until else until or c.until,
        )
    return [(place, conv, since, until, extent, note) for (place, conv, extent, note), (since, until) in spans.items()]
