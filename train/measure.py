"""Measures the shipped reader and the folds: `python -m train.measure WEIGHTS K=FOLDER ...` writes `results.json`.

Every set is read by the whole reader as a library is (`mutuals.reading.quality`), beside the cue reader and the
baselines. The sets of tier A are read by the fold that left them out; those under `measure/` and the gold set, which
nothing was trained on or tuned to, by what ships.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mutuals.reading.cues import CueReader
from mutuals.reading.labels import examples
from mutuals.reading.learned.inputs import Unit
from mutuals.reading.learned.reader import LearnedReader
from mutuals.reading.quality import Row, measure
from train import annotations
from train.baselines import TfIdf, beside
from train.data import FOLDS, MEASURE, TIER_A, as_example
from train.fit import HEADS

RESULTS = Path(__file__).parent / "results.json"


def gold_file(folder: Path) -> Path:
    """The gold set with its words, as a file in a folder of its own that is deleted afterwards."""
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in annotations.joined("gold")), "utf-8")
    return path


def told(rows: list[Row], cues: list[Row], simple: dict[str, dict[str, float | None]]) -> list[dict[str, Any]]:
    """What was measured of each label, with the F1 of the readers beside."""
    of_cues = {(row.set, row.label): row.f1 for row in cues}
    return [asdict(row) | {"cues f1": of_cues.get((row.set, row.label))} | simple.get(row.label, {}) for row in rows]


def expected_error(reader: LearnedReader, path: Path) -> dict[str, dict[str, float]]:
    """Expected calibration error a head in ten bins, on a labelled file; the heads with at least 10 positives."""
    found = [as_example(row, "") for row in examples(path)]
    units: list[Unit] = [example.unit for example in found]
    chances = reader.settings.probabilities(reader.encoder_scores(units))
    errors = {}
    for column, head in enumerate(HEADS):
        known = [number for number, example in enumerate(found) if head in example.targets]
        truth = np.array([found[number].targets[head] for number in known])
        if truth.sum() < 10:
            continue
        said = chances[known, column]
        bins = np.minimum((said * 10).astype(int), 9)
        gaps = [
            abs(said[bins == one].mean() - truth[bins == one].mean()) * (bins == one).sum()
            for one in set(bins.tolist())
        ]
        errors[head] = {"ece": round(float(sum(gaps) / len(known)), 4), "positives": int(truth.sum())}
    return errors


def main(weights: Path, folds: dict[int, Path]) -> None:
    """Measure everything and write it down."""
    results: dict[str, Any] = {"left out": [], "measure only": [], "gold": []}
    shipped, cues = LearnedReader(weights), CueReader()
    for fold, folder in folds.items():
        reader, simple = LearnedReader(folder, cascade=False), TfIdf(fold)
        for name in FOLDS[fold]:
            path = TIER_A / f"{name}.jsonl.zst"
            results["left out"] += told(measure(reader, [path]), measure(cues, [path]), beside(path, simple))
            print(name, flush=True)
    simple = TfIdf(None)
    for path in sorted(MEASURE.glob("*.jsonl.zst")):
        results["measure only"] += told(measure(shipped, [path]), measure(cues, [path]), beside(path, simple))
        print(path.name, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = gold_file(Path(folder))
        alone = LearnedReader(weights, cascade=False)
        results["gold"] = told(measure(shipped, [path]), measure(cues, [path]), beside(path, simple))
        results["gold, encoder alone"] = [asdict(row) for row in measure(alone, [path])]
        results["calibration on gold"] = expected_error(alone, path)
    results["version"] = shipped.version
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), {int(key): Path(name) for key, name in (one.split("=") for one in sys.argv[2:])})
