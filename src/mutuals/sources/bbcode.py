"""BBCode that was left as it was typed, as in forums that moved from one platform to another.

What stands between `[quote]` and `[/quote]` is somebody else's words and goes; `[code]` is kept as code; other known
tags go and their words stay. Only tags that are closed count, so that "[solved]" and `array[i]` are left alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mutuals.model import Link
from mutuals.sources.plain_text import PlainText

_TAG = re.compile(
    r"\[(?P<close>/?)(?P<name>quote|code|ul|ol|li|list|b|i|u|s|url|img|color|size|gist|video|spoiler|pastebin|center)"
    r"(?:=[^\]\n]{0,200})?\]",
    re.IGNORECASE,
)
_WITHOUT_WORDS = frozenset({"quote", "gist", "video", "pastebin", "img"})
"""Tags whose content is not the writer's prose: others' words, addresses and ids."""


def without_bbcode(plain: PlainText) -> PlainText:
    """The same text without BBCode tags and without what was quoted; all positions moved with the words.

    An opening tag that is never closed, or a closing one that was never opened, stays as it was typed.
    """
    if "[/" not in plain.text:
        return plain
    cuts, code = _cuts(plain)
    return plain if not cuts else _cut(plain, cuts, code)


def _cuts(plain: PlainText) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Stretches to take out, in order and apart from each other, and stretches that are code."""
    is_code = plain.code
    opened: dict[str, list[tuple[int, int]]] = {}
    cuts: list[tuple[int, int]] = []
    code: list[tuple[int, int]] = []
    for tag in _TAG.finditer(plain.text):
        if bisect_right(is_code, tag.start()) % 2:
            continue
        name = tag["name"].lower()
        if not tag["close"]:
            opened.setdefault(name, []).append(tag.span())
        elif opened.get(name):
            start, end = opened[name].pop()
            if name in _WITHOUT_WORDS:
                cuts.append((start, tag.end()))
            else:
                cuts += [(start, end), tag.span()]
                if name == "code":
                    code.append((end, tag.start()))
    return _apart(cuts), code


def _apart(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _kept(text: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left between the cuts, without space at either end or a second empty line where a quote stood."""
    kept: list[tuple[int, int]] = []
    last = 0
    for cut_from, cut_to in [*cuts, (len(text), len(text))]:
        start = last
        before = text[kept[-1][1] - 1] if kept else "\n"
        while before == "\n" and start < cut_from and text[start].isspace():
            start += 1
        if start < cut_from:
            kept.append((start, cut_from))
        last = cut_to
    while kept and not (words := text[slice(*kept[-1])].rstrip()):
        kept.pop()
    if kept:
        kept[-1] = (kept[-1][0], kept[-1][0] + len(words))
    return kept


def _cut(plain: PlainText, cuts: list[tuple[int, int]], code: list[tuple[int, int]]) -> PlainText:
    """Take stretches out, and move every position with the words."""
    kept = _kept(plain.text, cuts)
    begins: list[int] = []
    size = 0
    for start, end in kept:
        begins.append(size)
        size += end - start

    def moved(at: int) -> int:
        """Where a position of the old text lies in the new one; one that was cut lies where the cut is."""
        index = bisect_right(kept, (at, len(plain.text) + 1)) - 1
        return begins[index] + min(at, kept[index][1]) - kept[index][0] if index >= 0 else 0

    pairs = [*zip(plain.code[::2], plain.code[1::2], strict=True), *code]
    new_code = _apart([(moved(a), moved(b)) for a, b in pairs if moved(a) < moved(b)])
    links = (_moved_link(link, cuts, moved) for link in plain.links)
    return replace(
        plain,
        text="".join(plain.text[start:end] for start, end in kept),
        offsets=tuple(_moved_offsets(plain.offsets, kept, begins)),
        code=tuple(position for pair in new_code for position in pair),
        links=tuple(link for link in links if link is not None),
        quotes=tuple(replace(quote, at=moved(quote.at)) for quote in plain.quotes),
    )


def _moved_link(link: Link, cuts: list[tuple[int, int]], moved: Callable[[int], int]) -> Link | None:
    """A link whose words stay moves with them; one inside what was cut is somebody else's and goes."""
    if link.start is None or link.end is None:
        return link
    if any(start <= link.start and link.end <= end for start, end in cuts):
        return None
    start, end = moved(link.start), moved(link.end)
    return replace(link, start=start, end=end) if start < end else replace(link, start=None, end=None)


def _moved_offsets(offsets: Sequence[int], kept: list[tuple[int, int]], begins: list[int]) -> Iterator[int]:
    """The verbatim stretches that are left, each cut to what was kept of it, as flat triples."""
    triples = list(zip(offsets[::3], offsets[1::3], offsets[2::3], strict=True))
    ends = [at + length for at, _, length in triples]
    for (start, end), begin in zip(kept, begins, strict=True):
        for at, original, length in triples[bisect_right(ends, start) :]:
            if at >= end:
                break
            first, last = max(start, at), min(end, at + length)
            yield from (begin + first - start, original + first - at, last - first)
