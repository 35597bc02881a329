"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import mutuals
from mutuals.cli import main
from mutuals.demo.village import archives_in, write_village
from mutuals.errors import UsageError
from tests.promises.checks import numbers

LISTS = ("today", "asks", "praise", "helps", "people", "places", "problems")


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the village's forum in it."""
    folder = tmp_path_factory.mktemp("village")
    square = archives_in(write_village(folder / "archives"))[0]
    result = CliRunner().invoke(main, ["--library", str(folder / "v.mutuals"), "add", str(square), "--complete"])
    assert 0 == result.exit_code, result.output
    return folder / "v.mutuals"


def run(library: Path, *words: str) -> Result:
    """One command on a library."""
    return CliRunner().invoke(main, ["--library", str(library), *words])


def read(library: Path, *words: str) -> Any:
    """What a command prints as JSON."""
    result = run(library, *words, "--json")
    assert 0 == result.exit_code, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("verb", LISTS)
def test_every_list_prints_text_and_json(village: Path, verb: str) -> None:
    """Text and JSON both come on standard output alone."""
    text = run(village, verb)

    assert (0, "") == (text.exit_code, text.stderr)
    assert text.stdout.strip()
    assert isinstance(read(village, verb), dict)


def test_a_moment_and_its_conversation_open_by_id(village: Path) -> None:
    """The id under a quote opens its moment and its conversation, whole or by its ending."""
    quote = read(village, "asks")["quotes"][0]
    ending = quote["utterance"].rsplit("/t/", 1)[-1]
    moment = read(village, "moment", quote["utterance"])

    assert quote["exact"] == moment["moments"][0]["ask"]["exact"]
    assert moment == read(village, "moment", ending)
    assert quote["conversation"] == read(village, "thread", quote["utterance"])["conversation"]


def test_people_open_by_name_in_any_case(village: Path) -> None:
    """A name, a handle and an id mean the same person, and between takes two."""
    first, second = read(village, "people")["people"][:2]
    person = read(village, "person", first["name"].upper())

    assert first == person["person"]
    assert first == read(village, "between", first["id"], second["name"])["first"]


def test_me_is_kept(village: Path, tmp_path: Path) -> None:
    """Who sits before the screen is kept, shown and unset."""
    who = read(village, "people")["people"][0]

    assert {"viewer": who} == read(village, "me", who["id"])
    assert {"viewer": who} == read(village, "me")
    assert {"viewer": None} == read(village, "me", "--nobody")
    assert 3 == run(village, "me", "nobody of that name").exit_code


def test_a_correction_wins(tmp_path: Path) -> None:
    """What a person says an ask is not is no ask afterwards."""
    library = _small(tmp_path)
    ask = read(library, "asks")["quotes"][0]["utterance"]
    noted = read(library, "correct", ask, "asks", "--is-not")

    assert {"utterance": ask, "corrected": "asks", "verdict": "is_not"} == noted
    assert ask not in [quote["utterance"] for quote in read(library, "asks")["quotes"]]
    assert 2 == run(library, "correct", ask, "asks").exit_code
    assert 3 == run(library, "correct", ask, "yodels", "--is").exit_code


def test_forget_asks_before_it_forgets(tmp_path: Path) -> None:
    """Without --yes one is asked; afterwards nobody has the name."""
    library = _small(tmp_path)
    who = read(library, "people")["people"][0]
    asked = run(library, "forget", who["id"])
    receipt = read(library, "forget", who["id"], "--yes")

    assert 1 == asked.exit_code
    assert {True} == {type(value) is bool for value in receipt.values()}, "a receipt of one person counts nothing"
    assert 3 == run(library, "person", who["id"]).exit_code


def test_adding_again_changes_nothing_and_names_what_it_met(tmp_path: Path) -> None:
    """The receipt of a second time has only known messages."""
    library = _small(tmp_path)
    [again] = read(library, "add", str(tmp_path / "archives" / "square"))
    bad = run(library, "add", str(tmp_path / "nothing here"))

    assert (0, 0) == (again["new"], again["changed"])
    assert again["known"] > 0
    assert (3, 1) == (bad.exit_code, len(bad.stderr.splitlines()))
    assert bad.stdout == ""


def test_lost_records_end_with_one(tmp_path: Path) -> None:
    """An archive of which records were lost is kept, and the exit code says that something was noted."""
    broken = tmp_path / "kettle"
    broken.mkdir()
    (broken / "speakers.json").write_text('{"ada": {}}')
    good = {
        "id": "u1",
        "conversation_id": "u1",
        "speaker": "ada",
        "text": "Who has the ladder?",
        "timestamp": 1735700000,
    }
    (broken / "utterances.jsonl").write_text(json.dumps(good | {"reply_to": None, "meta": {}}) + "\n{not json\n")
    result = run(tmp_path / "l.mutuals", "add", str(broken), "--json")

    assert 1 == result.exit_code, result.output
    assert 1 == json.loads(result.stdout)[0]["lost"]
    assert read(tmp_path / "l.mutuals", "problems")["problems"]


@pytest.mark.parametrize("kind", ["jsonl", "parquet", "convokit"])
def test_export_writes_once(village: Path, tmp_path: Path, kind: str) -> None:
    """An export is made, and not made over without --force."""
    to = tmp_path / "out"
    made = read(village, "export", "--as", kind, "--to", str(to))

    assert {"as": kind, "to": str(to)} == made
    assert 3 == run(village, "export", "--as", kind, "--to", str(to)).exit_code
    assert 0 == run(village, "export", "--as", kind, "--to", str(to), "--force").exit_code


def test_misuse_ends_with_two(village: Path) -> None:
    """What the command line does not know is misuse."""
    assert 2 == run(village, "gossip").exit_code
    assert 2 == run(village, "export", "--as", "gif", "--to", "x").exit_code
    assert 2 == run(village, "today", "--loudly").exit_code


def test_rebuild_gives_the_same_pages(tmp_path: Path) -> None:
    """Everything derived can be made anew."""
    library = _small(tmp_path)
    before = read(library, "today")

    assert 0 == run(library, "rebuild").exit_code
    assert before == read(library, "today")


def test_demo_prints_today_and_ends_where_nobody_sits(tmp_path: Path) -> None:
    """Without a terminal the demo prints its page and stops; a second time it shows the same."""
    first = run(tmp_path / "mine.mutuals", "demo", str(tmp_path / "demo"))
    second = run(tmp_path / "mine.mutuals", "demo", str(tmp_path / "demo"))

    assert 0 == first.exit_code, first.output
    assert "As of" in first.stdout
    assert first.stdout == second.stdout
    assert not (tmp_path / "mine.mutuals").exists()


def test_help_imports_nothing_heavy() -> None:
    """Help needs neither the database nor the web server."""
    code = "import sys, mutuals.cli; print([m for m in ('duckdb', 'arro3', 'starlette', 'jinja2') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == found.stdout.strip()


def test_about_names_the_library(village: Path) -> None:
    """About says where the library lies."""
    assert str(village) == read(village, "about")["library"]


def test_the_mode_is_kept_and_shown(tmp_path: Path) -> None:
    """A mode that was set is named by about and holds for every page; there are no others."""
    library = _small(tmp_path)
    who = read(library, "people")["people"][0]["id"]

    assert "community" == read(library, "about")["mode"]
    assert {"mode": "workplace"} == read(library, "set", "mode", "workplace")
    assert "workplace" == read(library, "about")["mode"]
    assert read(library, "about")["reader"]
    assert 3 == run(library, "person", who).exit_code
    assert 2 == run(library, "set", "mode", "loud").exit_code


def test_a_number_fast_is_kept_until_it_ends(tmp_path: Path) -> None:
    """In a number fast no verb says a number of its own, in text or JSON; off ends it, and so does its time."""
    library = _small(tmp_path)
    square = str(archives_in(tmp_path / "archives")[0])
    before = read(library, "places")

    assert "No number is said until" in run(library, "set", "number-fast", "week").stdout
    assert [] == numbers(read(library, "places")) + numbers(read(library, "add", square))
    assert not re.search(r"\d", re.sub(r"[A-Z]\w+ \d{4}", "", run(library, "places").stdout))
    assert "none messages are new, none changed, none deleted, some were known" in run(library, "add", square).stdout
    assert "read: some messages" in run(library, "add", square, "--progress").stderr
    assert {"number_fast_until": None} == read(library, "set", "number-fast", "off")
    assert before == read(library, "places")
    with mutuals.open(library) as opened:
        opened.set_number_fast(datetime.now(UTC) - timedelta(seconds=1))
    assert before == read(library, "places")


def test_a_number_fast_needs_a_time_zone() -> None:
    """A time without a zone is refused rather than guessed."""
    with mutuals.open(":memory:") as library, pytest.raises(UsageError):
        library.set_number_fast(datetime(2030, 1, 1))  # noqa: DTZ001


def _small(folder: Path) -> Path:
    square = archives_in(write_village(folder / "archives"))[0]
    assert 0 == run(folder / "l.mutuals", "add", str(square), "--complete").exit_code
    return folder / "l.mutuals"


@pytest.mark.parametrize("reader", ["cues", "learned"])
def test_quality_measures_a_reader(village: Path, tmp_path: Path, reader: str) -> None:
    """`quality` gives a line a label, and with --json a row with its figures; none of it is about a person."""
    file = tmp_path / "glen.jsonl"
    rows = [{"text": "Thank you Ben!", "u": {"thanks": 1}}, {"text": "The hinge is loose.", "u": {"thanks": 0}}]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")

    told = run(village, "quality", str(file), "--reader", reader)
    (row,) = json.loads(run(village, "quality", str(file), "--reader", reader, "--json").output)

    assert "thanks" in told.output
    assert ("glen", "thanks", 2, 1) == (row["set"], row["act"], row["n"], row["positives"])
    assert (1.0, 1.0, 1.0) == (row["precision"], row["recall"], row["f1"])
