"""Pages about people: in order of name or time, in words, and never in a workplace."""

from __future__ import annotations

import pytest

from mutuals.errors import AmbiguousName, ModeForbids, PersonNotFound, UsageError
from mutuals.views.guard import to_json
from mutuals.views.making import Pages
from mutuals.views.making.people import people_page
from mutuals.views.making.places import problems_page
from tests.views.library_of_glen import FakeLibrary, library_of_glen


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    """The glen, read only."""
    return library_of_glen()


def test_people_come_in_order_of_name_page_by_page(library: FakeLibrary) -> None:
    """The alphabet is the same whole and in pages, forth and back."""
    whole = Pages(library).people()
    first = people_page(library, None, None, 4)
    second = people_page(library, None, first.older, 4)

    assert sorted(person.name for person in whole.people) == [person.name for person in whole.people]
    assert whole.people[:8] == first.people + second.people
    assert first == people_page(library, None, second.newer, 4)
    assert ("bea",) == tuple(person.name for person in Pages(library).people("b").people)
    assert ("B", "G", "I") == whole.letters[:3]


def test_a_person_is_shown_in_words_newest_first(library: FakeLibrary) -> None:
    """Answers, help and what others said each come newest first, with nothing of tier 3."""
    page = Pages(library).person("TAM")

    assert ["Well fed.", "Same wax.", "Wax it twice a year, see the leaflet."] == [s.quote.exact for s in page.answered]
    assert ["Coming with @noor."] == [said.quote.exact for said in page.helped]
    assert "reads like" == page.helped[0].hedge
    assert ["wax"] == [one.answer.utterance for one in page.worked_for_the_asker]
    assert to_json(page)


def test_stages_need_the_viewer() -> None:
    """Between two people come strands; stages only where one of them sits before the screen."""
    library = library_of_glen()
    before = Pages(library).between("noor", "tam")
    library.insert("setting", name="viewer", value="noor")
    after = Pages(library).between("noor", "tam")

    assert () == before.stages
    assert ["met", "exchanged", "reciprocated", "renewed"] == [stage.what for stage in after.stages]
    times = [strand.quote.written_at for strand in after.strands]
    assert sorted(time for time in times if time) == times
    assert to_json(after)


def test_a_workplace_has_no_page_about_a_person() -> None:
    """In workplace mode the pages about people do not exist."""
    library = library_of_glen()
    library.insert("setting", name="mode", value="workplace")
    pages = Pages(library)

    for make in (pages.people, lambda: pages.person("tam"), lambda: pages.between("tam", "noor")):
        with pytest.raises(ModeForbids):
            make()


def test_names_that_fit_nobody_or_several_say_so() -> None:
    """An error lists the ids to choose from."""
    library = library_of_glen()
    library.insert("speaker", speaker=1, id="x:1", name="Tam", handle="wil", is_automated=False)

    with pytest.raises(PersonNotFound):
        Pages(library).person("nobody")
    with pytest.raises(AmbiguousName, match="wil"):
        Pages(library).person("WIL")
    with pytest.raises(UsageError):
        Pages(library).between("tam", "tam")
    assert "tam" == Pages(library).person("tam").person.id


def test_places_count_the_place_and_say_what_is_covered(library: FakeLibrary) -> None:
    """A place has its counts, the missing message among them, and a short coverage."""
    [place] = Pages(library).places().places

    assert (10, 1, 2) == (place.speakers, place.gaps, place.replies_quoted)
    assert "complete, up to August 2032" == place.coverage
    assert to_json(Pages(library).places())


def test_coverage_is_said_in_words() -> None:
    """Complete, partial and unknown each have a sentence; touching stretches are one."""
    library = library_of_glen(complete=False)
    unknown = Pages(library).today().coverage
    library.run("insert into coverage values ('glen', null, null, null, 'partial', 'one side only')")
    partial = Pages(library).today().coverage
    for since, until in (("2014-05-03", "2016-01-01"), ("2015-12-01", "2022-03-09")):
        library.run(
            "insert into coverage values ('glen', null, ?::timestamptz, ?::timestamptz, 'complete', '')", [since, until]
        )

    assert ("How complete this archive of Glen notice board is, is not known.",) == unknown
    assert ("Only part of what was said in Glen notice board is here. One side only.",) == partial
    assert "from May 2014 to March 2022" in Pages(library).today().coverage[0]


def test_problems_come_in_pages() -> None:
    """Problems are in order of kind and place, page by page."""
    library = library_of_glen()
    for n in range(3):
        library.insert("problem", problem=n, kind="bad-time", location=f"a.mbox:{n}", message="No date.", place=None,
                       excerpt="", is_lost=False)  # fmt: skip
    first = problems_page(library, None, 2)
    second = problems_page(library, first.older, 2)

    assert ["a.mbox:0", "a.mbox:1", "a.mbox:2"] == [p.where for p in first.problems + second.problems]
    assert second.older is None


def test_today_shows_scenes_and_what_waits() -> None:
    """Today has whole scenes by time, silent asks, confirmed answers, and for the viewer help not yet thanked."""
    library = library_of_glen()
    library.insert("setting", name="viewer", value="noor")
    page = Pages(library).today()

    assert ["ask", "praise", "help"] == [scene.kind for scene in page.scenes]
    assert ["benches"] == [quote.utterance for quote in page.open_asks]
    assert ["wax"] == [one.answer.utterance for one in page.answered]
    assert "Well fed." in [quote.exact for quote in page.thanks_to_return]
    assert to_json(page)


def test_an_empty_library_says_so() -> None:
    """An empty library is said to be empty."""
    library = library_of_glen()
    for table in ("utterance", "thread"):
        library.run(f"delete from {table}")

    assert Pages(library).today().is_empty


def test_a_correction_goes_to_the_library(library: FakeLibrary) -> None:
    """What the person at the screen says reaches the library under the full id."""
    Pages(library).correct("enches", "asks", "is_not")

    assert [("benches", "asks", "is_not")] == library.corrections
