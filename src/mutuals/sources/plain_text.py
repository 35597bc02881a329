"""A message's own words as plain text, each stretch mapped to where it stood in the markup.

`html_text` and `markdown_text` read the markup; this module holds what they write into. Quoted material is not the
writer's words: it is left out of the text and only what the markup says about its origin is kept.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mutuals.model import Link

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedBlock:
    """A quote that was taken out of a message.

    Attributes:
        at: Where in the text it stood, between two paragraphs.
        author: Handle of the quoted account, if the markup says.
        conversation: Native id of the quoted conversation, if the markup says.
        message: Native id or number of the quoted message, if the markup says.
        words: What was quoted, where nothing but that can tell from which message it is.
    """

    at: int
    author: str | None = None
    conversation: str | None = None
    message: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """Words without markup.

    Attributes:
        text: In NFC, paragraphs apart by an empty line, list items begun by `- `, without space at either end.
        offsets: Flat triples `(start in text, start in original, length)`, ascending in both, of verbatim stretches.
        code: Flat pairs `(start, end)` of code and output in the text.
        links: Mentions carry `@handle` as target until the source makes an id of it; links carry the address.
        quotes: The quotes that were taken out, in order.
    """

    text: str
    offsets: tuple[int, ...] = ()
    code: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    quotes: tuple[QuotedBlock, ...] = ()


def storable(text: str) -> str:
    """The text with what no database can hold (lone surrogates, NUL) replaced by U+FFFD; the length stays."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(slots=True)
class Writer:
    """Puts plain text together; breaks between words and paragraphs are written only once words follow."""

    original: str
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    gap: str = ""
    gap_at: int | None = None
    marker: str = ""
    offsets: list[int] = field(default_factory=list)
    code: list[int] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    quotes: list[QuotedBlock] = field(default_factory=list)

    def space(self, at: int | None = None) -> None:
        """A space before the next words, verbatim when `at` says where."""
        if not self.gap:
            self.gap, self.gap_at = " ", at

    def break_line(self, lines: int = 1) -> None:
        """A new line (or, with 2, a new paragraph) before the next words; never more than an empty line."""
        if not self.marker:
            held = self.gap.count("\n")
            self.gap, self.gap_at = "\n" * max(held, lines), None

    def more_lines(self) -> None:
        """One more line break than asked for so far, as `<br>` does; at most an empty line."""
        self.break_line(min(self.gap.count("\n") + 1, 2))

    def item(self) -> None:
        """Begin a list item."""
        self.break_line()
        self.marker = "- "

    def words(self, text: str, at: int | None) -> None:
        """Add words; `at` is where they stand verbatim in the original, None when they do not."""
        if not text:
            return
        if self.size and self.gap:
            self.put(self.gap, self.gap_at)
        self.gap, self.gap_at = "", None
        if self.marker:
            self.put(self.marker, None)
            self.marker = ""
        self.put(text, at)

    def start(self) -> int:
        """Where the next words will begin."""
        return self.size + (len(self.gap) if self.size else 0) + len(self.marker)

    def code_from(self, start: int) -> None:
        """All words since `start` are code."""
        if self.size > start:
            if self.code and self.code[-1] >= start:
                self.code[-1] = self.size
            else:
                self.code += (start, self.size)

    def link_from(self, start: int, kind: str, target: str) -> None:
        """The words since `start` point at something; without words the link stays without a place."""
        if self.size > start:
            self.links.append(Link(kind=kind, target=target, start=start, end=self.size))  # type: ignore[arg-type]
        else:
            self.links.append(Link(kind=kind, target=target))  # type: ignore[arg-type]

    def put(self, text: str, at: int | None) -> None:
        """Add a piece as it is, without the break that waits."""
        self.pieces.append(text)
        if at is not None:
            last = self.offsets[-3:]
            if last and last[0] + last[2] == self.size and last[1] + last[2] == at:
                self.offsets[-1] += len(text)
            else:
                self.offsets += (self.size, at, len(text))
        self.size += len(text)

    def finish(self) -> PlainText:
        """The whole, in NFC."""
        plain = PlainText(
            text="".join(self.pieces),
            offsets=tuple(self.offsets),
            code=tuple(self.code),
            links=tuple(self.links),
            quotes=tuple(self.quotes),
        )
        return _composed(plain)


def compose(outer: Sequence[int], inner: Sequence[int]) -> tuple[int, ...]:
    """Two maps after one another: text to middle, and middle to original.

    Args:
        outer: Triples `(start in text, start in middle, length)`.
        inner: Triples `(start in middle, start in original, length)`.

    Returns:
        Triples `(start in text, start in original, length)`; what is verbatim in one map only drops out.
    """
    found: list[int] = []
    position = 0
    for text_at, middle_at, length in triples(outer):
        while position < len(inner) and inner[position] + inner[position + 2] <= middle_at:
            position += 3
        look = position
        while look < len(inner) and inner[look] < middle_at + length:
            start = max(middle_at, inner[look])
            end = min(middle_at + length, inner[look] + inner[look + 2])
            found += (text_at + start - middle_at, inner[look + 1] + start - inner[look], end - start)
            look += 3
    return tuple(found)


def triples(offsets: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """A flat map three by three."""
    return zip(offsets[::3], offsets[1::3], offsets[2::3], strict=True)


def _composed(plain: PlainText) -> PlainText:
    """The same in NFC. Taking markup away can bring a letter and its accent together, which shortens the text."""
    if unicodedata.is_normalized("NFC", plain.text):
        return plain
    old_at, new_at, new_pieces, kept = [0], [0], [], list[int]()
    start = size = 0
    # A character below U+0300 never joins the one before it, so that the text may be cut there.
    for match in re.finditer(r"[^\u0300-\U0010ffff][\u0300-\U0010ffff]*|^[\u0300-\U0010ffff]+", plain.text):
        piece = unicodedata.normalize("NFC", match[0])
        if piece == match[0]:
            if kept and kept[-3] + kept[-1] == match.start() and kept[-2] + kept[-1] == size:
                kept[-1] += len(piece)
            else:
                kept += (match.start(), size, len(piece))
        new_pieces.append(piece)
        start, size = match.end(), size + len(piece)
        old_at.append(start)
        new_at.append(size)

    def moved(position: int) -> int:
        cell = bisect_right(old_at, position) - 1
        room = (new_at[cell + 1] if cell + 1 < len(new_at) else size) - new_at[cell]
        return new_at[cell] + min(position - old_at[cell], room)

    new_to_old = [number for a, b, n in triples(kept) for number in (b, a, n)]
    return PlainText(
        text="".join(new_pieces),
        offsets=compose(new_to_old, plain.offsets),
        code=tuple(moved(position) for position in plain.code),
        links=tuple(
            replace(link, start=None if link.start is None else moved(link.start), end=link.end and moved(link.end))
            for link in plain.links
        ),
        quotes=tuple(replace(quote, at=moved(quote.at)) for quote in plain.quotes),
    )
