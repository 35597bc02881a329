"""Our own annotations: labels keyed by place and message id with a hash of the words, joined with the words here.

Every label was made by AI annotators: two independent passes by the guide, then the rule of `merge`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from train.data import FOLDS, Example, as_example
from train.places import Message, conversations

LABELS = Path(__file__).parent / "labels"
INVENTED = Path(__file__).parent / "invented"
ACTS = (
    "answers", "clarifies", "advises", "thanks", "praises", "source", "experience", "comforts", "agrees", "acks",
    "adds",
    "offers", "did", "rallies", "credits", "vouches", "defends", "corrects", "concedes", "welcomes", "greets",
    "announces", "disagrees", "jokes", "dismisses", "promotes",
)  # fmt: skip
"""What an annotation speaks of besides asks, came back and sarcasm: where it is not named it is not there."""


def merge(one: list[str], two: list[str]) -> tuple[set[str], set[str]]:
    """The labels of two passes as one: what holds, and what is left open.

    A label holds when both give it, or one gives it and the other is unsure; it is open when one gives it and the
    other does not, or when only unsure ones give it.
    """
    firm = [{label for label in labels if not label.endswith("?")} for labels in (one, two)]
    open_ = [{label[:-1] for label in labels if label.endswith("?")} for labels in (one, two)]
    firm = [widened(labels) for labels in firm]
    open_ = [widened(labels) for labels in open_]
    holds = (firm[0] & firm[1]) | (firm[0] & open_[1]) | (open_[0] & firm[1])
    return holds, (firm[0] | firm[1] | open_[0] | open_[1]) - holds


def widened(labels: set[str]) -> set[str]:
    """The labels, and for a finer kind the act as well; a rhetorical question is no ask."""
    return labels | {label.split("/")[0] for label in labels if label != "asks/rhetorical"}


def unified(holds: set[str], unsure: set[str]) -> dict[str, int]:
    """The labels as truths by name, in the words of `mutuals.reading.labels`; what is unsure is absent."""
    names = {act: act for act in ACTS} | {
        "asks": "asks", "came_back": "came_back", "asks/clarify": "clarify", "asks/rhetorical": "rhetorical",
        "came_back/worked": "worked", "came_back/did_not_work": "did_not_work", "jokes/sarcasm": "sarcasm",
    }  # fmt: skip
    return {name: int(label in holds) for label, name in names.items() if label in holds or label not in unsure}


def lines(name: str) -> list[dict[str, Any]]:
    """The rows of a label file: place, id, start, end, hash, holds, unsure."""
    path = LABELS / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


@cache
def _by_id(place: str) -> dict[str, Message]:
    return {message.id: message for talk in conversations(place).values() for message in talk}


@cache
def _names(place: str) -> dict[str, tuple[str, ...]]:
    return {
        message.id: tuple(sorted({other.author for other in talk}))
        for talk in conversations(place).values()
        for message in talk
    }


def joined(name: str) -> Iterator[dict[str, Any]]:
    """Labelled rows with their words, in the format of the labelled sets and with `who` and `names` beside.

    Raises:
        KeyError: A labelled message is not in the archive, or its words are others than those labelled.
    """
    for row in lines(name):
        messages = _by_id(row["place"])
        message = messages[row["id"]]
        if message.digest != row["hash"]:
            raise KeyError(f"the words of {row['place']} {row['id']} have changed since they were labelled")
        above = messages.get(message.parent or "")
        yield {
            "id": f"{row['place']}:{row['id']}:{row['start']}", "ds": row["place"], "lang": "en",
            "split": "test" if name == "gold" else "train", "unit": "message",
            "text": message.text[row["start"] : row["end"]],
            "parent": above.text if above else None,
            "parent_same_author": above.author == message.author if above else None,
            "author": message.author, "thread": row.get("thread"), "who": message.who,
            "names": _names(row["place"])[message.id], "u": unified(set(row["holds"]), set(row["unsure"])),
        }  # fmt: skip


def load() -> list[Example]:
    """Our own annotations as inputs and targets, a fold each by conversation."""
    found = []
    for row in joined("annotations"):
        example = as_example(row, f"ours-{row['ds']}")
        example.fold = hashlib.sha256(str(row["thread"]).encode()).digest()[0] % len(FOLDS)
        found.append(example)
    return found


def invented() -> list[Example]:
    """The messages that AI annotators invented for training, with their labels."""
    found = []
    for path in sorted(INVENTED.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines()):
            row = json.loads(line)
            holds, unsure = merge(row["labels"], row["labels"])
            found.append(
                as_example(
                    {"id": f"{path.stem}:{number}", "text": row["text"], "parent": row["parent"],
                     "parent_same_author": row["own"], "who": row["who"], "u": unified(holds, unsure)},
                    "invented",
                )
            )  # fmt: skip
    return found


def digests() -> dict[str, str]:
    """SHA-256 of the files of labels and of invented messages that are trained on."""
    paths = [LABELS / "annotations.jsonl", *sorted(INVENTED.glob("*.jsonl"))]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
