"""No number on a person, every claim quotes, nothing leaves the machine: over every output of the village."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mutuals import arrow
from mutuals.cli import main
from mutuals.errors import PromiseBroken
from mutuals.model import Person, Quote
from mutuals.views import app, guard
from mutuals.views.pages import KindOfResponse, PeoplePage, PersonSaid
from mutuals.views.style import Style
from mutuals.views.terminal import render
from tests.promises import checks, outputs
from tests.promises.conftest import Everything

ANA = Person(id="discourse:square.sorrel-staithe.example/u/ana", name="Ana")
WORDS = Quote(
    exact="Lift it", start=0, end=7, utterance="m", conversation="m", person=ANA,
    written_at=datetime(2024, 5, 1, tzinfo=UTC),
)  # fmt: skip


def test_every_verb_is_walked() -> None:
    """A verb that is added must be put among those that show or those that change."""
    assert set(main.commands) == {verb[0] for verb in outputs.SHOWING} | outputs.CHANGING


def test_no_page_holds_a_number_but_positions(everything: Everything) -> None:
    """Outside of what is said of places as a whole, the only numbers on any page are where words stand."""
    found = {name: checks.numbers(page) for name, page in everything.pages.items()}

    assert {} == {name: bad for name, bad in found.items() if bad}
    assert len(found) > 500


def test_no_json_holds_a_number_but_positions(everything: Everything) -> None:
    """Each verb with `--json` prints one JSON value, without a number but positions (places apart) or a bare claim."""
    said = {verb: (code, json.loads(out)) for verb, (code, out) in everything.said.items() if verb[-1] == "--json"}

    assert {0} == {code for code, _ in said.values()}
    assert {} == {verb: bad for verb, (_, v) in said.items() if verb[0] != "places" and (bad := checks.numbers(v))}
    assert {} == {verb: bad for verb, (_, value) in said.items() if (bad := checks.unquoted_claims(value))}
    assert {} == {verb: bad for verb, (_, v) in said.items() if (bad := checks.wrong_quotes(v, everything.texts))}


def test_no_printed_page_says_a_number_of_its_own(everything: Everything) -> None:
    """Printed pages say no numeral but in people's words, names, ids and times.

    Whole conversations, and one topic that quotes with markup, are words that print differently than they are kept.
    """
    pages = {
        n: p
        for n, p in everything.pages.items()
        if not n.startswith(("thread", "places", "problems", "moment discourse:square.sorrel-staithe.example/t/114"))
    }
    found = {name: checks.numbers_said(render(page, Style()), page) for name, page in pages.items()}

    assert {} == {name: bad for name, bad in found.items() if bad}
    assert {0} == {code for code, _ in everything.said.values()}


def test_no_export_holds_a_number_but_positions_keys_and_times(everything: Everything) -> None:
    """What goes out has positions; ConvoKit's times as well, and keys in Parquet; no counter's name or figure."""
    found = {}
    for file, record in outputs.told(everything.folder):
        kind = file.partition("/")[0]
        allowed = {"convokit": checks.CONVOKIT, "parquet": checks.PARQUET}.get(kind, checks.ALLOWED)
        if bad := checks.numbers(record, allowed):
            found[file] = bad

    assert {} == found
    assert [] == [name for name, content in everything.files.items() if checks.COUNTER.search(content)]


def test_a_number_beside_a_person_is_found(everything: Everything) -> None:
    """A count is found in a page, in JSON and in print, however deep it lies, and the guard holds it back."""
    page = {"people": [{"id": "a", "name": "Ana", "handle": None, "facts": {"answers": 3}}]}

    assert ["answers"] == checks.numbers(page)
    assert "level" in checks.numbers(_entry(everything), allowed={})
    assert ["7"] == checks.numbers_said("Ana 7 answers, 3 May 2024", PeoplePage(people=(ANA,)))
    assert checks.COUNTER.search(b'{"like_count": 4}')
    with pytest.raises(PromiseBroken):
        guard.check(page)


def _entry(everything: Everything):  # type: ignore[no-untyped-def]
    return everything.pages["thread discourse:square.sorrel-staithe.example/t/101/1"].entries[1]


def test_people_come_in_order_of_name_or_time(everything: Everything) -> None:
    """Everyone is listed by name, and within each list on each page words come in order of time."""
    found = {name: checks.out_of_order(page) for name, page in everything.pages.items()}

    assert {} == {name: bad for name, bad in found.items() if bad}
    assert checks.people_in(everything.pages["people"])


def test_a_ranking_is_found() -> None:
    """People listed by anything but their names, and words by anything but time, are found."""
    later = replace(WORDS, written_at=WORDS.written_at + timedelta(days=1) if WORDS.written_at else None)
    ranked = KindOfResponse(
        kind="answers", heading="answered", entries=tuple(PersonSaid(person=ANA, first=q) for q in (later, WORDS))
    )

    assert ["PeoplePage.people"] == checks.out_of_order(PeoplePage(people=(replace(ANA, name="Bo"), ANA)))
    assert ["KindOfResponse.entries"] == checks.out_of_order(ranked)


def test_every_quote_is_verbatim(everything: Everything) -> None:
    """Each quote on each page is `text[start:end]` of the message that it names, and is not empty."""
    found = {name: checks.wrong_quotes(page, everything.texts) for name, page in everything.pages.items()}
    quotes = [q for page in everything.pages.values() for q in checks.parts(page) if isinstance(q, Quote)]

    assert {} == {name: bad for name, bad in found.items() if bad}
    assert len(quotes) > 500


def test_every_act_of_an_export_quotes_its_own_text(everything: Everything) -> None:
    """Acts of JSONL and ConvoKit stand with their words, which are in the message at that place."""
    acts = []
    for file, record in outputs.told(everything.folder):
        if file not in {"jsonl", "convokit/utterances.jsonl"}:
            continue
        said = record["acts"] if file == "jsonl" else record["meta"]["acts"]
        acts += [(record["text"], act) for act in said]

    assert acts
    assert [] == checks.unquoted_claims([act for _, act in acts])
    assert [] == [a for text, a in acts if text[a["quote"]["start"] : a["quote"]["end"]] != a["quote"]["exact"]]


def test_a_bare_or_bent_claim_is_found() -> None:
    """A quote that is off by a letter and an act without one are found."""
    assert ["m"] == checks.wrong_quotes([WORDS], {"m": "lift it"})
    assert ["m"] == checks.wrong_quotes({"exact": "", "utterance": "m", "start": 0, "end": 0}, {"m": "lift"})
    assert ["answers"] == checks.unquoted_claims({"said": [{"act": "answers", "quote": None}]})


def test_nothing_leaves_the_machine(everything: Everything) -> None:
    """Adding, reading, every page, verb, export and web page opened no connection and looked up no name."""
    assert [] == everything.tried


def test_a_connection_is_found() -> None:
    """A connection to elsewhere is refused and noted, one to this machine is not."""
    with pytest.MonkeyPatch.context() as patch:
        tried = outputs.closed_network(patch)
        with pytest.raises(OSError, match="no connection"):
            socket.create_connection(("192.0.2.1", 9))
        with pytest.raises(OSError, match="no connection"), socket.socket() as plug:
            plug.connect(("192.0.2.1", 9))
        with pytest.raises(ConnectionRefusedError), socket.socket() as plug:
            plug.connect(("127.0.0.1", 9))

    assert 2 == len(tried)


def test_duckdb_installs_nothing(everything: Everything) -> None:
    """The database may not fetch extensions, which no patch of Python's sockets would see."""
    import mutuals

    with mutuals.open(everything.path) as library:
        (row,) = arrow.rows(library.query("select current_setting('autoinstall_known_extensions') as may"))

    assert row["may"] is False


def test_web_pages_fetch_nothing_from_elsewhere(everything: Everything) -> None:
    """Pages, styles and drawings load nothing from another machine, and the policy forbids it too."""
    answers = {**everything.web, **{f"fast {path}": one for path, one in everything.fast.items()}}
    static = [file for file in (Path(app.__file__).parent / "static").iterdir() if file.is_file()]

    assert {} == {path: bad for path, one in answers.items() if (bad := checks.fetched(one.text))}
    assert [] == [bad for file in static for bad in checks.fetched(file.read_text("utf-8"))]
    assert [] == [bad for f in static if f.suffix == ".css" for bad in checks.fetched_by_css(f.read_text("utf-8"))]
    assert all("default-src 'none'" in one.headers["content-security-policy"] for one in answers.values())
    assert {200, 404} == {one.status_code for one in answers.values()}


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://a.example/x.png">', "<img src=//a.example/x.png>", '<script src="http://a.example/x">',
        '<link rel="stylesheet" href="https://a.example/x.css">', '<svg><use xlink:href="https://a.example/#x"/></svg>',
        '<p style="background:url(https://a.example/x)">', "<style>@import 'https://a.example/x.css';</style>",
        '<form action="https://a.example/"></form>', '<meta http-equiv="refresh" content="0; url=/">',
    ],
)  # fmt: skip
def test_a_fetch_is_found(html: str) -> None:
    """Whatever would load something from elsewhere is found, and a link that a person follows is not."""
    assert 1 == len(checks.fetched(html))
    assert [] == checks.fetched('<a href="https://a.example/">there</a><img src="/static/mark.svg">')


def test_a_number_fast_is_kept(everything: Everything) -> None:
    """In a number fast no web page says a number of its own; without one, the page about places does."""
    assert {} == {path: bad for path, one in everything.fast.items() if (bad := guard.leaks(one.text))}
    assert guard.leaks(everything.web["/places"].text)
