"""What the reader of wordings must hold for any message: honest spans, no crash, careful claims, enough speed."""

from __future__ import annotations

import json
import time
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.reading import Reader, cue_lists
from mutuals.reading.sentences import lowered, mask, sentences
from mutuals.vocabulary import ACTS
from tests.reading.messages import READER, claims, message, read

HERE = Path(__file__).parent
ITEMS: list[dict[str, Any]] = tomllib.loads((HERE / "adversarial.toml").read_text("utf-8"))["item"]
FLOORS = json.loads((HERE / "floors.json").read_text("utf-8"))


def wrong(item: dict[str, Any]) -> list[str]:
    """What the reader misses or wrongly claims of an item."""
    more = {row: item[key] for key, row in (("title", "title"), ("parent", "parent_text")) if key in item}
    said = claims(item["text"], item["who"], lang=item.get("lang"), **more)
    found = {row["act"] for row in said} | {f"{row['act']}/{row['sub_kind']}" for row in said}
    missed = [f"misses {act}" for act in item.get("yes", ()) if act not in found]
    return missed + [f"claims {act}" for act in item.get("no", ()) if act in found]


def test_adversarial_messages_are_read_right() -> None:
    """At least the pinned share of the messages that are easily misread is read as invented."""
    failures = {(item.get("parent"), item["text"]): bad for item in ITEMS if (bad := wrong(item))}

    assert len(ITEMS) >= 330
    assert FLOORS["adversarial"] <= 1 - len(failures) / len(ITEMS), failures


def test_sarcasm_is_stated_no_more_often_than_pinned() -> None:
    """Sarcastic messages carry at most the pinned number of claims that they must not carry; none is the aim."""
    items = [item for item in ITEMS if item.get("s")]
    claimed = [(item["text"], bad) for item in items for bad in wrong(item) if bad.startswith("claims")]

    assert len(items) >= 50
    assert FLOORS["sarcasm claimed at most"] >= len(claimed), claimed


def test_every_trap_has_its_items() -> None:
    """Each kind of trap has what is to be found and what is not, and a reply of a kind names what it answers."""
    kinds = {item["kind"] for item in ITEMS if "kind" in item}

    assert 20 <= len(kinds)
    for kind in kinds:
        items = [item for item in ITEMS if kind == item.get("kind")]
        assert 15 <= len(items), kind
        assert {True, False} == {bool(item.get("yes")) for item in items}, kind
        assert all("parent" in item for item in items if "O" != item["who"]), kind


def test_it_is_a_reader() -> None:
    """The reader keeps the protocol and its version follows from the lists."""
    assert isinstance(READER, Reader)
    assert "cues" == READER.name
    assert cue_lists.content_hash() == READER.version
    assert frozenset({"en", "es", "de", "fr", "ja", "pt"}) == READER.languages


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(max_size=300)
    | st.lists(st.sampled_from([item["text"] for item in ITEMS]) | st.text(max_size=12), max_size=6).map("\n".join),
    code=st.lists(st.integers(-5, 320), max_size=6),
    who=st.sampled_from("Oox"),
    title=st.none() | st.text(max_size=20),
)
def test_spans_quote_the_text(text: str, code: list[int], who: str, title: str | None) -> None:
    """Odd text never raises; each message occurs; each span lies in its text and each act is of the vocabulary."""
    rows = read(message(text, who, code=code, title=title))

    assert rows
    for row in rows:
        assert row["outcome"] in {"read", "unread"}
        if row["act"] is not None:
            assert row["act"] in ACTS or row["act"] == "states"
            assert row["certainty"] in {"sure", "likely", "perhaps"}
            assert 0 <= row["start"] < row["end"] <= len(text)


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=200), code=st.lists(st.integers(-5, 220), max_size=6))
def test_masking_keeps_the_length(text: str, code: list[int]) -> None:
    """A masked or lowered text is as long as the text, and its sentences do not overlap."""
    masked = mask(text, code)
    spans = sentences(masked)

    assert len(text) == len(masked) == len(lowered(masked))
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_a_span_is_a_sentence() -> None:
    """Of a message of several sentences the sentence that does it is quoted, not the message."""
    text = "The roof is done. Thank you Ben, that saved the queen. We meet on Sunday."

    (row,) = [row for row in claims(text) if row["act"] == "thanks"]

    assert "Thank you Ben, that saved the queen." == text[row["start"] : row["end"]]
    assert "Ben" == row["named"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Thanks Ben", ["Ben"]), ("@ben thank you", ["Ben"]), ("Thank you, Mr Ben", ["Ben"]),
        ("Thanks Cai!", ["Cai Reed"]),
        ("Ben, thanks a lot for the jars", ["Ben"]), ("Thanks for the jars that Ben left", [None]), ("Thanks!", [None]),
        ("Thanks Ben and Fay", ["Ben", "Fay"]), ("Thanks Noor", []),
        ("That is you all over, Ben, thank you", ["Ben"]),
        ("Thanks everyone for the jars", ["*"]), ("Thank you both!", ["*"]), ("Thanks for all the jars", [None]),
        ("@Ben\nThanks for the jars.", ["Ben"]), ("Ask Ben\nThanks for the jars.", [None]),
    ],
)  # fmt: skip
def test_named_is_who_is_addressed(text: str, named: list[str | None]) -> None:
    """Who is named is the person addressed, by the name that the conversation has; never the writer."""
    found = [row["named"] for row in claims(text, "o") if row["act"] == "thanks"]

    assert named == found


def test_an_answer_is_quoted_in_prose() -> None:
    """Of a message with code the sentence that speaks is quoted, and code only where there is nothing else."""
    code = "turn(tap, left=True)"
    text = f"{code}\nThe tap turns to the left."
    rows = claims(text, code=[0, len(code)]), claims(code, code=[0, len(code)])
    found = [row for said in rows for row in said if row["act"] == "states"]

    assert ["The tap turns to the left.", code] == [
        source[row["start"] : row["end"]] for source, row in zip((text, code), found, strict=True)
    ]


def test_what_cannot_be_read_is_said() -> None:
    """Another language and an empty message are unread, with the reason, and never silent."""
    finnish = "Kiitos paljon avusta, katto on nyt taas kunnossa eikä vuoda enää lainkaan."
    rows = read(
        message("", utterance=1), message(None, utterance=2), message(finnish, utterance=3),
        message("Спасибо, крыша теперь в порядке.", utterance=4), message("hoi", lang="nl", utterance=5),
    )  # fmt: skip

    assert [("no text", 1), ("no text", 2), ("language", 3), ("language", 4), ("language", 5)] == [
        (row["reason"], row["utterance"]) for row in rows
    ]
    assert {"unread"} == {row["outcome"] for row in rows}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Vielen Dank, das Ventil läuft wieder wie am ersten Tag.", "de"), ("Merci beaucoup !", "fr"),
        ("gracias", "es"),
        ("The valve is open again and the mill turns.", "en"), ("Obrigada a todos pela ajuda com a ponte.", "pt"),
    ],
)  # fmt: skip
def test_language_is_found(text: str, lang: str) -> None:
    """The language of long and short texts is found when nothing declares it."""
    assert lang == read(message(text))[0]["lang"]


def test_a_title_supports_a_span_of_the_text() -> None:
    """When only the title asks, the first sentence of the text is quoted, as likely."""
    text = "The hinge is loose and the wood is wet."

    (row,) = [r for r in claims(text, "O", title="How do I mend the mill door?") if r["act"] == "asks"]

    assert (0, len(text), "likely") == (row["start"], row["end"], row["certainty"])


@pytest.mark.parametrize(
    "text",
    [
        "thanks " * 8000, "?" * 50_000, "." * 50_000 + "a", "a? " * 15_000, "“" * 40_000, "```" * 9000 + "`",
        ">" * 30_000,
        "i would like to " * 3000, "\n" * 50_000, "that " * 10_000, "thanks" + " " * 49_000, "a@" * 20_000,
        "(" * 40_000,
        "http://" * 6000, "it " * 15_000 + "works", "\n-- " * 12_000, "wie " * 9000 + "?", "¿" * 40_000,
        "e.g." * 10_000,
        "ありがとう" * 9000, "どなたか" * 12_000, "私も" * 20_000, "「" * 40_000, "れば" * 20_000 + "。",
        "ですか？" * 10_000,
    ],
)  # fmt: skip
def test_hostile_text_costs_little(text: str) -> None:
    """Text made to be slow is read within seconds."""
    begin = time.perf_counter()
    for lang in ("en", "es", "de", "fr", "ja", "pt"):
        read(message(text, lang=lang), message(text, "O", lang=lang, title=text[:300]))

    assert 10 > time.perf_counter() - begin
