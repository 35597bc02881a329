"""How words are set on a page: the filters of the templates. Nothing here decides what is shown, only how."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from mutuals.model import Person, Quote
from mutuals.views import guard, wording
from mutuals.views.pages import Moment, Said, ThreadEntry
from mutuals.views.pictures import picture

_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}]")
_DEEPEST = 6
"""How far messages are set in: further, and a narrow screen has no room for words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a message: prose, or code that is set as such."""

    text: str
    is_code: bool


def filters(*, number_fast: bool) -> Mapping[str, Callable[..., object]]:
    """The filters by the names that the templates use."""
    return {
        "day": wording.day,
        "clock": wording.clock,
        "iso": wording.iso,
        "web": web,
        "path": path,
        "anchor": anchor,
        "linked": linked,
        "pieces": pieces,
        "depth": depth,
        "opening": opening,
        "sentence": lambda text: guard.quiet(text, number_fast=number_fast),
        "amount": lambda number: guard.amount(number, number_fast=number_fast),
        "initials": initials,
        "together": together,
    }


def drawing(moment: Moment) -> Markup:
    """The picture of a moment, wide and narrow; the style sheet shows the one that fits."""
    # Safe: `picture` escapes every name that it sets.
    return Markup(picture(moment, size="wide") + picture(moment, size="narrow"))  # noqa: S704


def web(url: str | None) -> str | None:
    """The address if it is one of the web; None for `javascript:` and whatever else an archive may hold."""
    if not url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def path(identifier: str) -> str:
    """An id as one part of an address."""
    return quote(identifier, safe="")


def anchor(utterance: str) -> str:
    """The mark of a message within its page, for links to it."""
    return "m" + hashlib.sha256(utterance.encode()).hexdigest()[:16]


def linked(text: str) -> Markup:
    """Text with its web addresses as links; everything else escaped."""
    done, made = 0, Markup()
    for hit in _ADDRESS.finditer(text):
        made += escape(text[done : hit.start()])
        url = web(hit.group(0))
        made += Markup('<a href="{0}" rel="noreferrer noopener">{0}</a>').format(url) if url else escape(hit.group(0))
        done = hit.end()
    return made + escape(text[done:])


def pieces(entry: ThreadEntry) -> list[Piece]:
    """A message cut into prose and code, in order; empty for a gap."""
    return list(_pieces(entry.quote, entry.code)) if entry.quote else []


def _pieces(quoted: Quote, code: tuple[int, ...]) -> Iterator[Piece]:
    text = quoted.exact
    marks = [min(max(mark - quoted.start, 0), len(text)) for mark in code]
    for index, (start, end) in enumerate(pairwise([0, *marks, len(text)])):
        is_code = index % 2 == 1
        words = text[start:end].strip("\n") if is_code else text[start:end].strip()
        if words.strip():
            yield Piece(text=words, is_code=is_code)


def depth(level: int) -> str:
    """How far a message is set in, as a class."""
    return "abcdefg"[min(max(level, 0), _DEEPEST)]


def opening(text: str, room: int = 160) -> str:
    """The first words of a quote, cut at a word, for where the whole stands elsewhere on the page."""
    plain = " ".join(text.split())
    return plain if len(plain) <= room else plain[:room].rsplit(" ", 1)[0] + " …"


def initials(people: tuple[Person, ...]) -> list[tuple[str, list[Person]]]:
    """People under the first letter of their names, in the order given."""
    groups: list[tuple[str, list[Person]]] = []
    for person in people:
        first = person.name[:1].upper()
        letter = first if first.isalpha() else "#"
        if not groups or groups[-1][0] != letter:
            groups.append((letter, []))
        groups[-1][1].append(person)
    return groups


def together(said: tuple[Said, ...]) -> list[tuple[str, list[Said]]]:
    """Acts under the words for them, each word once, in the order in which it first stands."""
    groups: dict[str, list[Said]] = {}
    for one in said:
        groups.setdefault(wording.act(one.act, one.sub_kind, one.hedge), []).append(one)
    return list(groups.items())
