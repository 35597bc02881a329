"""What the reader must hold for Japanese, whose words are not set apart: its cues, its sentences, how it is known."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mutuals.reading import cue_lists
from tests.reading.messages import claims, message, read
from tests.reading.test_cues import FLOORS, wrong

ITEMS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "japanese.toml").read_text("utf-8"))["item"]


def test_japanese_messages_are_read_right() -> None:
    """At least the pinned share of the invented messages is read as invented, and every sarcastic one."""
    failures = {(item.get("parent"), item["text"]): bad for item in ITEMS if (bad := wrong(item))}

    assert len(ITEMS) >= 280
    assert FLOORS["japanese"] <= 1 - len(failures) / len(ITEMS), failures
    assert [] == [item["text"] for item in ITEMS if item.get("s") and wrong(item)]


def test_every_kind_has_its_twins() -> None:
    """Each kind has what is to be found and what only looks like it, but what does nothing; a reply has a parent."""
    for kind in {item["kind"] for item in ITEMS} - {"does nothing"}:
        assert {True, False} == {bool(item.get("yes")) for item in ITEMS if kind == item["kind"]}, kind
    assert all("parent" in item for item in ITEMS if "O" != item["who"])


def test_every_mark_has_its_name() -> None:
    """The list has every mark that the English one has, since rules ask for them by name."""
    assert cue_lists.load("en").marks.keys() <= cue_lists.load("ja").marks.keys()


@pytest.mark.parametrize(
    ("text", "lang", "outcome"),
    [
        ("え？", "ja", "read"), ("ありがとう", "ja", "read"), ("サンキュー", "ja", "read"), ("ｱﾘｶﾞﾄ", "ja", "read"),
        ("了解です", "ja", "read"), ("npm run buildでerrorが出ます。", "ja", "read"),
        ("you are not authorized と表示されます。どうすればいいですか？", "ja", "read"),
        ("谢谢", "zh", "unread"), ("今天天气很好，我们去公园吧。", "zh", "unread"),
        ("최고예요, 감사합니다!", "ko", "unread"), ("Спасибо, крыша теперь в порядке.", "ru", "unread"),
        ("I learned the word ありがとう from my neighbour and it is lovely.", "en", "read"),
        ("Ma voisine dit toujours ありがとう quand je lui apporte des prunes.", "fr", "read"),
    ],
)  # fmt: skip
def test_language_is_found_by_script(text: str, lang: str, outcome: str) -> None:
    """Kana make even a few letters Japanese, beside Latin words too; Chinese and Korean stay unread."""
    (row, *_) = read(message(text))

    assert (lang, outcome) == (row["lang"], row["outcome"])


@pytest.mark.parametrize("text", ["了解", "感謝", "解決済", "東京都知事選挙結果", "日本国憲法"])
def test_ideographs_alone_are_not_taken_for_japanese(text: str) -> None:
    """A few ideographs may be Chinese or Japanese, and stay unread when nothing declares them."""
    (row,) = read(message(text))

    assert "unread" == row["outcome"]
    assert "ja" != row["lang"]
    assert "read" == read(message(text, lang="ja-JP"))[0]["outcome"]


def test_sentences_need_no_space() -> None:
    """A sentence ends at half-width marks too, a quotation is not the writer's, and a line goes on after a comma."""
    text = "動きました!本当に助かりました!\nまた来週。"
    told = "「さすがです」と書いてある箱は、\n事務室の棚の上です。"

    found = {row["act"]: text[row["start"] : row["end"]] for row in claims(text, "o", parent_text="弁は左です。")}
    states = [(row["act"], row["end"]) for row in claims(told, parent_text="箱はどこですか。")]

    assert {"came_back": "動きました!", "thanks": "本当に助かりました!"} == found
    assert [("states", len(told))] == states


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("田中さん、ありがとうございます。", ["田中"]), ("田中さんありがとう！", ["田中"]),
        ("ありがとうございます、田中さん。", ["田中"]), ("Benさん、本当に助かりました。", ["Ben"]),
        ("@田中 ありがとうございました。", ["田中"]), ("皆さん、ありがとうございました。", ["*"]),
        ("ありがとうございます。", [None]), ("昨日田中さんが置いた瓶、ありがとうございます。", [None]),
    ],
)  # fmt: skip
def test_named_is_who_is_addressed(text: str, named: list[str | None]) -> None:
    """A name is found before its honorific, though nothing sets it apart."""
    rows = claims(text, "o", parent_text="弁は左です。", names=["田中", "Ben", None])

    assert named == [row["named"] for row in rows if row["act"] == "thanks"]


def test_a_long_sentence_is_quoted_in_part() -> None:
    """Of a very long sentence without any stop the clause is quoted, never all of it."""
    text = "庭の話" * 200 + "、教えていただき本当にありがとうございました、" + "畑の話" * 200

    (row,) = [row for row in claims(text, "o", parent_text="弁は左です。") if row["act"] == "thanks"]

    assert "教えていただき本当にありがとうございました" == text[row["start"] : row["end"]]
