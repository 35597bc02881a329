"""Makes the label files of the project from the annotators' sheets.

`python -m train.collect annotations SHEETS LABELS` and `python -m train.collect gold - LABELS`, where
`LABELS/A/NAME.tsv` and `LABELS/B/NAME.tsv` hold the two passes, and `LABELS/C/NAME.tsv`, where it is there, a third
one over the lines on which the two differ, which decides. Prints the agreement of the two.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from train.annotations import ACTS, LABELS, merge, unified
from train.places import conversations


def passes(folder: Path, name: str) -> tuple[dict[str, list[str]], ...]:
    """The labels of each pass by the key of the line."""
    found = []
    for one in "ABC":
        path = folder / one / f"{name}.tsv"
        rows = path.read_text("utf-8").splitlines() if path.exists() else []
        pairs = [row.split("\t") for row in rows if row.strip()]
        found.append({key: [label for label in labels.split() if label != "-"] for key, labels in pairs})
    return tuple(found)


def decided(one: list[str], two: list[str], third: list[str] | None) -> tuple[set[str], set[str]]:
    """The labels that hold and those left open; a third pass decides what it names or leaves out firmly."""
    holds, unsure = merge(one, two)
    if third is None:
        return holds, unsure
    firm, _ = merge(third, third)
    return holds | (unsure & firm), {label for label in unsure if f"{label}?" in third}


def kappa(pairs: Iterable[tuple[bool, bool]]) -> tuple[float | None, int]:
    """Cohen's kappa of two passes, and how many messages both were sure of."""
    counted = Counter(pairs)
    n = sum(counted.values())
    if not n:
        return None, 0
    agreed = (counted[True, True] + counted[False, False]) / n
    one = (counted[True, True] + counted[True, False]) / n
    two = (counted[True, True] + counted[False, True]) / n
    chance = one * two + (1 - one) * (1 - two)
    return (None if chance == 1 else round((agreed - chance) / (1 - chance), 3)), n


def agreement(both: list[tuple[list[str], list[str]]]) -> dict[str, dict[str, Any]]:
    """For each label: kappa, how often both passes give it, and how often one alone does."""
    found = {}
    for label in ("asks", "clarify", "rhetorical", "worked", "did_not_work", "came_back", *ACTS):
        pairs = []
        for one, two in both:
            truths = [unified(*merge(labels, labels)).get(label) for labels in (one, two)]
            if None not in truths:
                pairs.append((bool(truths[0]), bool(truths[1])))
        value, n = kappa(pairs)
        found[label] = {
            "kappa": value, "n": n, "both": sum(a and b for a, b in pairs), "one": sum(a != b for a, b in pairs)
        }  # fmt: skip
    return found


def gold_keys() -> dict[str, list[dict[str, Any]]]:
    """The lines of the gold set: messages of the new-domains logs from line 1,000 on."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, talk in sorted(conversations("gold").items()):
        found[name] = [
            {"key": one.id.rsplit(":", 1)[1], "place": "gold", "id": one.id, "start": 0, "end": len(one.text),
             "hash": one.digest, "thread": name}
            for one in talk if int(one.id.rsplit(":", 1)[1]) >= 1000
        ]  # fmt: skip
    return found


def sheet_keys(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The lines of the sheets with the conversation that each belongs to."""
    thread = {
        message.id: key
        for place in ("irc", "urho3d", "lean", "r-help", "github", "reddit")
        for key, talk in conversations(place).items()
        for message in talk
    }
    found = {}
    for path in sorted(folder.glob("*.key.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        found[path.name[: -len(".key.jsonl")]] = [row | {"thread": thread[row["id"]]} for row in rows]
    return found


def main(name: str, sheets: str, labels: Path) -> None:
    """Write `labels/NAME.jsonl` and `labels/NAME.agreement.json`."""
    keys = gold_keys() if name == "gold" else sheet_keys(Path(sheets))
    rows, both = [], []
    for sheet, lines in keys.items():
        one, two, third = passes(labels, sheet)
        for line in lines:
            key = line.pop("key")
            if key not in one or key not in two:
                continue
            both.append((one[key], two[key]))
            holds, unsure = decided(one[key], two[key], third.get(key))
            rows.append(line | {"holds": sorted(holds), "unsure": sorted(unsure)})
    LABELS.mkdir(exist_ok=True)
    (LABELS / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = agreement(both)
    (LABELS / f"{name}.agreement.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(len(rows), json.dumps({label: (row["kappa"], row["both"], row["one"]) for label, row in found.items()}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
