"""Forgetting takes a person out of the rows, out of others' words and out of the bytes of the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mutuals import arrow
from mutuals.errors import PersonNotFound
from mutuals.model import Link, Place, Speaker, Utterance
from mutuals.schema import key_of
from mutuals.sources import Record
from mutuals.store import Store
from mutuals.store.forgetting import forget
from mutuals.store.optout import replaced

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
LONG = "The heron stands on the weir every morning before the ferry whistles."


def hall() -> list[Record]:
    """Zedekiah asks, Ana answers with his name and a long quote of his, Ben answers without."""
    answer = f"@zedekiah you wrote: {LONG} Nobody does, ask Ben."
    ben = answer.index("Ben.")
    common = {"place": "t:hall", "conversation": "t:c", "collected_at": NOON}
    return [
        Place(id="t:hall", name="Hall", source="t"),
        Speaker(id="t:u/zedekiah", name="Zedekiah Quill", handle="zedekiah"),
        Speaker(id="t:u/ana", name="Ana", handle="ana"),
        Utterance(id="t:1", speaker="t:u/zedekiah", text=f"{LONG} Who feeds it?", title="Heron", **common),  # type: ignore[arg-type]
        Utterance(
            id="t:2", speaker="t:u/ana", text=answer,
            original=f"<p>zedekiah: {LONG}</p>", reply_to="t:1",
            links=(Link(kind="mention", target="t:u/zedekiah", start=0, end=9),
                   Link(kind="mention", target="t:u/ben", start=ben, end=ben + 3)),
            **common),  # type: ignore[arg-type]
        Utterance(id="t:3", speaker="t:u/ben", text="I do, on Sundays.", reply_to="t:1", **common),  # type: ignore[arg-type]
    ]  # fmt: skip


def test_nothing_of_the_person_is_left_in_rows_or_bytes(tmp_path: Path) -> None:
    """Name, handle, id and words are in no table and nowhere in the library's files."""
    path = tmp_path / "hall.duckdb"
    with Store.open(path) as store:
        store.add(hall())
        receipt = forget(store, key_of("t:u/zedekiah"))
        rows = arrow.rows(store.query("select * from utterance order by utterance"))
    bytes_left = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    assert (True, True, True) == (receipt.emptied, receipt.redacted, receipt.file_rewritten)
    assert "zedekiah" not in repr(rows).lower()
    for trace in (b"zedekiah", b"Zedekiah", b"heron stands", b"Who feeds it"):
        assert trace not in bytes_left


def test_the_skeleton_stays_so_that_replies_keep_their_place() -> None:
    """The forgotten message is there without words, and what answered it still answers it."""
    with Store.open(":memory:") as store:
        store.add(hall())
        forget(store, key_of("t:u/zedekiah"))
        [gone] = arrow.rows(store.query("select * from utterance where utterance = ?", [key_of("t:1")]))
        answers = store.query("select utterance from utterance where reply_to = ?", [key_of("t:1")]).num_rows

    assert (None, None, True) == (gone["speaker"], gone["text"], gone["is_deleted"])
    assert 2 == answers


def test_positions_in_others_words_move_with_the_words() -> None:
    """A mention behind a replaced name still quotes the name it mentions."""
    with Store.open(":memory:") as store:
        store.add(hall())
        forget(store, key_of("t:u/zedekiah"))
        [row] = arrow.rows(
            store.query(
                'select text, "start" as a, "end" as b from link join utterance using (utterance)'
                " where kind = 'mention'"
            )
        )

    assert "Ben" == row["text"][row["a"] : row["b"]]
    assert row["text"].startswith("someone you wrote: ")


def test_adding_the_same_archive_again_does_not_bring_them_back(tmp_path: Path) -> None:
    """After a forgetting the next import of the same export keeps the person out, in others' words too."""
    path = tmp_path / "hall.duckdb"
    with Store.open(path) as store:
        store.add(hall())
        forget(store, key_of("t:u/zedekiah"))
        before = store.query("select * from utterance order by utterance")
        store.add(hall())
        after = store.query("select * from utterance order by utterance")
        speakers = arrow.rows(store.query("select id from speaker"))
    bytes_left = b"".join(file.read_bytes() for file in tmp_path.iterdir())

    assert before == after
    assert [{"id": "t:u/ana"}] == speakers
    assert b"zedekiah" not in bytes_left


def test_someone_who_is_not_there_cannot_be_forgotten() -> None:
    """A name that the library does not have is an error in words."""
    with Store.open(":memory:") as store, pytest.raises(PersonNotFound):
        forget(store, key_of("t:u/nobody"))


def test_replacing_keeps_whole_words_only() -> None:
    """A handle inside a longer word is somebody else's word."""
    text, moved = replaced("Ben and @ben, not Bender.", {"ben"})

    assert "someone and someone, not Bender." == text
    assert "not" == text[moved(14) : moved(17)]
