"""What the promises forbid, as searches over any output; each gives what it found, and nothing when all is well."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from itertools import pairwise

from mutuals.model import Person, Quote
from mutuals.views.guard import DATES
from mutuals.views.pages import (
    AskMoment,
    BetweenPage,
    HelpMoment,
    KindOfResponse,
    MomentsPage,
    PeoplePage,
    PersonPage,
    PlaceFacts,
    PraiseMoment,
    Said,
    ThreadEntry,
    TodayPage,
)
from mutuals.vocabulary import ACTS, Tier

ALLOWED: Mapping[str, str] = {
    "start": "where a quote begins in its message",
    "end": "where a quote ends",
    "level": "how far a message is set in under the one it answers",
    "code": "which stretches of a message are code",
}
"""The numbers that may stand in an output about people, each with its reason."""

CONVOKIT = {**ALLOWED, "timestamp": "ConvoKit knows no times but numbers", "version": "of ConvoKit's index"}
"""The same in ConvoKit's own format."""

PARQUET = {
    **ALLOWED,
    "depth": "replies above a message in its conversation",
    "offsets": "where the plain text stands in the original",
    **dict.fromkeys(
        (
            "utterance", "speaker", "target", "conversation", "conversation_key", "reply_to", "problem", "parent",
            "root", "ask", "need", "toward", "same_as", "answer", "evidence", "praise", "praised", "help", "helper",
            "helped", "by",
        ),
        "a key: a hash of an id, which counts nothing",
    ),
}  # fmt: skip
"""The same in the tables of an export."""

FOLDED = {name for name, act in ACTS.items() if act.tier is Tier.FOLDED}

ABSENCE = re.compile(r"no one (?:here )?(?:has )?answered|nobody (?:here )?(?:has )?answered|without an answer", re.I)
"""Sentences that say that nobody answered."""

COUNTER = re.compile(
    rb'"(like_count|likes|score|ups|downs|views|reads|reply_count|num_comments|karma|trust_level|incoming_link_count|'
    rb"posts_count|quote_count|link_karma|comment_karma|gilded|upvote_ratio|reactions_count|word_count|"
    rb'participant_count)":\s*\d+(?:\.\d+)?'
)
"""A counter of a platform in an archive, name and figure."""


def parts(value: object) -> Iterator[object]:
    """Every object inside a page, itself included."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from parts(item)


def numbers(value: object, allowed: Mapping[str, str] = ALLOWED, name: str = "") -> list[str]:
    """Names of the numeric fields in a page or JSON-like data that are not allowed; places as a whole may count."""
    if isinstance(value, PlaceFacts):
        return []
    if is_dataclass(value):
        return [bad for field in fields(value) for bad in numbers(getattr(value, field.name), allowed, field.name)]
    if isinstance(value, Mapping):
        return [bad for key, item in value.items() for bad in numbers(item, allowed, str(key))]
    if isinstance(value, (list, tuple)):
        return [bad for item in value for bad in numbers(item, allowed, name)]
    return [name] if isinstance(value, (int, float)) and not isinstance(value, bool) and name not in allowed else []


def numbers_said(text: str, page: object) -> list[str]:
    """Numerals that a printed page says in the program's own words: not in a quote, a name, a title, an id or a time.

    Args:
        text: The page as it is printed.
        page: The page that was printed, which tells whose words are whose.
    """
    said = " ".join(text.split())
    known = {part for part in parts(page) if isinstance(part, str) and re.search(r"\d", part)}
    for words in sorted((" ".join(one.split()) for one in known), key=len, reverse=True):
        said = said.replace(words, " ")
    for cut in re.findall(r"“([^”]+?) ?…”", said):  # a quote that is shown shortened
        if any(" ".join(words.split()).startswith(cut) for words in known):
            said = said.replace(cut, " ")
    said = re.sub(r"\S*(?:://|:\S+/)\S*", " ", DATES.sub(" ", said))
    return re.findall(r"\S*\d\S*", said)


def wrong_quotes(value: object, texts: Mapping[str, str | None]) -> list[str]:
    """Messages whose quote is not `text[start:end]` of what the library holds, or is empty."""
    if isinstance(value, Quote):
        return [] if value.exact and (texts[value.utterance] or "")[value.start : value.end] == value.exact else [
            value.utterance
        ]  # fmt: skip
    if isinstance(value, Mapping) and "exact" in value and "utterance" in value:
        words = (texts[value["utterance"]] or "")[value["start"] : value["end"]]
        return [] if words and words == value["exact"] else [str(value["utterance"])]
    inner: Sequence[object] = ()
    if is_dataclass(value):
        inner = [getattr(value, field.name) for field in fields(value)]
    elif isinstance(value, Mapping):
        inner = list(value.values())
    elif isinstance(value, (list, tuple)):
        inner = value
    return [bad for item in inner for bad in wrong_quotes(item, texts)]


def unquoted_claims(value: object) -> list[str]:
    """Acts in JSON-like data that stand without the words they were read from."""
    if isinstance(value, Mapping):
        quote = value.get("quote")
        bare = "act" in value and not (isinstance(quote, Mapping) and quote.get("exact"))
        inner = [bad for item in value.values() for bad in unquoted_claims(item)]
        return ([str(value["act"])] if bare else []) + inner
    if isinstance(value, (list, tuple)):
        return [bad for item in value for bad in unquoted_claims(item)]
    return []


def out_of_order(page: object) -> list[str]:
    """Lists of people or their words that are in order neither of name nor of time."""
    bad = []
    for part in parts(page):
        for name, key, newest_first in _orders(part):
            known = [one for one in key if one is not None]
            pairs = pairwise(known)
            if any(a < b for a, b in pairs) if newest_first else any(a > b for a, b in pairs):  # type: ignore[operator]
                bad.append(f"{type(part).__name__}.{name}")
    return bad


def _sorted_as(name: str) -> str:
    """A name as it is looked up in a list: without case and accents."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _orders(part: object) -> Iterator[tuple[str, list[object], bool]]:
    if isinstance(part, PeoplePage):
        yield "people", [_sorted_as(one.name) for one in part.people], False
    if isinstance(part, KindOfResponse):
        yield "entries", [one.first.written_at for one in part.entries], False
    if isinstance(part, AskMoment):
        yield "came_back", [one.quote.written_at for one in part.came_back], False
    if isinstance(part, PraiseMoment):
        yield "chimes", [one.quote.written_at for one in part.chimes], False
    if isinstance(part, HelpMoment):
        yield "hands", [one.quote.written_at for one in part.hands], False
    if isinstance(part, MomentsPage):
        yield "quotes", [one.written_at for one in part.quotes], True
    if isinstance(part, BetweenPage):
        yield "strands", [one.quote.written_at for one in part.strands], False
        yield "stages", [one.quote.written_at for one in part.stages], False
    if isinstance(part, PersonPage):
        for name in ("asked", "answered", "helped", "thanked_others", "others_said"):
            yield name, [one.quote.written_at for one in getattr(part, name)], True


def silences(page: object) -> list[str]:
    """Where a page claims that nobody answered, in a field, a note or a list of open asks."""
    found = []
    for part in parts(page):
        if isinstance(part, AskMoment) and part.silence == "silent":
            found.append(f"silent: {part.ask.utterance}")
        if isinstance(part, TodayPage):
            found += [f"open: {quote.utterance}" for quote in part.open_asks]
        if isinstance(part, BetweenPage) and part.quiet_since:
            found.append(f"quiet: {part.first.id}")
        if isinstance(part, MomentsPage):
            found += [note for note in part.notes if ABSENCE.search(note)]
    return found


def folded_acts(page: object) -> list[str]:
    """Acts of tier 3 on a page, outside of what is folded within a conversation."""
    if isinstance(page, KindOfResponse):
        return [] if page.is_folded or page.kind not in FOLDED else [page.kind]
    if isinstance(page, ThreadEntry):
        return [one.act for one in page.said if one.act in FOLDED]
    if isinstance(page, Said):
        return [page.act] if page.act in FOLDED else []
    inner: Sequence[object] = ()
    if is_dataclass(page):
        inner = [getattr(page, field.name) for field in fields(page)]
    elif isinstance(page, (list, tuple)):
        inner = page
    return [bad for item in inner for bad in folded_acts(item)]


def folded_anywhere(page: object) -> list[str]:
    """Acts and kinds of tier 3 on a page, folded or not; for pages about a person and for digests."""
    found = [part.act for part in parts(page) if isinstance(part, Said) and part.act in FOLDED]
    return found + [part.kind for part in parts(page) if isinstance(part, KindOfResponse) and part.kind in FOLDED]


def people_in(page: object) -> set[str]:
    """Ids of everyone whom a page names."""
    return {part.id for part in parts(page) if isinstance(part, Person) and part.id}


_ELSEWHERE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//|^\s*(?:https?|ftp|wss?):", re.I)
_CSS = re.compile(r"""url\(\s*['"]?([^'")]*)|@import\s+(?:url\()?\s*['"]?([^'");]*)""", re.I)
_FETCHING = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping", "manifest"}


class _Fetches(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            fetches = name in _FETCHING or (name in {"href", "xlink:href"} and tag != "a")
            if fetches and _ELSEWHERE.search(value or ""):
                self.found.append(f"<{tag} {name}={value}>")
            if name == "style":
                self.found += fetched_by_css(value or "")
        if tag == "meta" and any(value and value.lower() == "refresh" for _, value in attrs):
            self.found.append("<meta refresh>")


def fetched_by_css(text: str) -> list[str]:
    """What a stylesheet fetches from another machine."""
    return [one for found in _CSS.findall(text) for one in found if _ELSEWHERE.search(one)]


def fetched(html: str) -> list[str]:
    """What a page or a drawing fetches from another machine; links that a person follows are none."""
    reader = _Fetches()
    reader.feed(html)
    styles = re.findall(r"<style[^>]*>(.*?)</style>", html, re.S | re.I)
    return reader.found + [one for style in styles for one in fetched_by_css(style)]
