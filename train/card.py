"""Writes the card of the reader from what was measured: `python -m train.card RUN WEIGHTS` makes docs/reader_card.md."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from train.annotations import INVENTED, LABELS
from train.data import ROOT
from train.measure import RESULTS

PUBLISHED = {
    ("nps_chat", "question"): 0.74, ("mrda.test", "question"): 0.85, ("esconv", "question"): 0.67,
    ("epitome", "question"): 0.74, ("rumoureval17", "question"): 0.63, ("inspired", "question"): 0.88,
    ("gh_intention", "question"): 0.94, ("tweet_act", "question"): 0.69, ("annomi", "question"): 0.81,
    ("goemotions", "thanks"): 0.46, ("disapere", "thanks"): 0.76, ("molweni", "answer"): 0.64,
    ("disapere", "answer"): 0.52, ("advice", "advice"): 0.56, ("offmychest", "advice"): 0.55,
    ("esconv", "advice"): 0.46, ("mrda.test", "advice"): 0.40, ("annomi", "advice"): 0.23,
    ("epitome", "support"): 0.62, ("offmychest", "support"): 0.53, ("esconv", "support"): 0.44,
    ("crisislex26", "support"): 0.14, ("goemotions", "support"): 0.09, ("esconv", "experience"): 0.56,
    ("offmychest", "experience"): 0.62, ("inspired", "experience"): 0.21, ("swda.test", "agreement"): 0.64,
    ("mrda.test", "agreement"): 0.68, ("rumoureval17", "agreement"): 0.12, ("rumoureval17", "disagreement"): 0.20,
    ("mrda.test", "disagreement"): 0.38, ("disapere", "disagreement"): 0.18, ("gh_incivility", "negative_reaction"): 0.34,
    ("ucc", "negative_reaction"): 0.22, ("goemotions", "negative_reaction"): 0.25, ("ets_sarcasm", "sarcasm"): 0.29,
    ("mustard", "sarcasm"): 0.40, ("ucc", "sarcasm"): 0.12, ("inspired", "offer_help"): 0.45,
    ("mrda.test", "offer_help"): 0.27, ("gh_infotypes", "offer_help"): 0.05,
}  # fmt: skip
"""TF-IDF with class-weighted logistic regression on a set never trained on, measured before this project began."""
TEN_MORE = frozenset(("answer", "advice", "support", "experience", "agreement", "disagreement"))
"""Labels for which at least .10 more than that is asked."""


def share(value: float | None) -> str:
    """Two digits, or a dash where nothing can be said."""
    return "-" if value is None else f"{value:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def measured(rows: list[dict[str, Any]]) -> str:
    """What was measured of each label, beside the simple readers."""
    found = []
    for row in rows:
        floor = PUBLISHED.get((row["set"], row["label"]))
        aim = "" if floor is None else f"{floor + (0.1 if row['label'] in TEN_MORE else 0):.2f}"
        reached = "" if floor is None else "yes" if (row["f1"] or 0) >= float(aim) - 0.005 else "**no**"
        found.append(
            [row["set"], row["label"], f"{row['n']:,}", f"{row['positives']:,}", share(row.get("always yes")),
             share(row.get("cues f1")), share(row.get("tf-idf")), share(floor), share(row["f1"]), aim, reached,
             share(row["shown_precision"]), share(row["shown_recall"])]
        )  # fmt: skip
    return table(
        ["set", "label", "n", "pos.", "always yes", "cues", "TF-IDF here", "TF-IDF before", "**reader F1**", "asked",
         "reached", "shown: prec.", "recall"], found
    )  # fmt: skip


def agreement(name: str) -> str:
    """Agreement of two passes of AI annotators, for each label that either gave five times."""
    kept = json.loads((LABELS / f"{name}.agreement.json").read_text("utf-8"))
    return table(
        ["label", "Cohen's kappa", "both", "one alone"],
        [[label, share(row["kappa"]), str(row["both"]), str(row["one"])]
         for label, row in kept.items() if row["both"] + row["one"] >= 5],
    )  # fmt: skip


def main(run: Path, weights: Path) -> None:
    """Write the card."""
    made = json.loads((run / "run.json").read_text("utf-8"))
    first = made.get("after") or {}
    results = json.loads(RESULTS.read_text("utf-8"))
    settings = json.loads((weights / "settings.json").read_text("utf-8"))
    places = Counter(
        json.loads(line)["place"] for line in (LABELS / "annotations.jsonl").read_text("utf-8").splitlines()
    )
    invented = sum(len(path.read_text("utf-8").splitlines()) for path in INVENTED.glob("*.jsonl"))
    sizes = {path.name: path.stat().st_size for path in sorted(weights.iterdir())}
    limits = [
        [head, *(f"{limit[name]:.2f}" if limit[name] <= 1 else "never" for name in ("shown", "with_cue", "perhaps")),
         str(settings["chosen on"][head]["positives"]), ", ".join(settings["chosen on"][head]["sets"])]
        for head, limit in settings["limits"].items()
    ]  # fmt: skip
    error = [[head, f"{row['ece']:.3f}", str(row["positives"])] for head, row in results["calibration on gold"].items()]
    text = TEMPLATE.format(
        version=results["version"], seed=made["seed"], epochs=made["epochs"], minutes=round((made["seconds"] + first.get("seconds", 0)) / 60),
        examples=table(["from", "examples"], [[name, f"{many:,}"] for name, many in made["examples"].items()]),
        hashes=table(["file", "SHA-256"], [[name, f"`{digest}`"] for name, digest in made["data"].items()]),
        sizes=", ".join(f"`{name}` {size / 1e6:.1f} MB" for name, size in sizes.items()),
        total=f"{sum(sizes.values()) / 1e6:.1f}", places=", ".join(f"{name} {many:,}" for name, many in places.items()),
        labelled=f"{sum(places.values()):,}", invented=f"{invented:,}", ours=agreement("annotations"), of_gold=agreement("gold"),
        left_out=measured(results["left out"]), only=measured(results["measure only"]), gold=measured(results["gold"]),
        limits=table(["head", "shown", "with a cue", "perhaps", "positives", "chosen on"], limits),
        error=table(["head", "expected calibration error", "positives"], error),
    )  # fmt: skip
    (ROOT / "docs" / "reader_card.md").write_text(text, "utf-8")


TEMPLATE = """\
# Card of the learned reader

Written by `python -m train.card` from what was measured; do not edit by hand. Version `{version}`.

**What it is.** MiniLM-L6 (22 million weights, Apache-2.0), fine-tuned with one output an act, in eight bits, beside a
linear reader distilled from it and the cues. It reads a message, what that answers, and where it stands. English only;
other languages are read by cues. {sizes}: {total} MB in all. It needs no network, no account and no graphics card.

**What it is for.** To find in archives of one's own what people asked, answered, thanked for and offered, and to quote
the words. It says nothing of a person, and must not be used to.

## What it was made of

Sets whose licences let weights be passed on (tier A), messages of public archives that were labelled for this project (for
most of these archives no licence is stated; none of their words are in the project), and invented messages.
Seed {seed}, two rounds of {epochs} epochs, {minutes} minutes in all on two cores (`python -m train.fit`; see
`train/README.md`). The last round learned from:

{examples}

**Who labelled.** The public sets were labelled by people. **All labels of our own were made by AI annotators** (language
models reading by `train/annotation_guide.md`), not by people: {labelled} parts of messages of public archives ({places})
in two independent passes, and 2,350 chat messages of the gold set in two passes with a third that decided where they
differed. The two passes come from the same kind of model, so that their agreement says how clear the guide is, not how
right it is. {invented} further messages were invented by AI annotators for training, one pass each. The words of real
people are not in the project, only keys and hashes.

Agreement of the two passes on the training messages:

{ours}

Agreement on the gold set, before the third pass:

{of_gold}

## How good it is

F1 is of the reader's best guess, with what it would call "perhaps"; *shown* is what it says firmly enough for a page.
*TF-IDF before* are the floors measured before this project; *TF-IDF here* was trained as the reader was. *asked* is that
floor, or .10 more for answer, advice, support, experience, agreement and disagreement.

### Sets that were left out of training

Trainings without the sets that they are measured on here (`python -m train.fit --fold K`), on fewer examples than what
ships, so that these are lower bounds. Limits were chosen without these sets as well. Sets that are missing here were
left out by a training that was not made yet; `train/README.md` says in what else this differs from a run in one go.

{left_out}

### Sets that are only measured

Read by what ships. Nothing was trained on them or tuned to them.

{only}

### Gold: 2,350 chat messages in four rooms

Labelled by AI annotators as said above; nobody trained on them. The labels are the acts themselves.

{gold}

## When it speaks

An act is shown from *shown* on, or from *with a cue* on where a cue says it too; from *perhaps* on it is the better guess.
Acts of tier 3 are never shown by this reader. Chosen on our training annotations, each scored by a training that did
not see it, for a precision of .92 (tier 1) and .83 (tier 2), and on dev splits.

{limits}

Calibration by Platt's method, a slope and a shift each head; on the gold set, which it was not fitted on:

{error}

## What went in, exactly

{hashes}
"""

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
