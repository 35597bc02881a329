"""The nouns: what a source gives and what a page quotes. Frozen, keyword-only; imports nothing of ours.

Terms are ConvoKit's for the corpus (speaker, utterance, conversation, reply_to), ISO 24617-2's for acts, and
W3C Web Annotation's `start`, `end`, `exact` for quotes. Ids are `"<source>:<native id>"`. Times are aware and
in UTC. Offsets count Unicode code points, `end` exclusive, so that `text[start:end]` is the quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Format = Literal["plain", "html", "markdown"]
LinkKind = Literal["mention", "quote", "link"]
Extent = Literal["complete", "partial", "unknown"]
Visibility = Literal["public", "followers", "direct"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people talk: a forum, a mailing list, a subreddit, a corpus.

    Attributes:
        id: `"<source>:<native id>"`, such as `discourse:forum.example.org`.
        name: What people call it.
        source: The name of the source that read it.
        url: Its front door, if known.
        no_generative_ai: The place itself says that its words are not for generative AI, in its `ai.txt`, a robots
            sign (`noai`) or its terms. Then nothing of it is ever sent to a language model, whoever allows it.
    """

    id: str
    name: str
    source: str
    url: str | None = None
    no_generative_ai: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """An account. Platform counters (likes, followers, karma) are dropped before one of these is made.

    Attributes:
        id: `"<source>:<native id>"`.
        name: The name shown; the handle where there is no other.
        handle: What others type to mention the account, without `@`.
        is_automated: True only when the platform or the account itself declares a bot.
        url: The account's page, if known.
    """

    id: str
    name: str
    handle: str | None = None
    is_automated: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something a message points at.

    Attributes:
        kind: `mention` (of an account), `quote` (of another message) or `link` (to anything else).
        target: A speaker id for a mention, an utterance id for a quote, a URL for a link. A mention whose account
            id is unknown carries `"<source>:@<handle>"`; the store resolves it against the handles of the place.
        start: Where its words begin in `text`; None when they are not in `text` (a quote that was stripped).
        end: Where they end, exclusive; None together with `start`.
    """

    kind: LinkKind
    target: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A platform mark that is words about words, such as an accepted answer. Likes are not kept.

    Attributes:
        kind: `accepted`: the asker (or a moderator) marked this message as the answer.
        by: The speaker who set it, when the platform says.
        at: When, when the platform says.
    """

    kind: Literal["accepted"]
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One message, as plain text of its writer's own words.

    What is missing stays missing: no parent, author or date is ever invented.

    Attributes:
        id: `"<source>:<native id>"`.
        place: Id of the `Place`.
        speaker: Id of the account that wrote it; None when the archive does not say.
        text: Plain text without quoted material, signatures or markup. None when there are no words to read
            (deleted, or an attachment alone). The store brings it to Unicode NFC.
        conversation: Id of the conversation as the platform has it (a topic, a submission); None where only the
            reply links tell (mail).
        reply_to: Id of the message it answers, by the platform's own link. None for an opening or where unknown.
        written_at: When its writer says it was written, aware UTC; None when unknown.
        edited_at: When it was last changed, if the platform says.
        collected_at: When the archive was made; the file's own time where nothing better is known.
        title: Subject line or topic title, on the opening message (mail: on every message).
        lang: BCP 47 tag that the source declares; None lets the reader find out.
        url: Where it can be read.
        original: The text before it became plain, where the two differ.
        format: What `original` (or the source's text) was written in.
        offsets: Flat triples `(start in text, start in original, length)`, ascending, for the stretches of `text`
            that are verbatim in `original`; empty when `original` is None.
        code: Flat pairs `(start, end)` of stretches of `text` that are code or output, not prose.
        links: What it points at.
        marks: Platform marks that are words about words.
        visibility: Who could see it on the platform.
        is_deleted: The platform says that it was deleted; kept without words, so that its replies keep their place.
        meta: What else the source said, JSON, without any counter.
    """

    id: str
    place: str
    speaker: str | None
    text: str | None
    conversation: str | None = None
    reply_to: str | None = None
    written_at: datetime | None = None
    edited_at: datetime | None = None
    collected_at: datetime | None = None
    title: str | None = None
    lang: str | None = None
    url: str | None = None
    original: str | None = None
    format: Format = "plain"
    offsets: tuple[int, ...] = ()
    code: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    marks: tuple[Mark, ...] = ()
    visibility: Visibility = "public"
    is_deleted: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What stretch of a place an archive holds. Silence is claimed only inside complete coverage.

    Attributes:
        place: Id of the place.
        conversation: Id of the conversation it speaks of; None for the whole place.
        since: From when on the archive is as `extent` says; None for from its beginning.
        until: Up to when; None when not known, which is never complete enough to claim silence.
        extent: `complete` (nothing is missing between the two), `partial` (something is known to be missing) or
            `unknown`.
        note: One sentence for the page, such as "one side only".
    """

    place: str
    extent: Extent
    conversation: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A human as a page names one: never with a number.

    Attributes:
        id: Id of the account.
        name: The name shown; "someone" for a forgotten, unknown or opted-out person.
        handle: Without `@`; None when there is none or it equals the name.
        is_automated: The account is a declared bot.
    """

    id: str | None
    name: str
    handle: str | None = None
    is_automated: bool = False


SOMEONE = Person(id=None, name="someone")
"""Whoever wrote a message whose author is unknown, was forgotten or opted out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Someone's words, who said them, when and where.

    Attributes:
        exact: The words, verbatim: `text[start:end]` of the utterance.
        start: Where they begin.
        end: Where they end, exclusive.
        utterance: Id of the message they were read from.
        conversation: Id of its conversation.
        person: Who wrote them.
        written_at: When, aware UTC; None when unknown.
        place: Name of the place.
        title: Title of the conversation, if it has one.
        url: Where the message can be read; None when the archive does not say.
        lang: BCP 47 tag of the words; `und` when unknown.
        direction: `ltr` or `rtl`, for `dir`.
    """

    exact: str
    start: int
    end: int
    utterance: str
    conversation: str
    person: Person
    written_at: datetime | None = None
    place: str = ""
    title: str | None = None
    url: str | None = None
    lang: str = "und"
    direction: Literal["ltr", "rtl"] = "ltr"
