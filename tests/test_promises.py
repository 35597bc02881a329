"""The promises of docs/promises.md, held over every output there is: pages, JSON of every verb, exports, HTML."""

from __future__ import annotations

import json
import os
import random
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import mutuals
from mutuals.cli import main
from mutuals.demo.village import archives_in, write_village
from mutuals.errors import ModeForbids
from mutuals.library import Library
from mutuals.model import Extent, Quote
from mutuals.sources import ReadOptions
from mutuals.views.app import create_app
from mutuals.views.export import export
from mutuals.views.guard import leaks
from mutuals.views.making import Pages
from mutuals.views.pages import PlacesPage, Said
from mutuals.vocabulary import ACTS, Tier
from tests.views.visiting import TOKEN, Visitor

POSITIONS = {"start", "end", "level", "code"}
"""The only numbers that may stand in an output about people: where words are, and how deep in a conversation."""

CONVOKIT = POSITIONS | {"timestamp"}
"""ConvoKit's own format writes times as numbers."""

FOLDED = {name for name, act in ACTS.items() if act.tier is Tier.FOLDED}


def grow(folder: Path, extent: Extent | None = None) -> Path:
    """A library of the village; `extent` is what is said of how complete its archives are."""
    path = folder / "village.duckdb"
    with mutuals.open(path) as library:
        for archive in archives_in(write_village(folder / "archives")):
            known: Extent = "complete" if archive.name in {"square", "parish.mbox"} else "unknown"
            library.add(archive, ReadOptions(extent=extent or known))
    return path


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library file of the village."""
    return grow(tmp_path_factory.mktemp("village"))


def every_page(library: Library) -> Iterator[tuple[str, object]]:
    """Every page that the library can make."""
    pages = Pages(library)
    yield "today", pages.today()
    for kind in ("ask", "praise", "help"):
        cursor: str | None = None
        while True:
            page = pages.moments(kind, cursor)
            yield f"{kind} {cursor}", page
            cursor = page.older
            if cursor is None:
                break
    for row in library.query("select distinct u.id from act join utterance u using (utterance)").to_pylist():
        yield f"moment {row['id']}", pages.moment(row["id"])
    for row in library.query(
        "select min(u.id) as id from thread t join utterance u using (utterance) group by t.conversation"
    ).to_pylist():
        yield f"thread {row['id']}", pages.thread(row["id"])
    people = [row["id"] for row in library.query("select id from speaker order by id").to_pylist()]
    yield "people", pages.people()
    for identifier in people:
        yield f"person {identifier}", pages.person(identifier)
    for first, second in pairwise(people):
        yield f"between {first} {second}", pages.between(first, second)
    yield "places", pages.places()
    yield "problems", pages.problems()


def parts(value: object) -> Iterator[object]:
    """Every object inside a page, itself included."""
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from parts(item)


def numbers(value: object, allowed: set[str], name: str = "") -> list[str]:
    """The names of numeric fields in JSON-like data that are not allowed there."""
    if isinstance(value, Mapping):
        return [found for key, item in value.items() for found in numbers(item, allowed, str(key))]
    if isinstance(value, (list, tuple)):
        return [found for item in value for found in numbers(item, allowed, name)]
    return [name] if isinstance(value, (int, float)) and not isinstance(value, bool) and name not in allowed else []


def test_no_page_holds_a_number_but_positions(village: Path) -> None:
    """Outside of the page about places, the only numbers on any page are where words stand."""
    with mutuals.open(village) as library:
        found = {
            name: numbers(asdict(page), POSITIONS)  # type: ignore[call-overload]
            for name, page in every_page(library)
            if not isinstance(page, PlacesPage)
        }

    assert {} == {name: bad for name, bad in found.items() if bad}


def test_the_search_for_numbers_finds_one() -> None:
    """A count beside a person is found, however deep it lies."""
    assert ["answers"] == numbers({"people": [{"name": "Ana", "facts": {"answers": 3}}]}, POSITIONS)


def test_every_quote_is_verbatim(village: Path) -> None:
    """Each quote on each page is `text[start:end]` of the message that it names, and is not empty."""
    with mutuals.open(village) as library:
        texts = {row["id"]: row["text"] for row in library.query("select id, text from utterance").to_pylist()}
        quotes = [q for _, page in every_page(library) for q in parts(page) if isinstance(q, Quote)]
        wrong = [q for q in quotes if not q.exact or texts[q.utterance][q.start : q.end] != q.exact]

    assert [] == wrong
    assert len(quotes) > 500


_COUNTER = re.compile(
    rb'"(like_count|likes|score|ups|downs|views|reads|reply_count|num_comments|karma|trust_level|incoming_link_count|'
    rb'posts_count|quote_count|link_karma|comment_karma|gilded|upvote_ratio)":\s*\d+'
)


def test_permuting_counters_changes_no_output(village: Path, tmp_path: Path) -> None:
    """With every like, view and score of the archives changed, every page is the same to the letter."""
    chance = random.Random(3)
    folder = write_village(tmp_path / "archives")
    changed = 0
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix != ".mbox":
            stamp = file.stat()
            words, times = _COUNTER.subn(
                lambda m: b'"' + m[1] + b'": ' + str(chance.randrange(9, 9999)).encode(), file.read_bytes()
            )
            file.write_bytes(words)
            os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
            changed += times
    other = tmp_path / "other.duckdb"
    with mutuals.open(other) as library:
        for archive in archives_in(folder):
            known: Extent = "complete" if archive.name in {"square", "parish.mbox"} else "unknown"
            library.add(archive, ReadOptions(extent=known))
        permuted = dict(every_page(library))
    with mutuals.open(village) as library:
        before = dict(every_page(library))

    assert changed > 100
    assert before == permuted


def test_absence_is_claimed_only_under_complete_coverage(village: Path, tmp_path: Path) -> None:
    """The village has a silent ask; the same village with incomplete archives has none, and says so."""
    with mutuals.open(village) as library:
        silent = Pages(library).today().open_asks
    with mutuals.open(grow(tmp_path, "partial")) as library:
        states = {getattr(part, "silence", None) for _, page in every_page(library) for part in parts(page)}
        today = Pages(library).today()

    assert silent
    assert "silent" not in states
    assert "not known" in states
    assert () == today.open_asks
    assert today.unknown_asks


def test_folded_acts_stay_folded(village: Path) -> None:
    """No act of tier 3 stands on a page about a person or on Today's page outside of a folded kind."""
    with mutuals.open(village) as library:
        for act in sorted(FOLDED):
            library.correct(_an_answer(library), act, "is")
        pages = Pages(library)
        shown = [part.act for _, page in every_page(library) if type(page).__name__ in {"PersonPage", "BetweenPage"}
                 for part in parts(page) if isinstance(part, Said)]  # fmt: skip
        today = [part.act for part in parts(pages.today()) if isinstance(part, Said)]
        for act in sorted(FOLDED):
            library.correct(_an_answer(library), act, "is_not")

    assert set() == FOLDED & set(shown)
    assert set() == FOLDED & set(today)
    assert shown


def _an_answer(library: Library) -> str:
    [row] = library.query("select min(u.id) as id from response r join utterance u using (utterance)").to_pylist()
    return str(row["id"])


VERBS = (
    ["today"], ["asks"], ["praise"], ["helps"], ["people"], ["problems"], ["about"],
    ["moment", "discourse:square/t/101/1"], ["thread", "discourse:square/t/101/1"],
)  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_json_of_every_verb_keeps_the_promises(village: Path, verb: list[str]) -> None:
    """`--json` of each verb is one JSON value without a number beside a person, and nothing else on stdout."""
    done = CliRunner().invoke(main, ["--library", str(village), *verb, "--json"])
    said = json.loads(done.stdout)

    assert (0, []) == (done.exit_code, numbers(said, POSITIONS))


def test_exports_hold_no_number_beside_a_person_and_no_folded_act(village: Path, tmp_path: Path) -> None:
    """JSONL and ConvoKit hold positions and ConvoKit's times alone; no export has an act of tier 3 or a counter."""
    with mutuals.open(village) as library:
        for kind in ("jsonl", "convokit", "parquet"):
            export(library.store, kind, tmp_path / kind)
    lines = [json.loads(line) for line in (tmp_path / "jsonl").read_text("utf-8").splitlines()]
    corpus = [json.loads(line) for line in (tmp_path / "convokit" / "utterances.jsonl").read_text("utf-8").splitlines()]
    speakers = json.loads((tmp_path / "convokit" / "speakers.json").read_text("utf-8"))
    acts = {act["act"] for line in lines for act in line.get("acts", [])}
    columns = {name for file in (tmp_path / "parquet").glob("*.parquet") for name in pq.read_schema(file).names}

    assert [] == numbers(lines, POSITIONS)
    assert [] == numbers(corpus, CONVOKIT) + numbers(speakers, set())
    assert acts
    assert set() == acts & FOLDED
    assert set() == columns & {"likes", "score", "karma", "followers", "views"}
    for file in (tmp_path / "parquet").glob("*.parquet"):
        assert not _COUNTER.search(file.read_bytes()), file.name


_OUTSIDE = re.compile(r"""(?:src|srcset|poster|data|action|xlink:href)\s*=\s*["']?(?:https?:)?//|url\(|@import""", re.I)


def paths(library: Library) -> list[str]:
    """The addresses of pages of every kind."""
    identifier = library.query("select id from utterance where id like 'discourse%' order by id limit 40").to_pylist()
    people = library.query("select id from speaker order by id limit 12").to_pylist()
    return (
        ["/", "/asked", "/praised", "/helped", "/people", "/places", "/problems"]
        + [f"/moment/{row['id']}" for row in identifier]
        + [f"/conversation/{row['id']}" for row in identifier[:8]]
        + [f"/person/{row['id']}" for row in people]
    )


@pytest.mark.parametrize("number_fast", [False, True])
def test_web_pages_fetch_nothing_and_hold_no_numbers(village: Path, number_fast: bool) -> None:
    """No page loads anything from elsewhere; in a number fast no page says a number of its own."""
    with mutuals.open(village) as library:
        visitor = Visitor(create_app(Pages(library), token=TOKEN, number_fast=number_fast))
        answers = {path: visitor.get(path) for path in paths(library)}
    policies = {answer.headers["content-security-policy"] for answer in answers.values()}

    assert [] == [path for path, answer in answers.items() if answer.status_code not in {200, 404}]
    assert [] == [path for path, answer in answers.items() if _OUTSIDE.search(answer.text)]
    assert all("default-src 'none'" in policy for policy in policies)
    if number_fast:
        assert {} == {path: leaks(answer.text) for path, answer in answers.items() if leaks(answer.text)}


def test_nothing_leaves_the_machine(village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding, reading, making every page and exporting open no connection and look up no name."""
    tried: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        tried.append(arguments)
        raise OSError("no connection is allowed here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    with mutuals.open(grow(tmp_path)) as library:
        for _ in every_page(library):
            pass
        export(library.store, "jsonl", tmp_path / "out")
    with pytest.raises(OSError, match="no connection"):
        socket.create_connection(("127.0.0.1", 9))

    assert 1 == len(tried)


def test_a_workplace_has_no_page_about_a_person(village: Path, tmp_path: Path) -> None:
    """In the workplace mode pages about people and pairs are refused."""
    with mutuals.open(grow(tmp_path)) as library:
        library.store.set("mode", "workplace")
        pages = Pages(library)
        first, second = [row["id"] for row in library.query("select id from speaker limit 2").to_pylist()]

        for page in (lambda: pages.people(), lambda: pages.person(first), lambda: pages.between(first, second)):
            with pytest.raises(ModeForbids):
                page()
