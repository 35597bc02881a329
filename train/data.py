"""The labelled messages that may reach weights: tier A sets and our own annotations, as inputs and targets."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mutuals.reading.labels import examples, head_of
from mutuals.reading.learned.inputs import Unit, called, plain, standing, summary
from mutuals.reading.sentences import mask

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("MUTUALS_SHARED", ROOT.parent / "shared"))
TIER_A = SHARED / "reading" / "train"
MEASURE = SHARED / "reading" / "measure"
SETS = (
    "advice", "casino", "crisislex26", "gh_incivility", "gh_infotypes", "goemotions", "molweni", "mustard",
    "offmychest", "rumoureval17", "tweet_act",
)  # fmt: skip
"""The sets of tier A with labels that speak of acts; `tydip` has none."""
FOLDS = (
    ("goemotions", "rumoureval17", "gh_infotypes", "advice", "mustard"),
    ("offmychest", "molweni", "tweet_act", "crisislex26", "gh_incivility", "casino"),
)
"""Sets that are left out together, so that two trainings say of every set how well it is read unseen. Half of our own
annotations, by conversation, is left out with each: their scores choose the limits."""
MOST_POSITIVES, MOST = 1200, 3200
"""Examples a label, and a set, for the weights that ship: no set may drown the others."""
FEWER_POSITIVES, FEWER = 600, 1500
"""The same for the folds, which only measure, so that they fit an hour: what they reach is a lower bound."""


@dataclass(slots=True)
class Example:
    """One message to learn from.

    Attributes:
        unit: What the encoder sees.
        targets: Head and truth; a head that is absent is unknown.
        source: Set it comes from.
        weight: How much it counts.
        fold: Half of our own annotations that it belongs to; None for everything else.
        row: The labelled row that it was made of.
    """

    unit: Unit
    targets: dict[str, int] = field(default_factory=dict)
    source: str = ""
    weight: float = 1.0
    fold: int | None = None
    row: dict[str, Any] = field(default_factory=dict)


def as_example(row: dict[str, Any], source: str) -> Example:
    """A labelled row as input and targets."""
    who, relation = standing(
        is_opening=row.get("who") == "O",
        by_opener=row.get("who") == "o",
        has_parent=row.get("parent") is not None,
        by_parent_speaker=bool(row.get("parent_same_author")),
    )
    text = plain(mask(row["text"] or "", ()), called(tuple(row.get("names") or ())))
    unit = Unit(text=text, parent=summary(row.get("parent")), who=who, relation=relation)
    targets: dict[str, int] = {}
    for label, truth in row["u"].items():
        if head := head_of(label):
            targets[head] = max(int(truth), targets.get(head, 0))
    return Example(unit, targets, source, row=row)


def load(name: str, split: str, *, folder: Path = TIER_A) -> list[Example]:
    """The examples of a split of a set, in the order of its file; without any label that we use they are left out."""
    found = (as_example(row, name) for row in examples(folder / f"{name}.jsonl.zst") if row["split"] == split)
    return [example for example in found if example.targets]


def capped(found: list[Example], chance: random.Random, positives: int, most: int) -> list[Example]:
    """At most `positives` examples that carry a label, and about `most` in all; the rest carry none."""
    found = found[:]
    chance.shuffle(found)
    taken: Counter[str] = Counter()
    carrying, bare = [], []
    for example in found:
        heads = [head for head, truth in example.targets.items() if truth]
        if not heads:
            bare.append(example)
        elif any(taken[head] < positives for head in heads):
            taken.update(heads)
            carrying.append(example)
    return carrying + bare[: max(0, most - len(carrying), len(carrying) // 2)]


def annotated(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Rows of our own annotations joined with their words; see `annotations.py`."""
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)


def digest(paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file, by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(paths)}
