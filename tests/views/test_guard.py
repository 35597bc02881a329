"""The promises, held where output is made."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.errors import PromiseBroken
from mutuals.model import Person
from mutuals.views import guard
from mutuals.views.pages import Said
from tests.views import fixture_pages as village


@dataclass(frozen=True, kw_only=True)
class _Counted:
    person: Person
    answers: object


PAGES = village.FixturePages()
EVERY_PAGE = (
    PAGES.today(),
    PAGES.moments("ask"),
    PAGES.moments("help"),
    PAGES.moment(village.ASK.utterance),
    PAGES.moment(village.PRAISE.utterance),
    PAGES.moment(village.FAY_OFFER.utterance),
    PAGES.thread("list:x"),
    PAGES.people(),
    PAGES.person("list:ben"),
    PAGES.between("a", "b"),
    PAGES.places(),
    PAGES.problems(),
)


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: type(page).__name__)
def test_every_page_that_keeps_the_promises_passes(page: object) -> None:
    """A page of quotes, names and times is let through, and so is the JSON of it."""
    made = guard.to_json(page)

    assert made == json.loads(json.dumps(made))


@pytest.mark.parametrize("number", [0, 3, 2.5, timedelta(hours=2), (1, 2), {"of": {"any": 4}}])
def test_a_number_beside_a_person_is_refused(number: object) -> None:
    """No numeric field, no duration, no list of numbers, however deep, stands in an object that holds a person."""
    with pytest.raises(PromiseBroken, match="beside a person"):
        guard.check(_Counted(person=village.BEN, answers=number))


@pytest.mark.parametrize(
    "record",
    [
        {"id": "x:ben", "name": "Ben", "handle": None, "karma": 12},
        {"speaker": "x:ben", "n": 12},
        {"person": {"id": "x:ben", "name": "Ben", "is_automated": False}, "stats": {"answers": 2}},
        {"people": [{"id": "x:ben", "name": "Ben", "handle": "b"}], "page": 2},
        [{"asker": "Ana", "seconds_to_answer": 20.5}],
    ],
)
def test_a_number_beside_a_person_is_refused_in_json(record: object) -> None:
    """The same holds of JSON-like records, where a person may be an object or a name under a telling key."""
    with pytest.raises(PromiseBroken, match="beside a person"):
        guard.check(record)


@pytest.mark.parametrize(
    "record",
    [
        {"speaker": "x:ben", "start": 3, "end": 9, "exact": "thanks"},
        {"person": {"id": "x:ben", "name": "Ben", "handle": None}, "level": 2, "code": [1, 2]},
        {"person": {"id": "x:ben", "name": "Ben", "handle": None}, "is_deleted": True},
        {"place": "Mill forum", "utterances": 12},
    ],
)
def test_offsets_flags_and_facts_of_places_pass(record: object) -> None:
    """What is on the list with a reason, statements, and facts without a person pass."""
    guard.check(record)


@pytest.mark.parametrize("change", [{"exact": ""}, {"end": 4}, {"end": 2}, {"start": -1}, {"exact": "not that long"}])
def test_a_quote_without_its_span_is_refused(change: dict[str, object]) -> None:
    """Words that are not `text[start:end]` are no quote, and nothing may be claimed from them."""
    broken = replace(village.BACK, **change)  # type: ignore[arg-type]

    with pytest.raises(PromiseBroken, match="span"):
        guard.check(Said(act="thanks", quote=broken))


def test_an_act_without_words_is_refused() -> None:
    """A record that names an act and quotes nothing is a claim out of nowhere."""
    with pytest.raises(PromiseBroken, match="quotes nothing"):
        guard.check({"act": "thanks", "utterance": "x:y"})


@pytest.mark.parametrize(
    "page",
    [
        replace(village.WAITING_MOMENT, silence_note=""),
        replace(village.ASK_MOMENT, silence="silent", silence_note="No one."),
        replace(PAGES.between("a", "b"), coverage=()),
        replace(PAGES.today(), coverage=()),
    ],
)
def test_absence_is_not_claimed_without_coverage(page: object) -> None:
    """Silence, quiet and open asks say what they rest on, or are held back."""
    with pytest.raises(PromiseBroken):
        guard.check(page)


def test_a_folded_reading_never_stands_on_a_page_about_a_person() -> None:
    """Tier 3 stays in its conversation."""
    page = replace(PAGES.person("list:ben"), answered=(Said(act="dismisses", quote=village.WAVED),))

    with pytest.raises(PromiseBroken, match="do not agree"):
        guard.check(page)


def test_times_in_json_are_utc_with_z() -> None:
    """A time of any zone becomes ISO 8601 in UTC."""
    at = datetime.fromisoformat("2024-03-02T10:15:00+01:00")

    assert {"at": "2024-03-02T09:15:00Z"} == guard.to_json({"at": at})


def test_json_in_a_number_fast_says_some_and_none() -> None:
    """Sizes become words; the offsets of quotes stay, as a quote cannot be checked without them."""
    places = json.dumps(guard.to_json(PAGES.places(), number_fast=True))
    thread = guard.to_json(village.BACK, number_fast=True)

    assert "1843" not in places
    assert '"utterances": "some"' in places
    assert '"replies_inferred": "none"' in places
    assert isinstance(thread, dict)
    assert (4, 4 + len(village.BACK.exact)) == (thread["start"], thread["end"])


def test_json_refuses_what_has_no_form() -> None:
    """An object that JSON has no form for is a mistake of ours, not something to guess at."""
    with pytest.raises(TypeError, match="no form"):
        guard.to_json({"what": object()})


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Partial; 14 files were cut short.", "Partial; some files were cut short."),
        ("Complete from 2024-01-03 to 30 June 2024.", "Complete from 2024-01-03 to 30 June 2024."),
        ("The file ends three bytes early, 12.5% lost.", "The file ends some bytes early, some lost."),
    ],
)
def test_quiet_takes_numbers_and_leaves_dates(words: str, left: str) -> None:
    """A sentence of ours keeps its dates and loses its counts."""
    assert left == guard.quiet(words)
    assert words == guard.quiet(words, number_fast=False)


@given(st.text())
def test_whatever_quiet_leaves_has_no_digit_outside_a_date(words: str) -> None:
    """No sentence keeps a digit that is not part of a date."""
    ours = guard.DATES.sub("", guard.quiet(words))

    assert not any(character.isdecimal() for character in ours)


@pytest.mark.parametrize(
    "html",
    [
        "<title>(3) mutuals</title>",
        '<button aria-label="12 replies">replies</button>',
        "<p>3 people joined</p>",
        "<p>Three hands joined</p>",
        '<p title="answered 4 times">Ben</p>',
        "<p>Ben answered most</p>",
        "<p>One of the people here</p>",
        '<li aria-setsize="7">Ben</li>',
        "<ol><li>Ben</li></ol>",
        "<meter></meter>",
        "<p>page <b>2</b></p>",
        '<img src="/x.svg" alt="5 threads">',
        "<svg><desc>4 people</desc></svg>",
        "<q>her words</q> 3",
    ],
)
def test_numbers_of_ours_leak(html: str) -> None:
    """Numerals, number words, ranks and numbered lists are found wherever they are said or read out."""
    assert guard.leaks(html)


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote><p>Wrap it 2 weeks <b>early</b>, three at most</p></blockquote>",
        '<time datetime="2024-03-02">2 March 2024</time>',
        '<a href="/moment/x%3A12"><span data-words>ben42</span></a>',
        '<svg viewBox="0 0 10 10"><path d="M1 2"/><circle cx="1" cy="2" r="3"/></svg>',
        "<h1>No one here has answered yet</h1>",
        "<p>Complete to 30 June 2024.</p>",
        '<p>Before<br>after<input type="hidden" value="3"></p>',
    ],
)
def test_peoples_words_times_and_geometry_do_not_leak(html: str) -> None:
    """What others wrote, when they wrote it, where it is and how it is drawn are no numbers of ours."""
    assert [] == guard.leaks(html)


def test_amounts_are_words_in_a_fast() -> None:
    """Amounts are words in a fast and digits outside it."""
    assert ["1,843", "some", "none"] == [
        guard.amount(1843),
        guard.amount(1843, number_fast=True),
        guard.amount(0, number_fast=True),
    ]
