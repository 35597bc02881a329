"""Mail: mbox files (Pipermail's too) and single messages, such as those of a maildir.

Ids are `mail:<Message-ID>`; a message without one gets an id made of what it holds. A message that stands in
several files has one id, and the store settles which is kept. Conversations come from reply links only.

Which module does what:

    mail_boxes    file -> messages; names of lists      mail_people       From -> speaker
    mail_headers  bytes -> headers, words, ids          mail_dates        Date -> aware UTC
    mail_parts    MIME -> the body                      mail_text, mail_attribution   the body -> own words
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mutuals.errors import Problem
from mutuals.model import Coverage, Format, Place, Speaker, Utterance
from mutuals.sources import ReadOptions, Record
from mutuals.sources.files import SourceFile
from mutuals.sources.mail_boxes import RawMessage, holds_many, is_mbox, is_message, messages_in, place_name
from mutuals.sources.mail_dates import separator_date, written_at
from mutuals.sources.mail_headers import (
    Headers,
    clean,
    decode,
    first,
    message_id,
    parent_id,
    references,
    split_message,
    words,
)
from mutuals.sources.mail_parts import Body, body_of, unflowed
from mutuals.sources.mail_people import speaker_of
from mutuals.sources.mail_text import OwnWords, own_words
from mutuals.sources.streams import problem_of

_REPLY = re.compile(
    r"(?i)\s*(?:\[[^\]]*\]\s*)*(?:re|aw|antw|sv|vs|rif|res|odp|ynt|atb|ответ|回复|回覆|答复)(?:\[\d+\]|\^\d+|\*\d+)?\s*[:：]"
)
_CONTENT = ("content-type", "content-transfer-encoding", "content-disposition")
_CREDIBLE = timedelta(days=31)
"""A Date further from the time of delivery comes from a wrong clock and says nothing about coverage."""
_REMEMBERED = 100_000
"""Speakers whose name is remembered so that it is not repeated; then forgotten, so that memory stays bounded."""


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What is known while one file is read."""

    file: SourceFile
    place: str
    speakers: dict[str, Speaker] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None

    def saw(self, written: datetime, delivered: datetime | None) -> None:
        """Widen the stretch of time that the file covers."""
        if delivered is None or abs(written - delivered) <= _CREDIBLE:
            self.since = min(self.since or written, written)
            self.until = max(self.until or written, written)

    def is_news(self, speaker: Speaker) -> bool:
        """Whether this speaker has not been yielded in this form just before."""
        if self.speakers.get(speaker.id) == speaker:
            return False
        if len(self.speakers) >= _REMEMBERED:
            self.speakers.clear()
        self.speakers[speaker.id] = speaker
        return True


class Mail:
    """Reads mbox files and RFC 5322 messages."""

    name = "mail"

    def recognises(self, file: SourceFile) -> bool:
        """Whether the file begins with a `From ` line above headers, or with the headers of a message."""
        return is_mbox(file.head) or is_message(file.head)

    def read(self, file: SourceFile, options: ReadOptions) -> Iterator[Record]:
        """Place, then each message after its speaker and before remarks on it; coverage last.

        Every message becomes an `Utterance` or a lost `Problem`. The stretch of coverage runs from the earliest
        to the latest message whose Date is within a month of its delivery, where that is known.
        """
        mbox = holds_many(file.name, file.head)
        name = options.place or clean(place_name(file.name, file.root, mbox=mbox))
        reading = _Reading(file=file, place=f"mail:{name}")
        yield Place(id=reading.place, name=name, source=self.name, url=options.url)
        try:
            with file.open() as stream:
                for raw in messages_in(stream, mbox=mbox):
                    yield from _records(raw, reading)
        except OSError as error:
            yield problem_of(error, file.where, reading.place)
        if reading.since and reading.until:
            yield Coverage(place=reading.place, extent=options.extent, since=reading.since, until=reading.until)


def _records(raw: RawMessage, reading: _Reading) -> Iterator[Record]:
    where = f"{reading.file.where}#message {raw.number} at byte {raw.offset}"
    if raw.data is None:
        message = f"A message of at most 25 MB was expected; this one has {raw.size} bytes."
        yield Problem(kind="too-large", where=where, message=message, place=reading.place)
        return
    headers, payload = split_message(raw.data)
    separator = raw.separator.decode("ascii", "replace")
    speaker = speaker_of(headers)
    if speaker and reading.is_news(speaker):
        yield speaker
    written, wrong_time = written_at(headers, separator)
    if written:
        reading.saw(written, separator_date(separator))
    body = body_of(raw.data, {n: first(headers, n) for n in _CONTENT if n in headers}, payload)
    remarks = list(body.remarks)
    own = message_id(headers)
    if own is None:
        own = "no-id-" + hashlib.sha256(raw.data).hexdigest()[:32]
        remarks.append(("no-id", "a Message-ID was expected and none was found; an id was made of the message itself"))
    if wrong_time:
        remarks.append(("bad-time" if "date" in headers else "no-time", wrong_time))
    yield _utterance(own, headers, body, speaker, written, reading)
    excerpt = clean(decode(raw.data[:200], None)[0])[:200]
    for kind, message in dict(remarks).items():
        yield Problem(
            kind=kind, where=where, message=message[:1].upper() + message[1:] + ".", place=reading.place,
            excerpt=first(headers, "date")[:200] if kind == "bad-time" else excerpt, is_lost=False,
        )  # fmt: skip


def _utterance(
    own: str, headers: Headers, body: Body, speaker: Speaker | None, written: datetime | None, reading: _Reading
) -> Utterance:
    subject = words(first(headers, "subject"))
    parent = parent_id(headers, own)
    found, offsets = _own_words(body, is_reply=parent is not None or _REPLY.match(subject) is not None)
    original = None if found.text == body.text or not body.text else body.text
    shape: Format = "html" if body.is_html else "plain"
    archived = first(headers, "archived-at").strip("<> ")
    return Utterance(
        id=f"mail:{own}",
        place=reading.place,
        speaker=speaker.id if speaker else None,
        text=found.text or None,
        reply_to=f"mail:{parent}" if parent else None,
        written_at=written,
        collected_at=reading.file.modified,
        title=subject or None,
        url=archived if re.fullmatch(r"https?://\S{1,500}", archived) else None,
        original=original,
        format=shape,
        offsets=offsets if original is not None else (),
        code=found.code,
        meta=_meta(headers, body, found),
    )


def _own_words(body: Body, *, is_reply: bool) -> tuple[OwnWords, tuple[int, ...]]:
    """The writer's own words, and their offsets into the decoded body."""
    text, earlier = body.text or "", None
    if body.is_html:
        text, earlier = _from_html(text)
    elif body.flowed is not None:
        text, earlier = unflowed(text, delete_space=body.flowed)
    found = own_words(text, is_reply=is_reply)
    return found, found.offsets if earlier is None else composed(found.offsets, earlier)


def _from_html(html: str) -> tuple[str, tuple[int, ...]]:
    from mutuals.sources.html_text import from_html  # HTML mail is the exception; the import is not free

    plain = from_html(html)
    return plain.text, plain.offsets


def composed(outer: tuple[int, ...], inner: tuple[int, ...]) -> tuple[int, ...]:
    """Offsets of a text into an original, through a text between the two.

    Args:
        outer: Triples from the text into the one between.
        inner: Triples from the one between into the original.
    """
    result: list[int] = []
    at = 0
    for i in range(0, len(outer), 3):
        start, middle, length = outer[i : i + 3]
        while at < len(inner) and inner[at] + inner[at + 2] <= middle:
            at += 3
        index = at
        while index < len(inner) and inner[index] < middle + length:
            low = max(middle, inner[index])
            high = min(middle + length, inner[index] + inner[index + 2])
            if high > low:
                result += [start + low - middle, inner[index + 1] + low - inner[index], high - low]
            index += 3
    return tuple(result)


def _meta(headers: Headers, body: Body, found: OwnWords) -> dict[str, Any]:
    """What else the message says: `references` so that missing parents can be rebuilt, the list, the attachments."""
    attachments = [clean(name) for name in (*body.attachments, *found.attachments)]
    automatic = first(headers, "auto-submitted").lower()
    said: dict[str, Any] = {
        "references": references(headers),
        "list_id": words(first(headers, "list-id")),
        "newsgroups": words(first(headers, "newsgroups")),
        "attachments": attachments,
        "encrypted": body.is_encrypted or found.is_encrypted,
        "auto_submitted": words(automatic) if automatic != "no" else "",
    }
    return {key: value for key, value in said.items() if value}


SOURCE = Mail()
