"""Markdown to plain text, with the CommonMark parser's tokens laid along the source by a cursor that only goes on."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mutuals.model import Link
from mutuals.sources.plain_text import PlainText, QuotedBlock, Writer

MAX_MARKDOWN = 100_000
"""Longer messages are taken as they are: some Markdown takes a parser time that grows with the square of its length,
and no forum's own limit lies above this (Reddit's is 40,000 characters)."""

MAX_BRACKETS = 2_000
"""More opening brackets than this, and a message is taken as it is: 40,000 of them cost the parser seconds."""

_MARKUP = re.compile(r"[*_`\[\]<>&\\~|\t]|^ {0,3}(?:[#+=-]|\d+[.)])|^ {4}|://", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]")
_EMPTY_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)+[ \t]*")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["strikethrough", "table"])
    return parser.disable(["text_join", "html_block", "html_inline"])


def from_markdown(md: str) -> PlainText:
    """The writer's own words in a piece of Markdown.

    Blocks behind `>` are taken out, but not Reddit's spoilers (`>!`). A line break stays one, code stays and is
    marked as code, a link stays its words. Any text is accepted. HTML is not read: it stands as it was typed.
    """
    writer = Writer(md)
    if not _MARKUP.search(md) or len(md) > MAX_MARKDOWN or md.count("[") > MAX_BRACKETS:
        _paragraphs(writer, md)
    else:
        _Laying(writer, md).lay(_parser().parse(md))
    if "://" in writer.original:
        _bare_addresses(writer)
    return writer.finish()


def _paragraphs(writer: Writer, md: str) -> None:
    at = 0
    for match in [*_EMPTY_LINES.finditer(md), None]:
        end = match.start() if match else len(md)
        piece = md[at:end]
        stripped = piece.strip()
        if stripped:
            writer.break_line(2)
            writer.words(stripped, at + piece.index(stripped))
        at = match.end() if match else end


def _bare_addresses(writer: Writer) -> None:
    """Addresses that stand in the text as such become links, too; those inside a link already are one."""
    text = "".join(writer.pieces)
    taken = {link.start for link in writer.links}
    for match in _ADDRESS.finditer(text):
        if match.start() not in taken:
            writer.links.append(Link(kind="link", target=match[0], start=match.start(), end=match.end()))


class _Laying:
    """Lays tokens along the source."""

    def __init__(self, writer: Writer, md: str) -> None:
        self.writer, self.md, self.cursor, self.end = writer, md, 0, len(md)
        self.lines = [0, *(match.end() for match in re.finditer("\n", md)), len(md)]
        self.quote_level: int | None = None
        self.anchors: list[tuple[int, str]] = []

    def lay(self, tokens: list[Token]) -> None:
        """Write the words of a document's tokens."""
        for token in tokens:
            if token.map:
                self._move_to(token.map)
            if self.quote_level is not None:
                if token.type == "blockquote_close" and token.level == self.quote_level:
                    self.quote_level = None
                continue
            if token.type == "blockquote_open":
                self._quote(token)
            elif token.type == "list_item_open":
                self.writer.item()
            elif token.type == "inline":
                for child in token.children or ():
                    self._inline(child)
            elif token.type in ("fence", "code_block"):
                self._code(token.content)
            elif token.nesting and token.block and token.type.startswith(("td", "th_")):
                self.writer.space()
            elif token.block and token.nesting:
                tight = token.hidden or token.type.startswith(("list_item", "tr"))
                self.writer.break_line(1 if tight else 2)

    def _move_to(self, lines: list[int]) -> None:
        self.cursor = max(self.cursor, self.lines[min(lines[0], len(self.lines) - 1)])
        self.end = self.lines[min(lines[1], len(self.lines) - 1)]

    def _quote(self, token: Token) -> None:
        self.writer.break_line(2)
        if not self.md[self.cursor : self.end].lstrip(" \t>").startswith("!"):
            self.quote_level = token.level
            self.writer.quotes.append(QuotedBlock(at=self.writer.size))

    def _inline(self, token: Token) -> None:
        if token.type == "text":
            self._words(token.content)
        elif token.type == "text_special":
            self._special(token)
        elif token.type in ("softbreak", "hardbreak"):
            self.writer.break_line()
        elif token.type == "code_inline":
            start = self.writer.start()
            self._words(token.content)
            self.writer.code_from(start)
        elif token.type == "link_open":
            self.anchors.append((self.writer.start(), str(token.attrs.get("href", ""))))
        elif token.type == "link_close" and self.anchors:
            start, address = self.anchors.pop()
            if address.lower().startswith(("http://", "https://", "/")):
                self.writer.link_from(start, "link", address)
            self._pass_over(address)

    def _words(self, text: str) -> None:
        stripped = text.strip()
        if not stripped:
            if text:
                self.writer.space()
            return
        at = self.md.find(stripped, self.cursor, self.end)
        if text[0].isspace():
            self.writer.space(at - 1 if at > self.cursor and self.md[at - 1] == " " else None)
        self.writer.words(stripped, at if at >= 0 else None)
        if at >= 0:
            self.cursor = at + len(stripped)
        if text[-1].isspace():
            self.writer.space(self.cursor if at >= 0 and self.md[self.cursor : self.cursor + 1] == " " else None)

    def _special(self, token: Token) -> None:
        at = self.md.find(token.markup, self.cursor, self.end)
        shift = token.markup.find(token.content)
        if token.content.isspace():
            self.writer.space()
        else:
            self.writer.words(token.content, at + shift if at >= 0 and shift >= 0 else None)
        if at >= 0:
            self.cursor = at + len(token.markup)

    def _pass_over(self, address: str) -> None:
        """Go past a link's address, so that its letters are not taken for the words after it."""
        if self.md.startswith("](", self.cursor):
            at = self.md.find(")", self.md.find(address, self.cursor, self.end) + len(address), self.end)
            self.cursor = at + 1 if at >= 0 else self.cursor

    def _code(self, content: str) -> None:
        self.writer.break_line(2)
        start = self.writer.start()
        is_first = True
        for line in content.rstrip("\n").split("\n"):
            if not is_first:
                is_next = self.md.startswith("\n", self.cursor)
                self.writer.put("\n", self.cursor if is_next else None)
                self.cursor += is_next
            if line:
                at = self.md.find(line, self.cursor, self.end)
                self.writer.words(line, at if at >= 0 else None)
                self.cursor = at + len(line) if at >= 0 else self.cursor
                is_first = False
        self.writer.code_from(start)
        self.writer.break_line(2)
