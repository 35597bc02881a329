"""The promises, held where output is made: no number beside a person, every claim quotes, unknown is not silence.

`check` walks a page (or the JSON made of it) and raises rather than let a broken promise out; `to_json` is the one
way from a page to JSON; `quiet` and `leaks` keep a number fast.

The rules for numbers:

- an object that is a person, names one, or holds one directly has no number anywhere inside it;
- an object that holds a person further down has no number of its own.

Durations are numbers too: "answered after" is a figure about someone. Times are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from html.parser import HTMLParser
from numbers import Number
from typing import Any

from mutuals.errors import PromiseBroken
from mutuals.model import Person
from mutuals.views.pages import AskMoment, BetweenPage, PersonPage, Said, TodayPage
from mutuals.views.wording import MONTHS, iso
from mutuals.vocabulary import ACTS, Tier

ALLOWED_NUMBERS: Mapping[str, str] = {
    "start": "where a quote begins in its message; without it the quote could not be checked",
    "end": "where a quote ends",
    "level": "how far a message is set in under the one it answers; it says nothing of its writer",
    "code": "which stretches of a message are code, so that they are shown as such",
}
"""The numeric fields that may stand beside a person, each with its reason."""

PERSON_KEYS = frozenset({
    "answerer", "asker", "helped", "helper", "person", "praised", "praiser", "said_by", "speaker", "speaker_id",
    "speaker_name", "toward", "writer",
})  # fmt: skip
"""Keys of flat JSON records whose value, where it is words, names a person."""

JSON = dict[str, Any] | list[Any] | str | int | float | bool | None


def check(output: object) -> None:
    """Nothing, if the output keeps the promises.

    Args:
        output: A page, any part of one, or JSON-like data made of mappings, sequences and plain values.

    Raises:
        PromiseBroken: It does not; the message names the field and the promise, and repeats nothing of the content.
    """
    _walk(output, "page")


def to_json(page: object, *, number_fast: bool = False) -> JSON:
    """A page as JSON-able data, checked before and after; times are ISO 8601 in UTC with `Z`.

    Args:
        page: A page or any part of one.
        number_fast: Every number but the offsets of quotes becomes "none" or "some".

    Raises:
        PromiseBroken: The page breaks a promise.
    """
    check(page)
    made = _plain(page, "", number_fast)
    check(made)
    return made


def amount(number: int, *, number_fast: bool = False) -> str:
    """A size of the library as words: its digits, or "none" and "some" in a number fast."""
    if not number_fast:
        return f"{number:,}"
    return "some" if number else "none"


def quiet(text: str, *, number_fast: bool = True) -> str:
    """A sentence of the program's own without its numbers, "some" in their place; dates and times stay.

    Args:
        text: Words of ours, such as a coverage note; never someone's quoted words, which stay as they are.
        number_fast: False gives the text back unchanged.
    """
    if not number_fast:
        return text
    parts = DATES.split(text)
    return "".join(part if DATES.fullmatch(part) else _COUNT.sub("some", part) for part in parts)


_MONTH = "(?:" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS) + ")"
DATES = re.compile(
    rf"(\b\d{{4}}-\d\d(?:-\d\d)?(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    rf"|\b(?:\d{{1,2}} )?{_MONTH} \d{{4}}\b(?:, \d\d:\d\d(?: UTC)?)?)"
)
"""Dates and times as our sentences write them; one group, so that `split` keeps them."""

_COUNT = re.compile(
    r"(?:\b\w*\d[\d.,:/]*\w*%?|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|percent)\b)",
    re.IGNORECASE,
)
_SAYS_A_NUMBER = re.compile(
    r"\w*\d\w*%?|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twice|thrice|dozens?|hundreds?"
    r"|thousands?|millions?|half|percent|average|median|mean|most|top|best|ranks?|ranked|ranking|score|scores|level"
    r"|more than|fewer than|less than|(?<!no )(?<!some)(?<!any)one (?:of|person|message|reply|answer|hand))\b",
    re.IGNORECASE,
)

_OTHERS_WORDS = frozenset({"blockquote", "q", "time", "code", "pre"})
_COUNTING = frozenset({"ol", "meter", "progress"})
_GEOMETRY = frozenset({
    "action", "cite", "class", "content", "cx", "cy", "d", "datetime", "dir", "for", "height", "href", "id", "lang",
    "name", "r", "rel", "src", "tabindex", "transform", "type", "value", "viewbox", "width", "x", "x1", "x2",
    "xmlns", "y", "y1", "y2", "aria-labelledby", "aria-describedby", "charset", "method", "rx", "ry", "markerwidth",
    "markerheight", "refx", "refy", "marker-end", "preserveaspectratio", "minlength", "maxlength", "color", "media",
    "points", "orient",
})  # fmt: skip
_NEVER_CLOSED = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


class _Leaks(HTMLParser):
    """Gathers what a page says in numbers of the program's own.

    People's words are quotes, code, times, and whatever an element with `data-words` holds (names and titles).
    Lists with numerals and gauges count by themselves, so `ol`, `meter` and `progress` are leaks as they stand.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        inside = bool(self._open) and self._open[-1][1]
        words = inside or tag in _OTHERS_WORDS or any(name == "data-words" for name, _ in attrs)
        if tag in _COUNTING:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in _GEOMETRY and not (words and name in {"title", "aria-label"}):
                self.found += [f"{name}={hit}" for hit in _numbers(value or "")]
        if tag not in _NEVER_CLOSED:
            self._open.append((tag, words))
        self._text.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _NEVER_CLOSED:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index:]
                break
        self._text.append(" ")

    def handle_data(self, data: str) -> None:
        if not (self._open and (self._open[-1][1] or self._open[-1][0] in {"style", "script"})):
            self._text.append(data)


def leaks(html: str) -> list[str]:
    """What a page says in numbers of the program's own, as found; empty when it keeps the fast.

    Numerals, number words and ranking words count as numbers, in text and in attributes that are read out
    (`title`, `aria-label`, `aria-setsize`, `alt`). Quotes, times, links and geometry are no words of ours.
    """
    reader = _Leaks()
    reader.feed(html)
    reader.close()
    return reader.found + _numbers(re.sub(r"\s+", " ", "".join(reader._text)))


def _numbers(text: str) -> list[str]:
    return [
        hit.group(0) for part in DATES.split(text) if not DATES.fullmatch(part) for hit in _SAYS_A_NUMBER.finditer(part)
    ]


# ---- walking -----------------------------------------------------------------------------------------------------


def _walk(value: object, path: str) -> bool:
    """Whether the value holds a person; raises at the first broken promise."""
    if is_dataclass(value) and not isinstance(value, type):
        _check_claims(value, path)
    found = _parts(value)
    if found is None:
        return _is_person(value)
    _check_quote(value, found, path)
    parts = list(found)
    inner = [_walk(part, f"{path}.{name}") for name, part in parts]
    is_record = not isinstance(value, (list, tuple, set, frozenset))
    if not is_record:
        return any(inner)
    names_one = _is_person(value) or any(_is_person(part) or _names(key, part) for key, part in parts)
    if names_one:
        _refuse(next(_numbers_in(parts, path, deep=True), None))
    elif any(inner):
        _refuse(next(_numbers_in(parts, path, deep=False), None))
    return names_one or any(inner)


def _refuse(where: str | None) -> None:
    if where is not None:
        raise PromiseBroken(
            f"A number stood beside a person at {where}: expected words, names and times only. Nothing was sent."
        )


def _parts(value: object) -> list[tuple[str, object]] | None:
    """The named parts of a record or a sequence; None for a plain value."""
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, Mapping):
        return [(str(key), part) for key, part in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [("[]", part) for part in value]
    return None


def _is_person(value: object) -> bool:
    if isinstance(value, Person):
        return True
    return (
        isinstance(value, Mapping)
        and {"id", "name"} <= value.keys()
        and bool({"handle", "is_automated"} & value.keys())
    )


def _names(key: str, value: object) -> bool:
    return key in PERSON_KEYS and isinstance(value, str) and value != ""


def _numbers_in(parts: Sequence[tuple[str, object]], path: str, *, deep: bool) -> Iterator[str]:
    """Where the numbers stand that are not allowed beside a person."""
    for name, part in parts:
        where = f"{path}.{name}"
        if name in ALLOWED_NUMBERS:
            continue
        if isinstance(part, timedelta) or (isinstance(part, Number) and not isinstance(part, (bool, Enum))):
            yield where
        inner = _parts(part)
        if inner is None:
            continue
        is_list = isinstance(part, (list, tuple, set, frozenset))
        if deep or is_list:
            below = inner if deep else [(name, item) for name, item in inner if _parts(item) is None]
            yield from _numbers_in(below, where, deep=deep)


def _check_quote(value: object, parts: Sequence[tuple[str, object]], path: str) -> None:
    """Refuses a claim without the words that it was read from."""
    known = dict(parts) if not isinstance(value, (list, tuple, set, frozenset)) else {}
    if "exact" in known:
        exact, start, end = known["exact"], known.get("start"), known.get("end")
        fits = isinstance(start, int) and isinstance(end, int) and 0 <= start < end
        if not isinstance(exact, str) or not exact or not fits or len(exact) != int(str(end)) - int(str(start)):
            raise PromiseBroken(
                f"The quote at {path} lacks its span: expected the words text[start:end]. Nothing was sent."
            )
    if "act" in known and not ({"quote", "exact", "start"} & known.keys() and known.get("quote", "") is not None):
        raise PromiseBroken(
            f"The claim at {path} quotes nothing: expected the words it was read from. Nothing was sent."
        )


def _check_claims(value: object, path: str) -> None:
    """Refuses absence without coverage, and acts that people do not agree on where a page is about a person."""
    if isinstance(value, AskMoment) and value.silence == "silent" and (not value.silence_note or value.kinds):
        raise PromiseBroken(f"Silence was claimed at {path} without saying what it rests on. Nothing was sent.")
    if isinstance(value, BetweenPage) and value.quiet_since and not value.coverage:
        raise PromiseBroken(f"Quiet was claimed at {path} without saying what the archive holds. Nothing was sent.")
    if isinstance(value, TodayPage) and value.open_asks and not value.coverage:
        raise PromiseBroken(f"Open asks were shown at {path} without saying what the archive holds. Nothing was sent.")
    if isinstance(value, PersonPage):
        groups = (value.asked, value.answered, value.helped, value.thanked_others, value.others_said)
        if any(_is_folded(said) for group in groups for said in group):
            raise PromiseBroken(f"A reading that people do not agree on was shown at {path}. Nothing was sent.")


def _is_folded(said: Said) -> bool:
    return said.act in ACTS and ACTS[said.act].tier == Tier.FOLDED


def _plain(value: object, name: str, number_fast: bool) -> JSON:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Enum):
        return _plain(value.value, name, number_fast)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, (int, float)):
        return amount(int(value), number_fast=True) if number_fast and name not in ALLOWED_NUMBERS else value
    if isinstance(value, (list, tuple)):
        return [_plain(part, name, number_fast) for part in value]
    parts = _parts(value)
    if parts is None:
        raise TypeError(f"{name or 'page'} is a {type(value).__name__}, which has no form in JSON")
    return {key: _plain(part, key, number_fast) for key, part in parts}
