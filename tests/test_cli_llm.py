"""Reading a place with a language model: nothing goes out before a yes, and what came back leaves no trace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from arro3.core import RecordBatch
from click.testing import CliRunner, Result

import mutuals
from mutuals import arrow, cli_shared
from mutuals.cli import main
from mutuals.errors import ConsentMissing
from mutuals.library import Library
from mutuals.model import Place, Speaker, Utterance
from mutuals.reading import second
from mutuals.reading.llm import LlmReader
from mutuals.reading.llm_endpoint import Endpoint
from mutuals.schema import READ_ACT, key_of
from mutuals.sources import Record
from mutuals.store import Store, consent
from mutuals.views.making import Pages
from tests.promises.checks import numbers
from tests.reading.model_server import Model, Reply, claiming, in_turn, served

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
JEST = "Have you tried asking the bees nicely?"
CUP = "The cup by the hearth is mine and has been for years."
JOKES = in_turn(claiming(("jokes", None, JEST)))
NOTHING = in_turn(claiming())


def hall(**place: Any) -> list[Record]:
    """Ana asks, Ben jests; Cai's words go to followers alone; another place has words of its own."""
    hall = {"place": "t:hall", "conversation": "t:c", "collected_at": NOON + timedelta(days=1)}
    return [
        Place(id="t:hall", name="Hall", source="t", **place),
        Place(id="t:mill", name="Mill", source="t"),
        Speaker(id="t:u/ana", name="Ana"), Speaker(id="t:u/ben", name="Ben"), Speaker(id="t:u/cai", name="Cai"),
        Utterance(id="t:1", speaker="t:u/ana", text="How do I keep bees warm?", title="Bees", written_at=NOON, **hall),  # type: ignore[arg-type]
        Utterance(id="t:2", speaker="t:u/ben", text=JEST, reply_to="t:1", written_at=NOON + timedelta(hours=1), **hall),  # type: ignore[arg-type]
        Utterance(id="t:3", speaker="t:u/cai", text="Between us: wrap them.", reply_to="t:2", visibility="followers",
                  written_at=NOON + timedelta(hours=2), **hall),  # type: ignore[arg-type]
        Utterance(id="t:4", speaker="t:u/ana", text="I will, thanks.", reply_to="t:3",
                  written_at=NOON + timedelta(hours=3), **hall),  # type: ignore[arg-type]
        Utterance(id="t:5", place="t:mill", speaker="t:u/ben", text=CUP, conversation="t:d", written_at=NOON),
        Utterance(id="t:6", speaker="t:u/ben", text="As I said at the mill.", reply_to="t:5", written_at=NOON, **hall),  # type: ignore[arg-type]
    ]  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library file with the hall in it."""
    path = tmp_path / "hall.mutuals"
    with mutuals.open(path) as opened:
        opened.store.add(hall())
        opened.update()
    return path


def run(library: Path, *words: str, **more: Any) -> Result:
    """One verb of `mutuals llm` on a library."""
    return CliRunner().invoke(main, ["--library", str(library), "llm", *words], **more)


def reading(library: Path, model: Model, *words: str, **more: Any) -> Result:
    """`mutuals llm read hall` with this model."""
    return run(library, "read", "hall", "--endpoint", model.url, "--model", "invented-7b", *words, **more)


def second_rows(library: Path) -> list[tuple[str, str, str | None]]:
    """Message, outcome and act of each row of the second reading."""
    sql = "select id, outcome, act from second_reading join utterance using (utterance) order by id, act"
    with mutuals.open(library) as opened:
        found = arrow.rows(opened.query(sql))
    return [(row["id"], row["outcome"], row["act"]) for row in found]


def test_nothing_is_allowed_at_first(library: Path) -> None:
    """No place may be read until its owner says so, and the refusal says what to say; nothing is sent."""
    with served(NOTHING) as model:
        refused = reading(library, model, "--yes")
        asked = list(model.asked)
    listed = run(library, "places")

    assert (3, "") == (refused.exit_code, refused.stdout)
    assert "mutuals llm allow t:hall" in refused.stderr
    assert [] == asked
    assert ["Hall (t:hall): not allowed", "Mill (t:mill): not allowed"] == listed.stdout.splitlines()


def test_allowing_sends_nothing_and_is_for_one_place(library: Path) -> None:
    """What was said of one place says nothing of another."""
    allowed = run(library, "allow", "HALL")
    listed = json.loads(run(library, "places", "--json").stdout)["places"]

    assert 0 == allowed.exit_code
    assert [("t:hall", True), ("t:mill", False)] == [(one["place"], one["allowed"]) for one in listed]
    assert 3 == run(library, "allow", "the moon").exit_code


def test_nothing_is_sent_without_a_yes(library: Path) -> None:
    """Without a terminal and without --yes one is told what would go, and the verb ends with two."""
    run(library, "allow", "hall")
    with served(NOTHING) as model:
        done = reading(library, model, "--price-per-million", "1000000")
        asked = list(model.asked)
        host = model.url.removeprefix("http://")

    assert (2, "") == (done.exit_code, done.stdout)
    assert [] == asked
    assert "Messages of t:hall to be sent: 4," in done.stderr
    assert f"To: {host}, for the model invented-7b. That is this machine." in done.stderr
    assert "an estimate: characters / 4" in done.stderr
    [characters] = re.findall(r"Characters: ([\d,]+),", done.stderr)
    [tokens] = re.findall(r"Tokens: about ([\d,]+) ", done.stderr)
    assert f"Estimated cost: about {tokens}.00" in done.stderr
    assert 4 * int(tokens.replace(",", "")) - int(characters.replace(",", "")) in range(4)
    assert [] == second_rows(library)


@pytest.mark.parametrize(("answer", "count"), [("y\n", 4), ("n\n", 0), ("\n", 0)])
def test_on_a_terminal_one_is_asked(library: Path, monkeypatch: pytest.MonkeyPatch, answer: str, count: int) -> None:
    """A yes sends, a no or nothing does not."""
    monkeypatch.setattr(cli_shared, "is_interactive", lambda: True)
    run(library, "allow", "hall")
    with served(NOTHING) as model:
        done = reading(library, model, input=answer)
        asked = len(model.asked)

    assert (0, count) == (done.exit_code, asked)
    assert ("Nothing was sent." in done.stderr) == (count == 0)


def test_what_came_of_it_is_told(library: Path) -> None:
    """Read, kept, rejected and unread messages, characters, and tokens as the server counted them."""
    run(library, "allow", "hall")
    with served(JOKES) as model:
        done = reading(library, model, "--yes", "--json")
        sent = sum(len(turn["content"]) for question in model.asked for turn in question["messages"])
        told = reading(library, model, "--yes")
    facts = json.loads(done.stdout)

    assert (4, 1, 3, 0, 0) == tuple(facts[name] for name in ("read", "kept", "invented", "unfit", "unread"))
    assert (sent, 400, 40) == (facts["characters"], facts["tokens_sent"], facts["tokens_answered"])
    assert f"Characters: {sent:,}," in done.stderr
    assert "Nothing of t:hall is left to send" in told.stderr
    assert "Rejected because the quote was not in the text: 0." in told.stdout
    assert [("t:1", "read", None), ("t:2", "read", "jokes"), ("t:4", "read", None), ("t:6", "read", None)] == (
        second_rows(library)
    )


def test_only_words_that_everyone_could_read_there_are_sent(library: Path) -> None:
    """Messages to followers and those of another place stay here, also as what a message answers."""
    run(library, "allow", "hall")
    with served(NOTHING) as model:
        reading(library, model, "--yes")
        words = {one["message"]: one["answers"] for one in model.words()}

    assert {
        "How do I keep bees warm?": None, JEST: "How do I keep bees warm?", "I will, thanks.": None,
        "As I said at the mill.": None,
    } == words  # fmt: skip
    assert CUP not in json.dumps(model.asked)
    assert "Between us" not in json.dumps(model.asked)


def test_a_limit_takes_the_newest(library: Path) -> None:
    """With a limit the newest messages go first, and the next time those that were not read yet."""
    run(library, "allow", "hall")
    with served(NOTHING) as model:
        reading(library, model, "--yes", "--limit", "1")
        reading(library, model, "--yes", "--limit", "1")
        words = [one["message"] for one in model.words()]

    assert ["I will, thanks.", JEST] == words


def test_what_was_unread_is_asked_again_and_last(library: Path) -> None:
    """A message without a usable answer is kept as unread and comes after those that were never tried."""
    run(library, "allow", "hall")
    with served(lambda *_: (500, {}, b"")) as model:
        failed = reading(library, model, "--yes")
    with served(NOTHING) as model:
        reading(library, model, "--yes")
        words = [one["message"] for one in model.words()]

    assert 3 == failed.exit_code
    assert "gave no answer to several messages in a row" in failed.stderr
    assert ["How do I keep bees warm?", "As I said at the mill."] == sorted(words[:2], reverse=True)
    assert {"I will, thanks.", JEST} == set(words[2:])


def test_what_was_read_before_a_failure_is_kept(library: Path) -> None:
    """A server that goes away in the middle costs nothing of what it said before."""
    run(library, "allow", "hall")

    def leaving(model: Model, _: dict[str, Any]) -> Reply:
        return claiming() if len(model.asked) < 3 else (404, {}, b"")

    with served(leaving) as model:
        done = reading(library, model, "--yes")

    assert 3 == done.exit_code
    assert "Messages read: 2." in done.stderr
    assert [("t:2", "read", None), ("t:4", "read", None)] == second_rows(library)


def test_a_place_that_says_no_is_refused(tmp_path: Path) -> None:
    """A place whose archive carries the sign cannot be allowed, nor can the sign be set aside."""
    path = tmp_path / "hall.mutuals"
    with mutuals.open(path) as opened:
        opened.store.add(hall(no_generative_ai=True))
        opened.update()
    allowed = run(path, "allow", "hall")
    with served(NOTHING) as model:
        done = reading(path, model, "--yes")
        asked = list(model.asked)

    assert (3, 3, []) == (allowed.exit_code, done.exit_code, asked)
    assert "not for generative AI" in allowed.stderr
    assert "not for generative AI" in done.stderr
    assert 3 == run(path, "no-ai", "hall", "--lifted").exit_code
    assert "Hall (t:hall): is not for generative AI" in run(path, "places").stdout


def test_a_sign_that_comes_later_stands_over_what_was_allowed(library: Path) -> None:
    """When a newer archive carries the sign, what was allowed and what was read before are gone."""
    run(library, "allow", "hall")
    with served(JOKES) as model:
        reading(library, model, "--yes")
        before = second_rows(library)
        with mutuals.open(library) as opened:
            opened.store.add([Place(id="t:hall", name="Hall", source="t"), *hall(no_generative_ai=True)[:1]])
        done = reading(library, model, "--yes")
        asked = len(model.asked)

    assert (4, 4) == (len(before), asked)
    assert 3 == done.exit_code
    assert [] == second_rows(library)


def test_the_owner_can_note_the_sign_and_take_it_back(library: Path) -> None:
    """What the owner notes takes the permission away; taking it back gives none."""
    run(library, "allow", "hall")
    noted = run(library, "no-ai", "hall")
    refused = run(library, "allow", "hall")
    lifted = run(library, "no-ai", "hall", "--lifted")
    with mutuals.open(library) as opened, pytest.raises(ConsentMissing):
        consent.check(opened.store.connection, "t:hall")

    assert (0, 3, 0) == (noted.exit_code, refused.exit_code, lifted.exit_code)
    assert "Hall (t:hall): not allowed" in run(library, "places").stdout
    assert 0 == run(library, "allow", "hall").exit_code


def test_a_permission_that_was_taken_back_stops_what_was_prepared(library: Path) -> None:
    """Between what was told and what is sent the permission is asked for again."""
    with served(NOTHING) as model, mutuals.open(library) as opened:
        reader = LlmReader(Endpoint.of(model.url), "m")
        consent.allow(opened.store.connection, "t:hall")
        outgoing = second.prepare(opened.store, reader, "t:hall")
        opened.forbid_llm("t:hall")
        with pytest.raises(ConsentMissing):
            second.send(opened.store, reader, outgoing)
        asked = list(model.asked)

    assert 4 == outgoing.messages
    assert [] == asked


def test_forbidding_takes_out_what_was_said(library: Path) -> None:
    """No row of a second reading is left of the place, and reading it again is refused."""
    run(library, "allow", "hall")
    with served(JOKES) as model:
        reading(library, model, "--yes")
        before = second_rows(library)
        forbidden = run(library, "forbid", "hall", "--json")
        again = reading(library, model, "--yes")

    assert 4 == len(before)
    assert {"place": "t:hall", "allowed": False} == json.loads(forbidden.stdout)
    assert 3 == again.exit_code
    assert [] == second_rows(library)


def test_forgetting_somebody_takes_out_what_was_said_of_their_words(library: Path) -> None:
    """A second reading of a forgotten person's messages, or of words that named them, is gone."""
    run(library, "allow", "hall")
    with served(JOKES) as model:
        reading(library, model, "--yes")
        CliRunner().invoke(main, ["--library", str(library), "forget", "Ben", "--yes"])
        with mutuals.open(library) as opened:
            rows = arrow.rows(opened.query("select utterance from second_reading"))
        reading(library, model, "--yes")
        sent = len(model.asked)

    assert {key_of("t:1"), key_of("t:4")} == {row["utterance"] for row in rows}
    assert 4 == sent


def test_an_edited_message_is_read_anew(library: Path) -> None:
    """What was said of words that were changed since is gone, and they are to be sent again."""
    run(library, "allow", "hall")
    edited = Utterance(id="t:2", place="t:hall", conversation="t:c", speaker="t:u/ben", text="Wrap them.",
                       reply_to="t:1", written_at=NOON, edited_at=NOON + timedelta(days=2))  # fmt: skip
    with served(JOKES) as model:
        reading(library, model, "--yes")
        with mutuals.open(library) as opened:
            opened.store.add([edited])
        left = [identifier for identifier, _, _ in second_rows(library)]
        reading(library, model, "--yes")

    assert ["t:1", "t:4", "t:6"] == left
    assert "Wrap them." == model.words()[-1]["message"]


def test_the_key_is_kept_and_printed_nowhere(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of the environment goes to the server alone."""
    monkeypatch.setenv("MUTUALS_LLM_KEY", "sk-quite-secret")
    run(library, "allow", "hall")
    with served(JOKES) as model:
        done = reading(library, model, "--yes", "--progress")
        sent = {headers["authorization"] for headers in model.headers}
    kept = b"".join(file.read_bytes() for file in library.parent.iterdir() if file.is_file())

    assert {"Bearer sk-quite-secret"} == sent
    assert "sk-quite-secret" not in done.output
    assert b"sk-quite-secret" not in kept


def test_another_machine_is_named_as_one(library: Path) -> None:
    """Before a yes one reads that it is another machine; plain http to one is refused outright."""
    run(library, "allow", "hall")
    far = run(library, "read", "hall", "--endpoint", "https://models.example/v1", "--model", "m")
    bare = run(library, "read", "hall", "--endpoint", "http://models.example/v1", "--model", "m", "--yes")
    passed_on = run(library, "read", "hall", "--endpoint", "http://localhost:11434", "--model", "big:120b-cloud")

    assert (2, 3, 2) == (far.exit_code, bare.exit_code, passed_on.exit_code)
    assert "To: models.example:443, for the model m. That is another machine" in far.stderr
    assert "by https only" in bare.stderr
    assert "passes the words on" in passed_on.stderr


def test_a_number_fast_is_kept(library: Path) -> None:
    """In a number fast neither what would be sent nor what came of it is said in numbers."""
    CliRunner().invoke(main, ["--library", str(library), "set", "number-fast", "week"])
    run(library, "allow", "hall")
    with served(JOKES) as model:
        told = reading(library, model, "--price-per-million", "3")
        done = reading(library, model, "--yes")
        run(library, "forbid", "hall")
        run(library, "allow", "hall")
        made = reading(library, model, "--yes", "--json")
        said = f"{told.output}{done.output}".replace(model.url.removeprefix("http://"), "").replace("invented-7b", "")

    assert [] == re.findall(r"\d", said.replace("characters / 4", ""))
    assert [] == numbers(json.loads(made.stdout))


class Jester:
    """A first reader that takes every question about bees for a jest, perhaps."""

    name = "jester"
    version = "1"
    languages = frozenset({"en"})

    def read(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        for batch in batches:
            rows = []
            for row in arrow.rows(batch):
                base = {"utterance": row["utterance"], "lang": "en", "outcome": "read", "reason": ""}
                at = (row["text"] or "").find(" bees ")
                act = {"act": "jokes", "start": 0, "end": at + 6, "certainty": "perhaps"} if at > 0 else {}
                rows.append(base | act)
            yield arrow.batch(rows, READ_ACT)


def folded(opened: Library) -> dict[str, list[tuple[str, str, str]]]:
    """What each message of the hall might be read as, folded: act, hedge and words."""
    entries = Pages(opened).thread("t:1").entries
    shown = {entry.utterance: [(one.act, one.hedge, one.quote.exact) for one in entry.folded] for entry in entries}
    assert [] == [one for entry in entries for one in entry.said if one.act == "jokes"]
    return {key: value for key, value in shown.items() if value}


def test_what_two_readers_agree_on_is_shown_folded() -> None:
    """A jest that both readers find is shown in its conversation, folded; one that either finds alone is not."""
    with served(JOKES) as model, Library(Store.open(":memory:"), Jester()) as opened:
        opened.store.add(hall())
        opened.update()
        alone = folded(opened)
        consent.allow(opened.store.connection, "t:hall")
        reader = LlmReader(Endpoint.of(model.url), "m")
        second.send(opened.store, reader, second.prepare(opened.store, reader, "t:hall"))
        opened.update()
        agreed = folded(opened)
        opened.rebuild()
        rebuilt = folded(opened)
        opened.forbid_llm("t:hall")
        forbidden = folded(opened)

    assert ({}, {}) == (alone, forbidden)
    assert ["t:2"] == list(agreed)
    assert [("jokes", "perhaps", "Have you tried asking the bees ")] == agreed["t:2"]
    assert agreed == rebuilt
