"""Discourse topics to records."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mutuals
from mutuals import arrow
from mutuals.errors import Problem
from mutuals.model import Coverage, Link, Mark, Place, Speaker, Utterance
from mutuals.sources import ReadOptions, Record, Source
from mutuals.sources.discourse import SOURCE
from mutuals.sources.files import SourceFile, walk

FIXTURES = Path(__file__).parent / "fixtures" / "discourse"
REAL = Path(__file__).parents[3] / "shared" / "exports" / "discourse-urho3d.tar.zst"
OPTIONS = ReadOptions(place="village")
TOPIC = "discourse:village/t/7"
URL = "https://village.example/t/wet-hives/7"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in the month of the fixture."""
    return datetime(2024, 3, day, hour, minute, tzinfo=UTC)


def records_of(path: Path, options: ReadOptions = OPTIONS) -> list[Record]:
    """What the source gives for every file under a path."""
    found: list[Record] = []
    for file in walk(path):
        assert isinstance(file, SourceFile)
        assert SOURCE.recognises(file)
        found += SOURCE.read(file, options)
    return found


def test_a_topic_gives_the_expected_records() -> None:
    """The fixture and what it holds, side by side."""
    path = FIXTURES / "bees.7.json"
    (file,) = walk(path)
    assert isinstance(file, SourceFile)
    posts = json.loads(path.read_text())["post_stream"]["posts"]
    common: dict[str, Any] = {
        "place": "discourse:village",
        "conversation": TOPIC,
        "collected_at": file.modified,
        "format": "html",
    }

    jo = "discourse:village/u/jo"
    expected = [
        Place(id="discourse:village", name="village", source="discourse", url="https://village.example"),
        Speaker(id=jo, name="Jo Alder", handle="Jo", url="https://village.example/u/jo"),
        Utterance(
            id=f"{TOPIC}/1", speaker=jo, text="How do I keep a hive dry & warm?\nI have one box.",
            written_at=at(1, 8), edited_at=at(1, 8, 30), title="Wet hives", url=f"{URL}/1",
            original=posts[0]["cooked"], offsets=(0, 3, 25, 26, 33, 6, 33, 44, 15), meta={"tags": ["bees"]}, **common,
        ),
        Speaker(id="discourse:village/u/ben", name="Ben", handle="Ben", url="https://village.example/u/ben"),
        Utterance(
            id=f"{TOPIC}/2", speaker="discourse:village/u/ben", text="Lift it, @jo. Run dry --now.",
            reply_to=f"{TOPIC}/1",
            written_at=at(1, 9), url=f"{URL}/2", original=posts[1]["cooked"],
            offsets=(0, 153, 9, 9, 194, 3, 12, 201, 6, 18, 213, 9, 27, 229, 1), code=(18, 27),
            links=(Link(kind="mention", target=jo, start=9, end=12), Link(kind="quote", target=f"{TOPIC}/1")),
            marks=(Mark(kind="accepted", by=jo),), **common,
        ),
        Speaker(id="discourse:village/u/noor", name="Noor", handle="noor", url="https://village.example/u/noor"),
        Utterance(
            id=f"{TOPIC}/4", speaker="discourse:village/u/noor", text=None, reply_to=f"{TOPIC}/3", written_at=at(1, 10),
            url=f"{URL}/4", is_deleted=True, **common,
        ),
        Speaker(
            id="discourse:village/u/system", name="system", handle="system", is_automated=True,
            url="https://village.example/u/system",
        ),
        Utterance(
            id=f"{TOPIC}/5", speaker="discourse:village/u/system", text=None, written_at=at(2, 10), url=f"{URL}/5",
            meta={"action": "closed.enabled"}, **common,
        ),
    ]  # fmt: skip
    found = list(SOURCE.read(file, OPTIONS))
    assert expected == found[:9]
    assert ["no-id"] == [problem.kind for problem in found if isinstance(problem, Problem)]
    assert [
        Coverage(place="discourse:village", extent="complete", conversation=TOPIC, since=at(1, 8), until=at(2, 10)),
        Coverage(place="discourse:village", extent="complete", since=at(1, 8), until=at(2, 10)),
    ] == found[-2:]


def test_the_place_is_the_same_for_all_files_of_an_archive() -> None:
    """A place is called what the person says, else by the host that the file or its archive tells."""
    names = {
        ReadOptions(): "discourse:village.example",
        ReadOptions(host="other.example"): "discourse:village.example",
        ReadOptions(place="v"): "discourse:v",
        ReadOptions(url="https://Forum.example/", place="v"): "discourse:forum.example",
    }

    for options, place in names.items():
        assert {place} == {r.place for r in records_of(FIXTURES / "bees.7.json", options) if isinstance(r, Utterance)}


def test_the_next_export_of_a_forum_is_the_same_place(tmp_path: Path) -> None:
    """Topics without an address go where the rest of their archive goes, and another export's name changes nothing."""
    known = json.loads((FIXTURES / "bees.7.json").read_text())
    bare = {"post_stream": {"posts": [{"id": 1, "topic_id": 9, "post_number": 1, "username": "Jo", "cooked": "Hi."}]}}
    for name in ("march", "april"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text(json.dumps({**bare, "id": 9}))
        (tmp_path / name / "b.json").write_text(json.dumps(known))
    with mutuals.open(":memory:") as library:
        first = library.add(tmp_path / "march", upto="nothing").merged
        again = library.add(tmp_path / "april", upto="nothing").merged
        places = arrow.rows(library.query("select place from place"))

    assert (first.new, 0) == (again.known, again.new)
    assert [{"place": "discourse:village.example"}] == places


def test_two_forums_in_one_folder_lend_each_other_nothing(tmp_path: Path) -> None:
    """Where an archive names two hosts, a topic that names none is placed by the archive's own name."""
    known = (FIXTURES / "bees.7.json").read_text()
    bare = {"post_stream": {"posts": [{"id": 1, "topic_id": 9, "post_number": 1, "username": "Jo", "cooked": "Hi."}]}}
    (tmp_path / "a.json").write_text(known)
    (tmp_path / "b.json").write_text(known.replace("village.example", "hill.example"))
    (tmp_path / "c.json").write_text(json.dumps({**bare, "id": 9}))
    with mutuals.open(":memory:") as library:
        library.add(tmp_path, upto="nothing")
        places = {row["place"] for row in arrow.rows(library.query("select place from place"))}

    assert {"discourse:village.example", "discourse:hill.example", f"discourse:{tmp_path.name}"} == places


def test_a_topic_with_missing_pages_is_partial(tmp_path: Path) -> None:
    """A topic that lists posts which are not in the file claims no completeness."""
    topic = json.loads((FIXTURES / "bees.7.json").read_text())
    topic["post_stream"]["stream"].append(99)
    (tmp_path / "t.json").write_text(json.dumps(topic))

    extents = [r.extent for r in records_of(tmp_path) if isinstance(r, Coverage) and r.conversation]
    assert ["partial"] == extents


def test_a_page_of_posts_is_read_too(tmp_path: Path) -> None:
    """`/posts.json` names topics in each post, and says nothing of what it leaves out."""
    post = {"id": 1, "topic_id": 3, "post_number": 1, "topic_title": "T", "username": "a", "cooked": "<p>hi</p>"}
    (tmp_path / "posts.json").write_text(json.dumps({"latest_posts": [post | {"created_at": "2024-03-01T08:00:00Z"}]}))

    found = records_of(tmp_path)

    assert ["T"] == [r.title for r in found if isinstance(r, Utterance)]
    assert ["unknown"] == [r.extent for r in found if isinstance(r, Coverage)]


def test_a_quote_without_a_number_is_found_by_its_words(tmp_path: Path) -> None:
    """A typed quote points at the earlier message in which its author wrote the words, and at none where none did."""
    texts = [
        ("ana", "Is the weir open on Sunday evening?"),
        ("ben", "[quote=Ana]Is the weir open on Sunday evening?[/quote] It is."),
        ("cai", "[quote=Ben]Is the weir open on Sunday evening?[/quote] Who knows."),
    ]
    posts = [
        {"id": n, "topic_id": 3, "post_number": n, "username": name, "cooked": f"<p>{text}</p>"}
        | {"created_at": f"2024-03-01T0{n}:00:00Z"}
        for n, (name, text) in enumerate(texts, 1)
    ]
    (tmp_path / "t.json").write_text(json.dumps({"post_stream": {"posts": posts, "stream": [1, 2, 3]}, "id": 3}))

    found = {r.id: r.links for r in records_of(tmp_path) if isinstance(r, Utterance)}
    topic = "discourse:village/t/3"
    assert {
        f"{topic}/1": (), f"{topic}/2": (Link(kind="quote", target=f"{topic}/1"),), f"{topic}/3": ()
    } == found  # fmt: skip


def test_no_counter_comes_in() -> None:
    """Likes, reads, scores and levels are dropped before a record is made."""
    for record in records_of(FIXTURES / "bees.7.json"):
        if isinstance(record, Utterance):
            assert {"tags", "category", "wiki", "action"} >= set(record.meta)


def test_it_is_a_source() -> None:
    """The instance fits the protocol."""
    assert isinstance(SOURCE, Source)


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.just([None]),
    st.just("\ud800"), st.just("9999-99-99T00:00:00Z"), st.just("0001-01-01T00:00:00+14:00"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_topic_never_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Any value of any field may be anything."""
    topic = json.loads((FIXTURES / "bees.7.json").read_text())
    targets = [topic, topic["post_stream"], *topic["post_stream"]["posts"]]
    for _ in range(data.draw(st.integers(1, 4))):
        target = data.draw(st.sampled_from(targets))
        target[data.draw(st.sampled_from(sorted(target)))] = data.draw(JUNK)
    path = tmp_path_factory.mktemp("d") / "t.json"
    path.write_text(json.dumps(topic))

    for file in walk(path):
        assert isinstance(file, SourceFile)
        assert list(SOURCE.read(file, OPTIONS))


@settings(max_examples=100, deadline=None)
@given(where=st.floats(0, 1), junk=st.binary(max_size=20))
def test_broken_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, where: float, junk: bytes) -> None:
    """Any damage to the bytes comes out as records or problems."""
    content = (FIXTURES / "bees.7.json").read_bytes()
    path = tmp_path_factory.mktemp("d") / "t.json"
    path.write_bytes(content[: int(where * len(content))] + junk)

    for file in walk(path):
        if isinstance(file, SourceFile):
            SOURCE.recognises(file)
            assert list(SOURCE.read(file, OPTIONS))


@pytest.mark.shared
@pytest.mark.skipif(not REAL.exists(), reason="the real archive lies beside the project, not in it")
def test_a_real_forum_is_read_whole() -> None:
    """Every post, topic, account, reply and accepted answer that was counted independently is found."""
    utterances = replies = 0
    topics, accounts, accepted = set(), set(), set()
    for file in walk(REAL):
        assert isinstance(file, SourceFile)
        for record in SOURCE.read(file, ReadOptions(host="discourse.urho3d.io")):
            if isinstance(record, Utterance):
                utterances += 1
                replies += record.reply_to is not None
                topics.add(record.conversation)
                accounts.add(record.speaker)
                if record.marks:
                    accepted.add(record.conversation)
            assert not isinstance(record, Problem)

    assert (36_990, 5_046, 999, 10_070, 670) == (utterances, len(topics), len(accounts), replies, len(accepted))
