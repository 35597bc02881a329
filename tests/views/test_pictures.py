"""A moment drawn as threads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.model import Person
from mutuals.views import guard
from mutuals.views.pages import KindOfResponse, Moment, PersonSaid
from mutuals.views.pictures import LIMIT, Size, letters, picture, scene_of, shortened
from tests.views import fixture_pages as village

MOMENTS = (village.ASK_MOMENT, village.PRAISE_MOMENT, village.HELP_MOMENT, village.crowd(LIMIT))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(moment: Moment, size: Size = "wide") -> ET.Element:
    """The drawing as a tree; `data-words` gets the value that XML asks for and HTML does not."""
    return ET.fromstring(picture(moment, size=size).replace(" data-words", ' data-words=""'))


def said(tree: ET.Element) -> str:
    """All that the drawing says in words."""
    return " ".join("".join(part.itertext()) for part in tree.iter() if part.tag in {SVG + "text", SVG + "desc"})


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.kind)
def test_a_drawing_is_accessible_and_closed(moment: Moment, size: Size) -> None:
    """It has a title and a description that name everyone, and neither script, style nor anything from elsewhere."""
    tree = drawn(moment, size)
    tags = {element.tag.removeprefix(SVG) for element in tree.iter()}
    title, description = tree[0], tree[1]
    strands = scene_of(moment).strands

    assert "img" == tree.get("role")
    assert f"{title.get('id')} {description.get('id')}" == tree.get("aria-labelledby")
    assert tags <= {"svg", "title", "desc", "path", "circle", "text", "tspan", "g"}
    assert not any(name in {"href", "style"} or name.startswith("on") for e in tree.iter() for name in e.attrib)
    assert all(p.name in "".join(description.itertext()) for strand in strands for p in strand.people)


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.kind)
def test_everything_stays_inside(moment: Moment, size: Size) -> None:
    """Every dot and the beginning of every name lies within the drawing."""
    tree = drawn(moment, size)
    _, _, width, height = map(float, str(tree.get("viewBox")).split())
    points = [(float(str(e.get("x") or e.get("cx"))), float(str(e.get("y") or e.get("cy")))) for e in _placed(tree)]

    assert all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_two_long_names_stand_on_two_lines() -> None:
    """On a telephone, who reached out and to whom take a line each where both do not fit on one."""
    said_first = village.HELP_MOMENT.help.quote
    helper, helped = Person(id="d", name="Desmond Okoro"), Person(id="w", name="Wolfram Teske")
    quote = replace(said_first, person=helper)
    long = replace(village.HELP_MOMENT, help=replace(village.HELP_MOMENT.help, quote=quote), helped=helped)
    lines = ["".join(text.itertext()) for text in drawn(long, "narrow").iter(f"{SVG}text")]

    assert ["Desmond Okoro reached out to", "Wolfram Teske"] == [line for line in lines if line[:3] in {"Des", "Wol"}]


def _placed(tree: ET.Element) -> list[ET.Element]:
    return [element for element in tree.iter() if element.get("x") or element.get("cx")]


@pytest.mark.parametrize("moment", [village.ASK_MOMENT, village.PRAISE_MOMENT, village.HELP_MOMENT])
def test_a_drawing_says_no_number(moment: Moment) -> None:
    """Not one number is said, whether in text, title or description."""
    tree = drawn(moment)
    without_names = re.sub(r"Ben|Cai", "", said(tree))

    assert [] == guard.leaks(picture(moment))
    assert not re.search(r"\d", without_names)


def test_kinds_keep_their_order_and_folded_ones_are_left_out() -> None:
    """Strands stand in the order of the kinds; what people do not agree on is not drawn."""
    scene = scene_of(village.ASK_MOMENT)

    assert ["Answered", "Reads like their own experience", "Gave a source", "Reads like an offer of help"] == [
        strand.heading for strand in scene.strands
    ]
    assert "waved" not in picture(village.ASK_MOMENT)


def test_people_stand_in_order_of_arrival() -> None:
    """Along the line of time, whoever came earlier stands further left, across all kinds."""
    tree = drawn(village.ASK_MOMENT)
    at = {
        str(group[0].text): float(str(group[1].get("cx")))
        for group in tree.iter(SVG + "g")
        if len(group) == 3 and group[1].tag == SVG + "circle"
    }
    arrived = [person.name for person in scene_of(village.ASK_MOMENT).arrivals]

    assert ["Ben", "Cai Morgan", "نور", "Ira", "Fay", "文字花子", village.LONG.name] == arrived
    assert arrived == sorted(at, key=at.__getitem__)


def test_whoever_came_back_is_a_thread_that_returns() -> None:
    """The asker's return is drawn, and the answer that it is about is marked."""
    svg = picture(village.ASK_MOMENT)

    assert 'class="back"' in svg
    assert "came back: it worked" in svg
    assert 'class="dot held"' in svg
    assert 'class="back"' not in picture(replace(village.ASK_MOMENT, came_back=()))


def test_more_people_than_fit_are_others_without_a_count() -> None:
    """Sixty people are drawn; with more, "and others" stands in, and no figure."""
    full, over = picture(village.crowd(LIMIT)), picture(village.crowd(LIMIT + 7))

    assert LIMIT == full.count('class="dot"')
    assert "and others" not in full
    assert LIMIT == over.count('class="dot"')
    assert "and others" in over
    assert [] == guard.leaks(over)


def test_a_moment_to_which_nobody_came_has_no_drawing() -> None:
    """There is nothing to draw, and no empty frame that would say so."""
    assert "" == picture(village.WAITING_MOMENT)


def test_long_names_are_cut_and_whole_in_the_title() -> None:
    """A name too long for its place ends in an ellipsis; the title has all of it."""
    svg = picture(village.ASK_MOMENT)

    assert "…" in shortened(village.LONG.name)
    assert f"<title data-words>{village.LONG.name}</title>" in svg
    assert letters(shortened("文字花子文字花子文字花子")) <= 17


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=9))
def test_no_name_breaks_out_of_a_drawing(names: list[str]) -> None:
    """Whatever people call themselves, the drawing is well-formed and holds no element of theirs."""
    entries = tuple(
        PersonSaid(
            person=Person(id=f"x:{i}", name=name), first=replace(village.BACK, person=Person(id=f"x:{i}", name=name))
        )
        for i, name in enumerate(["<script>alert('x')</script>", *names])
    )
    kind = KindOfResponse(kind="answers", heading="Answered", entries=entries)
    tree = drawn(replace(village.ASK_MOMENT, kinds=(kind,)))

    assert not [element for element in tree.iter() if element.tag.endswith("script")]
