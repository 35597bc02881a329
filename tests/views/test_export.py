"""Exports hold what everyone could read, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mutuals.errors import UsageError
from mutuals.schema import DERIVED, GATHERED, TABLES
from mutuals.store import Store
from mutuals.views.export import export
from tests.views.library_of_glen import FakeLibrary, library_of_glen


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _private() -> FakeLibrary:
    library = library_of_glen()
    library.run("update utterance set visibility = 'direct' where id = 'held'")
    library.run("update utterance set visibility = 'followers' where id = 'soup'")
    return library


def test_jsonl_quotes_what_it_claims(tmp_path: Path) -> None:
    """Each act carries the words it was read from, at their place in the text; nothing of tier 3 is there."""
    lines = _lines(export(library_of_glen(), "jsonl", tmp_path / "glen.jsonl"))
    acts = [(line, act) for line in lines for act in line["acts"]]

    assert 43 == len(lines)
    assert acts
    for line, act in acts:
        quote = act["quote"]
        assert quote["exact"] == line["text"][quote["start"] : quote["end"]]
    assert not {"disagrees", "jokes", "dismisses", "promotes", "confides"} & {act["act"] for _, act in acts}


@pytest.mark.parametrize("kind", ["jsonl", "parquet", "convokit"])
def test_nothing_private_goes_out(tmp_path: Path, kind: str) -> None:
    """Messages to followers or to one person are in no export, nor their words, nor what was read in them."""
    to = export(_private(), kind, tmp_path / "out")  # type: ignore[arg-type]
    if kind == "parquet":
        found = " ".join(str(pq.read_table(file).to_pylist()) for file in to.iterdir())
    else:
        files = [to] if to.is_file() else list(to.iterdir())
        found = " ".join(file.read_text("utf-8") for file in files)

    assert "twice a year" in found
    assert "no fraying since" not in found
    assert "I make soup" not in found
    assert '"held"' not in found


def test_parquet_has_every_table(tmp_path: Path) -> None:
    """Every gathered and derived table is a file with the columns of the schema."""
    folder = export(_private(), "parquet", tmp_path / "tables")

    assert sorted(f"{name}.parquet" for name in (*GATHERED, *DERIVED)) == sorted(f.name for f in folder.iterdir())
    for file in folder.iterdir():
        assert TABLES[file.stem].names == pq.read_schema(file).names
    held = _private().query("select utterance from utterance where id in ('held', 'soup')").column(0).to_pylist()
    rows = [row for file in folder.iterdir() for row in pq.read_table(file).to_pylist()]
    assert not [row for row in rows if set(held) & {row.get(n) for n in ("utterance", "help", "evidence", "praise")}]


def test_parquet_says_types_and_meanings(tmp_path: Path) -> None:
    """Other tools find the types of the schema, times with their zone, and in the metadata what each column means."""
    with Store.open(":memory:") as store:
        folder = export(store, "parquet", tmp_path / "tables")

    for name in (*GATHERED, *DERIVED):
        found = pq.read_schema(folder / f"{name}.parquet")
        meanings = json.loads(found.metadata[b"meanings"])
        assert [pa.field(f).type for f in TABLES[name] if not pa.types.is_list(pa.field(f).type)] == [
            f.type for f in found if not pa.types.is_list(f.type)
        ]
        assert {f.name: f.metadata_str["meaning"] for f in TABLES[name]} == meanings


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """A file or a filled folder stays unless it was said otherwise, and nothing half-made is left."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")

    with pytest.raises(UsageError, match="--force"):
        export(library_of_glen(), "convokit", taken)
    with pytest.raises(UsageError, match="not a folder"):
        export(library_of_glen(), "jsonl", tmp_path / "no" / "where")
    export(library_of_glen(), "convokit", taken, force=True)
    assert not (taken / "mine.txt").exists()
    assert [taken] == list(tmp_path.iterdir())


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """What was there stays as it was when writing goes wrong."""
    library = library_of_glen()
    library.run("drop table sign")
    target = tmp_path / "tables"
    target.mkdir()

    with pytest.raises(Exception, match="sign"):
        export(library, "parquet", target)
    assert [target] == list(tmp_path.iterdir())
    assert [] == list(target.iterdir())


def test_convokit_has_a_speaker_and_a_parent_for_everyone(tmp_path: Path) -> None:
    """Every speaker and every utterance replied to is in the corpus, missing ones as empty utterances that say so."""
    folder = export(library_of_glen(), "convokit", tmp_path / "corpus")
    utterances = _lines(folder / "utterances.jsonl")
    speakers = json.loads((folder / "speakers.json").read_text("utf-8"))
    conversations = json.loads((folder / "conversations.json").read_text("utf-8"))
    ids = {one["id"] for one in utterances}

    assert {one["speaker"] for one in utterances} <= set(speakers)
    assert {one["reply_to"] for one in utterances if one["reply_to"]} <= ids
    assert {one["conversation_id"] for one in utterances} == set(conversations)
    assert ["lost"] == [one["id"] for one in utterances if one["meta"]["is_missing"]]
    assert all(isinstance(one["timestamp"], int | float) for one in utterances if not one["meta"]["is_missing"])
