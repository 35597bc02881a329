"""Sentences of a message, with offsets into its text; what is not the writer's prose is blanked out first.

Masking keeps the length: code, addresses and quoted words become filler, so that an offset in the masked text is
the same offset in the message. Everything here takes time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

FILLER = "\x01"
"""Stands for each masked character: no letter, no space, no punctuation."""

URL = re.compile(r"(?:https?|ftp)://[^\s<>\"'\x01]+|\bwww\.[^\s<>\"'\x01]+|\bdoi:10\.[^\s<>\"'\x01]+", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_QUOTED_LINE = re.compile(r"^[ \t]{0,8}(?:[A-Za-z][\w.-]{0,11})?>[^\n]*", re.MULTILINE)
_SAID = re.compile(
    r"\"[^\"\n]{1,200}\"|“[^”\n]{1,200}”|„[^“”\n]{1,200}[“”]|«[^»\n]{1,200}»"
    r"|「[^「」\n]{1,200}」|『[^『』\n]{1,200}』"
)
_BACKTICKS = re.compile(r"```.{0,5000}?```|`[^`\n]{1,200}`", re.DOTALL)
_VISIBLE = re.compile(r"[^\n]")
_TRAIL = ".,;:!?)]}'\"*_>"

_STOP = re.compile(r"[.!?…。！？\n](?:(?<!\n)[.!?…。！？\"'”’)\]*_）」』]+)?")
"""What may end a sentence; it begins with one set of characters, because then the search for it is several times
quicker. Whether it does end one is seen by what follows."""
_WIDE = frozenset("。！？")
_AFTER = frozenset(("", " ", "\n", FILLER))
_ABBREVIATION = re.compile(
    r"(?:(?<!\w)(?:e\.g|i\.e|etc|vs|cf|dr|mr|mrs|ms|prof|st|no|nr|fig|approx|resp|al|z\.b|d\.h|bzw|usw|ca|p\.ex|ej|sr|sra"
    r"|[a-z])|\.\.)\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)])\s")
_WRAPPED = 45
"""A line at least this long that goes on with a new line was wrapped by a mail program, not ended by its writer."""
_LONGEST = 300


def _blank(found: re.Match[str]) -> str:
    return _VISIBLE.sub(FILLER, found.group()) if "\n" in found.group() else FILLER * len(found.group())


def _blank_url(found: re.Match[str]) -> str:
    url = found.group()
    kept = len(url.rstrip(_TRAIL))
    return FILLER * kept + url[kept:]


def _blank_code(text: str, code: Sequence[int]) -> str:
    pieces, at = [], 0
    for start, end in sorted(zip(code[::2], code[1::2], strict=False)):
        start, end = max(at, start), min(len(text), end)
        if start < end:
            pieces += [text[at:start], _VISIBLE.sub(FILLER, text[start:end])]
            at = end
    return "".join([*pieces, text[at:]])


def mask(text: str, code: Sequence[int]) -> str:
    """The text with code, addresses, quoted lines and quoted words blanked out, of the same length.

    Args:
        text: A message.
        code: Flat pairs (start, end) of what is code in it; pairs that do not fit are clipped.
    """
    if len(code):
        text = _blank_code(text, code)
    if "`" in text:
        text = _BACKTICKS.sub(_blank, text)
    if "://" in text or "www." in text or "doi:" in text:
        text = URL.sub(_blank_url, text)
    if "@" in text:
        text = _MAIL.sub(_blank, text)
    if ">" in text:
        text = _QUOTED_LINE.sub(_blank, text)
    if '"' in text or "“" in text or "«" in text or "„" in text or "「" in text or "『" in text:
        text = _SAID.sub(_blank, text)
    return text


def lowered(text: str) -> str:
    """The text in lower case with straight apostrophes, of the same length."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return low.replace("’", "'") if "’" in low else low


def sentences(masked: str) -> list[tuple[int, int]]:
    """Where each sentence begins and ends, in order, without the space around it.

    A single line break ends a sentence only where the line was short or a list begins: mail programs wrap lines.
    It ends none after an ideographic comma. Before kana and ideographs a sentence ends without a space.
    """
    bounds, line = [0], 0
    for stop in _STOP.finditer(masked):
        end, mark = stop.end(), stop.group()
        if mark == "\n":
            wrapped = end - line > _WRAPPED
            line = end
            ahead = masked[end : end + 8]
            if wrapped and ahead.strip() and ahead[0] not in " \t\n" and not _BULLET.match(ahead):
                continue
            if masked[end - 2 : end - 1] == "、":
                continue
            if ahead[:1].islower() and end - bounds[-1] > 20:
                continue
        else:
            goes_on = masked[end : end + 1] not in _AFTER and not masked[end].isspace()
            if goes_on and mark[0] not in _WIDE and not (mark[0] in "!?" and "\u3040" <= masked[end] < "\ua000"):
                continue
            if mark == "." and _ABBREVIATION.search(masked, max(bounds[-1], end - 8), end):
                continue
        bounds.append(end)
    bounds.append(len(masked))
    found = []
    for start, end in pairwise(bounds):
        piece = masked[start:end]
        bare = piece.strip()
        if bare.strip(FILLER + " \n\t-*_=~#|<>.") or FILLER in bare:
            start += len(piece) - len(piece.lstrip())
            found.append((start, start + len(bare)))
    return found


def clause(masked: str, sentence: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    """The part of a sentence to quote for words found in it: all of it, or of a very long one the clause round them."""
    first, last = sentence
    if last - first <= _LONGEST:
        return first, last
    left = max(masked.rfind(mark, max(first, start - _LONGEST // 2), start) for mark in (", ", "; ", ": ", "、", "\n"))
    begin = left + 1 if left >= 0 else max(first, start - 60, masked.rfind(" ", max(first, start - 60), start) + 1)
    rights = [masked.find(mark, end, min(last, begin + _LONGEST)) for mark in (", ", "; ", "、", "\n")]
    finish = min((right for right in rights if right >= 0), default=min(last, max(end, begin + _LONGEST)))
    piece = masked[begin:finish]
    begin += len(piece) - len(piece.lstrip())
    return begin, begin + max(1, len(piece.strip()))
