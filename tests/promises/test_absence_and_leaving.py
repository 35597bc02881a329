"""Unknown is not silence, folded stays folded, forget forgets, a workplace has no people: over what is put out."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path

import pytest

import mutuals
from mutuals.demo.village import archives_in, village, write_village
from mutuals.errors import ModeForbids
from mutuals.library import Library
from mutuals.views.making import Pages
from mutuals.views.style import Style
from mutuals.views.terminal import render
from tests import village as gold
from tests.promises import checks, outputs
from tests.promises.conftest import Everything


def _rows(folder: Path) -> list[tuple[str, str]]:
    """What the exports in a folder hold, a record each, sorted: Parquet promises rows and no order of them."""
    return sorted((file, repr(record)) for file, record in outputs.told(folder))


def test_counters_change_nothing(everything: Everything, tmp_path: Path) -> None:
    """With every like, view and score of the archives changed, exports, lists and conversations are the same bytes."""
    chance = random.Random(3)
    folder = write_village(tmp_path / "archives")
    changed = 0
    for file in folder.rglob("*"):
        if file.is_file():
            stamp = file.stat()
            words, times = checks.COUNTER.subn(
                lambda m: b'"' + m[1] + b'": ' + str(chance.randrange(9, 9999)).encode(), file.read_bytes()
            )
            file.write_bytes(words)
            os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
            changed += times
    with mutuals.open(outputs.grow(tmp_path, archives=folder)) as library:
        files = outputs.exported(library, tmp_path)
        pages = dict(outputs.lists(library)) | dict(outputs.people(library))

    assert changed > 500
    assert everything.files.keys() == files.keys()
    assert _rows(everything.folder) == _rows(tmp_path)
    assert [] == [n for n, made in files.items() if "parquet" not in n and everything.files[n] != made]
    assert [] == [name for name, page in pages.items() if everything.pages[name] != page]


def test_a_change_is_found(everything: Everything, tmp_path: Path) -> None:
    """The same comparison sees a word that was changed."""
    folder = write_village(tmp_path / "archives")
    chat = folder / "kettle" / "utterances.jsonl"
    chat.write_text(chat.read_text("utf-8").replace("donkey", "mule", 1), "utf-8")
    with mutuals.open(outputs.grow(tmp_path, archives=folder)) as library:
        files = outputs.exported(library, tmp_path)

    assert {"jsonl", "convokit/utterances.jsonl"} <= {name for name in files if everything.files[name] != files[name]}


def test_the_silent_ask_is_claimed_under_complete_coverage(everything: Everything) -> None:
    """Silence is claimed of the village's forum, with what it rests on."""
    today = everything.pages["today"]

    assert checks.silences(everything.pages[f"moment {gold.SILENT_ASK}"])
    assert today.open_asks
    assert today.coverage


def test_without_coverage_no_absence_is_claimed(tmp_path: Path) -> None:
    """Where no archive is said to be complete, no page says that nobody answered, and the silent ask is not known."""
    with mutuals.open(outputs.grow(tmp_path, "partial")) as library:
        asked = "exists (select 1 from ask a where a.ask = u.utterance)"
        pages = dict(outputs.lists(library)) | dict(outputs.moments(library, asked))
    (silent,) = pages[f"moment {gold.SILENT_ASK}"].moments
    printed = {name: checks.ABSENCE.findall(render(page, Style())) for name, page in pages.items()}

    assert {} == {name: bad for name, page in pages.items() if (bad := checks.silences(page))}
    assert {} == {name: bad for name, bad in printed.items() if bad}
    assert "not known" == silent.silence
    assert pages["today"].unknown_asks


def test_no_folded_act_stands_where_it_may_not(everything: Everything, tmp_path: Path) -> None:
    """Even where a person says that a message does it, tier 3 stays out of pages about people, Today and exports."""
    folder = tmp_path / "own"
    folder.mkdir()
    with mutuals.open(outputs.grow(folder)) as library:
        for act in sorted(checks.FOLDED):
            library.correct("discourse:square.sorrel-staithe.example/t/101/4", act, "is")
            library.correct("discourse:square.sorrel-staithe.example/t/108/1", act, "is")
        today = Pages(library).today()
        about = dict(outputs.people(library))
        talks = dict(outputs.conversations(library))
        outputs.exported(library, tmp_path)
    records = [
        (f, r) for f, r in outputs.told(tmp_path) if f == "jsonl" or f.endswith(("act.parquet", "response.parquet"))
    ]
    acts = {act["act"] for file, record in records if file == "jsonl" for act in record["acts"]}
    rows = {r.get(c) for f, r in records for c in ("act", "kind") if f.startswith("parquet")}

    assert {} == {name: bad for name, page in about.items() if (bad := checks.folded_anywhere(page))}
    assert [] == checks.folded_anywhere(today)
    assert {} == {name: bad for name, page in talks.items() if (bad := checks.folded_acts(page))}
    assert set() == (acts | rows) & checks.FOLDED
    assert any(checks.folded_anywhere(page) for page in talks.values())


def _zed(library: Library) -> list[str]:
    return outputs.ids(library, "select id from speaker where lower(name) = 'zed' or lower(handle) = 'zed'")


_NAME = re.compile(rb"(?<![A-Za-z])zed(?![A-Za-z])", re.IGNORECASE)


def _traces(content: bytes) -> list[str]:
    """His name, and each of his own long sentences, where they stand in bytes."""
    sentences = {
        sentence.strip()
        for talk in village().talks
        for post in talk.posts
        if post.person == "zed" and post.state == "kept"
        for sentence in re.split(r"(?<=[.!?])\s+|\n", post.text)
        if len(sentence.strip()) >= 40
    }
    assert sentences
    return [sentence for sentence in sentences if sentence.encode() in content] + ["name"] * bool(_NAME.search(content))


def _everything_of(path: Path, folder: Path) -> dict[str, bytes]:
    """What is put out of a library, as bytes, with those of the library file itself."""
    folder.mkdir()
    with mutuals.open(path) as library:
        pages = dict(outputs.lists(library)) | dict(outputs.conversations(library)) | dict(outputs.people(library))
        made = {name: repr(page).encode() for name, page in pages.items()}
        made |= {f"print {name}": render(page, Style()).encode() for name, page in pages.items()}
        outputs.exported(library, folder)
    for file, record in outputs.told(folder):
        made[file] = made.get(file, b"") + json.dumps(record, default=str, ensure_ascii=False).encode()
    return made | {"file": path.read_bytes()}


def test_forget_forgets_and_adding_again_brings_nothing_back(tmp_path: Path) -> None:
    """After Zed is forgotten, nothing put out and no byte of the file has his name or words, nor after adding again."""
    archives = write_village(tmp_path / "archives")
    path = outputs.grow(tmp_path, archives=archives)
    before = path.read_bytes()
    with mutuals.open(path) as library:
        accounts = _zed(library)
    ended = [outputs.run(path, "forget", account, "--yes") for account in accounts]
    after = {name: bad for name, made in _everything_of(path, tmp_path / "one").items() if (bad := _traces(made))}
    again = [outputs.run(path, "add", str(archive))[0] for archive in archives_in(archives)]
    with mutuals.open(path) as library:
        back = _zed(library)
    later = {name: bad for name, made in _everything_of(path, tmp_path / "two").items() if (bad := _traces(made))}

    assert len(accounts) >= 3
    assert {0} == {code for code, _ in ended}
    assert _traces(before)
    assert {} == after
    assert {0, 1} >= set(again)
    assert [] == back
    assert {} == later


def test_a_trace_is_found(everything: Everything) -> None:
    """While he is there, his name and his words are found in what is put out."""
    assert _traces(everything.files["jsonl"])
    assert ["name"] == _traces(b"thanks @Zed for the rope")
    assert [] == _traces(b"we seized up and were amazed")


def test_a_workplace_has_nothing_about_a_person(tmp_path: Path) -> None:
    """In workplace mode every page, verb and address about a person or a pair is refused, and names are no links."""
    path = outputs.grow(tmp_path)
    code, _ = outputs.run(path, "set", "mode", "workplace")
    with mutuals.open(path) as library:
        pages = Pages(library)
        first, second = outputs.ids(library, "select id from speaker")[:2]
        for page in (lambda: pages.people(), lambda: pages.person(first), lambda: pages.between(first, second)):
            with pytest.raises(ModeForbids):
                page()
        web = outputs.web(library, mode="workplace")
        made = dict(outputs.lists(library))
    verbs = [outputs.run(path, *verb) for verb in (("people",), ("person", first), ("between", first, second))]
    about = {a: one.status_code for a, one in web.items() if a.startswith(("/people", "/person", "/between"))}

    assert 0 == code
    assert [(3, "")] * 3 == verbs
    assert {403} == set(about.values())
    assert [] == [address for address, one in web.items() if 'href="/person' in one.text]
    assert () == made["today"].thanks_to_return
