"""Scores of trained weights on what they never saw: `python -m train.score RUN` writes `RUN/scores.npz`.

The dev splits of the sets that it learned from, and the part of our annotations that it did not: what limits are
chosen on.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch

from train import annotations, fit
from train.data import FOLDS, SETS, Example, load

MOST = 6000
"""Messages of one set that are scored, the first ones of its file."""


def unseen(fold: int | None) -> dict[str, list[Example]]:
    """What is scored, by a name such as `advice.dev` or `ours`."""
    left_out = FOLDS[fold] if fold is not None else ()
    found = {f"{name}.dev": load(name, "dev")[:MOST] for name in SETS if name not in left_out}
    if fold is not None:
        found["ours"] = [example for example in annotations.load() if example.fold == fold]
    return {name: examples_ for name, examples_ in found.items() if examples_}


def main(run: Path) -> None:
    """Score, and keep scores beside the truths (-1: unknown)."""
    torch.set_num_threads(2)
    fold = json.loads((run / "run.json").read_text("utf-8"))["fold"]
    net = fit.Net(len(fit.HEADS))
    net.load_state_dict(torch.load(run / "weights.pt", weights_only=True))
    net.eval()
    kept = {}
    for name, found in unseen(fold).items():
        kept[f"{name}|scores"] = fit.scores(net, [example.unit for example in found])
        truth = np.full((len(found), len(fit.HEADS)), -1, np.int8)
        for number, example in enumerate(found):
            for head, value in example.targets.items():
                truth[number, fit.HEADS.index(head)] = value
        kept[f"{name}|truth"] = truth
        print(name, len(found), flush=True)
    np.savez_compressed(run / "scores.npz", **kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
