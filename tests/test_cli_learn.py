"""The verbs by which a person teaches the reader: one key a reading, and plain words on what came of it."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import mutuals
from mutuals import arrow, plugins
from mutuals.cli import main
from mutuals.library import Library
from mutuals.plugins import hookimpl
from mutuals.reading import Reader
from mutuals.reading.cues import CueReader
from mutuals.store import Store
from tests.promises.checks import wrong_quotes
from tests.reading.lessons import Reply, WrittenDown, hamlet, id_of, text_of, timid, weights

REPLIES = [
    Reply(scores={"adds": 3.0}, is_so=None, conversation=0),
    Reply(scores={"adds": -0.1}, is_so=None, conversation=1),
    Reply(scores={"announces": 3.0}, is_so=None, conversation=2),
    Reply(scores={"jokes": 0.0}, is_so=None, conversation=3),
    Reply(scores={"answers": 0.0, "worked": 0.0}, is_so=None, conversation=4),
]
"""An addition, perhaps another, news, perhaps a joke, on which people do not agree, and an answer to no question."""


def run(file: Path, *words: str, keys: str | None = None) -> Result:
    """One command on a library, with what is typed."""
    return CliRunner().invoke(main, ["--library", str(file), *words], input=keys)


def corrections(file: Path) -> list[tuple[str, str, str]]:
    """What a person said, in order of message and act."""
    with mutuals.open(file) as library:
        rows = arrow.rows(library.query(
            "select u.id, c.act, c.verdict from correction c join utterance u using (utterance) order by all"
        ))  # fmt: skip
    return [(row["id"], row["act"], row["verdict"]) for row in rows]


@contextmanager
def offered(folder: Path, replies: Sequence[Reply], file: Path) -> Iterator[Path]:
    """The file of a library with these replies, while a reader of written-down scores is offered as a package would."""
    reader = WrittenDown(weights(folder), {text_of(n): reply.scores for n, reply in enumerate(replies)})

    class Offer:
        @hookimpl
        def mutuals_readers(self) -> list[Reader]:
            return [reader]

    offer = Offer()
    hamlet(folder, replies, file=file).close()
    plugins.manager().register(offer)
    yield file
    plugins.manager().unregister(offer)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A library file with the replies above."""
    with offered(tmp_path / "weights", REPLIES, tmp_path / "l.mutuals") as file:
        yield file


@pytest.fixture
def teachable(tmp_path: Path) -> Iterator[Path]:
    """A library file of which the reader is too timid."""
    with offered(tmp_path / "weights", timid(), tmp_path / "l.mutuals") as file:
        yield file


def test_review_takes_one_answer_a_line(small: Path) -> None:
    """Yes and no are kept as corrections, skipping keeps nothing, and nothing that was answered is asked again."""
    asked = json.loads(run(small, "review", "--json").stdout)
    done = run(small, "review", keys="y\nN\ns\n")

    assert (0, 3) == (done.exit_code, len(asked))
    assert [(one["quote"]["utterance"], one["act"]) for one in asked[:2]] == [
        (id_, act) for id_, act, _ in sorted(corrections(small), key=lambda c: c[2])
    ]
    assert ["is", "is_not"] == sorted(verdict for _, _, verdict in corrections(small))
    assert asked[2:] == json.loads(run(small, "review", "--json").stdout)
    assert "That was all for now" in done.stdout


def test_review_shows_the_words_and_what_they_answer(small: Path) -> None:
    """Each reading stands with its quote and the beginning of the message above it, and says perhaps where it is."""
    asked = json.loads(run(small, "review", "adds", "--json").stdout)
    texts = {id_of(n): text_of(n) for n in range(len(REPLIES))}
    shown = run(small, "review", "adds", keys="q\n").stdout

    assert {"perhaps", "reads like"} == {one["hedge"] for one in asked}
    assert [] == wrong_quotes([one["quote"] for one in asked], texts)
    assert asked[0]["quote"]["exact"] in shown
    assert asked[0]["answers"]["exact"] in shown
    assert "y: it is" in shown


def test_review_counts_nothing(small: Path) -> None:
    """No numeral but in people's words, ids and dates is said: how many were asked or are left stays unsaid."""
    shown = run(small, "review", keys="y\nn\ny\n").stdout
    for words in (*(text_of(n) for n in range(5)), *(f"The lantern at mill {n} went out." for n in range(5))):
        shown = shown.replace(words, "")

    assert not re.search(r"\d", re.sub(r"test:\S+|1 May 2031", "", shown))


def test_acts_on_which_people_do_not_agree_are_asked_about_by_name_alone(small: Path) -> None:
    """Without an act only readings that may be shown at all are asked about."""
    anything = json.loads(run(small, "review", "--json").stdout)

    assert {"adds", "announces"} == {one["act"] for one in anything}
    assert ["jokes"] == [one["act"] for one in json.loads(run(small, "review", "jokes", "--json").stdout)]


def test_only_what_could_be_so_is_asked_about(small: Path) -> None:
    """An answer is asked about only under a need, and coming back only of whoever had the need."""
    assert [] == json.loads(run(small, "review", "answers", "--json").stdout)
    run(small, "correct", "test:opening/4", "asks", "--is")

    [one] = json.loads(run(small, "review", "answers", "--json").stdout)
    assert id_of(4) == one["quote"]["utterance"]
    assert [] == json.loads(run(small, "review", "came_back", "--json").stdout)


def test_review_ends_well(small: Path) -> None:
    """An unknown key is asked for again, q and the end of what is typed stop, an unknown act is refused."""
    unknown = run(small, "review", keys="x\nq\n")

    assert (0, "Please press y, n, s or q.") == (unknown.exit_code, unknown.stderr.strip())
    assert 0 == run(small, "review", keys="").exit_code
    assert [] == corrections(small)
    assert 3 == run(small, "review", "yodels").exit_code
    assert "nothing left" in run(small, "review", "praises").stdout


def test_on_a_terminal_one_key_is_enough(small: Path) -> None:
    """With a terminal keys count as they are pressed, without a line break."""
    ours, theirs = pty.openpty()
    code = "from mutuals.cli import main; main()"
    command = [sys.executable, "-c", code, "--library", str(small), "review", "announces"]
    ends = time.monotonic() + 60
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None and time.monotonic() < ends:
            time.sleep(0.2)
            os.write(ours, b"n")  # again and again, since what is typed before a key is waited for is thrown away
        said, _ = running.communicate(timeout=5)
    os.close(ours)
    os.close(theirs)

    assert 0 == running.returncode
    assert "It is not." in said
    assert [(id_of(2), "announces", "is_not")] == corrections(small)


def test_learn_says_whether_it_helped(teachable: Path) -> None:
    """What was right before and after, on corrections that were held out, is said in words and as JSON."""
    [lesson] = json.loads(run(teachable, "learn", "--json").stdout)
    said = run(teachable, "learn")

    assert ("adds", "limit", []) == (lesson["about"], lesson["kind"], lesson["missing"])
    assert (0, "") == (said.exit_code, said.stderr)
    assert said.stdout == (
        "adds: the limits moved. On corrections that it had not seen, "
        f"{lesson['right_before']} of 48 were right before and {lesson['right_after']} of 48 after.\n"
    )


def test_learn_keeps_a_number_fast(teachable: Path) -> None:
    """In a number fast it is said that it helped, without a number."""
    assert 0 == run(teachable, "set", "number-fast", "day").exit_code

    assert not re.search(r"\d", run(teachable, "learn").stdout + run(teachable, "learn", "--json").stdout)
    assert "more were right after than before" in run(teachable, "learn").stdout


def test_learn_forgets(teachable: Path) -> None:
    """--forget goes back, and says so when there is nothing to go back from."""
    run(teachable, "learn")

    assert {"forgotten": True} == json.loads(run(teachable, "learn", "--forget", "--json").stdout)
    assert "Nothing had been learned.\n" == run(teachable, "learn", "--forget").stdout
    assert 48 == len(corrections(teachable))


def test_other_weights_are_told_on_standard_error(teachable: Path, tmp_path: Path) -> None:
    """Every verb says that what was learned is set aside, until it is learned again."""
    run(teachable, "learn")
    with Library(Store.open(teachable)) as library:
        kept = library.store.setting("learned") or ""
        library.store.set("learned", kept.replace(json.loads(kept)["weights"], "00000000"))
    today = run(teachable, "today")

    assert (0, 1) == (today.exit_code, today.stderr.count("Run `mutuals learn`"))
    assert 0 == run(teachable, "learn").exit_code
    assert "" == run(teachable, "today").stderr


class Rules:
    """A plugin whose reader goes by fixed rules."""

    @hookimpl
    def mutuals_readers(self) -> Sequence[Reader]:
        """The reader of cues."""
        return (CueReader(),)


def test_learn_without_anything_to_learn(small: Path, tmp_path: Path) -> None:
    """Without corrections the way to them is said; fixed rules cannot learn; an unknown option is misuse."""
    assert "`mutuals review` asks" in run(small, "learn").stdout
    assert [] == json.loads(run(small, "learn", "--json").stdout)
    [offer] = [one for one in plugins.manager().get_plugins() if type(one).__name__ == "Offer"]
    plugins.manager().unregister(offer)
    rules = Rules()
    plugins.manager().register(rules)
    could_not = run(tmp_path / "other.mutuals", "learn")
    plugins.manager().unregister(rules)
    plugins.manager().register(offer)

    assert (3, 1) == (could_not.exit_code, len(could_not.stderr.splitlines()))
    assert 2 == run(small, "learn", "--loudly").exit_code
