"""The village's outputs, made once for all the promises, with the network closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import mutuals
from mutuals import arrow
from tests.promises import outputs


@dataclass(frozen=True, kw_only=True)
class Everything:
    """Every output of the village's library.

    Attributes:
        path: The library file.
        texts: The words of each message by its id.
        pages: Every page by name.
        said: What each showing verb prints, by its words; the JSON under the words with `--json`.
        folder: Where the exports lie.
        files: Their bytes by name.
        web: The answer to each address; `fast` the same in a number fast.
        tried: Connections and look-ups that were tried while all this was made.
    """

    path: Path
    texts: dict[str, str | None]
    pages: dict[str, Any]
    said: dict[tuple[str, ...], tuple[int, str]]
    folder: Path
    files: dict[str, bytes]
    web: dict[str, Any]
    fast: dict[str, Any]
    tried: list[object]


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """Every output, made while no connection could be opened."""
    folder = tmp_path_factory.mktemp("promises")
    with pytest.MonkeyPatch.context() as patch:
        tried = outputs.closed_network(patch)
        path = outputs.grow(folder)
        with mutuals.open(path) as library:
            rows = arrow.rows(library.query("select id, text from utterance"))
            made = {
                "texts": {row["id"]: row["text"] for row in rows},
                "pages": outputs.every_page(library),
                "files": outputs.exported(library, folder),
                "web": outputs.web(library),
                "fast": outputs.web(library, number_fast=True),
            }
        said = {}
        for verb in outputs.SHOWING:
            said[verb] = outputs.run(path, *verb)
            said[*verb, "--json"] = outputs.run(path, *verb, "--json")
    yield Everything(path=path, said=said, folder=folder, tried=tried, **made)
