"""HTML to plain text, as forums, chats and fediverse servers write it.

A tokenizer of our own, because the standard library's takes time that grows with the square of some broken pages and
joins entities before it says where they stood. It never raises, never recurses and reads each character a bounded
number of times.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mutuals.sources.plain_text import PlainText, QuotedBlock, Writer

_TAG_WINDOW = 4096  # a tag whose quotes do not close within this is taken to end at the next `>`
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)>""")
_NAME = re.compile(r"</?([A-Za-z][^\s/>]{0,40})")
_ATTRIBUTE = re.compile(r"""([^\s=/"'>]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_PIECE = re.compile(
    r"[ \t\r\n\f]+|&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{0,31});?"
    r"|[^ \t\r\n\f&]++(?: [^ \t\r\n\f&]++)*+|&"
)
_CODE_PIECE = re.compile(r"\n+|&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{0,31});?|[^\n&]+|&")

_BLOCKS = frozenset({
    "address", "article", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "main", "nav", "ol", "p", "pre",
    "section", "summary", "table", "ul",
})  # fmt: skip
_ROWS = frozenset({"tr", "option"})
_CODE = frozenset({"code", "pre", "samp", "tt"})
_DROPPED = frozenset({"svg", "button", "select", "template", "object", "iframe", "video", "audio", "noscript", "head"})
_RAW = {name: re.compile(rf"</{name}[^>]*+>", re.IGNORECASE) for name in ("script", "style", "template")}
_LOOKED_AT = frozenset({"a", "aside", "blockquote", "div", "img", "span"})
_DROPPED_CLASSES = frozenset({"quote-controls", "poll-info", "lightbox-meta", "badge-posts", "clicks"})


class _Token(NamedTuple):
    """Text when `name` is empty, else a tag; `start` and `end` are places in the original."""

    name: str
    is_end: bool
    start: int
    end: int
    attributes: str = ""
    attributes_at: int = 0


def from_html(html: str) -> PlainText:
    """The writer's own words in a piece of HTML.

    `<blockquote>` and Discourse's `<aside class="quote">` are taken out; a onebox becomes its address; scripts,
    styles, players and the captions of pictures are dropped; an emoji is its name. Any text is accepted: what is no
    HTML comes out as it is.
    """
    reading = _Reading(Writer(html))
    for token in _tokens(html):
        reading.take(html, token)
    reading.close()
    return reading.writer.finish()


def _tokens(html: str) -> Iterator[_Token]:
    at, size = 0, len(html)
    while at < size:
        found = html.find("<", at)
        if found < 0:
            yield _Token("", False, at, size)
            return
        end, token = _markup(html, found)
        if end < 0:  # no `>` from here on: the rest is text
            yield _Token("", False, at, size)
            return
        if end == found:  # a lone `<`
            yield _Token("", False, at, found + 1)
            at = found + 1
            continue
        if found > at:
            yield _Token("", False, at, found)
        at = end
        if token is None:
            continue
        yield token
        if token.name in _RAW and not token.is_end:
            closing = _RAW[token.name].search(html, at)
            at = closing.start() if closing else size


def _markup(html: str, at: int) -> tuple[int, _Token | None]:
    """Where the markup at `at` ends, and its tag if it is one; `at` itself when it is none, -1 when nothing ends."""
    if html.startswith("<!--", at):
        end = html.find("-->", at + 4)
        return (end + 3 if end >= 0 else len(html)), None
    if html.startswith(("<!", "<?"), at):
        end = html.find(">", at)
        return (end + 1 if end >= 0 else -1), None
    match = _TAG.match(html, at, at + _TAG_WINDOW)
    if match:
        name = match[2].lower()
        return match.end(), _Token(name, bool(match[1]), at, match.end(), match[3], match.start(3))
    name_match = _NAME.match(html, at)
    if not name_match:
        return at, None
    end = html.find(">", at)
    if end < 0:
        return -1, None
    is_end = html[at + 1] == "/"
    return end + 1, _Token(name_match[1].lower(), is_end, at, end + 1, html[name_match.end() : end], name_match.end())


def _attributes(token: _Token) -> dict[str, tuple[str, int]]:
    """Each attribute's raw value and where it stands in the original; the first of a name counts."""
    found: dict[str, tuple[str, int]] = {}
    for match in _ATTRIBUTE.finditer(token.attributes):
        group = match.lastindex or 1
        value = match[group] if group > 1 else ""
        found.setdefault(match[1].lower(), (value, token.attributes_at + match.start(group)))
    return found


@dataclass(slots=True)
class _Reading:
    """What is open at this point of the page."""

    writer: Writer
    skipped: str = ""
    skip_depth: int = 0
    onebox: bool = False
    pre: int = 0
    code: int = 0
    code_start: int = 0
    held: tuple[str, int] | None = None
    is_pre_fresh: bool = False
    anchors: list[tuple[int, str, str]] = field(default_factory=list)

    def take(self, html: str, token: _Token) -> None:
        """Read one token."""
        if self.skip_depth:
            self._skip(token)
        elif not token.name:
            (self._code_text if self.pre else self._text)(html[token.start : token.end], token.start)
        elif token.is_end:
            self._end(token.name)
        else:
            self._begin(token)

    def close(self) -> None:
        """The page ends; whatever is still open is closed."""
        if self.code:
            self.writer.code_from(self.code_start)

    def _skip(self, token: _Token) -> None:
        if self.onebox and token.name == "a" and not token.is_end:
            self._address(*_attributes(token).get("href", ("", 0)))
        if token.name == self.skipped:
            self.skip_depth += -1 if token.is_end else 1

    def _skip_from(self, name: str) -> None:
        self.skipped, self.skip_depth, self.onebox = name, 1, False

    def _text(self, text: str, at: int) -> None:
        for match in _PIECE.finditer(text):
            piece, here = match[0], at + match.start()
            if piece[0] in " \t\r\n\f":
                self.writer.space(here if piece[0] == " " else None)
            elif piece[0] == "&" and (decoded := entities.unescape(piece)) != piece:
                self._decoded(decoded)
            else:
                self.writer.words(piece, here)

    def _decoded(self, text: str) -> None:
        if text == "\xa0" or text.isspace():
            self.writer.space()
        else:
            self.writer.words(text, None)

    def _code_text(self, text: str, at: int) -> None:
        for match in _CODE_PIECE.finditer(text):
            piece, here = match[0], at + match.start()
            if self.is_pre_fresh and piece[0] == "\n":
                piece, here = piece[1:], here + 1
            self.is_pre_fresh = False
            if piece.startswith("\n"):
                self._flush()
                self.held = (piece, here)
            elif piece:
                self._flush()
                decoded = entities.unescape(piece) if piece[0] == "&" else piece
                self.writer.words(decoded, here if decoded == piece else None)

    def _flush(self) -> None:
        if self.held and self.writer.size > self.code_start:
            self.writer.words(*self.held)
        self.held = None

    def _begin(self, token: _Token) -> None:
        name = token.name
        if name in _DROPPED or name in _RAW:
            self._skip_from(name)
            return
        attributes = _attributes(token) if name in _LOOKED_AT else {}
        classes = frozenset(attributes.get("class", ("", 0))[0].split())
        if name == "blockquote" or (name == "aside" and classes & {"quote", "onebox"}):
            self._set_apart(name, attributes, classes)
        elif classes & _DROPPED_CLASSES or (name == "div" and "meta" in classes):
            self._skip_from(name)
        elif name == "img":
            if "emoji" in classes and "alt" in attributes:
                self._raw(*attributes["alt"])
        elif name == "a" or (name == "span" and "mention" in classes):
            self._anchor(name, attributes, classes)
        else:
            self._layout(name)

    def _layout(self, name: str) -> None:
        writer = self.writer
        if name == "br":
            writer.more_lines()
        elif name == "li":
            writer.item()
        elif name in _BLOCKS or name == "aside":
            writer.break_line(2)
        elif name in _ROWS:
            writer.break_line()
        elif name in ("td", "th"):
            writer.space()
        if name in _CODE:
            if not self.code:
                self.code_start = writer.start()
            self.code += 1
            if name == "pre":
                self.pre += 1
                self.is_pre_fresh = True

    def _end(self, name: str) -> None:
        if name in _CODE and self.code:
            self.code -= 1
            if name == "pre" and self.pre:
                self.pre -= 1
                self.held = None
            if not self.code:
                self.writer.code_from(self.code_start)
        if name in ("a", "span"):
            self._close_anchor(name)
        elif name == "li" or name in _ROWS:
            self.writer.marker = ""
            self.writer.break_line()
        elif name in _BLOCKS or name == "aside":
            self.writer.break_line(2)

    def _set_apart(self, name: str, attributes: dict[str, tuple[str, int]], classes: frozenset[str]) -> None:
        def said(key: str) -> str | None:
            return entities.unescape(attributes[key][0]).strip() or None if key in attributes else None

        self.writer.break_line(2)
        self._skip_from(name)
        if "onebox" in classes:
            self.onebox = True
            self._address(*attributes.get("data-onebox-src", ("", 0)))
        else:
            self.writer.quotes.append(
                QuotedBlock(
                    at=self.writer.size,
                    author=said("data-username"),
                    conversation=said("data-topic"),
                    message=said("data-post"),
                )
            )

    def _address(self, raw: str, at: int) -> None:
        """The address of a onebox as its only word; the first one found counts."""
        address = entities.unescape(raw).strip()
        if not _is_address(address):
            return
        self.onebox = False
        start = self.writer.start()
        self._raw(raw, at)
        self.writer.link_from(start, "link", address)
        self.writer.break_line(2)

    def _raw(self, raw: str, at: int) -> None:
        text = entities.unescape(raw)
        self.writer.words(text, at if text == raw else None)

    def _anchor(self, name: str, attributes: dict[str, tuple[str, int]], classes: frozenset[str]) -> None:
        kind = "mention" if "mention" in classes else "link"
        href = entities.unescape(attributes.get("href", ("", 0))[0]).strip()
        if name == "a" and kind == "link" and not _is_address(href):
            href = ""
        self.anchors.append((self.writer.start(), kind if href or kind == "mention" else "", name + " " + href))

    def _close_anchor(self, name: str) -> None:
        if not self.anchors or not self.anchors[-1][2].startswith(name + " "):
            return
        start, kind, target = self.anchors.pop()
        target = target.partition(" ")[2]
        if kind == "mention":
            handle = target.rstrip("/").rpartition("/")[2] or "".join(self.writer.pieces[-2:]).rpartition("@")[2]
            self.writer.link_from(start, kind, "@" + handle.lstrip("@"))
        elif kind:
            self.writer.link_from(start, kind, target)


def _is_address(href: str) -> bool:
    return href.lower().startswith(("http://", "https://")) or (href.startswith("/") and not href.startswith("//"))
