"""What the encoder sees of a message: its words, the words it answers, and where it stands.

Names, handles, addresses and code are taken out before anything is weighed, so that none of them can decide. The
same functions make the inputs when the weights are trained and when they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mutuals.reading.sentences import FILLER, mask, sentences

LONGEST_TEXT, LONGEST_PARENT = 72, 36
"""Word pieces that are kept of a message (or of a part of a long one) and of what it answers."""
CLS, SEP, PAD = 101, 102, 0
WHO = {"unknown": 1, "opening": 2, "opener": 3, "other": 4}
"""Piece that tells who writes; numbers that the vocabulary keeps unused."""
PARENT = {"unknown": 5, "none": 6, "own": 7, "another": 8}
"""Piece that tells whether another message is answered, and whose."""
_FILLED = re.compile(FILLER + r"[\x01\s]*")
_HANDLE = re.compile(r"(?<![\w/])@[\w.-]*\w")
_NAME_LIKE = re.compile(r"[^\W\d_][\w'.-]+")
_SUMMARY = 220
_PART, _ROUGHLY_ONE, _MOST_PARTS = 260, 360, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A message, or a part of a long one, as it is read.

    Attributes:
        text: Its words as `plain` gives them.
        parent: The words that it answers, shortened by `summary`; empty when there are none or they are not known.
        who: A key of `WHO`.
        relation: A key of `PARENT`.
    """

    text: str
    parent: str = ""
    who: str = "unknown"
    relation: str = "unknown"


@lru_cache(maxsize=256)
def called(names: tuple[str | None, ...]) -> frozenset[str]:
    """The words that are names here: each name and its parts in lower case, without those under three letters."""
    return frozenset(part.lower() for name in names if name for part in (name, *name.split()) if len(part) > 2)


def plain(masked: str, names: frozenset[str] = frozenset()) -> str:
    """The words of a masked text on one line, with code, addresses, handles and the given names made alike.

    Args:
        masked: A text as `sentences.mask` gives it.
        names: Words that are names here, as `called` gives them.
    """
    text = _FILLED.sub(" # ", masked) if FILLER in masked else masked
    if "@" in text:
        text = _HANDLE.sub("@", text)
    if names:
        text = _NAME_LIKE.sub(lambda word: "@" if word.group().lower().rstrip(".'-") in names else word.group(), text)
    return " ".join(text.split())


def parts(masked: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where a message is cut for reading: a short one not at all, a long one into runs of whole sentences.

    Args:
        masked: A text as `sentences.mask` gives it.
        found: Its sentences as `sentences.sentences` gives them.

    Returns:
        Offsets of at most 24 parts of about 260 characters, in order; what stands after them is not read. Empty for a
        text without sentences.
    """
    if not found:
        return []
    if found[-1][1] - found[0][0] <= _ROUGHLY_ONE:
        return [(found[0][0], found[-1][1])]
    cut: list[tuple[int, int]] = []
    for start, end in found:
        if cut and end - cut[-1][0] <= _PART:
            cut[-1] = (cut[-1][0], end)
        else:
            cut.append((start, end))
    return cut[:_MOST_PARTS]


def summary(text: str | None) -> str:
    """What matters of an answered message for reading its answer: all of a short one, else its beginning and asks."""
    if not text or not text.strip():
        return ""
    masked = mask(text[:4000], ())
    if len(masked) <= _SUMMARY:
        return plain(masked)
    found = sentences(masked)
    asking = [piece for piece in found if masked[piece[0] : piece[1]].rstrip("\"'”’)]*_ ").endswith("?")][:2]
    first = next((piece for piece in found if piece[1] - piece[0] > 20), None)
    kept = sorted({*asking, *([first] if first else [])})
    return plain(" ".join(masked[start : min(end, start + 140)] for start, end in kept))


def standing(*, is_opening: bool, by_opener: bool, has_parent: bool, by_parent_speaker: bool) -> tuple[str, str]:
    """The keys of `WHO` and `PARENT` for a message."""
    relation = ("own" if by_parent_speaker else "another") if has_parent else "none" if is_opening else "unknown"
    if is_opening or by_opener:
        return ("opening" if is_opening else "opener"), relation
    return ("other" if has_parent and not by_parent_speaker else "unknown"), relation


def pieces(units: Sequence[Unit], encode: Callable[[list[str]], list[list[int]]]) -> list[tuple[list[int], int]]:
    """Word pieces of each unit, and how many of them are its own rather than its parent's.

    Args:
        units: Any number.
        encode: Gives the word pieces of each text without special ones.
    """
    texts = encode([unit.text for unit in units])
    parents = encode([unit.parent for unit in units])
    rows = []
    for unit, text, parent in zip(units, texts, parents, strict=True):
        if len(text) > LONGEST_TEXT:
            text = [*text[: LONGEST_TEXT * 2 // 3], *text[-(LONGEST_TEXT // 3) :]]
        own = [CLS, WHO[unit.who], PARENT[unit.relation], *text, SEP]
        rows.append(([*own, *parent[:LONGEST_PARENT], SEP] if parent else own, len(own)))
    return rows
