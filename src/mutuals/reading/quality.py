"""How often a reader is right: precision and recall of each act on labelled messages.

Labelled files hold one JSON object a line with `text`, `parent`, `parent_same_author`, `lang`, `split` and `u`, the
labels that were annotated (1 or 0). A label that is absent is unknown and never counts against a reader.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.reading import Reader
from mutuals.schema import MESSAGE
from mutuals.sources.streams import zstd

_BATCH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured for one label of one set.

    Attributes:
        set: Name of the file without its endings.
        label: The set's label in the unified list.
        act: The act that it is compared with.
        n: Messages for which the label is known.
        positives: Those that carry it.
        claimed: Messages for which the reader says the act.
        precision: Share of the claimed that carry the label; None when nothing was claimed.
        recall: Share of the labelled that were claimed; None without positives.
        f1: Their harmonic mean; None when either is None.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Which act a label is compared with, and why; `sub_kinds` narrows the act when given."""

    act: str
    why: str
    sub_kinds: tuple[str, ...] = ()


LABELS: dict[str, Mapping] = {
    "question": Mapping(act="asks", why="both seek something; the sets also count rhetorical questions"),
    "request_help": Mapping(act="asks", why="a request for help is an ask", sub_kinds=("favour", "support", "fact")),
    "request": Mapping(act="asks", why="speech act of requesting; the set counts commands to nobody too"),
    "question_pref": Mapping(act="asks", why="asks what the other side wants"),
    "answer": Mapping(act="answers", why="gives what the parent asks; here by another, under a parent that asks"),
    "advice": Mapping(act="states", why="advice is the commonest answer; without a parent only the words can tell"),
    "thanks": Mapping(act="thanks", why="gratitude in both"),
    "praise": Mapping(act="praises", why="admiration; the set also counts approval of things and of what happened"),
    "support": Mapping(act="comforts", why="sympathy, care, encouragement in both"),
    "experience": Mapping(act="experience", why="self-disclosure of what was lived through"),
    "agreement": Mapping(act="agrees", why="confirms what was said"),
    "offer_help": Mapping(act="offers", why="commits own effort"),
    "concession": Mapping(act="concedes", why="takes a correction"),
    "evidence": Mapping(act="source", why="gives a source; the set also counts plain facts"),
    "greeting": Mapping(act="welcomes", why="greets; the sets count every hello, we only welcomes to newcomers"),
    "reported_back": Mapping(act="did", why="says that what was asked for was done"),
    "took_advice_worked": Mapping(
        act="came_back", why="says that advice worked", sub_kinds=("worked", "partly", "changed_view")
    ),
    "took_advice_failed": Mapping(act="came_back", why="says that advice failed", sub_kinds=("did_not_work", "partly")),
}
"""Every label that has a counterpart among the acts. The others (apology, emotion, humour ...) are not measured."""


def examples(path: Path) -> Iterator[dict[str, Any]]:
    """The labelled messages of a `.jsonl` or `.jsonl.zst` file, in its order."""
    with path.open("rb") as raw, zstd.ZstdFile(raw) if path.suffix == ".zst" else raw as stream:
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            if line.strip():
                yield json.loads(line)


def measure(reader: Reader, files: Sequence[Path], split: str | None = "test") -> list[Row]:
    """How often the reader is right on labelled messages.

    Args:
        reader: Any reader.
        files: `.jsonl` or `.jsonl.zst` files of labelled messages.
        split: Which part of each set to use, where the set has such a part; all of a set without it. None for all.

    Returns:
        One row a set and label, in order of set and label; only what the reader says `sure` or `likely` counts.
    """
    rows = []
    for path in files:
        name = path.name.removesuffix(".zst").removesuffix(".jsonl")
        known = list(examples(path))
        if split is not None and any(example.get("split") == split for example in known):
            known = [example for example in known if example.get("split") == split]
        said = _said(reader, known)
        for label in sorted({label for example in known for label in example["u"]} & LABELS.keys()):
            rows.append(_row(name, label, known, said))
    return sorted(rows, key=lambda row: (row.set, row.label))


def _row(name: str, label: str, known: list[dict[str, Any]], said: list[set[tuple[str, str | None]]]) -> Row:
    mapping = LABELS[label]
    claimed = right = positives = n = 0
    for example, acts in zip(known, said, strict=True):
        if label not in example["u"]:
            continue
        truth = bool(example["u"][label])
        claim = any(act == mapping.act and (not mapping.sub_kinds or kind in mapping.sub_kinds) for act, kind in acts)
        n, positives, claimed = n + 1, positives + truth, claimed + claim
        right += truth and claim
    precision = right / claimed if claimed else None
    recall = right / positives if positives else None
    f1 = 2 * right / (claimed + positives) if precision is not None and recall is not None else None
    return Row(set=name, label=label, act=mapping.act, n=n, positives=positives, claimed=claimed,
               precision=precision, recall=recall, f1=f1)  # fmt: skip


def _said(reader: Reader, known: list[dict[str, Any]]) -> list[set[tuple[str, str | None]]]:
    """The acts that the reader is at least fairly sure of, with `answers` from the parent where there is one."""
    said = _read(reader, [(example["text"], example.get("parent"), example) for example in known], lambda act: act)
    above = _read(reader, [(example.get("parent") or "", None, {}) for example in known], lambda act: act == "asks")
    for acts, parents, example in zip(said, above, known, strict=True):
        kinds = {act for act, _ in acts}
        if "states" in kinds and parents and not example.get("parent_same_author"):
            acts.add(("answers", None))
    return said


def _read(
    reader: Reader, messages: list[tuple[str, str | None, dict[str, Any]]], wanted: Callable[[str], object]
) -> list[set[tuple[str, str | None]]]:
    said: list[set[tuple[str, str | None]]] = [set() for _ in messages]

    def batches() -> Iterator[RecordBatch]:
        for first in range(0, len(messages), _BATCH):
            yield arrow.batch(
                [_message(first + number, *message) for number, message in enumerate(messages[first : first + _BATCH])],
                MESSAGE,
            )

    for batch in reader.read(batches()):
        for row in arrow.rows(batch):
            if not row["act"] or row["certainty"] == "perhaps" or not wanted(row["act"]):
                continue
            if row["act"] != "states" or row["certainty"] == "sure" or messages[row["utterance"]][1]:
                said[row["utterance"]].add((row["act"], row["sub_kind"]))
    return said


def _message(number: int, text: str | None, parent: str | None, example: dict[str, Any]) -> dict[str, Any]:
    own = bool(example.get("parent_same_author"))
    return {
        "utterance": number, "lang": example.get("lang"), "title": None, "text": text, "code": None,
        "parent_text": parent, "speaker_name": None, "is_opening": False, "by_opener": False,
        "by_parent_speaker": own, "after_others": parent is not None and not own, "names": None,
    }  # fmt: skip


def as_table(rows: Iterable[Row]) -> str:
    """The rows as lines of text with aligned columns; "-" where nothing can be said."""

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.2f}"

    lines = [
        f"{'set':<16} {'label':<16} {'act':<11} {'n':>6} {'pos.':>6} {'claimed':>7}"
        f" {'prec.':>6} {'recall':>6} {'F1':>5}"
    ]
    lines += [
        f"{row.set:<16} {row.label:<16} {row.act:<11} {row.n:>6} {row.positives:>6} {row.claimed:>7}"
        f" {share(row.precision):>6} {share(row.recall):>6} {share(row.f1):>5}"
        for row in rows
    ]
    return "\n".join(lines)


def as_records(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as plain records for JSON."""
    return [asdict(row) for row in rows]
