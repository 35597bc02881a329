"""Reddit: comments and submissions in Pushshift's field names, one JSON object a line.

Both kinds may stand in one file; each line says which it is. Submissions and comments name each other by their full
names (`t3_...`, `t1_...`), which is why these are the ids here.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mutuals.errors import Problem
from mutuals.model import Coverage, Link, Place, Speaker, Utterance
from mutuals.sources import ReadOptions, Record
from mutuals.sources.counters import excerpt_of
from mutuals.sources.files import SourceFile, problem_of
from mutuals.sources.markdown_text import from_markdown
from mutuals.sources.plain_text import PlainText, compose, storable

MAX_LINE = 16 * 1024 * 1024
"""Most bytes of one line; Reddit's own limit for a text is 40,000 characters, the rest is room for previews."""

_KNOWN = 100_000  # how many speakers and places are remembered as told; then told again, so that memory is bounded
_SITE = "https://www.reddit.com"
_GONE = ("[deleted]", "[removed]", "[ removed by reddit ]", "[deleted by user]")
_ESCAPE = re.compile(r"&(?:gt|lt|amp);")
_MENTION = re.compile(r"(?<![\w/])/?u/([A-Za-z0-9_-]{2,20})(?![\w/-])")
_PERMALINK = re.compile(
    r"(?:reddit\.com|^)/r/[^/\s]+/comments/([a-z0-9]{1,12})(?:/[^/?#\s]*(?:/([a-z0-9]{1,12}))?)?", re.I
)
_BOT = re.compile(r"\b(?:i am|i'm|this is) a (?:\w+ )?bot\b|\bbeep boop\b")
_FOOTER = 400  # an account declares itself in the last words of its message
_FULL_NAME = re.compile(r"t[13]_[A-Za-z0-9]+")


class Reddit:
    """Reads Pushshift's dumps and what other tools write in the same field names."""

    name = "reddit"

    def recognises(self, file: SourceFile) -> bool:
        """Whether the first line is a comment or a submission."""
        line = file.head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
        if not line.startswith(b"{"):
            return False
        is_comment = b'"parent_id"' in line and b'"body"' in line
        is_submission = b'"selftext"' in line or (b'"title"' in line and b'"permalink"' in line)
        return b'"subreddit"' in line and b'"created_utc"' in line and (is_comment or is_submission)

    def read(self, file: SourceFile, options: ReadOptions) -> Iterator[Record]:
        """Places and speakers before their first message, messages, and at the end what each place covers."""
        reading = _Reading(file, options)
        number = 0
        try:
            with file.open() as stream:
                while line := stream.readline(MAX_LINE):
                    number += 1
                    where = f"{file.where}:{number}"
                    if len(line) == MAX_LINE and not line.endswith(b"\n"):
                        while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                            continue
                        message = f"Expected a line of at most {MAX_LINE} bytes, found a longer one."
                        yield Problem(kind="too-large", where=where, message=message)
                    elif line.strip():
                        yield from reading.line(line, where)
        except OSError as error:
            yield problem_of(error, f"{file.where}:{number + 1}")
        yield from reading.coverage()


SOURCE = Reddit()
"""The one that is tried on every file."""


@dataclass(slots=True)
class _Reading:
    """One file while it is read."""

    file: SourceFile
    options: ReadOptions
    told: set[str] = field(default_factory=set)
    spans: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def line(self, line: bytes, where: str) -> Iterator[Record]:
        try:
            record = json.loads(line.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError) as error:
            yield _problem("unreadable", where, f"Expected a JSON object, found: {error}.", line)
            return
        if not isinstance(record, dict):
            yield _problem("unreadable", where, "Expected a JSON object, found other JSON.", line)
            return
        identifier, subreddit = _full_name(record), _string(record, "subreddit")
        if identifier is None:
            message = "Expected a comment or submission with an id, found none."
            yield Problem(kind="no-id", where=where, message=message, excerpt=excerpt_of(record))
            return
        if not subreddit:
            message = "Expected the name of a subreddit, found none."
            yield Problem(kind="unknown-format", where=where, message=message, excerpt=excerpt_of(record))
            return
        yield from self._message(record, identifier, subreddit, where)

    def _message(self, record: dict[str, Any], identifier: str, subreddit: str, where: str) -> Iterator[Record]:
        place = f"reddit:r/{subreddit}"
        if self._is_new(place):
            name = self.options.place or f"r/{subreddit}"
            yield Place(id=place, name=name, source="reddit", url=f"{_SITE}/r/{subreddit}")
        body = _string(record, "body" if identifier.startswith("t1_") else "selftext") or ""
        is_deleted = body.strip().lower() in _GONE
        plain = PlainText(text="") if is_deleted else _plain(body)
        author = _string(record, "author")
        if not author or author.lower() in _GONE:
            author = None
        else:
            is_automated = author == "AutoModerator" or _declares_a_bot(plain.text)
            if self._is_new(f"{author} {is_automated}") and (is_automated or f"{author} True" not in self.told):
                yield _speaker(author, is_automated)
        written_at = _time(record.get("created_utc"))
        if written_at is None:
            kind = "no-time" if record.get("created_utc") is None else "bad-time"
            message = "Expected seconds since 1970 in created_utc, found none."
            yield Problem(kind=kind, where=where, message=message, place=place, is_lost=False)
        else:
            first, last = self.spans.get(place, (written_at, written_at))
            self.spans[place] = (min(first, written_at), max(last, written_at))
        is_verbatim = plain.text == body
        yield Utterance(
            id=f"reddit:{identifier}",
            place=place,
            speaker=f"reddit:u/{author.lower()}" if author else None,
            text=plain.text or None,
            conversation=_conversation(record, identifier),
            reply_to=_parent(record, identifier),
            written_at=written_at,
            edited_at=None if isinstance(record.get("edited"), bool) else _time(record.get("edited")),
            collected_at=_time(record.get("retrieved_on") or record.get("retrieved_utc")) or self.file.modified,
            title=_title(record, identifier),
            url=_url(record),
            original=None if is_verbatim or is_deleted else body,
            format="markdown",
            offsets=() if is_verbatim else plain.offsets,
            code=plain.code,
            links=_links(record, identifier, plain),
            is_deleted=is_deleted,
            meta=_meta(record),
        )

    def _is_new(self, key: str) -> bool:
        if key in self.told:
            return False
        if len(self.told) >= _KNOWN:
            self.told.clear()
        self.told.add(key)
        return True

    def coverage(self) -> Iterator[Coverage]:
        """What the file covers of each place; a dump does not say whether anything is missing from it."""
        for place, (since, until) in self.spans.items():
            yield Coverage(place=place, extent=self.options.extent, since=since, until=until)


def _problem(kind: str, where: str, message: str, line: bytes) -> Problem:
    excerpt = storable(line[:200].decode("utf-8", "replace")).strip()
    return Problem(kind=kind, where=where, message=storable(message), excerpt=excerpt)


def _speaker(author: str, is_automated: bool) -> Speaker:
    return Speaker(
        id=f"reddit:u/{author.lower()}",
        name=author,
        handle=author,
        is_automated=is_automated,
        url=f"{_SITE}/user/{author}",
    )


def _full_name(record: Mapping[str, Any]) -> str | None:
    name = _string(record, "id") or ""
    if _FULL_NAME.fullmatch(name):
        return name
    if not re.fullmatch(r"[A-Za-z0-9]+", name):
        return None
    if "body" in record and "parent_id" in record:
        return f"t1_{name}"
    return f"t3_{name}" if "selftext" in record or "title" in record else None


def _plain(body: str) -> PlainText:
    """The words of a text that Reddit gives as Markdown with `<`, `>` and `&` escaped."""
    if "&" not in body:
        return from_markdown(body)
    pieces: list[str] = []
    inner: list[int] = []
    size = at = 0
    for match in [*_ESCAPE.finditer(body), None]:
        end = match.start() if match else len(body)
        if end > at:
            inner += (size, at, end - at)
            pieces.append(body[at:end])
            size += end - at
        if match:
            pieces.append(html.unescape(match[0]))
            size, at = size + 1, match.end()
    plain = from_markdown("".join(pieces))
    return replace(plain, offsets=compose(plain.offsets, inner))


def _declares_a_bot(text: str) -> bool:
    """Whether a footer says that the account is a bot: a line below other words, begun by it or in superscript.

    Someone who writes it as a joke, in a sentence or as their whole message, is not taken for one.
    """
    lines = text[-_FOOTER:].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower().split("\n")
    for line in lines[1:] if len(text) <= _FOOTER else lines:
        bare = " ".join(re.sub(r"[\^()*\[\]]+", " ", line).split())
        found = _BOT.search(bare)
        if found and (found.start() == 0 or "^" in line):
            return True
    return False


def _conversation(record: Mapping[str, Any], identifier: str) -> str | None:
    if identifier.startswith("t3_"):
        return f"reddit:{identifier}"
    link = _string(record, "link_id")
    if link and _FULL_NAME.fullmatch(link):
        return f"reddit:{link}"
    for key in ("permalink", "context", "link_permalink"):  # objects of an inbox have no link_id
        if found := _PERMALINK.search(_string(record, key) or ""):
            return f"reddit:t3_{found[1].lower()}"
    return None


def _parent(record: Mapping[str, Any], identifier: str) -> str | None:
    parent = _string(record, "parent_id") if identifier.startswith("t1_") else None
    return f"reddit:{parent}" if parent and _FULL_NAME.fullmatch(parent) and parent != identifier else None


def _title(record: Mapping[str, Any], identifier: str) -> str | None:
    title = _string(record, "title") if identifier.startswith("t3_") else None
    return html.unescape(title).strip() or None if title else None


def _url(record: Mapping[str, Any]) -> str | None:
    link = _string(record, "permalink") or (_string(record, "context") or "").partition("?")[0]
    if link.startswith("/"):
        return _SITE + link
    return link if link.startswith("https://") else None


def _links(record: Mapping[str, Any], identifier: str, plain: PlainText) -> tuple[Link, ...]:
    links = []
    for link in plain.links:
        links.append(_quote_or_link(link))
    for match in _MENTION.finditer(plain.text):
        links.append(Link(kind="mention", target=f"reddit:u/{match[1].lower()}", start=match.start(), end=match.end()))
    crossposted = _string(record, "crosspost_parent")
    if crossposted and _FULL_NAME.fullmatch(crossposted):
        links.append(Link(kind="quote", target=f"reddit:{crossposted}"))
    shared = _string(record, "url") if identifier.startswith("t3_") and record.get("is_self") is not True else None
    if shared and shared.startswith(("https://", "http://")):
        links.append(_quote_or_link(Link(kind="link", target=html.unescape(shared))))
    return tuple(link for link in dict.fromkeys(links) if link.target != f"reddit:{identifier}")


def _quote_or_link(link: Link) -> Link:
    """A link to another message of Reddit quotes it."""
    found = _PERMALINK.search(link.target)
    if found:
        target = f"reddit:t1_{found[2].lower()}" if found[2] else f"reddit:t3_{found[1].lower()}"
        return Link(kind="quote", target=target, start=link.start, end=link.end)
    if link.target.startswith("/"):
        return Link(kind="link", target=_SITE + link.target, start=link.start, end=link.end)
    return link


def _meta(record: Mapping[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if flair := _string(record, "link_flair_text"):
        meta["flair"] = flair
    if (role := _string(record, "distinguished")) in ("moderator", "admin"):
        meta["speaks_as"] = role
    return meta


def _string(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return storable(value) if isinstance(value, str) else None


def _time(value: Any) -> datetime | None:
    """Seconds since 1970, as a number or its digits."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        seconds = float(value)
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
