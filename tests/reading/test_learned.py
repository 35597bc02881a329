"""The learned reader with the weights that ship: honest spans, no crash, names that do not decide, one reading each."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals import arrow
from mutuals.reading import Reader
from mutuals.reading.learned.encoder import Encoder
from mutuals.reading.learned.inputs import Unit
from mutuals.reading.learned.reader import WEIGHTS, LearnedReader
from mutuals.schema import MESSAGE
from mutuals.vocabulary import ACTS, Tier
from tests.reading.messages import message

HERE = Path(__file__).parent
ITEMS: list[dict[str, Any]] = tomllib.loads((HERE / "adversarial.toml").read_text("utf-8"))["item"]
FLOORS = json.loads((HERE / "floors.json").read_text("utf-8"))["learned"]
LEARNED = LearnedReader()


def read(*rows: dict[str, Any], reader: Reader = LEARNED) -> list[dict[str, Any]]:
    """What the reader says of these messages."""
    batch = arrow.batch(rows, MESSAGE)
    return [row for out in reader.read(iter([batch])) for row in arrow.rows(out)]


def firm(rows: list[dict[str, Any]]) -> set[str]:
    """The acts that are said, with their kinds beside them."""
    shown = [row for row in rows if row["act"] and row["certainty"] != "perhaps"]
    return {row["act"] for row in shown} | {f"{row['act']}/{row['sub_kind']}" for row in shown if row["sub_kind"]}


def of_item(item: dict[str, Any], number: int) -> dict[str, Any]:
    """An adversarial item as a message."""
    more = {row: item[key] for key, row in (("title", "title"), ("parent", "parent_text")) if key in item}
    return message(item["text"], item["who"], lang=item.get("lang"), **more) | {"utterance": number}


@pytest.fixture(scope="module")
def failures() -> dict[int, list[str]]:
    """What is wrong of each adversarial item that is not read right."""
    said: dict[int, list[dict[str, Any]]] = {}
    for row in read(*(of_item(item, number) for number, item in enumerate(ITEMS))):
        said.setdefault(row["utterance"], []).append(row)
    found = {}
    for number, item in enumerate(ITEMS):
        acts = firm(said[number])
        bad = [f"misses {act}" for act in item.get("yes", ()) if act not in acts]
        bad += [f"claims {act}" for act in item.get("no", ()) if act in acts]
        if bad:
            found[number] = bad
    return found


def test_adversarial_messages_are_read_right(failures: dict[int, list[str]]) -> None:
    """At least the pinned share of the messages that are easily misread is read as invented."""
    words = [(ITEMS[number]["text"], bad) for number, bad in failures.items()]

    assert FLOORS["adversarial"] <= 1 - len(failures) / len(ITEMS), words


def test_sarcasm_is_not_taken_at_its_word(failures: dict[int, list[str]]) -> None:
    """Sarcastic messages carry at most the pinned number of claims of tier 1 that they must not carry."""
    firm_acts = {name for name, act in ACTS.items() if act.tier is Tier.SAYS}
    claimed = [
        (ITEMS[number]["text"], one)
        for number, bad in failures.items() if ITEMS[number].get("s")
        for one in bad if one.startswith("claims") and one.split()[1].split("/")[0] in firm_acts
    ]  # fmt: skip

    assert FLOORS["sarcasm claimed at most"] >= len(claimed), claimed


def test_it_is_a_reader() -> None:
    """The reader keeps the protocol and reads every language that the cues read."""
    assert isinstance(LEARNED, Reader)
    assert "learned" == LEARNED.name
    assert {"en", "es", "de", "fr", "pt"} <= LEARNED.languages


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=300)
    | st.lists(st.sampled_from([item["text"] for item in ITEMS]) | st.text(max_size=12), max_size=6).map("\n".join),
    parent=st.none() | st.text(max_size=40),
    who=st.sampled_from("Oox"),
)
def test_spans_quote_the_text(text: str, parent: str | None, who: str) -> None:
    """Whatever the words are, there is a row, and each claim quotes a piece of the message."""
    row = message(text, who, parent_text=parent)
    try:
        arrow.batch([row], MESSAGE)
    except UnicodeEncodeError:
        return  # a lone surrogate, which no library holds
    rows = read(row)

    assert rows
    for said in rows:
        assert (said["act"] is None) == (said["start"] is None)
        if said["act"] is not None:
            assert 0 <= said["start"] < said["end"] <= len(text)
            assert said["act"] in ACTS or "states" == said["act"]


def test_what_it_says_does_not_hang_on_its_neighbours() -> None:
    """A message is read the same alone, in company and in any order."""
    rows = [of_item(item, number) for number, item in enumerate(ITEMS[200:240])]
    together = LearnedReader()
    forward = read(*rows, reader=together)
    backward = read(*reversed(rows), reader=LearnedReader())
    alone = [said for row in rows for said in read(row, reader=LearnedReader())]

    def key(said: dict[str, Any]) -> tuple[Any, ...]:
        return said["utterance"], said["start"] or 0, said["act"] or "", said["sub_kind"] or "", said["certainty"] or ""

    assert sorted(map(key, forward)) == sorted(map(key, backward)) == sorted(map(key, alone))


class Counting:
    """An encoder that remembers how many units it was given."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self.weighed: list[int] = []

    def scores(self, units: Sequence[Unit]) -> Any:
        """The scores of the encoder inside."""
        self.weighed.append(len(units))
        return self._inner.scores(units)


def test_each_message_is_weighed_once() -> None:
    """The same words in the same place are not weighed again while the reader is at work; in another place they are."""
    encoder = Counting(Encoder(WEIGHTS))
    reader = LearnedReader(cascade=False, encoder=encoder)
    rows = [message("Leave the tap dripping."), message("Leave the tap dripping.", "O")]
    first = read(*rows, reader=reader)
    again = read(*rows, reader=reader)

    assert first == again
    assert [2] == encoder.weighed


def test_other_languages_are_read_by_cues() -> None:
    """A message in a language with a cue list is read by that; one in another is unread, visibly."""
    spanish = read(message("Muchas gracias, Ben, ha funcionado a la primera.", "o", lang="es"))
    finnish = read(message("Kiitos paljon avusta, kaikki toimii taas hyvin.", "o", lang="fi"))

    assert "thanks" in firm(spanish)
    assert [("unread", "language")] == [(row["outcome"], row["reason"]) for row in finnish]


@pytest.mark.parametrize(("old", "new"), [("Ben", "Oluwaseun"), ("Ben", "Xiu-Ying"), ("Ben", "xX_dragon_Xx")])
def test_a_name_does_not_decide(old: str, new: str) -> None:
    """Another name in the same words changes nothing of what is said."""
    for number, item in enumerate(ITEMS):
        if old in item["text"]:
            row = of_item(item, number)
            other = row | {"text": row["text"].replace(old, new), "names": [new, "Cai Reed", "Fay", "Jo", None]}
            assert firm(read(row)) == firm(read(other)), item["text"]


def test_other_weights_are_another_version(tmp_path: Path) -> None:
    """When the weights change, so does the version, and everything is read again."""
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    same = LearnedReader(folder)
    (folder / "settings.json").write_text((folder / "settings.json").read_text("utf-8") + "\n", "utf-8")

    assert LEARNED.version == same.version
    assert LEARNED.version != LearnedReader(folder).version


def test_the_weights_are_small() -> None:
    """All that ships of the reader is at most 40 MB."""
    assert 40_000_000 >= sum(path.stat().st_size for path in WEIGHTS.iterdir())
