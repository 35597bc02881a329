"""Derived tables are the same however the messages came: at once, in pieces, in any order, or rebuilt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from arro3.core import RecordBatch

import mutuals
from mutuals import arrow
from mutuals.demo.village import archives_in
from mutuals.library import Library
from mutuals.model import Utterance
from mutuals.plugins import sources
from mutuals.schema import DERIVED, TABLES
from mutuals.sources import ReadOptions, Record
from mutuals.sources.files import SourceFile, walk
from tests.village import village_folder


def records_of(paths: Sequence[Path]) -> list[Record]:
    """Every record of these archives, one by one."""
    found: list[Record] = []
    for path in paths:
        for file in walk(path):
            assert isinstance(file, SourceFile)
            source = next((s for s in sources() if s.recognises(file)), None)
            for record in source.read(file, ReadOptions()) if source else ():
                if isinstance(record, RecordBatch):
                    found += [utterance_of(row) for row in arrow.rows(record)]
                else:
                    found.append(record)
    return found


def utterance_of(row: dict[str, object]) -> Utterance:
    """A row of `schema.ARRIVING` as an utterance."""
    names = {"conversation_id": "conversation", "speaker_id": "speaker", "reply_to_id": "reply_to"}
    given = {names.get(name, name): value for name, value in row.items() if value is not None and name != "meta"}
    return Utterance(**{"speaker": None, "text": None, **given})  # type: ignore[arg-type]


def derived(library: Library) -> dict[str, list[tuple[object, ...]]]:
    """Every derived table, its rows sorted."""
    tables = {}
    for name in DERIVED:
        columns = ", ".join(f'"{column}"' for column in TABLES[name].names)
        rows = arrow.rows(library.query(f"select {columns} from {name}"))
        tables[name] = sorted((tuple(row.values()) for row in rows), key=repr)
    return tables


@pytest.fixture(scope="module")
def village_records() -> list[Record]:
    """The village's records."""
    return records_of(archives_in(village_folder()))


@pytest.fixture(scope="module")
def at_once(village_records: list[Record]) -> dict[str, list[tuple[object, ...]]]:
    """The derived tables of the village, added in one go."""
    with mutuals.open(":memory:") as library:
        library.store.add(village_records)
        library.update()
        return derived(library)


def test_every_table_holds_something(at_once: dict[str, list[tuple[object, ...]]]) -> None:
    """The village shows every derived table."""
    assert [] == [name for name, rows in at_once.items() if not rows]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pieces_in_any_order_end_in_the_same_rows(
    village_records: list[Record], at_once: dict[str, list[tuple[object, ...]]], seed: int
) -> None:
    """Messages that come shuffled and in twelve instalments give the tables of one import, row for row."""
    shuffled = list(village_records)
    random.Random(seed).shuffle(shuffled)
    size = len(shuffled) // 12 + 1
    with mutuals.open(":memory:") as library:
        for start in range(0, len(shuffled), size):
            library.store.add(shuffled[start : start + size])
            library.update()
        found = derived(library)

    for name in DERIVED:
        assert at_once[name] == found[name], name


def test_one_more_message_at_a_time_ends_in_the_same_rows(
    village_records: list[Record], at_once: dict[str, list[tuple[object, ...]]]
) -> None:
    """The last thirty messages, each added and followed by an update, give the tables of one import."""
    utterances = [r for r in village_records if isinstance(r, Utterance)]
    late = utterances[::11][:30]
    with mutuals.open(":memory:") as library:
        library.store.add([r for r in village_records if r not in late])
        library.update()
        for one in late:
            library.store.add([one])
            library.update()
        found = derived(library)

    for name in DERIVED:
        assert at_once[name] == found[name], name


def test_rebuilding_gives_the_same_rows(
    village_records: list[Record], at_once: dict[str, list[tuple[object, ...]]]
) -> None:
    """Derived tables that are dropped come back the same."""
    with mutuals.open(":memory:") as library:
        library.store.add(village_records)
        library.update()
        library.rebuild()

        assert at_once == derived(library)


def test_an_interrupted_update_is_taken_up(village_records: list[Record]) -> None:
    """Messages that were added and not yet read are noted as such until an update has gone through."""
    with mutuals.open(":memory:") as library:
        library.store.add(village_records)
        before = library.store.has_pending()
        library.update(upto="conversations")
        between = library.store.has_pending()
        library.update()

        assert (True, True, False) == (before, between, library.store.has_pending())
