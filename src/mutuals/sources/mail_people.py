"""Who wrote a message: addresses as archives obscure them, names as lists rewrite them."""

from __future__ import annotations

import re

from mutuals.model import Speaker
from mutuals.sources.mail_headers import Headers, first, words

_AT = re.compile(r"\s*(?:\[at\]|\(at\)|\{at\}|<at>|_at_|\bat\b(?=\s))\s*|\s+@\s*|\s*@\s+", re.IGNORECASE)
_DOT = re.compile(r"\s*(?:\[dot\]|\(dot\)|_dot_|\s\bdot\b\s)\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>()\",;:]{1,128}@[^\s@<>()\",;]{1,255}")
_OBSCURED = re.compile(
    r"[^\s@<>()\",;:]{1,128}(?: at |\s?(?:\[at\]|\(at\)|_at_)\s?)[^\s@<>()\",;]{1,255}", re.IGNORECASE
)
_TRUNCATED = re.compile(
    r"(?i)@(?:domain\.hidden|hidden|\.{2,}|x+|[^@]*\.\.\.)|\.\.\.@|^\.{3}|\*{2,}|^(?:hidden|undisclosed)"
)
_VIA = re.compile(r"^(.*\S)\s+via\s+\S.*$", re.IGNORECASE)
_MACHINE = re.compile(r"(?i)^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|root|daemon|cron)\b")


def speaker_of(headers: Headers) -> Speaker | None:
    """The account that wrote a message; None when no header says.

    The id is the address in lower case; without one that tells people apart, the name. A list that puts itself
    into From ("Ada via Bees") is looked through when its own headers show that it did.
    """
    name, address = _split(first(headers, "from") or first(headers, "sender") or first(headers, "return-path"))
    name, address = _behind_list(headers, name, address)
    if not name and not address:
        return None
    if address and not (_TRUNCATED.search(address) and name):
        identifier = f"mail:{address}"
    else:
        identifier = "mail:name:" + " ".join(name.casefold().split())
    return Speaker(
        id=identifier, name=name or address.split("@")[0] or address, is_automated=_declares(headers, address)
    )


def _declares(headers: Headers, address: str) -> bool:
    """Whether the account declares itself automated (RFC 3834). A person's vacation notice says it of itself only."""
    declared = first(headers, "auto-submitted").lower()
    if declared.startswith("auto-replied"):
        return _MACHINE.match(address) is not None
    return declared.startswith("auto-")


def _behind_list(headers: Headers, name: str, address: str) -> tuple[str, str]:
    original = next(filter(None, (first(headers, h) for h in ("x-original-from", "x-google-original-from"))), "")
    if original:
        inner_name, inner_address = _split(original)
        return inner_name or name, inner_address or address
    match = _VIA.match(name)
    if not match or not address or not _is_list(headers, address):
        return name, address
    name = match[1].strip("'\" ")
    reply_name, reply_address = _split(first(headers, "reply-to"))
    if reply_address and reply_address != address and not _is_list(headers, reply_address):
        return name or reply_name, reply_address
    return name, ""


def _is_list(headers: Headers, address: str) -> bool:
    said = " ".join(first(headers, h) for h in ("list-post", "list-id", "list-unsubscribe", "x-beenthere")).lower()
    return bool(said) and (address in said or address.replace("@", ".") in said)


def _split(value: str) -> tuple[str, str]:
    """Name and normalised address of the first mailbox in a header; either can be empty."""
    value = value.strip()[:2000]
    if match := re.match(r"([^<]*)<([^<>]*)>", value):
        name, inner = match[1].rstrip(" ,").rpartition(",")[2] if match[1].count('"') == 0 else match[1], match[2]
        address = _address(inner)
        if not match[1].count('"') and not _ADDRESS.search(match[1]):
            name = match[1]
        return _name(name, address), address
    if match := re.match(r"(.*?)\s*\((.*)\)?\s*$", value, re.DOTALL):
        inner = match[2].removesuffix(")") if value.endswith(")") else match[2]
        address = _address(match[1])
        if address:
            return _name(inner, address), address
    found = _ADDRESS.search(value) or _OBSCURED.search(value)
    address = _address(found[0]) if found else ""
    return ("" if address else _name(value, "")), address


def _address(value: str) -> str:
    value = words(value).strip(" <>\"'").removeprefix("mailto:")
    if " at " in value or "at" in value.lower():
        value = _AT.sub("@", value, count=1) if "@" not in value else value
    value = _DOT.sub(".", value) if "@" in value else value
    match = _ADDRESS.search(value.replace(" @", "@").replace("@ ", "@"))
    return match[0].strip(".'").lower() if match else ""


def _name(value: str, address: str) -> str:
    value = words(value.strip())
    value = re.sub(r"\\(.)", r"\1", value).strip()
    for quote in ('"', "'"):
        if len(value) > 1 and value[0] == value[-1] == quote:
            value = value[1:-1].strip()
    found = _ADDRESS.search(value) or _OBSCURED.fullmatch(value)
    if found and (found[0] == value or _address(value) == address):
        return ""
    if found:
        value = value.replace(found[0], "").strip(" <>()[],;")
    return value.strip(" ,;")[:200]
