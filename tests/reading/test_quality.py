"""The measuring must count right, treat absent labels as unknown, and hold what the reader reached."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mutuals.reading.labels import LABELS
from mutuals.reading.quality import as_records, as_table, measure
from mutuals.vocabulary import ACTS
from tests.reading.messages import READER

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("MUTUALS_SHARED", HERE.parents[2] / "shared")) / "reading" / "train"
FLOORS = json.loads((HERE / "floors.json").read_text("utf-8"))


def labelled(path: Path, *rows: dict[str, object]) -> Path:
    """A file of labelled messages."""
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_absent_labels_are_unknown(tmp_path: Path) -> None:
    """Only messages that carry the label, yes or no, are counted, and only of the split asked for."""
    file = labelled(
        tmp_path / "village.jsonl",
        {"text": "Thank you Ben!", "u": {"thanks": 1}, "split": "test"},
        {"text": "Thanks for the jars.", "u": {"thanks": 0}, "split": "test"},
        {"text": "Thanks for nothing.", "u": {"thanks": 0}, "split": "test"},
        {"text": "Thank you Cai!", "u": {}, "split": "test"},
        {"text": "Thank you Fay!", "u": {"thanks": 1}, "split": "train"},
    )

    (row,) = measure(READER, [file])
    (whole,) = measure(READER, [file], split=None)

    assert ("village", "thanks", 3, 1, 2, 0.5, 1.0) == (
        row.set, row.act, row.n, row.positives, row.claimed, row.precision, row.recall,
    )  # fmt: skip
    assert (4, 2) == (whole.n, whole.positives)
    assert "village" in as_table([row])
    assert 0.5 == as_records([row])[0]["shown_precision"]


def test_answers_are_told_by_the_parent(tmp_path: Path) -> None:
    """What says something under a question by another is measured as an answer; under one's own it is not."""
    asked = "How do I keep the pump from freezing?"
    file = labelled(
        tmp_path / "village.jsonl",
        {"text": "Leave the tap dripping.", "parent": asked, "parent_same_author": False, "u": {"answer": 1}},
        {"text": "Leave the tap dripping.", "parent": asked, "parent_same_author": True, "u": {"answer": 0}},
        {"text": "Leave the tap dripping.", "parent": "The bridge is open.", "u": {"answer": 0}},
    )

    (row,) = measure(READER, [file])

    assert (1.0, 1.0) == (row.shown_precision, row.shown_recall)


def test_every_label_has_an_act_and_a_reason() -> None:
    """Each mapped label names an act of the vocabulary, or none and serves as a negative, and says why."""
    assert all(mapping.act in ACTS or (mapping.act == "" and mapping.head) for mapping in LABELS.values())
    assert all(mapping.why for mapping in LABELS.values())


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled sets are not beside the project")
@pytest.mark.parametrize("name", sorted(FLOORS["precision"]))
def test_precision_does_not_fall(name: str) -> None:
    """On labelled sets what the cue reader shows stays at least as precise as pinned."""
    known, label = name.split("/")
    (row,) = [row for row in measure(READER, [SHARED / f"{known}.jsonl.zst"]) if row.label == label]

    assert FLOORS["precision"][name] <= (row.shown_precision or 0)
    assert FLOORS["recall"].get(name, 0) <= (row.shown_recall or 0)
