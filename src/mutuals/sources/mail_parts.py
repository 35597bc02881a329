"""The body of a message: which part holds the writer's words, decoded.

Of alternatives the plain text is taken; HTML only where there is no plain text. A forwarded message is not the
writer's words, an attachment is a name. Nothing here raises on bad data.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from mutuals.sources.mail_headers import decode, words

BAD_MIME = (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError, AssertionError)
"""What the standard MIME parser raises on broken input."""

_DEEPEST = 30
"""Nested parts; a mail of five levels is rare, and the standard parser recurses."""


@dataclass(slots=True, kw_only=True)
class Body:
    """What a message says.

    Attributes:
        text: Decoded text with bare line feeds; None when there is none.
        is_html: `text` is HTML.
        flowed: Lines that end in a space go on (RFC 3676); None when they do not, else whether the space goes too.
        attachments: Names of attached files, and media types where they have no name.
        is_encrypted: The words are encrypted.
        remarks: Pairs of a problem's kind and what was wrong.
    """

    text: str | None = None
    is_html: bool = False
    flowed: bool | None = None
    attachments: list[str] = field(default_factory=list)
    is_encrypted: bool = False
    remarks: list[tuple[str, str]] = field(default_factory=list)


def body_of(data: bytes, content: dict[str, str], payload: bytes) -> Body:
    """The body of a message.

    Args:
        data: The whole message.
        content: Its headers `content-type`, `content-transfer-encoding` and `content-disposition` where it has them.
        payload: What follows its headers.
    """
    body = Body()
    try:
        kind = content.get("content-type", "").strip().lower()
        if kind.startswith(("multipart/", "message/")):
            part = BytesParser(policy=compat32).parsebytes(data)
        else:
            part = Message()
            for name, value in content.items():
                part[name] = value.encode("ascii", "replace").decode("ascii")
            part.set_payload(payload.decode("ascii", "surrogateescape"))
        _read(part, body, 0, is_top=True)
    except BAD_MIME as error:
        body.remarks.append(("unreadable", f"the parts of the message cannot be told apart ({type(error).__name__})"))
        if body.text is None:
            body.text = decode(payload, None)[0]
    return body


def _read(part: Message, body: Body, depth: int, *, is_top: bool = False) -> None:
    kind = part.get_content_type()
    if depth > _DEEPEST:
        body.remarks.append(("unreadable", "parts are nested too deeply"))
        return
    if (
        kind in {"application/pkcs7-mime", "application/x-pkcs7-mime"}
        and _parameter(part, "smime-type") != "signed-data"
    ):
        body.is_encrypted = True
        return
    if kind == "multipart/encrypted":
        body.is_encrypted = True
        return
    inner = part.get_payload()
    if kind.startswith("multipart/") and isinstance(inner, list):
        parts = [child for child in inner if isinstance(child, Message)]
        if kind == "multipart/alternative":
            _read_alternative(parts, body, depth)
        elif kind == "multipart/signed":
            for child in parts[:1]:
                _read(child, body, depth + 1)
        else:
            for child in parts:
                _read(child, body, depth + 1)
        return
    if _is_attached(part, kind) and not (is_top and kind.startswith("text/")):
        body.attachments.append(words(_filename(part)) or kind)
        return
    _take(part, kind, body)


def _read_alternative(parts: list[Message], body: Body, depth: int) -> None:
    """Take the alternative whose plain text there is; the last one else, which its sender thought best."""
    tries = []
    for part in parts:
        attempt = Body()
        _read(part, attempt, depth + 1)
        tries.append(attempt)
    spoken = [attempt for attempt in tries if attempt.text and attempt.text.strip()]
    chosen = next((a for a in spoken if not a.is_html), spoken[-1] if spoken else None)
    for attempt in tries:
        body.attachments += [name for name in attempt.attachments if name not in body.attachments]
        body.is_encrypted = body.is_encrypted or attempt.is_encrypted
    if chosen is not None:
        body.remarks += chosen.remarks
        _append(body, chosen.text or "", is_html=chosen.is_html, flowed=chosen.flowed)


def _take(part: Message, kind: str, body: Body) -> None:
    raw = part.get_payload()
    if not isinstance(raw, str):
        inner = raw[0] if isinstance(raw, list) and raw else None
        raw = str(inner.get_payload()) if isinstance(inner, Message) else ""
    data, wrong = _transferred(raw.encode("utf-8", "surrogateescape"), str(part.get("Content-Transfer-Encoding", "")))
    if wrong:
        body.remarks.append(("truncated", wrong))
    text, wrong = decode(data, _parameter(part, "charset"))
    if wrong:
        body.remarks.append(("bad-charset", wrong))
    flowed = None
    if _parameter(part, "format").lower() == "flowed":
        flowed = _parameter(part, "delsp").lower() == "yes"
    _append(body, text, is_html=kind == "text/html", flowed=flowed)


def _append(body: Body, text: str, *, is_html: bool, flowed: bool | None) -> None:
    """Add a part's text. Plain text and HTML are not mixed: what comes first that is plain stays alone."""
    if not text.strip():
        body.text = body.text or text
    elif body.text is None or not body.text.strip() or (body.is_html and not is_html):
        body.text, body.is_html, body.flowed = text, is_html, flowed
    elif body.is_html == is_html:
        body.text = body.text.rstrip("\n") + "\n\n" + text
        body.flowed = body.flowed if body.flowed == flowed else None


def _is_attached(part: Message, kind: str) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    if disposition.startswith("attachment"):
        return True
    return kind not in {
        "text/plain",
        "text/html",
        "text/enriched",
        "text/markdown",
        "text/x-markdown",
        "text/text",
        "text",
    }


def _filename(part: Message) -> str:
    try:
        return (part.get_filename() or "")[:200]
    except BAD_MIME:
        return ""


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name)
    except BAD_MIME:
        return ""
    if isinstance(value, tuple):
        value = value[2]
    return value.strip() if isinstance(value, str) else ""


def _transferred(data: bytes, encoding: str) -> tuple[bytes, str | None]:
    """Bytes out of their transfer encoding, and what was wrong about it, or None."""
    how = encoding.strip().lower().split(";")[0].split(" ")[0]
    if how == "quoted-printable":
        return binascii.a2b_qp(data), None
    if how != "base64":
        return data, None
    # Lists append their footer in clear below an encoded body; base64 ends at the first foreign line.
    encoded, rest = list[bytes](), list[bytes]()
    wrong = None
    for line in data.splitlines():
        target = rest if rest or (encoded and not re.fullmatch(rb"\s*[A-Za-z0-9+/=]*\s*", line)) else encoded
        target.append(line)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", b"".join(encoded))
    if len(letters) % 4 == 1:
        letters, wrong = letters[:-1], "the base64 text ends too early"
    decoded = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    clear = b"\n".join(rest).strip()
    return (decoded + b"\n\n" + clear if clear else decoded), wrong


def unflowed(text: str, *, delete_space: bool) -> tuple[str, tuple[int, ...]]:
    """Flowed text (RFC 3676) with its soft line breaks taken out, and offsets into the text as it was.

    Only lines of the same quote depth are joined; the signature delimiter never is.

    Returns:
        The text, and flat triples `(start in it, start in the argument, length)`.
    """
    out: list[str] = []
    offsets: list[int] = []
    length = at = 0
    previous = -1
    for line in text.split("\n"):
        start, at = at, at + len(line) + 1
        depth = len(line) - len(line.lstrip(">"))
        flows = line.endswith(" ") and line[depth:].strip() != "" and line != "-- "
        joins = previous == depth
        begin = depth + (line[depth : depth + 1] == " ") if joins or not depth else 0
        kept = line[begin:-1] if flows and delete_space else line[begin:]
        gap = "" if joins or not out else "\n"
        if gap and offsets and offsets[-2] + offsets[-1] + 1 == start + begin:
            offsets[-1] += 1 + len(kept)
        else:
            offsets += [length + len(gap), start + begin, len(kept)]
        out.append(gap + kept)
        length += len(gap) + len(kept)
        previous = depth if flows else -1
    return "".join(out), tuple(offsets)
