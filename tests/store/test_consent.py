"""Which places a language model may read, and what is left when a permission ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mutuals import arrow
from mutuals.errors import ConsentMissing, UsageError
from mutuals.model import Place, Speaker, Utterance
from mutuals.schema import key_of
from mutuals.sources import Record
from mutuals.store import Store, consent
from mutuals.store.forgetting import forget

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def hall(*, says_no: bool = False, text: str = "Bees.", edited_at: datetime | None = None) -> list[Record]:
    """Ana and Ben each say something in the hall, Ben also at the mill."""
    return [
        Place(id="t:hall", name="Hall", source="t", no_generative_ai=says_no),
        Place(id="t:hall", name="Hall", source="t", url="https://hall.example"),
        Place(id="t:mill", name="Mill", source="t"),
        Speaker(id="t:u/ana", name="Ana"),
        Speaker(id="t:u/ben", name="Ben"),
        Utterance(id="t:1", place="t:hall", speaker="t:u/ana", text=text, collected_at=NOON, edited_at=edited_at),
        Utterance(id="t:2", place="t:hall", speaker="t:u/ben", text="Wax, as Ana says.", collected_at=NOON),
        Utterance(id="t:3", place="t:mill", speaker="t:u/ben", text="Flour.", collected_at=NOON),
    ]


@pytest.fixture
def store() -> Iterator[Store]:
    """A library in memory, in which a model read every message."""
    with Store.open(":memory:") as opened:
        opened.add(hall())
        opened.connection.execute(
            """insert into second_reading
               select utterance, 'llm m', 'read', '', 'jokes', null, 0, 4, 'likely' from utterance"""
        )
        opened.connection.execute("delete from touched")
        yield opened


def left(store: Store) -> set[int]:
    """The messages of which a second reading is kept."""
    return {row["utterance"] for row in arrow.rows(store.query("select utterance from second_reading"))}


def keys(*identifiers: str) -> set[int]:
    """Keys of messages."""
    return {key_of(identifier) for identifier in identifiers}


def test_nothing_is_allowed_until_somebody_says_so(store: Store) -> None:
    """A permission is for one place, and ends when it is taken back."""
    with pytest.raises(ConsentMissing, match="Nobody allowed"):
        consent.check(store.connection, "t:hall")
    consent.allow(store.connection, "t:hall")
    consent.check(store.connection, "t:hall")
    allowed = [(one.name, one.allowed) for one in consent.standings(store.connection)]
    with pytest.raises(ConsentMissing):
        consent.check(store.connection, "t:mill")
    consent.forbid(store.connection, "t:hall")
    with pytest.raises(ConsentMissing):
        consent.check(store.connection, "t:hall")

    assert [("Hall", True), ("Mill", False)] == allowed


def test_taking_back_takes_out(store: Store) -> None:
    """What a model said of the place is gone, that of others stays, and the messages are to be looked at again."""
    consent.forbid(store.connection, "t:hall")
    touched = {row["utterance"] for row in arrow.rows(store.query("select utterance from touched"))}

    assert keys("t:3") == left(store)
    assert keys("t:1", "t:2") == touched


def test_the_sign_of_an_archive_takes_everything_out(store: Store) -> None:
    """A place that says no, be it in one record of several, is refused, whatever was allowed before."""
    consent.allow(store.connection, "t:hall")
    store.add(hall(says_no=True))
    with pytest.raises(ConsentMissing, match="not for generative AI"):
        consent.check(store.connection, "t:hall")
    with pytest.raises(ConsentMissing, match="cannot be set aside"):
        consent.allow(store.connection, "t:hall")
    consent.refuse(store.connection, "t:hall", by="owner")
    with pytest.raises(UsageError):
        consent.lift(store.connection, "t:hall")
    [standing, _] = consent.standings(store.connection)

    assert keys("t:3") == left(store)
    assert ("source", False) == (standing.no_generative_ai, standing.allowed)


def test_forgetting_takes_out(store: Store) -> None:
    """A second reading of the words of somebody forgotten, and of words that named them, is gone."""
    forget(store, key_of("t:u/ana"))

    assert keys("t:3") == left(store)


def test_an_edit_takes_out(store: Store) -> None:
    """What was said of words that changed since says nothing; adding the same again changes nothing."""
    store.add(hall())
    same = left(store)
    store.add(hall(text="Wasps.", edited_at=NOON))

    assert keys("t:1", "t:2", "t:3") == same
    assert keys("t:2", "t:3") == left(store)


def test_a_file_of_an_earlier_shape_gets_the_table(tmp_path: Path) -> None:
    """A library that was written before there was a second reader opens, and keeps what it has."""
    path = tmp_path / "old.mutuals"
    with Store.open(path) as store:
        store.add(hall())
        store.connection.execute("drop table lib.main.second_reading")
        store.set("schema_version", "1")
    with Store.open(path) as store:
        rows = store.query("select * from second_reading").num_rows
        kept = store.query("select * from utterance").num_rows
        version = store.setting("schema_version")

    assert (0, 3, "2") == (rows, kept, version)
