"""A check that training is sound: the same encoder on the 28 classes of GoEmotions, macro-F1 on its test split.

`python -m train.goemotions [--epochs N]`. Thresholds are chosen a class on the dev split. Published: BERT-base .46.
Nothing of it is shipped: emotions of people are not in our vocabulary.
"""

from __future__ import annotations

import argparse
import json
import random
import time

import numpy as np
import torch

from mutuals.reading.labels import examples
from mutuals.reading.learned.inputs import Unit, plain
from train import fit
from train.data import TIER_A


def load(split: str, names: list[str]) -> tuple[list[Unit], torch.Tensor]:
    """Units and targets of a split, for the classes in this order."""
    rows = [row for row in examples(TIER_A / "goemotions.jsonl.zst") if row["split"] == split]
    truth = torch.zeros(len(rows), len(names))
    for number, row in enumerate(rows):
        for name in row["y"]:
            truth[number, names.index(name)] = 1
    return [Unit(text=plain(row["text"])) for row in rows], truth


def macro(truth: np.ndarray, claimed: np.ndarray) -> float:
    """Mean F1 over the classes."""
    right = (truth * claimed).sum(0)
    return float(np.mean(2 * right / np.maximum(truth.sum(0) + claimed.sum(0), 1)))


def main() -> None:
    """Train, choose thresholds on dev, and print macro-F1 of dev and test."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-4)
    options = parser.parse_args()
    torch.manual_seed(fit.SEED)
    torch.set_num_threads(2)
    started = time.time()
    names = sorted({name for row in examples(TIER_A / "goemotions.jsonl.zst") for name in row["y"]})
    units, truth = load("train", names)
    fit.HEADS = tuple(names)
    net = fit.train(units_of=lambda: units, truth=truth, weight=torch.ones_like(truth), epochs=options.epochs,
                    rate=options.rate,
                    chance=random.Random(fit.SEED), balance=torch.full((len(names),), 1.5))  # fmt: skip
    dev_units, dev = load("dev", names)
    test_units, test = load("test", names)
    of_dev, of_test = fit.scores(net, dev_units), fit.scores(net, test_units)
    grid = np.arange(0.05, 0.95, 0.025)
    chosen = []
    for column in range(len(names)):
        marks = [macro(dev.numpy()[:, [column]], of_dev[:, [column]] >= at) for at in grid]
        chosen.append(grid[int(np.argmax(marks))])
    found = {
        "classes": len(names), "epochs": options.epochs, "rate": options.rate,
        "dev": round(macro(dev.numpy(), of_dev >= chosen), 4), "test": round(macro(test.numpy(), of_test >= chosen), 4),
        "test_at_half": round(macro(test.numpy(), of_test >= 0.5), 4), "seconds": round(time.time() - started),
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main()
