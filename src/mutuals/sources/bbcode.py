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
from mutuals.sources.plain_text import PlainText, QuotedBlock

_TAG = re.compile(
    r"\[(?P<close>/?)(?P<name>quote|code|ul|ol|li|list|b|i|u|s|url|img|color|size|gist|video|spoiler|pastebin|center)"
    r"(?:=(?P<value>[^\]\n]{0,200}))?\]",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(
    r"(?:%5B|\[)/?(?:quote|code|li|list|url|img|size|gist|video|b|i|u|s)\b.*$", re.IGNORECASE | re.DOTALL
)
"""A tag that became the end of an address, since the forum's software took the two for one word."""
_AUTHOR = re.compile(r"[\s\"“”„'‘’«]*([^\"“”„«»,]{1,80}?)[\s\"“”'‘’»]*(?:,|$)")
_WITHOUT_WORDS = frozenset({"quote", "gist", "video", "pastebin", "img"})
"""Tags whose content is not the writer's prose: others' words, addresses and ids."""


def without_bbcode(plain: PlainText) -> PlainText:
    """The same text without BBCode tags and without what was quoted; all positions moved with the words.

    An opening tag that is never closed, or a closing one that was never opened, stays as it was typed, with two
    exceptions in a text that does hold quotes: of a quote that is never closed the paragraph goes, and where a quote
    began in markup that was taken out before, all goes from there to where it is closed.
    """
    if "[/" not in plain.text:
        return plain
    cuts, code, quotes = _cuts(plain)
    return plain if not cuts else _cut(plain, cuts, code, quotes)


def _cuts(plain: PlainText) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[QuotedBlock]]:
    """Stretches to take out, in order and apart from each other, stretches that are code, and what was quoted."""
    text = plain.text
    opened: dict[str, list[re.Match[str]]] = {}
    cuts: list[tuple[int, int]] = []
    code: list[tuple[int, int]] = []
    quotes: list[tuple[re.Match[str], int, int]] = []
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        if bisect_right(plain.code, tag.start()) % 2 and not (tag["close"] and name == "code"):
            continue
        if not tag["close"]:
            opened.setdefault(name, []).append(tag)
        elif opened.get(name):
            begin = opened[name].pop()
            if name == "quote":
                quotes.append((begin, tag.start(), tag.end()))
            elif name in _WITHOUT_WORDS:
                cuts.append((begin.start(), tag.end()))
            else:
                cuts += [begin.span(), tag.span()]
                if name == "code":
                    code.append((begin.end(), tag.start()))
        elif name == "quote" and (since := [block.at for block in plain.quotes if block.at <= tag.start()]):
            cuts.append((max([since[-1], *(end for _, _, end in quotes)]), tag.end()))
    if quotes:
        for begin in opened.get("quote", ()):
            end = text.find("\n\n", len(text) - len(text[begin.end() :].lstrip()))
            quotes.append((begin, end if end >= 0 else len(text), end if end >= 0 else len(text)))
    cuts += [(begin.start(), end) for begin, _, end in quotes]
    return _apart(cuts), code, _quoted(text, quotes)


def _quoted(text: str, quotes: list[tuple[re.Match[str], int, int]]) -> list[QuotedBlock]:
    """The quotes that stand in no other, each with its author and with its words after the quotes inside it."""
    found = []
    for begin, stop, end in quotes:
        if any(other.start() < begin.start() and end < last for other, _, last in quotes):
            continue
        author = _AUTHOR.match(begin["value"] or "")
        words_from = max(
            [begin.end(), *(last for other, _, last in quotes if begin.end() <= other.start() and last < end)]
        )
        words = text[words_from:stop].strip() or None
        found.append(QuotedBlock(at=begin.start(), author=author[1].strip() if author else None, words=words))
    return found


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


def _cut(
    plain: PlainText, cuts: list[tuple[int, int]], code: list[tuple[int, int]], quoted: list[QuotedBlock]
) -> PlainText:
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
        quotes=tuple(
            sorted(
                (replace(quote, at=moved(quote.at)) for quote in (*plain.quotes, *quoted)), key=lambda quote: quote.at
            )
        ),
    )


def _moved_link(link: Link, cuts: list[tuple[int, int]], moved: Callable[[int], int]) -> Link | None:
    """A link whose words stay moves with them; one inside what was cut is somebody else's and goes."""
    if link.kind == "link":
        link = replace(link, target=_IN_ADDRESS.sub("", link.target))
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
