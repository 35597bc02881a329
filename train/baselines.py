"""Simple readers to stand beside: always yes, and TF-IDF with class-weighted logistic regression."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from mutuals.reading.labels import LABELS, examples
from train.data import Example, as_example
from train.fit import HEADS, SEED, gather


class TfIdf:
    """Words and pairs of words of the message and of its parent, a logistic regression a head, trained as a fold is."""

    def __init__(self, fold: int | None) -> None:
        chance = random.Random(SEED)
        learned = [example for example in gather(fold, chance) if example.source != "invented"]
        self._own = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=120_000)
        self._above = TfidfVectorizer(min_df=3, sublinear_tf=True, max_features=20_000)
        self._own.fit([example.unit.text for example in learned])
        self._above.fit([example.unit.parent for example in learned])
        given = self._features(learned)
        self._models: dict[str, LogisticRegression] = {}
        for head in HEADS:
            known = [number for number, example in enumerate(learned) if head in example.targets]
            truth = np.array([learned[number].targets[head] for number in known])
            if truth.sum() >= 20 and truth.sum() < len(truth):
                model = LogisticRegression(class_weight="balanced", max_iter=300, C=4.0)
                self._models[head] = model.fit(given[known], truth)

    def _features(self, found: list[Example]) -> csr_matrix:
        asked = csr_matrix([[1.0 if "?" in example.unit.parent else 0.0] for example in found])
        own = self._own.transform([example.unit.text for example in found])
        return hstack([own, self._above.transform([example.unit.parent for example in found]), asked]).tocsr()

    def says(self, found: list[Example], head: str) -> NDArray[np.bool_] | None:
        """Whether each example carries a head; None for a head that could not be trained."""
        model = self._models.get(head)
        return None if model is None else np.asarray(model.predict(self._features(found)) == 1)


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The test split of a file; all of it without one."""
    found = list(examples(path))
    return [row for row in found if row.get("split") == "test"] or found


def f1(truth: NDArray[np.bool_], said: NDArray[np.bool_]) -> float | None:
    """F1 of the positive class; None without positives."""
    return float(2 * (truth & said).sum() / (truth.sum() + said.sum())) if truth.sum() else None


def beside(path: Path, tfidf: TfIdf) -> dict[str, dict[str, float | None]]:
    """For each label of a file: F1 of always saying yes, and of TF-IDF."""
    rows = rows_of(path)
    found = {}
    for label in sorted({label for row in rows for label in row["u"]}):
        if label not in LABELS or not LABELS[label].act:
            continue
        known = [row for row in rows if label in row["u"]]
        truth = np.array([bool(row["u"][label]) for row in known])
        head = LABELS[label].head
        said = tfidf.says([as_example(row, "") for row in known], head) if head else None
        found[label] = {
            "always yes": f1(truth, np.ones_like(truth)), "tf-idf": None if said is None else f1(truth, said)
        }  # fmt: skip
    return found
