"""The web page on this machine."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from jinja2 import Environment

from mutuals import errors
from mutuals.views import guard, setting, wording
from mutuals.views.app import create_app
from mutuals.views.door import HEADERS
from mutuals.views.pages import MomentPage, Said, TodayPage
from mutuals.vocabulary import ACTS, RESPONSE_KINDS
from tests.views import fixture_pages as village
from tests.views.fixture_pages import PATHS, FixturePages
from tests.views.visiting import TOKEN, Visitor

ASK_PATH = PATHS[4]
TALK_PATH = PATHS[9]
ABOUT_PEOPLE = ("/people", "/person/list%3Aben", "/between?a=Ana&b=Ben")


class Outline(HTMLParser):
    """What a page is made of: its elements with their attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps an element."""
        self.elements.append((tag, dict(attrs)))

    def every(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of each element with one of these tags."""
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture
def visitor() -> Visitor:
    """Someone who opened the link."""
    return Visitor(create_app(FixturePages(), token=TOKEN))


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_shown(visitor: Visitor, path: str) -> None:
    """Every page answers, with headings in order, landmarks, a skip link, and nothing from elsewhere."""
    answer = visitor.get(path)
    page = Outline(answer.text)
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    loaded = [e.get("src") or e.get("href") or "" for e in page.every("img", "link", "script", "iframe", "source")]

    assert 200 == answer.status_code
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))
    assert all(page.every(landmark) for landmark in ("header", "nav", "main", "footer"))
    assert "#main" == page.every("a")[0]["href"]
    assert all(address.startswith("/static/") for address in loaded)
    assert not page.every("script", "style")
    assert not [
        name for _, attributes in page.elements for name in attributes if name == "style" or name.startswith("on")
    ]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", PATHS)
def test_every_quote_says_its_language_and_direction(visitor: Visitor, path: str) -> None:
    """Words stand in an element with `lang` and `dir`; a source that is cited is one of the web; times are marked."""
    page = Outline(visitor.get(path).text)
    quotes = page.every("blockquote", "q")

    assert all(quote.get("lang") and quote.get("dir") in {"ltr", "rtl"} for quote in quotes)
    assert all(str(quote["cite"]).startswith("https://") for quote in quotes if "cite" in quote)
    assert all(str(moment["datetime"]).endswith("Z") for moment in page.every("time"))


@pytest.mark.parametrize("path", PATHS)
def test_links_out_tell_nobody_where_they_come_from(visitor: Visitor, path: str) -> None:
    """Links are ours or of the web, never `javascript:`; those that lead out carry noreferrer and noopener."""
    links = Outline(visitor.get(path).text).every("a")
    outside = [link for link in links if not str(link["href"]).startswith(("/", "#"))]

    assert all(str(link["href"]).startswith(("https://", "http://")) for link in outside)
    assert all("noreferrer noopener" == link.get("rel") for link in outside)


@pytest.mark.parametrize("path", PATHS)
def test_words_of_the_interface_are_calm(visitor: Visitor, path: str) -> None:
    """Outside quotes there is no exclamation mark."""
    html = re.sub(r"<(blockquote|q)\b.*?</\1>|<!doctype[^>]*>", "", visitor.get(path).text, flags=re.DOTALL)

    assert "!" not in html


@pytest.mark.parametrize("path", PATHS)
def test_a_number_fast_holds_on_every_page(path: str) -> None:
    """No page says a number of the program's own, not even the facts of places."""
    visitor = Visitor(create_app(FixturePages(), token=TOKEN, number_fast=True))
    answer = visitor.get(path)

    assert 200 == answer.status_code
    assert [] == guard.leaks(answer.text)


def test_only_places_say_numbers_otherwise(visitor: Visitor) -> None:
    """Also without a fast, no page but those about places and problems says a number beside people's own words."""
    loud = [path for path in PATHS if guard.leaks(re.sub("<title>.*?· mutuals</title>", "", visitor.get(path).text))]

    assert ["/places", "/problems"] == loud


def test_a_page_that_breaks_the_fast_is_held_back() -> None:
    """With the fast on, a number in a heading stops the page, and nothing of it is sent."""

    class Loud(FixturePages):
        def moments(self, kind: object, cursor: str | None = None) -> object:  # type: ignore[override]
            return replace(super().moments("ask"), heading="The 7 asks")

    quiet = Visitor(create_app(Loud(), token=TOKEN, number_fast=True)).get("/asked")  # type: ignore[arg-type]

    assert 500 == quiet.status_code
    assert "held back" in quiet.text
    assert "Jo" not in quiet.text


def test_a_page_that_breaks_a_promise_is_held_back() -> None:
    """What the guard refuses is never sent, not even in part."""

    class Careless(FixturePages):
        def moment(self, utterance: str) -> MomentPage:
            moments = (replace(village.WAITING_MOMENT, silence_note=""),)
            return MomentPage(utterance=utterance, conversation="x:y", title=None, moments=moments)

    answer = Visitor(create_app(Careless(), token=TOKEN)).get(ASK_PATH)

    assert 500 == answer.status_code
    assert "saw for the fallen ash" not in answer.text


@pytest.mark.parametrize("headers", [None, {"Origin": "http://127.0.0.1:8765"}])
def test_a_correction_is_kept_and_leads_back(headers: dict[str, str] | None) -> None:
    """The button stores what the person says, and leads back to a page of ours."""
    pages = FixturePages()
    visitor = Visitor(create_app(pages, token=TOKEN))
    form = {"utterance": "x:y", "act": "thanks", "verdict": "is_not", "back": TALK_PATH}
    answer = visitor.post("/correct", form, headers)

    assert [("x:y", "thanks", "is_not")] == pages.corrections
    assert 303 == answer.status_code
    assert f'href="{TALK_PATH}"' in visitor.get(answer.headers["location"]).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_correction_never_leads_away(visitor: Visitor, back: str) -> None:
    """An address that is not ours becomes the front page."""
    form = {"utterance": "x:y", "act": "thanks", "verdict": "is", "back": back}

    assert "/noted?back=%2F" == visitor.post("/correct", form).headers["location"]


@pytest.mark.parametrize(
    "form", [{}, {"utterance": "x:y", "act": "mood", "verdict": "is"}, {"act": "asks", "verdict": "is"}]
)
def test_a_correction_outside_the_vocabulary_is_refused(visitor: Visitor, form: dict[str, str]) -> None:
    """Only acts of the closed list, only `is` and `is_not`, only of a message."""
    assert 400 == visitor.post("/correct", form).status_code
    assert 400 == visitor.post("/correct", {"utterance": "x" * 20_000}).status_code


def test_every_act_shown_can_be_corrected(visitor: Visitor) -> None:
    """Beside each act in a conversation stands the button that says it is not one."""
    html = visitor.get(TALK_PATH).text

    assert "This is not thanks" in html
    assert "This is not an answer" in html
    assert "Yes, it is" in html


def test_one_key_each_says_yes_and_no_to_a_moment(visitor: Visitor) -> None:
    """On the page of a moment one form alone has keys, for yes and for no, and it works without JavaScript."""
    html = visitor.get(ASK_PATH).text
    others = [path for path in PATHS if "accesskey" in visitor.get(path).text and not path.startswith("/moment/")]

    assert ['value="is" accesskey="y"', 'value="is_not" accesskey="n"'] == re.findall(
        r'value="\w+" accesskey="\w"', html
    )
    assert [] == others


def test_every_answer_carries_the_headers(visitor: Visitor) -> None:
    """Pages, refusals, redirects, files and errors alike."""

    class Broken(FixturePages):
        def today(self) -> TodayPage:
            raise RuntimeError("a mistake of ours")

    broken = Visitor(create_app(Broken(), token=TOKEN)).get("/")
    answers = [visitor.get(p) for p in ("/", "/nowhere", "/static/mutuals.css", "/person/x", f"/?token={TOKEN}")]

    assert 500 == broken.status_code
    assert "a mistake of ours" not in broken.text
    assert all(HEADERS.items() <= dict(_as_sent(answer.headers)).items() for answer in [*answers, broken])


def _as_sent(headers: object) -> list[tuple[str, str]]:
    names = {name.lower(): name for name in HEADERS}
    return [(names.get(name.lower(), name), value) for name, value in dict(headers).items()]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "This is not here"),
        ("/moment/x%3Ay", 404, "No message has the id"),
        ("/person/x%3Ay", 404, "Nobody here is called"),
        ("/person/Ben", 409, "Several people carry this name"),
        ("/between?a=Ana", 400, "Two names are needed"),
    ],
)
def test_errors_are_pages_with_a_kind_sentence(visitor: Visitor, path: str, status: int, words: str) -> None:
    """What can be put right is said in words, with the status of its class."""
    answer = visitor.get(path)

    assert status == answer.status_code
    assert words in answer.text


def test_every_error_class_has_a_status() -> None:
    """The whole tree is mapped, the most particular first."""
    assert 503 == wording.error(errors.LibraryInUse("x"))[0]
    assert 404 == wording.error(errors.PathNotFound("x"))[0]
    assert 403 == wording.error(errors.ModeForbids("x"))[0]
    assert all(wording.error(kind("x"))[0] >= 400 for kind in errors.MutualsError.__subclasses__())


@pytest.mark.parametrize("path", ABOUT_PEOPLE)
def test_a_workplace_has_no_page_about_a_person(path: str) -> None:
    """In workplace mode such a page does not exist."""
    visitor = Visitor(create_app(FixturePages(), token=TOKEN, mode="workplace"))

    assert 403 == visitor.get(path).status_code


@pytest.mark.parametrize("path", [path for path in PATHS if path not in ABOUT_PEOPLE])
def test_a_workplace_links_to_no_person(path: str) -> None:
    """In workplace mode a name is a name, not a link."""
    visitor = Visitor(create_app(FixturePages(), token=TOKEN, mode="workplace"))
    links = [str(link["href"]) for link in Outline(visitor.get(path).text).every("a")]

    assert not [link for link in links if link.startswith(("/person", "/people", "/between"))]


def test_gaps_code_and_folded_readings_are_visible(visitor: Visitor) -> None:
    """A conversation shows what is missing, sets code as code, and folds tier 3 with the parent's words in view."""
    html = visitor.get(TALK_PATH).text
    folded = html[html.index('<details class="folded">') :]
    folded = folded[: folded.index("</details>")]

    assert "missing from the archive" in html
    assert "It was deleted" in html
    assert "<code>frost --valley" in html
    assert "could not be read" in html
    assert "How do you bring a hive" in folded
    assert "perhaps waves it away" in folded
    assert "perhaps waves it away" not in html.replace(folded, "")


def test_archived_markup_stays_text() -> None:
    """Markup in someone's words is shown, not run."""
    words = village.quote(
        village.ANA, "<img src=x onerror=alert(1)> see javascript:alert(1) or https://a.example/?x=<b>"
    )

    class Hostile(FixturePages):
        def moment(self, utterance: str) -> MomentPage:
            moments = (replace(village.ASK_MOMENT, ask=words),)
            return MomentPage(utterance=utterance, conversation="x:y", title="<b>T</b>", moments=moments)

    html = Visitor(create_app(Hostile(), token=TOKEN)).get(ASK_PATH).text

    assert "<img" not in html
    assert "&lt;b&gt;T" in html
    assert 'href="https://a.example/?x="' in html


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " javascript:x",
        "data:text/html,x",
        "//a.example",
        "http://",
        "http://[",
        "ftp://a/b",
        "",
        None,
    ],
)
def test_only_web_addresses_are_linked(url: str | None) -> None:
    """Whatever else an archive holds as an address is not made a link."""
    assert setting.web(url) is None


def test_words_exist_for_everything() -> None:
    """Every act, correction and kind of response has its words."""
    assert ACTS.keys() <= wording.ACT_WORDS.keys()
    assert ACTS.keys() == wording.CORRECTIONS.keys()
    assert list(RESPONSE_KINDS) == list(wording.KIND_HEADINGS)


def test_an_act_stands_in_the_margin_once() -> None:
    """Several asks in one message are one word in the margin, with each of its quotes under it."""
    ask, thanks = Said(act="asks", quote=village.ASK), Said(act="thanks", quote=village.BACK)

    assert [("asks", [ask, ask]), ("thanks", [thanks])] == setting.together((ask, thanks, ask))


def test_no_template_is_translated_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """All templates were translated when the app was made, none in a request."""
    visitor = Visitor(create_app(FixturePages(), token=TOKEN))
    monkeypatch.setattr(Environment, "compile", lambda *_, **__: pytest.fail("a template was translated"))

    assert [200] * len(PATHS) == [visitor.get(path).status_code for path in PATHS]


def test_the_threads_of_the_endpoints_start_with_the_server() -> None:
    """A server that starts and stops the app runs into nothing."""

    async def start_and_stop() -> str:
        app = create_app(FixturePages(), token=TOKEN)
        async with app.router.lifespan_context(app):
            return "it runs"

    assert "it runs" == asyncio.run(start_and_stop())
