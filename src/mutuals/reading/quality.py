"""How often a reader is right: precision and recall of each act on labelled messages.

What a reader says is measured twice: all of it, `perhaps` included, since that is its best guess, and what it says
firmly enough to be shown. Labels and acts are compared by the table in `labels.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.reading import Reader
from mutuals.reading.labels import LABELS, examples
from mutuals.schema import MESSAGE

_BATCH = 4096
Said = set[tuple[str, str | None]]
"""Acts with their finer kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured for one label of one set.

    Attributes:
        set: Name of the file without its endings.
        label: The set's label in the unified list.
        act: The act that it is compared with.
        n: Messages for which the label is known.
        positives: Those that carry it.
        claimed: Messages for which the reader says the act, be it only `perhaps`.
        precision: Share of the claimed that carry the label; None when nothing was claimed.
        recall: Share of the labelled that were claimed; None without positives.
        f1: Their harmonic mean; None when either is None.
        shown: Messages for which it says the act firmly enough to be shown.
        shown_precision: Precision of these; None when nothing would be shown.
        shown_recall: Share of the labelled that would be shown; None without positives.
    """

    set: str
    label: str
    act: str
    n: int
    positives: int
    claimed: int
    precision: float | None
    recall: float | None
    f1: float | None
    shown: int
    shown_precision: float | None
    shown_recall: float | None


@dataclass(slots=True)
class _Heard:
    """What a reader says of one message: at all, and firmly."""

    all: Said = field(default_factory=set)
    firm: Said = field(default_factory=set)


def measure(reader: Reader, files: Sequence[Path], split: str | None = "test") -> list[Row]:
    """How often the reader is right on labelled messages.

    Args:
        reader: Any reader.
        files: `.jsonl` or `.jsonl.zst` files of labelled messages, in the format that `labels.py` describes.
        split: Which part of each set to use, where the set has such a part; all of a set without it. None for all.

    Returns:
        One row a set and label, in order of set and label. A label without a counterpart among the acts has none.

    Raises:
        OSError: A file cannot be read.
        json.JSONDecodeError: A line is no JSON.
    """
    rows = []
    for path in files:
        name = path.name.removesuffix(".zst").removesuffix(".jsonl")
        known = list(examples(path))
        if split is not None and any(example.get("split") == split for example in known):
            known = [example for example in known if example.get("split") == split]
        heard = _heard(reader, known)
        for label in sorted({label for example in known for label in example["u"]} & LABELS.keys()):
            if LABELS[label].act:
                rows.append(_row(name, label, known, heard))
    return sorted(rows, key=lambda row: (row.set, row.label))


def _row(name: str, label: str, known: list[dict[str, Any]], heard: list[_Heard]) -> Row:
    mapping = LABELS[label]

    def says(said: Said) -> bool:
        return any(act == mapping.act and (not mapping.sub_kinds or kind in mapping.sub_kinds) for act, kind in said)

    truths = [
        (bool(example["u"][label]), says(one.all), says(one.firm))
        for example, one in zip(known, heard, strict=True)
        if label in example["u"]
    ]
    positives = sum(truth for truth, _, _ in truths)
    claimed, right = sum(said for _, said, _ in truths), sum(truth and said for truth, said, _ in truths)
    shown, shown_right = sum(firm for _, _, firm in truths), sum(truth and firm for truth, _, firm in truths)
    return Row(
        set=name, label=label, act=mapping.act, n=len(truths), positives=positives, claimed=claimed,
        precision=_share(right, claimed), recall=_share(right, positives),
        f1=2 * right / (claimed + positives) if claimed and positives else None,
        shown=shown, shown_precision=_share(shown_right, shown), shown_recall=_share(shown_right, positives),
    )  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _heard(reader: Reader, known: list[dict[str, Any]]) -> list[_Heard]:
    """What the reader says of each message; one that does not say `answers` itself is taken by `states`."""
    heard = _read(reader, [_message(number, example) for number, example in enumerate(known)])
    if any(act == "answers" for one in heard for act, _ in one.all):
        return heard
    above = _read(
        reader, [_message(number, {"text": example.get("parent") or ""}) for number, example in enumerate(known)]
    )
    for one, parent, example in zip(heard, above, known, strict=True):
        asked = any(act == "asks" for act, _ in parent.firm) and not example.get("parent_same_author")
        for said in (one.all, one.firm):
            if any(act == "states" for act, _ in said):
                said.add(("answers", "advice"))
                if asked:
                    said.add(("answers", None))
    return heard


def _read(reader: Reader, messages: list[dict[str, Any]]) -> list[_Heard]:
    heard = [_Heard() for _ in messages]

    def batches() -> Iterator[RecordBatch]:
        for first in range(0, len(messages), _BATCH):
            yield arrow.batch(messages[first : first + _BATCH], MESSAGE)

    for batch in reader.read(batches()):
        for row in arrow.rows(batch):
            if row["act"]:
                one, said = heard[row["utterance"]], (row["act"], row["sub_kind"])
                one.all.add(said)
                if row["certainty"] != "perhaps":
                    one.firm.add(said)
    return heard


def _message(number: int, example: dict[str, Any]) -> dict[str, Any]:
    own = bool(example.get("parent_same_author"))
    who, parent = example.get("who"), example.get("parent")
    return {
        "utterance": number, "lang": example.get("lang"), "title": None, "text": example.get("text"), "code": None,
        "parent_text": parent, "speaker_name": None, "is_opening": who == "O",
        "by_opener": who in {"O", "o"}, "by_parent_speaker": own,
        "after_others": who != "O" and parent is not None and not own, "names": example.get("names"),
    }  # fmt: skip


def as_table(rows: Iterable[Row]) -> str:
    """The rows as lines of text with aligned columns; "-" where nothing can be said."""

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    lines = [
        f"{'set':<16} {'label':<16} {'act':<11} {'n':>6} {'pos.':>6} {'claimed':>7}"
        f" {'prec.':>6} {'recall':>6} {'F1':>5} {'shown':>6} {'prec.':>6} {'recall':>6}"
    ]
    lines += [
        f"{row.set:<16} {row.label:<16} {row.act:<11} {row.n:>6} {row.positives:>6} {row.claimed:>7}"
        f" {share(row.precision):>6} {share(row.recall):>6} {share(row.f1):>5}"
        f" {row.shown:>6} {share(row.shown_precision):>6} {share(row.shown_recall):>6}"
        for row in rows
    ]
    return "\n".join(lines)


def as_records(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as plain records for JSON."""
    return [asdict(row) for row in rows]
