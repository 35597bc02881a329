"""Adding is idempotent, edits update, deletions delete, and a killed import leaves whole batches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from arro3.core import Array, DataType
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals import arrow
from mutuals.errors import LibraryInUse, LibraryTooNew, NotALibrary, Problem
from mutuals.model import Coverage, Link, Mark, Place, Speaker, Utterance
from mutuals.schema import ARRIVING, key_of
from mutuals.store import Store
from mutuals.store.keys import keys_of
from mutuals.store.merging import Merged

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def said(number: int, text: str | None = "Bees.", **more: object) -> Utterance:
    """An utterance of the invented place `t:hall`."""
    given = {"id": f"t:{number}", "place": "t:hall", "speaker": "t:ana", "text": text, "collected_at": NOON, **more}
    return Utterance(**given)  # type: ignore[arg-type]


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty library in memory."""
    with Store.open(":memory:") as opened:
        yield opened


def texts(store: Store) -> dict[str, str | None]:
    """What every message says, by id."""
    return {row["id"]: row["text"] for row in arrow.rows(store.query("select id, text from utterance"))}


def test_keys_are_the_same_in_python_and_in_sql(store: Store) -> None:
    """`key_of`, the keys of a batch and those made in SQL are one number for one id, also beyond ASCII."""
    identifiers = ("t:1", "discourse:föhn/t/7", "日本", "")
    assert [key_of(identifier) for identifier in identifiers] == keys_of(
        Array(identifiers, DataType.string())
    ).to_pylist()
    assert [] == keys_of(Array([], DataType.string())).to_pylist()
    for identifier in identifiers:
        [row] = arrow.rows(
            store.query("select cast(md5_number_lower(?) & 9223372036854775807 as bigint) as k", [identifier])
        )

        assert key_of(identifier) == row["k"]


def test_batches_of_another_library_are_taken(store: Store) -> None:
    """A source may hand over batches of pyarrow's, with the columns in another order; a wrong kind is a mistake."""
    rows = [{"text": "One.", "id": "t:1", "place": "t"}, {"text": "Cafe\u0301.", "id": "t:2", "place": "t"}]
    given = pa.RecordBatch.from_pylist(rows, pa.schema([(name, pa.string()) for name in ("text", "id", "place")]))
    for field in ARRIVING:
        if field.name not in given.schema.names:
            given = given.append_column(field.name, pa.nulls(2, pa.field(field).type))

    assert Merged(new=2) == store.add([given])
    assert {"t:1": "One.", "t:2": "Caf\xe9."} == texts(store)
    with pytest.raises(KeyError):
        store.add([given.select(["id"])])


def test_adding_twice_changes_nothing(store: Store) -> None:
    """The second time every message is known and no row differs."""
    records = [Place(id="t:hall", name="Hall", source="t"), Speaker(id="t:ana", name="Ana"), said(1), said(2)]
    first = store.add(records)
    before = store.query("select * from utterance order by id")
    second = store.add(records)

    assert Merged(new=2) == first
    assert Merged(known=2) == second
    assert before == store.query("select * from utterance order by id")


def test_an_edit_updates_and_an_older_export_does_not_undo_it(store: Store) -> None:
    """The words of the later edit stand whichever export is added last."""
    edited = said(1, "Bees and wasps.", edited_at=NOON + timedelta(days=1), collected_at=NOON + timedelta(days=2))
    store.add([said(1)])
    changed = store.add([edited])
    again = store.add([said(1)])

    assert (1, 0) == (changed.changed, again.changed)
    assert {"t:1": "Bees and wasps."} == texts(store)


def test_a_deletion_on_the_platform_deletes_here(store: Store) -> None:
    """A later tombstone takes the words; the message keeps its place."""
    store.add([said(1)])
    merged = store.add([said(1, None, is_deleted=True, collected_at=NOON + timedelta(days=1))])

    assert 1 == merged.deleted
    assert {"t:1": None} == texts(store)


def test_the_same_id_with_other_words_is_a_problem_and_the_first_stays(store: Store) -> None:
    """A repeated id with nothing that tells the two apart is noted as lost, once, however often it is added."""
    for _ in range(2):
        merged = store.add([said(1, "One."), said(1, "Two.")])
    problems = arrow.rows(store.query("select kind, is_lost from problem"))

    assert 1 == merged.lost
    assert {"t:1": "One."} == texts(store)
    assert [{"kind": "repeated", "is_lost": True}] == problems


def test_a_mark_that_came_later_is_kept(store: Store) -> None:
    """An answer that was accepted after the first export carries the mark after the second."""
    store.add([said(1)])
    merged = store.add([said(1, marks=(Mark(kind="accepted"),), collected_at=NOON + timedelta(days=1))])

    assert 1 == merged.changed
    assert 1 == store.query("select * from mark").num_rows


def test_a_mention_by_handle_finds_its_account(store: Store) -> None:
    """A mention whose account id the message does not give is resolved by the handle, in either order."""
    store.add([said(1, "Ask @Ben.", links=(Link(kind="mention", target="t:@Ben", start=4, end=8),))])
    store.add([Speaker(id="t:7", name="Ben Miller", handle="ben")])
    [link] = arrow.rows(store.query("select target, target_id from link"))

    assert {"target": key_of("t:7"), "target_id": "t:7"} == link


def test_text_is_nfc_and_lone_surrogates_do_not_stop_a_batch(store: Store) -> None:
    """A decomposed umlaut is composed; half a character becomes a replacement and its neighbours stay."""
    store.add([said(1, "u\u0308ber"), said(2, "half \ud83d")])

    assert {"t:1": "über", "t:2": "half ?"} == texts(store)


def test_coverage_of_overlapping_exports_becomes_one_stretch(store: Store) -> None:
    """Two stretches that overlap are one; one that does not touch them stays apart."""
    days = [NOON + timedelta(days=n) for n in range(10)]
    for since, until in ((0, 3), (2, 5), (8, 9)):
        store.add([Coverage(place="t:hall", extent="complete", since=days[since], until=days[until])])
    rows = arrow.rows(store.query("select since, until from coverage order by since"))

    assert [(days[0], days[5]), (days[8], days[9])] == [(row["since"], row["until"]) for row in rows]


def test_problems_are_kept_beside_the_good_records(store: Store) -> None:
    """A record that cannot be read costs nothing else."""
    merged = store.add([said(1), Problem(kind="unreadable", where="x:2", message="Expected JSON."), said(3)])

    assert Merged(new=2, problems=1, lost=1) == merged
    assert 1 == store.query("select * from problem").num_rows


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc"), st.integers(0, 3)), max_size=12), st.integers(1, 4)
)
def test_any_order_of_versions_ends_in_the_latest_edit(versions: list[tuple[int, str, int]], cut: int) -> None:
    """However versions of messages come and in however many archives, the latest edit of each stands."""
    records = [said(n, word, edited_at=NOON + timedelta(days=day)) for n, word, day in versions]
    latest = {n: max(day for m, _, day in versions if m == n) for n, _, _ in versions}
    with Store.open(":memory:") as store:
        for start in range(0, len(records), cut):
            store.add(records[start : start + cut])
        kept = arrow.rows(store.query("select id, edited_at from utterance"))

    assert {f"t:{n}": NOON + timedelta(days=day) for n, day in latest.items()} == {
        r["id"]: r["edited_at"] for r in kept
    }


def test_files_that_are_no_library_are_refused_in_words(tmp_path: Path) -> None:
    """A text file, a database of something else and a library of the future each give their own error."""
    import duckdb

    (tmp_path / "letter.txt").write_text("Dear Ana")
    with duckdb.connect(str(tmp_path / "other.duckdb")) as other:
        other.execute("create table apples (n integer)")
    with Store.open(tmp_path / "future.duckdb") as store:
        store.set("schema_version", "999")

    for name, error in (("letter.txt", NotALibrary), ("other.duckdb", NotALibrary), ("future.duckdb", LibraryTooNew)):
        with pytest.raises(error):
            Store.open(tmp_path / name)


_ADD = """
import sys
from datetime import UTC, datetime
from mutuals.model import Utterance
from mutuals.store import Store, arriving
arriving.ROWS = 200
store = Store.open(sys.argv[1])
noon = datetime(2024, 3, 1, tzinfo=UTC)
def records():
    for n in range(20_000):
        yield Utterance(id=f"t:{n}", place="t:hall", speaker="t:ana", text=f"Bee {n}.", collected_at=noon)
print(store.add(records(), lambda total: print(total.new, flush=True)).known, flush=True)
store.close()
"""


def test_a_killed_import_leaves_whole_batches_and_adding_again_completes_it(tmp_path: Path) -> None:
    """After kill -9 in the middle the library opens, holds whole batches, and the next add brings the rest."""
    library = tmp_path / "killed.duckdb"
    process = subprocess.Popen([sys.executable, "-c", _ADD, library], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(7):
        acknowledged = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Store.open(library) as store:
        held = len(texts(store))
    done = subprocess.run([sys.executable, "-c", _ADD, library], capture_output=True, text=True, check=True)
    with Store.open(library) as store:
        finally_held = len(texts(store))

    assert held >= acknowledged
    assert 0 == held % 200
    assert held == int(done.stdout.split()[-1])
    assert 20_000 == finally_held


def test_a_library_that_is_open_elsewhere_says_so(tmp_path: Path) -> None:
    """A second process gets an error in words, not a half-read library."""
    library = tmp_path / "open.duckdb"
    script = f"from mutuals.store import Store; s = Store.open({str(library)!r}); print('open', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        with pytest.raises(LibraryInUse):
            Store.open(library)
    finally:
        process.communicate("\n")


def test_memory_is_not_held_after_a_batch() -> None:
    """The clock is not asked here: a generator is drained batch by batch, never gathered whole."""
    taken = 0

    def records() -> Iterator[Utterance]:
        nonlocal taken
        for n in range(120_000):
            taken += 1
            yield said(n)

    seen: list[int] = []
    with Store.open(":memory:") as store:
        store.add(records(), lambda total: seen.append(taken - total.new))

    assert [0] * len(seen) == seen
    assert len(seen) >= 3
