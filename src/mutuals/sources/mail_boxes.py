"""Where one message ends and the next begins: mbox files, single messages, and the names of lists.

An mbox file separates messages by a line `From <who> <when>`. Many writers (Pipermail among them) do not escape
such a line inside a body, so a separator must be earned: it stands at the start of the file or after a blank
line, ends in a date, and a header follows it within a few lines. What is not earned stays body.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

LARGEST = 25 * 1024 * 1024
"""Bytes of one message: the limit of the big mail providers; what is larger is an accident or an attack."""

_LINE = 1 << 20
_AHEAD = 4
"""Lines after a `From ` line in which a header must come; some writers put `>From ` lines before it."""

_SEPARATOR = re.compile(
    rb"From \s*\S.{0,250}?\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+\d{1,2}:\d\d(?::\d\d)?"
    rb"\s[^\r\n]{0,20}?(?:19|20)\d\d\b"
)
_HEADER = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
_TELLING = re.compile(rb"(?i)(?:message-id|received|return-path|delivered-to|mime-version|newsgroups|x-mailer)[ \t]*:")
_FROM = re.compile(rb"(?i)from[ \t]*:.*(?:@| at |=\?)")
_COMMON = re.compile(rb"(?i)(?:from|date|subject|to|message-id|received)[ \t]*:")
_ESCAPED = re.compile(rb">+From ")

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_GENERIC = re.compile(
    rf"(?i)(?:\d{{4}}(?:[-_.]?(?:\d\d|{_MONTHS}|(?:{_MONTHS})[-_.]?\d\d?|q[1-4]))?|\d{{8}}|(?:{_MONTHS})[-_ ]?\d{{4}}"
    r"|week-of-mon-\d{8}|mbox(?:es)?|mail|raw|txt|text|archives?|all|messages?|months?|monthly|data|download|gz)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """One message as it lies in its file.

    Attributes:
        number: Its place in the file, from 1.
        offset: Byte at which it begins, its `From ` line included.
        separator: The `From ` line without its end; empty for a single message.
        data: Headers and body; None when it is larger than `LARGEST`.
        size: Bytes of headers and body, also when `data` is None.
    """

    number: int
    offset: int
    separator: bytes
    data: bytes | None
    size: int


def is_mbox(head: bytes) -> bool:
    """Whether a file begins with a `From ` line that a header follows."""
    lines = head.lstrip(b"\r\n\xef\xbb\xbf").splitlines()[: _AHEAD + 1]
    return bool(lines) and _SEPARATOR.match(lines[0]) is not None and _has_header(lines[1:])


def holds_many(name: str, head: bytes) -> bool:
    """Whether a file is an mbox; one named as a single message (`.eml`, in a maildir) never is."""
    path = PurePosixPath(name)
    is_single = path.suffix.lower() == ".eml" or ":2," in path.name or path.parent.name in {"cur", "new"}
    return not is_single and is_mbox(head)


def is_message(head: bytes) -> bool:
    """Whether a file begins with the headers of one message: a sender or a trace of delivery, and one more."""
    lines = head.lstrip(b"\r\n\xef\xbb\xbf").splitlines()
    if lines and lines[0].startswith((b"From ", b">From ")):
        lines = lines[1:]
    if not lines or not _HEADER.match(lines[0]):
        return False
    headers: list[bytes] = []
    for line in lines:
        if not line.strip():
            break
        if line[:1] not in b" \t" and not _HEADER.match(line) and not line.startswith(b">From "):
            return False
        headers.append(line)
    names = {line.split(b":")[0].strip().lower() for line in headers if _COMMON.match(line)}
    tells = any(_TELLING.match(line) or _FROM.match(line) for line in headers)
    return tells and len(names) > 1


def messages_in(stream: BinaryIO, *, mbox: bool) -> Iterator[RawMessage]:
    """Every message of a file, one at a time; memory holds one message.

    Args:
        stream: The file at its beginning.
        mbox: False takes the whole file as one message.
    """
    separator, parts, size, number, offset = b"", list[bytes](), 0, 0, 0
    is_open = not mbox
    for at, line, is_separator in _lines(stream, mbox=mbox):
        if is_separator:
            if is_open:
                number += 1
                yield _closed(number, offset, separator, parts, size)
            separator, parts, size, offset, is_open = line.rstrip(b"\r\n"), [], 0, at, True
            continue
        if not is_open:
            if not line.strip():
                continue
            is_open, offset = True, at
        size += len(line)
        if size <= LARGEST:
            parts.append(line)
        else:
            parts.clear()
    if is_open and (size or separator):
        yield _closed(number + 1, offset, separator, parts, size)


def _closed(number: int, offset: int, separator: bytes, parts: list[bytes], size: int) -> RawMessage:
    data = None if size > LARGEST else b"".join(_unescaped(parts) if separator else parts)
    return RawMessage(number=number, offset=offset, separator=separator, data=data, size=size)


def _lines(stream: BinaryIO, *, mbox: bool) -> Iterator[tuple[int, bytes, bool]]:
    """Offset, line, whether it separates. A line longer than a mebibyte comes in pieces."""
    ahead: deque[bytes] = deque()
    at, after_blank, whole = 0, True, True
    while True:
        while len(ahead) <= _AHEAD:
            line = stream.readline(_LINE)
            if not line:
                break
            ahead.append(line)
        if not ahead:
            return
        line = ahead.popleft()
        is_separator = (
            mbox and after_blank and line.startswith(b"From ") and bool(_SEPARATOR.match(line)) and _has_header(ahead)
        )
        yield at, line, is_separator
        at += len(line)
        after_blank = whole and not line.strip(b"\r\n")
        whole = line.endswith(b"\n")


def _has_header(lines: list[bytes] | deque[bytes]) -> bool:
    for line in list(lines)[:_AHEAD]:
        if not line.strip():
            return False
        if _HEADER.match(line):
            return True
    return False


def _unescaped(lines: list[bytes]) -> Iterator[bytes]:
    """Lines as they were before `From ` at their start was escaped with `>` (mboxo and mboxrd alike).

    A `>From ` beside another quoted line is a quotation and stays one.
    """
    for index, line in enumerate(lines):
        if line.startswith(b">") and _ESCAPED.match(line):
            beside = (lines[index - 1] if index else b"", lines[index + 1] if index + 1 < len(lines) else b"")
            if not any(other.startswith(b">") for other in beside):
                line = line[1:]
        yield line


def place_name(name: str, root: str, *, mbox: bool) -> str:
    """What to call the list or folder that a file belongs to, when nobody said.

    An mbox carries its name, unless that is only a month (`2003-May`, as Pipermail has it) or says nothing
    (`mbox`, `raw`): then the nearest folder above that says something, else the root, so that all months of one
    list are one place. A message of a maildir belongs to the folder above `cur` or `new`; any other single
    message to the root.
    """
    path = PurePosixPath(name)
    folders = [_stem(part) for part in path.parts[:-1]]
    if mbox:
        candidates = [_stem(path.name), *reversed(folders)]
    else:
        candidates = folders[:-1][::-1][:1] if folders and folders[-1] in {"cur", "new"} else []
    for candidate in candidates:
        if candidate not in {"", ".", "..", "/"} and not _GENERIC.fullmatch(candidate):
            return candidate
    return _stem(PurePosixPath(root).name) or root or "mail"


def _stem(name: str) -> str:
    return re.sub(r"(?i)(?:\.(?:mbox|mbx|txt|eml|mail|sbd|tar|zip|tgz|tbz|gz|bz2|xz|zst))+$", "", name).strip()
