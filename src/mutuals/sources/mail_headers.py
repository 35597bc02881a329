"""What the headers of a message say: ids, people, dates, words in any charset.

The standard parser raises on much that real archives hold (CPython issues 75018, 114906), so headers are taken
apart here; nothing in this module raises on bad data.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence

Headers = Mapping[str, Sequence[str]]
"""Every header by its lower-case name, in the order of the message; unfolded, not yet decoded."""

_FIELD = re.compile(r"([!-9;-~]{1,76})[ \t]*:[ \t]?(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]*)?\?([bBqQ])\?([^?\s]*|[^?]*?)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(=\?[\w.:+-]{1,40}(?:\*[\w-]*)?\?[bBqQ]\?)")
_CHARSET = re.compile(r"[\w.:+-]{1,40}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")

_ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252", "iso-8859-8-i": "iso8859_8", "iso-8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "utf8": "utf-8",
    "x-gbk": "gb18030", "windows-874": "cp874", "x-utf-8": "utf-8",
}  # fmt: skip
"""What writers mean by what they declare (as the WHATWG Encoding Standard has it)."""
_NOT_TEXT = {"idna", "punycode", "unicode_escape", "unicode-escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}


def clean(text: str) -> str:
    """Text without what no table takes (NUL, lone surrogates), with one kind of line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _SURROGATE.sub("\ufffd", text).removeprefix("\ufeff")


def decode(data: bytes, charset: str | None) -> tuple[str, str | None]:
    """Bytes as text, and what was wrong about their charset, or None.

    Tries the declared charset, then UTF-8, then Windows-1252 with replacement.
    """
    name = (charset or "").strip().strip("\"'").lower()
    wrong = None
    if name and name not in {"us-ascii", "ascii"}:
        if _CHARSET.fullmatch(name) and name not in _NOT_TEXT:
            try:
                return clean(data.decode(_ALIASES.get(name, name))), None
            except (LookupError, UnicodeError, ValueError):
                wrong = f"the text is not the declared {name}"
        else:
            wrong = "the declared charset has no usable name"
    try:
        return clean(data.decode("utf-8")), wrong
    except UnicodeDecodeError:
        return clean(data.decode("cp1252", "replace")), wrong or "the text has no declared charset and is not UTF-8"


def split_message(data: bytes) -> tuple[Headers, bytes]:
    """Headers and body. Lines among the headers that are none are skipped, as mail readers do."""
    headers: dict[str, list[str]] = {}
    at, last = 0, ""
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end + 1
        line = data[at:end]
        if not line.strip(b"\r\n"):
            return headers, data[end:]
        if line[:1] in b" \t":
            if last:
                headers[last][-1] += "\n" + _header_text(line)
        elif match := _FIELD.match(_header_text(line)):
            last = match[1].lower()
            headers.setdefault(last, []).append(match[2])
        elif at and not line.startswith(b">From ") and b":" not in line:
            return headers, data[at:]
        at = end
    return headers, b""


def _header_text(line: bytes) -> str:
    line = line.rstrip(b"\r\n")
    return line.decode("ascii") if line.isascii() else decode(line, None)[0].replace("\n", " ")


def first(headers: Headers, name: str) -> str:
    """The first header of a name, unfolded; empty when there is none."""
    values = headers.get(name)
    return re.sub(r"\s*\n\s*", " ", values[0]).strip() if values else ""


def words(value: str) -> str:
    """A header as people read it: RFC 2047 words decoded (broken ones left as they stand), spaces made single."""
    previous = None
    while previous != value and len(value) < 100_000:
        previous, value = value, _BETWEEN.sub(r"\1\2", value)
    return " ".join(clean(_WORD.sub(_decoded_word, value)).split())


def _decoded_word(match: re.Match[str]) -> str:
    charset, how, payload = match[1], match[2].lower(), match[3]
    raw = payload.encode("utf-8", "replace")
    if how == "q":
        data = binascii.a2b_qp(raw.replace(b"_", b" "), header=True)
    else:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        data = binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    return decode(data, charset)[0].replace("\n", " ")


# ---- ids -----------------------------------------------------------------------------------------------------------

_ID = re.compile(r"<([^<>]{1,998})>")
_STRICT = re.compile(r"\s*<([^<>\s]{1,998})>\s*")
_COMMENT = re.compile(r"\([^()]*\)")


def message_id(headers: Headers) -> str | None:
    """The id of a message without its brackets: the first token in brackets, else the first word with an `@`.

    Source:
        The first id counts, comments are skipped and spaces inside it are dropped, as notmuch does
        (`lib/message-id.c`, `_notmuch_message_id_parse`).
    """
    value = first(headers, "message-id") or first(headers, "message-i-d")
    if match := _ID.search(_COMMENT.sub(" ", value)) or _ID.search(value):
        found = "".join(match[1].split())
    else:
        found = next((word.strip("<>") for word in value.split() if "@" in word), "")
    return clean(found) or None


def references(headers: Headers) -> list[str]:
    """Ids of the References header in order, each once."""
    found = (clean("".join(inner.split())) for inner in _ID.findall(first(headers, "references")))
    return list(dict.fromkeys(reference for reference in found if reference))


def parent_id(headers: Headers, own: str | None) -> str | None:
    """The id of the message that this one answers; None when the headers name none.

    In-Reply-To when it is one well-formed id and nothing else; else the last of References; else an id out of
    the prose of In-Reply-To: the first with a digit, because old mail programs put the address of the person
    answered in brackets there too (Zawinski, *message threading*, 1997).

    Source:
        The order of the first two is notmuch's (`lib/add-message.cc`, `_notmuch_database_link_message_to_parents`).
        As there, References does not count the message's own id; an In-Reply-To to oneself stays data.
    """
    value = first(headers, "in-reply-to")
    if strict := _STRICT.fullmatch(value):
        return clean(strict[1])
    if earlier := [reference for reference in references(headers) if reference != own]:
        return earlier[-1]
    loose = ["".join(inner.split()) for inner in _ID.findall(_COMMENT.sub(" ", value)) or _ID.findall(value)]
    loose = [found for found in loose if found]
    return clean(next((found for found in loose if re.search(r"\d", found.split("@")[0])), loose[0])) if loose else None
