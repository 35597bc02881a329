"""Discourse: topics as its own JSON gives them, one topic or one page of posts a file.

A message is named by place, topic and number (`discourse:bees.example.org/t/12/3`) and not by its post id, because
replies, quotes and accepted answers name it so, also when the message itself is missing.

The place must be the same for every file of an archive, and many topics say nothing about their forum's address. So
it is what the person who adds the archive says (the host of `--url`, else `--place`), else the archive's name without
its endings; an address found in a file serves for links only. Who adds newer exports of the same forum under another
name gives `--url` or `--place` each time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from mutuals.errors import Problem
from mutuals.model import Coverage, Link, Mark, Place, Speaker, Utterance, Visibility
from mutuals.sources import ReadOptions, Record
from mutuals.sources.bbcode import without_bbcode
from mutuals.sources.counters import excerpt_of
from mutuals.sources.files import SourceFile, place_name, problem_of
from mutuals.sources.html_text import from_html
from mutuals.sources.plain_text import PlainText, QuotedBlock, storable

MAX_DOCUMENT = 256 * 1024 * 1024
"""Most bytes of one JSON document, which is held whole; a page of posts has a few hundred kilobytes."""

_HEAD = re.compile(rb'"post_stream"\s*:\s*\{|"latest_posts"\s*:\s*\[')
_POST_KEYS = (b'"post_number"', b'"cooked"', b'"topic_id"')
_AVATAR_HOST = re.compile(r"/user_avatar/([A-Za-z0-9][A-Za-z0-9.:-]*)/")
_AVATAR = re.compile(rb'"avatar_template"\s*:\s*"[^"]{0,200}/user_avatar/([A-Za-z0-9][A-Za-z0-9.:-]*)/')
_TELLING = 60
"""Letters of a quote without a number that are looked for in what its author wrote; a quarter is the least."""
_WHISPER, _SMALL_ACTION, _MODERATOR_ACTION = 4, 3, 2


class Discourse:
    """Reads topic documents (`post_stream`), `/posts.json` (`latest_posts`) and plain lists of posts."""

    name = "discourse"

    def recognises(self, file: SourceFile) -> bool:
        """Whether the file begins as JSON of Discourse."""
        head = file.head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if not head.startswith((b"{", b"[")):
            return False
        return bool(_HEAD.search(head)) or all(key in head for key in _POST_KEYS)

    def host_of(self, file: SourceFile) -> str | None:
        """The host that an avatar in the head of the file is made for."""
        found = _AVATAR.search(file.head)
        return found[1].decode("ascii").lower() if found else None

    def read(self, file: SourceFile, options: ReadOptions) -> Iterator[Record]:
        """The file's place, its speakers before their first message, its messages, and what it covers."""
        try:
            with file.open() as stream:
                data = stream.read(MAX_DOCUMENT + 1)
        except OSError as error:
            yield problem_of(error, file.where)
            return
        if len(data) > MAX_DOCUMENT:
            message = f"Expected a document of at most {MAX_DOCUMENT} bytes, found a longer one."
            yield Problem(kind="too-large", where=file.where, message=message)
            return
        try:
            document = json.loads(data.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError) as error:
            excerpt = storable(data[:200].decode("utf-8", "replace"))
            message = f"Expected JSON of a topic, found: {error}."
            yield Problem(kind="unreadable", where=file.where, message=message, excerpt=excerpt)
            return
        yield from _Document(document, file, options).records()


SOURCE = Discourse()
"""The one that is tried on every file."""


def place_of(file: SourceFile, options: ReadOptions, own: str | None) -> str:
    """Id of the forum: as the person says, else by its host, so that the next export of it is the same place.

    Args:
        file: A file of it; what was added lends its name where no host is known.
        options: What the person says, and the host that the archive names.
        own: Address that the file itself tells.
    """
    said = _host(options.url) or options.place
    return f"discourse:{said or _host(own) or options.host or place_name(file.root)}"


@dataclass
class _Words:
    """What a message of a topic says; its letters are taken only when somebody quotes its author."""

    number: int
    text: str

    @cached_property
    def letters(self) -> str:
        return _letters(self.text)


@dataclass(slots=True)
class _Document:
    """One file: a topic, or posts of several."""

    document: Any
    file: SourceFile
    options: ReadOptions
    place: str = ""
    base: str | None = None
    topic: Mapping[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    times: list[datetime] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)
    said: dict[str, list[_Words]] = field(default_factory=dict)

    def records(self) -> Iterator[Record]:
        posts, is_topic = _posts_of(self.document)
        self.base = _base(self.options, posts or [])
        self.place = place_of(self.file, self.options, self.base)
        if posts is None:
            message = "Expected a topic or a list of posts, found other JSON."
            yield Problem(kind="unknown-format", where=self.file.where, message=message, place=self.place)
            return
        if is_topic:
            self.topic = self.document
        name = self.options.place or self.place.partition(":")[2]
        yield Place(id=self.place, name=name, source="discourse", url=self.base)
        for index, post in enumerate(posts):
            yield from self._post(post, f"{self.file.where}#{index}")
        yield from self._coverage(posts, is_topic)

    def _post(self, post: Any, where: str) -> Iterator[Record]:
        topic = self._topic_id(post)
        number = _number(post, "post_number") if isinstance(post, dict) else None
        if topic is None or number is None:
            message = "Expected a post with a topic and a number, found one without."
            yield Problem(kind="no-id", where=where, message=message, place=self.place, excerpt=excerpt_of(post))
            return
        if self.topic and number in self.numbers:
            message = f"Expected each post once, found number {number} again."
            yield Problem(kind="repeated", where=where, message=message, place=self.place)
            return
        self.numbers.add(number)
        speaker = self._speaker(post)
        if speaker is not None and speaker.id not in self.seen:
            self.seen.add(speaker.id)
            yield speaker
        written_at = _time(post.get("created_at"))
        if written_at is None:
            message = f"Expected the time of writing, found {str(post.get('created_at'))[:40]!r}."
            kind = "bad-time" if post.get("created_at") else "no-time"
            yield Problem(kind=kind, where=where, message=storable(message), place=self.place, is_lost=False)
        else:
            self.times.append(written_at)
        yield self._utterance(post, topic, number, written_at, speaker.id if speaker else None)

    def _utterance(
        self, post: Mapping[str, Any], topic: int, number: int, written_at: datetime | None, speaker: str | None
    ) -> Utterance:
        parent = _number(post, "reply_to_post_number")
        is_deleted = any(post.get(key) for key in ("hidden", "deleted_at", "user_deleted"))
        cooked = _text(post, "cooked") or ""
        if is_deleted or post.get("post_type") == _SMALL_ACTION:
            cooked = ""
        plain = without_bbcode(from_html(cooked))
        edited_at = _time(post.get("updated_at"))
        links = () if is_deleted else self._links(plain, topic)
        for name in {(_text(post, key) or "").lower() for key in ("username", "name")} - {""}:
            self.said.setdefault(name, []).append(_Words(number, plain.text))
        is_edited = (_number(post, "version") or 1) > 1 and edited_at != written_at
        return Utterance(
            id=self._id(topic, number),
            place=self.place,
            speaker=speaker,
            text=plain.text or None,
            conversation=f"{self.place}/t/{topic}",
            reply_to=self._id(topic, parent) if parent is not None and parent != number else None,
            written_at=written_at,
            edited_at=edited_at if is_edited else None,
            collected_at=self.file.modified,
            title=self._title(post) if number == 1 else None,
            url=self._url(post, topic, number),
            original=cooked if cooked and cooked != plain.text else None,
            format="html",
            offsets=plain.offsets if cooked != plain.text else (),
            code=plain.code,
            links=links,
            marks=self._marks(post, number),
            visibility=self._visibility(post),
            is_deleted=is_deleted,
            meta=self._meta(post, number),
        )

    def _topic_id(self, post: Any) -> int | None:
        if not isinstance(post, dict):
            return None
        own = _number(post, "topic_id")
        return own if own is not None else _number(self.topic, "id")

    def _id(self, topic: int, number: int) -> str:
        return f"{self.place}/t/{topic}/{number}"

    def _speaker(self, post: Mapping[str, Any]) -> Speaker | None:
        handle = _text(post, "username")
        if not handle:
            return None
        name = _text(post, "name") or _text(post, "display_username") or handle
        return Speaker(
            id=self._speaker_id(handle),
            name=name,
            handle=handle,
            is_automated=(_number(post, "user_id") or 0) < 0,  # Discourse's own: system, discobot
            url=f"{self.base}/u/{quote(handle.lower())}" if self.base else None,
        )

    def _speaker_id(self, handle: str) -> str:
        return f"{self.place}/u/{handle.lower()}"

    def _title(self, post: Mapping[str, Any]) -> str | None:
        return _text(self.topic, "title") or _text(post, "topic_title")

    def _url(self, post: Mapping[str, Any], topic: int, number: int) -> str | None:
        if not self.base:
            return None
        slug = _text(post, "topic_slug") or _text(self.topic, "slug")
        return f"{self.base}/t/{quote(slug)}/{topic}/{number}" if slug else f"{self.base}/t/{topic}/{number}"

    def _links(self, plain: PlainText, topic: int) -> tuple[Link, ...]:
        links = []
        for link in plain.links:
            if link.kind == "mention":
                links.append(replace(link, target=self._speaker_id(link.target.removeprefix("@"))))
            elif link.target.startswith("/"):
                links.append(replace(link, target=(self.base or "") + link.target))
            else:
                links.append(link)
        for block in plain.quotes:
            number, other = _digits(block.message) or self._quoted(block), _digits(block.conversation)
            if number is not None:
                links.append(Link(kind="quote", target=self._id(topic if other is None else other, number)))
        return tuple(dict.fromkeys(links))

    def _quoted(self, block: QuotedBlock) -> int | None:
        """The last earlier message of the topic in which the quoted account wrote the quoted words, if one is."""
        words = _letters(block.words or "")[:_TELLING]
        if not self.topic or not block.author or len(words) < _TELLING // 4:
            return None
        earlier = reversed(self.said.get(block.author.lower(), []))
        return next((one.number for one in earlier if words in one.letters), None)

    def _marks(self, post: Mapping[str, Any], number: int) -> tuple[Mark, ...]:
        accepted = self.topic.get("accepted_answer")
        of_topic = accepted if isinstance(accepted, dict) and _number(accepted, "post_number") == number else None
        if post.get("accepted_answer") is not True and of_topic is None:
            return ()
        by = _text(of_topic, "accepter_username") if of_topic else None
        return (Mark(kind="accepted", by=self._speaker_id(by) if by else None),)

    def _visibility(self, post: Mapping[str, Any]) -> Visibility:
        is_private = self.topic.get("archetype") == "private_message" or post.get("post_type") == _WHISPER
        return "direct" if is_private else "public"

    def _meta(self, post: Mapping[str, Any], number: int) -> dict[str, Any]:
        meta: dict[str, Any] = {}
        if post.get("post_type") in (_SMALL_ACTION, _MODERATOR_ACTION):
            meta["action"] = _text(post, "action_code") or "moderator_action"
        if post.get("wiki") is True:
            meta["wiki"] = True
        if number == 1:
            category = _text(self.topic, "category_slug") or _text(post, "category_slug")
            if category:
                meta["category"] = category
            tags = [tag.get("name") if isinstance(tag, dict) else tag for tag in _list(self.topic, "tags")]
            if names := [storable(tag) for tag in tags if isinstance(tag, str)]:
                meta["tags"] = names
        return meta

    def _coverage(self, posts: list[Any], is_topic: bool) -> Iterator[Coverage]:
        if not self.times:
            return
        since, until = min(self.times), max(self.times)
        extent = self.options.extent
        topic = _number(self.topic, "id") or (self._topic_id(posts[0]) if is_topic else None)
        if is_topic and topic is not None:
            have = {post.get("id") for post in posts if isinstance(post, dict) and isinstance(post.get("id"), int)}
            stream = [number for number in _list(self.topic["post_stream"], "stream") if isinstance(number, int)]
            is_whole = bool(stream) and have.issuperset(stream)
            yield Coverage(
                place=self.place,
                extent="complete" if is_whole else "partial",
                conversation=f"{self.place}/t/{topic}",
                since=since,
                until=until,
                note="" if is_whole else "Some posts of this topic are not in the archive.",
            )
        if extent == "unknown" and is_topic:
            extent = "complete"
        yield Coverage(place=self.place, extent=extent, since=since, until=until)


def _posts_of(document: Any) -> tuple[list[Any] | None, bool]:
    """The posts of a document, and whether it is a topic's own."""
    if isinstance(document, list):
        return document, False
    if not isinstance(document, dict):
        return None, False
    stream = document.get("post_stream")
    if isinstance(stream, dict) and isinstance(stream.get("posts"), list):
        return stream["posts"], True
    for key in ("latest_posts", "posts"):
        if isinstance(document.get(key), list):
            return document[key], False
    return None, False


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).netloc.lower() or None if url else None
    except ValueError:
        return None


def _base(options: ReadOptions, posts: list[Any]) -> str | None:
    """The forum's address, for links: what the person says, else the host that the avatars are made for."""
    if options.url:
        return options.url.rstrip("/")
    for post in posts:
        if isinstance(post, dict) and (found := _AVATAR_HOST.search(_text(post, "avatar_template") or "")):
            return f"https://{found[1].lower()}"
    return f"https://{options.host}" if options.host else None


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _number(record: Mapping[str, Any], key: str) -> int | None:
    value = record.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return storable(value) if isinstance(value, str) else None


def _list(record: Mapping[str, Any], key: str) -> list[Any]:
    value = record.get(key)
    return value if isinstance(value, list) else []


def _digits(text: str | None) -> int | None:
    return int(text) if text and len(text) < 16 and text.isascii() and text.isdigit() else None


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
