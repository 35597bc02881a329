"""How much a handful of verdicts may change what a score means: two small models, and the choice between them.

A model turns the log odds that the reader came with, and the scores for other acts beside it, into new log odds. All
are fitted towards the reader as it came, so that few verdicts change little. numpy alone; nothing is drawn by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["shipped", "limit", "light"]
Floats = NDArray[np.float64]

FOLDS = 10
"""Parts that verdicts are cut into; fewer where there are fewer conversations."""
_OWN, _SHIFT, _OTHER = 0.5, 1.0, 0.3
"""How far a fit strays from the reader as it came, as standard deviations of its prior: of the weight of the act's own
log odds from 1, of the shift from 0, and of the weight of each other score, standardised, from 0. With two dozen other
scores the last one lets all of them together move a message about half as far again as the shift does."""
_STEPS, _CLOSE = 50, 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """What a person said of messages, beside what the reader made of them.

    Attributes:
        own: (verdicts), log odds of the act as the reader came.
        others: (verdicts, others), scores for other acts, standardised.
        truth: (verdicts), 1 where the person says that it is, 0 where it is not.
        groups: (verdicts), number of the conversation.
    """

    own: Floats
    others: Floats
    truth: Floats
    groups: NDArray[np.int64]

    def only(self, chosen: NDArray[np.bool_]) -> Verdicts:
        """Some of the verdicts."""
        return Verdicts(
            own=self.own[chosen], others=self.others[chosen], truth=self.truth[chosen], groups=self.groups[chosen]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model of the log odds of an act: `own * log odds as they came + others @ other scores + shift`.

    Attributes:
        kind: `shipped` changes nothing, `limit` only the shift, `light` all of it.
        own: At least 0.
        shift: What is added.
        others: (others), weights of the standardised scores for other acts.
    """

    kind: Kind
    own: float
    shift: float
    others: Floats

    def losses(self, verdicts: Verdicts) -> Floats:
        """(verdicts), minus the log of the probability that the model gave to what the person said."""
        odds = self.own * verdicts.own + verdicts.others @ self.others + self.shift
        return np.asarray(np.logaddexp(0, np.where(verdicts.truth > 0, -odds, odds)), np.float64)


def fit(kind: Kind, verdicts: Verdicts) -> Fitted:
    """A model fitted to verdicts, or the one that changes nothing for `shipped` or without a verdict.

    Source:
        A shift alone: Platt, Probabilistic Outputs for Support Vector Machines, 1999, with the slope held. The rest:
        le Cessie and van Houwelingen, Ridge Estimators in Logistic Regression, 1992, shrunk towards the reader as it
        came rather than towards nothing.
    """
    none = np.zeros(verdicts.others.shape[1])
    if kind == "shipped" or not len(verdicts.truth):
        return Fitted(kind=kind, own=1.0, shift=0.0, others=none)
    ones = np.ones((len(verdicts.truth), 1))
    if kind == "limit":
        [shift] = _newton(ones, verdicts.own, verdicts.truth, np.array([_SHIFT]))
        return Fitted(kind=kind, own=1.0, shift=float(shift), others=none)
    columns = np.hstack([ones, verdicts.others, verdicts.own[:, None]])
    deviations = np.array([_SHIFT, *[_OTHER] * len(none), _OWN])
    found = _newton(columns, verdicts.own, verdicts.truth, deviations)
    own = 1 + float(found[-1])
    if own < 0:  # a higher score never makes an act less likely
        own = 0.0
        found = _newton(columns[:, :-1], np.zeros_like(verdicts.own), verdicts.truth, deviations[:-1])
    return Fitted(kind=kind, own=own, shift=float(found[0]), others=np.asarray(found[1 : 1 + len(none)], np.float64))


def _newton(columns: Floats, offset: Floats, truth: Floats, deviations: Floats) -> Floats:
    """The weights of a logistic regression with a normal prior around zero, by Newton's method with halved steps."""
    precision = 1 / deviations**2
    weights = np.zeros(columns.shape[1])

    def cost(tried: Floats) -> float:
        odds = offset + columns @ tried
        return float(np.logaddexp(0, np.where(truth > 0, -odds, odds)).sum() + (precision * tried**2).sum() / 2)

    now = cost(weights)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(offset + columns @ weights, -500, 500)))
        slope = columns.T @ (chance - truth) + precision * weights
        bend = (columns * (chance * (1 - chance))[:, None]).T @ columns + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        while (after := cost(weights - step)) > now and np.abs(step).max() > _CLOSE:
            step = step / 2
        if after > now:
            break
        weights, gained, now = weights - step, now - after, after
        if gained < _CLOSE:
            break
    return weights


def folds(groups: NDArray[np.int64], most: int = FOLDS) -> Iterator[NDArray[np.bool_]]:
    """The verdicts that each part holds, one conversation never in two of them; the same for the same verdicts.

    Conversations are dealt out, those with most verdicts first and then in order of their numbers, each to the part
    that has fewest. There is no part where there is no verdict, and one where there is one conversation.
    """
    numbers, sizes = np.unique(groups, return_counts=True)
    held = np.zeros(min(most, len(numbers)), np.int64)
    part_of: dict[int, int] = {}
    for place in np.lexsort((numbers, -sizes)):
        part = int(held.argmin())
        part_of[int(numbers[place])] = part
        held[part] += sizes[place]
    parts = np.array([part_of[int(group)] for group in groups], np.int64)
    for part in range(len(held)):
        yield parts == part


def choose(verdicts: Verdicts) -> Fitted:
    """The model that fits best what was held out, fitted to all; in doubt the one that changes less.

    Another model has to win by more than the standard error of what it wins, conversation by conversation.

    Source:
        The one-standard-error rule: Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984.
    """
    kinds: Sequence[Kind] = ("shipped", "limit", "light")
    losses = {kind: np.zeros(len(verdicts.truth)) for kind in kinds}
    for held in folds(verdicts.groups):
        for kind in kinds:
            losses[kind][held] = fit(kind, verdicts.only(~held)).losses(verdicts.only(held))
    best: Kind = "shipped"
    for kind in kinds[1:]:
        if _wins(losses[best] - losses[kind], verdicts.groups):
            best = kind
    return fit(best, verdicts)


def _wins(gains: Floats, groups: NDArray[np.int64]) -> bool:
    _, places = np.unique(groups, return_inverse=True)
    totals = np.bincount(places, gains)
    if len(totals) < 2:
        return False
    return float(totals.sum()) > float(np.sqrt(len(totals) * totals.var(ddof=1)))
