"""ConvoKit corpora: regular lines at once, odd lines one by one, nothing lost, no counters kept."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from arro3.core import RecordBatch
from hypothesis import given, settings
from hypothesis import strategies as st

import mutuals
from mutuals import arrow
from mutuals.errors import Problem
from mutuals.model import Coverage, Speaker
from mutuals.sources import ReadOptions, Record
from mutuals.sources.convokit import SOURCE
from mutuals.sources.counters import without_counters
from mutuals.sources.files import SourceFile, walk

LINES = [
    '{"id":"a","speaker":"ana","conversation_id":"a","reply_to":null,"timestamp":1700000000,"text":"A drill?"}',
    '{"id":"b","speaker":"ben", broken',
    '{"id":"c","speaker":"ben","conversation_id":"a","reply_to":"a","timestamp":"1700000100","text":"I do."}',
    "",
    '{"id":"d","user":"cai","root":"a","reply-to":"a","timestamp":1700000200500,"text":"","meta":{"score":7,"flair":"x"}}',
    "[1, 2]",
    '{"id":"e","speaker":"ana","conversation_id":"a","reply_to":"c","timestamp":null,"text":"half \\ud83d Thanks."}',
]


def read(folder: Path, lines: list[str], name: str = "hall.jsonl") -> list[Record | RecordBatch]:
    """What the source yields for a file of these lines."""
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    [file] = [f for f in walk(folder / name) if isinstance(f, SourceFile)]
    assert SOURCE.recognises(file)
    return list(SOURCE.read(file, ReadOptions()))


def rows(records: list[Record | RecordBatch]) -> dict[str, dict[str, object]]:
    """The rows of the batches, by id."""
    batches = [record for record in records if isinstance(record, RecordBatch)]
    return {row["id"]: row for batch in batches for row in arrow.rows(batch)}


def test_lines_become_utterances_and_odd_ones_problems(tmp_path: Path) -> None:
    """Each line is an utterance or a lost problem that names its line; older field names and odd times are read."""
    records = read(tmp_path, LINES)
    found = rows(records)
    lost = [r.where.rsplit(":", 1)[1] for r in records if isinstance(r, Problem)]

    assert ["convokit:hall/a", "convokit:hall/c", "convokit:hall/d"] == sorted(found)
    assert ["2", "6"] == lost
    assert datetime(2023, 11, 14, 22, 15, tzinfo=UTC) == found["convokit:hall/c"]["written_at"]
    assert datetime(2023, 11, 14, 22, 16, 40, 500_000, tzinfo=UTC) == found["convokit:hall/d"]["written_at"]
    assert ("convokit:hall/cai", None) == (found["convokit:hall/d"]["speaker_id"], found["convokit:hall/d"]["text"])
    assert {"flair": "x"} == json.loads(str(found["convokit:hall/d"]["meta"]))


def test_a_line_that_only_plain_python_can_read_is_kept(tmp_path: Path) -> None:
    """Half a surrogate pair costs neither the message nor its neighbours."""
    (tmp_path / "hall.jsonl").write_text("\n".join(LINES), "utf-8")
    with mutuals.open(":memory:") as library:
        library.add(tmp_path / "hall.jsonl", upto="conversations")
        texts = [row["text"] for row in arrow.rows(library.query("select text from utterance where id like '%/e'"))]

    assert ["half ? Thanks."] == texts


def test_speakers_and_coverage_follow(tmp_path: Path) -> None:
    """Each account is named once; coverage runs from the first to the last message and claims nothing."""
    records = read(tmp_path, LINES)
    names = [record.name for record in records if isinstance(record, Speaker)]
    [coverage] = [record for record in records if isinstance(record, Coverage)]

    assert ["ana", "ben", "cai"] == sorted(names)
    assert ("unknown", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)) == (coverage.extent, coverage.since)


def test_a_zipped_corpus_is_the_same_corpus(tmp_path: Path) -> None:
    """Utterances inside a zip are those of the plain file; the folder names the place."""
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as packed:
        packed.writestr("hall/utterances.jsonl", "\n".join(LINES))
        packed.writestr("hall/speakers.json", json.dumps({"ana": {"meta": {"name": "Ana Lind", "karma": 9}}}))
    with mutuals.open(":memory:") as library:
        receipt = library.add(tmp_path / "backup.zip", upto="conversations")
        people = {row["id"]: row["name"] for row in arrow.rows(library.query("select id, name from speaker"))}

    assert (4, 2) == (receipt.merged.new, receipt.merged.lost)
    assert "Ana Lind" == people["convokit:hall/ana"]


@pytest.mark.parametrize(
    ("meta", "kept"),
    [
        ({"score": 1, "a": {"num_likes": 2, "b": 3}}, {"a": {"b": 3}}),
        ({"karma": 9, "list": [{"ups": 1, "kind": "x"}]}, {"list": [{"kind": "x"}]}),
        ({"parsed": [], "discount": "y"}, {"parsed": [], "discount": "y"}),
    ],
)
def test_counters_are_dropped_however_deep(meta: object, kept: object) -> None:
    """What counts or rates goes; what only sounds like it stays."""
    assert kept == without_counters(meta)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(LINES), st.text(max_size=40)), min_size=1, max_size=8))
def test_any_lines_after_a_good_one_end_as_records(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    """Whatever follows, the source reads on: every line that is not blank is a record."""
    plain = [line.encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ") for line in lines]
    records = read(tmp_path_factory.mktemp("fuzz"), [LINES[0], *plain])
    counted = sum(r.num_rows if isinstance(r, RecordBatch) else 0 for r in records)
    single = sum(type(r).__name__ in {"Utterance", "Problem"} for r in records)

    assert 1 + sum(bool(line.encode().strip()) for line in plain) == counted + single
