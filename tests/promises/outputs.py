"""Every output that there is of a library of the village: pages, the verbs' text and JSON, exports, web pages."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import mutuals
from mutuals import arrow
from mutuals.cli import main
from mutuals.demo.village import archives_in, write_village
from mutuals.library import Library
from mutuals.model import Extent
from mutuals.reading import Reader
from mutuals.sources import ReadOptions
from mutuals.views.app import create_app
from mutuals.views.export import KINDS, export
from mutuals.views.making import Pages
from tests.views.visiting import TOKEN, Visitor

WHOLE = {"square", "parish.mbox"}
"""The archives of which the village says that they are complete."""


def grow(
    folder: Path, extent: Extent | None = None, archives: Path | None = None, reader: Reader | None = None
) -> Path:
    """The library file of the village; `extent`, when given, is what is said of every archive."""
    path = folder / "village.mutuals"
    with mutuals.open(path, reader) as library:
        for archive in archives_in(archives or write_village(folder / "archives")):
            known: Extent = "complete" if archive.name in WHOLE else "unknown"
            library.add(archive, ReadOptions(extent=extent or known))
    return path


def ids(library: Library, sql: str) -> list[str]:
    """The ids that a query gives in its column `id`, in order."""
    return sorted(row["id"] for row in arrow.rows(library.query(sql)))


def lists(library: Library) -> Iterator[tuple[str, Any]]:
    """Every page of every list, and Today's."""
    pages = Pages(library)
    yield "today", pages.today()
    for kind in ("ask", "praise", "help"):
        page = pages.moments(kind)
        yield kind, page
        while page.older is not None:
            page = pages.moments(kind, page.older)
            yield f"{kind} {page.quotes[0].utterance}", page
    yield "places", pages.places()
    yield "problems", pages.problems()


def conversations(library: Library) -> Iterator[tuple[str, Any]]:
    """Every conversation, nested and flat."""
    pages = Pages(library)
    sql = """select min(u.id) as id from thread t join utterance u using (utterance)
             where u.id not like 'forgotten:%' group by t.conversation"""
    for identifier in ids(library, sql):
        yield f"thread {identifier}", pages.thread(identifier)
        yield f"thread {identifier} flat", pages.thread(identifier, flat=True)


def people(library: Library) -> Iterator[tuple[str, Any]]:
    """Every page about people: the list, each of them, and pairs."""
    pages = Pages(library)
    everyone = ids(library, "select id from speaker")
    yield "people", pages.people()
    for identifier in everyone:
        yield f"person {identifier}", pages.person(identifier)
    for first, second in pairwise(everyone):
        yield f"between {first} {second}", pages.between(first, second)


def moments(library: Library, where: str = "true") -> Iterator[tuple[str, Any]]:
    """The page of every message that can be quoted, or of those that a condition picks."""
    pages = Pages(library)
    for identifier in ids(library, f"select u.id from utterance u where {where}"):
        yield f"moment {identifier}", pages.moment(identifier)


def every_page(library: Library) -> dict[str, Any]:
    """Every page that the library can make, by name."""
    made = [*lists(library), *conversations(library), *people(library)]
    return dict(made) | dict(moments(library))


def run(path: Path, *words: str) -> tuple[int, str]:
    """A verb on a library: how it ended and what it printed."""
    done = CliRunner().invoke(main, ["--library", str(path), *words])
    return done.exit_code, done.stdout


FLOOD, DOOR = (f"discourse:square.sorrel-staithe.example/t/{topic}/1" for topic in (101, 104))
"""Two openings of the village's forum."""

SHOWING: tuple[tuple[str, ...], ...] = (
    ("today",), ("asks",), ("praise",), ("helps",), ("people",), ("places",), ("problems",), ("about",), ("me",),
    ("moment", FLOOD), ("moment", DOOR), ("llm", "places"),
    ("thread", FLOOD), ("thread", FLOOD, "--flat"),
    ("person", "quillwood"), ("between", "ottoline", "quillwood"),
)  # fmt: skip
"""The verbs that show something, with what to show."""

CHANGING = {"add", "correct", "demo", "export", "forget", "learn", "quality", "rebuild", "review", "serve", "set"}
"""The verbs that do something else; what they print has tests of its own."""


def exported(library: Library, folder: Path) -> dict[str, bytes]:
    """Every file of every export, by name."""
    files = {}
    for kind in KINDS:
        made = export(library.store, kind, folder / kind)
        for file in [made] if made.is_file() else sorted(made.iterdir()):
            files[str(file.relative_to(folder))] = file.read_bytes()
    return files


def told(folder: Path) -> list[tuple[str, Any]]:
    """The records of every export that was made in a folder, each with its file; Parquet a row a record."""
    found: list[tuple[str, Any]] = [
        ("jsonl", json.loads(line)) for line in (folder / "jsonl").read_text("utf-8").splitlines()
    ]
    for file in sorted((folder / "convokit").iterdir()):
        text = file.read_text("utf-8")
        records = [json.loads(line) for line in text.splitlines()] if file.suffix == ".jsonl" else [json.loads(text)]
        found += [(f"convokit/{file.name}", record) for record in records]
    for file in sorted((folder / "parquet").iterdir()):
        found += [(f"parquet/{file.name}", row) for row in pq.read_table(file).to_pylist()]
    return found


def addresses(library: Library) -> list[str]:
    """The addresses of web pages of every kind."""
    asked = ids(library, "select u.id from utterance u where u.id like 'discourse%/1' or u.id like '%/101/%'")
    who = ids(library, "select id from speaker where id like 'discourse%'")
    return (
        ["/", "/asked", "/praised", "/helped", "/people", "/places", "/problems", "/nowhere"]
        + [f"/moment/{one}" for one in asked]
        + [f"/conversation/{one}" for one in asked if one.endswith("/1")]
        + [f"/person/{one}" for one in who]
        + [f"/between?a={a}&b={b}" for a, b in list(pairwise(who))[:4]]
    )


def web(library: Library, *, number_fast: bool = False, mode: str = "community") -> dict[str, Any]:
    """The answer to every address of `addresses`."""
    visitor = Visitor(create_app(Pages(library), token=TOKEN, number_fast=number_fast, mode=mode))
    return {path: visitor.get(path) for path in addresses(library)}


def closed_network(patch: pytest.MonkeyPatch) -> list[object]:
    """Refuses every connection and look-up but to 127.0.0.1; gives the list of what was tried, as it grows."""
    tried: list[object] = []

    def refusing(original: Any, position: int) -> Any:
        def guarded(*arguments: Any, **named: Any) -> Any:
            target = arguments[position] if len(arguments) > position else named
            host = target[0] if isinstance(target, tuple) else target
            if host in {"127.0.0.1", "localhost"}:
                return original(*arguments, **named)
            tried.append(target)
            raise OSError("no connection is allowed here")

        return guarded

    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, refusing(getattr(socket.socket, name), 1))
    patch.setattr(socket.socket, "sendto", refusing(socket.socket.sendto, 2))
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        patch.setattr(socket, name, refusing(getattr(socket, name), 0))
    return tried
