"""Learning from a person's corrections: where the limits of one library lie, and never what the weights know.

The weights that come with mutuals stay as they are. What is learned is a few numbers an act, kept in the library and
gone with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mutuals.reading import Reader
from mutuals.reading.learned.reader import LearnedReader
from mutuals.reading.learned.settings import Settings
from mutuals.reading.learning.examples import Example, Query, Subject, gather
from mutuals.reading.learning.fit import Fitted, Kind, Verdicts, choose, folds
from mutuals.reading.learning.kept import Change, Learned

LEAST, LEAST_CONVERSATIONS = 8, 3
"""Corrections that an act needs, and conversations that they must come from, so that some can be held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What came of the corrections about one act.

    Attributes:
        about: The act, or a way to come back.
        kind: `limit` (the limits moved), `light` (the scores for other acts have a say too), or `shipped` (the reader
            stays as it came).
        missing: What would be needed to learn anything, in sentences; empty when there was enough.
        held_out: Corrections that were each tried without having been learned from; 0 when there was not enough.
        right_before: How many of them the reader had right as it came.
        right_after: How many it has right after learning from the others.
    """

    about: str
    kind: Kind
    missing: tuple[str, ...] = ()
    held_out: int = 0
    right_before: int = 0
    right_after: int = 0


def learn(query: Query, reader: LearnedReader) -> tuple[Learned, tuple[Lesson, ...]]:
    """What the corrections of a library teach a reader, and one lesson for each act that has any.

    Everything is tried on corrections that it was not learned from, conversation by conversation, the choice between
    the models included. What does not have clearly more of them right is not kept.

    Args:
        query: Over a library whose derived tables are up to date.
        reader: The reader as it came, without anything learned before.

    Source:
        Choosing inside of what is held out: Cawley and Talbot, On Over-fitting in Model Selection, JMLR 2010.
    """
    gathered = gather(query, reader)
    scale = _Scale.of([one for told in gathered.values() for one in told], reader.settings)
    changes, lessons = {}, []
    for subject, told in gathered.items():
        missing = _missing(told)
        if missing:
            lessons.append(Lesson(about=subject.name, kind="shipped", missing=missing))
            continue
        change, lesson = _learn(subject, told, reader.settings, scale)
        lessons.append(lesson)
        if change is not None:
            changes[subject.name] = change
    return Learned(weights=reader.fingerprint, changes=changes), tuple(lessons)


def is_stale(reader: Reader, text: str) -> bool:
    """Whether what is kept was learned for another reader or for other weights, so that it is set aside."""
    return not isinstance(reader, LearnedReader) or Learned.read(text).weights != reader.fingerprint


def adapted(reader: Reader, text: str) -> Reader:
    """The reader with what is kept of its lessons; as it came when that was learned for another."""
    if not isinstance(reader, LearnedReader) or is_stale(reader, text):
        return reader
    learned = Learned.read(text)
    return reader.adjusted(learned.applied(reader.settings), learned.mark) if learned.changes else reader


def _missing(told: Sequence[Example]) -> tuple[str, ...]:
    missing = []
    verdicts = {one.is_so for one in told}
    if len(verdicts) == 1:
        other = "is not so" if verdicts == {True} else "is so"
        missing.append(f"Corrections that say that it {other} are needed as well.")
    if len({one.conversation for one in told}) < LEAST_CONVERSATIONS:
        missing.append("Corrections in other conversations are needed.")
    if len(told) < LEAST and not missing:
        missing.append("A few more corrections are needed.")
    return tuple(missing)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Mean and spread of each raw score over all messages that were corrected."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]

    @classmethod
    def of(cls, told: Sequence[Example], settings: Settings) -> _Scale:
        known = {one.weighed.utterance: one.weighed.scores.max(0) for one in told}
        if not known:
            return cls(np.zeros(len(settings.heads)), np.ones(len(settings.heads)))
        scores = np.array([known[key] for key in sorted(known)], np.float64)
        spread = scores.std(0)
        return cls(scores.mean(0), np.where(spread > 1e-6, spread, 1.0))


def _verdicts(
    subject: Subject, told: Sequence[Example], settings: Settings, scale: _Scale
) -> tuple[Verdicts, list[str]]:
    """The verdicts as numbers, each message by the highest score over its parts; and the names of the other heads."""
    own = [settings.column[head] for head in subject.heads]
    others = [head for head in settings.heads if head not in subject.heads]
    columns = [settings.column[head] for head in others]
    scores = np.array([one.weighed.scores.max(0) for one in told], np.float64)
    odds = np.array([(one.weighed.scores * settings.slope + settings.shift)[:, own].max() for one in told], np.float64)
    verdicts = Verdicts(
        own=odds, others=((scores - scale.mean) / scale.spread)[:, columns],
        truth=np.array([one.is_so for one in told], np.float64),
        groups=np.array([one.conversation for one in told], np.int64),
    )  # fmt: skip
    return verdicts, others


def _learn(
    subject: Subject, told: Sequence[Example], settings: Settings, scale: _Scale
) -> tuple[Change | None, Lesson]:
    verdicts, others = _verdicts(subject, told, settings, scale)
    columns = [settings.column[head] for head in others]

    def change_of(fitted: Fitted) -> Change | None:
        if fitted.kind == "shipped":
            return None
        weights = fitted.others / scale.spread[columns]
        return Change(
            kind=fitted.kind, heads=subject.heads, own=fitted.own,
            shift=fitted.shift - float(weights @ scale.mean[columns]),
            others={head: float(w) for head, w in zip(others, weights, strict=True)} if fitted.kind == "light" else {},
        )  # fmt: skip

    def right(numbers: NDArray[np.int64], change: Change | None) -> list[bool]:
        used = settings if change is None else change.applied(settings)
        return [subject.is_said(told[n].weighed, used) == told[n].is_so for n in numbers]

    before = right(np.arange(len(told)), None)
    after = [False] * len(told)
    for held in folds(verdicts.groups):
        numbers = np.flatnonzero(held)
        change = change_of(choose(verdicts.only(~held)))
        for number, is_right in zip(numbers, right(numbers, change), strict=True):
            after[number] = is_right
    change = change_of(choose(verdicts))
    lesson = Lesson(
        about=subject.name, kind="shipped", held_out=len(told), right_before=sum(before), right_after=sum(before)
    )
    if change is None or not is_clear(before, after):
        return None, lesson
    return change, replace(lesson, kind=change.kind, right_after=sum(after))


def is_clear(before: Sequence[bool], after: Sequence[bool]) -> bool:
    """Whether clearly more are right after than before: by two standard deviations of as many tossed coins.

    Source:
        The sign test on what changed: McNemar, Psychometrika 12, 1947.
    """
    mended = sum(b and not a for a, b in zip(before, after, strict=True))
    broken = sum(a and not b for a, b in zip(before, after, strict=True))
    return mended - broken >= 2 * float(np.sqrt(max(mended + broken, 1)))


__all__ = ["Learned", "Lesson", "adapted", "is_stale", "learn"]
