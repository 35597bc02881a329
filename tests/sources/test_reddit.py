"""Reddit's lines to records."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mutuals.errors import Problem
from mutuals.model import Coverage, Link, Place, Speaker, Utterance
from mutuals.sources import ReadOptions, Record, Source
from mutuals.sources.files import SourceFile, walk
from mutuals.sources.reddit import SOURCE
from mutuals.sources.streams import zstd

FIXTURE = Path(__file__).parent / "fixtures" / "reddit" / "village.ndjson"
REAL = Path(__file__).parents[3] / "shared" / "exports" / "praw-cassette-comments.tar.zst"
SITE = "https://www.reddit.com"


def at(seconds: int) -> datetime:
    """A time as Reddit gives it."""
    return datetime.fromtimestamp(seconds, UTC)


def read(path: Path) -> list[Record]:
    """What the source gives for every file under a path."""
    found: list[Record] = []
    for file in walk(path):
        found += SOURCE.read(file, ReadOptions()) if isinstance(file, SourceFile) else [file]
    return found


def test_lines_give_the_expected_records() -> None:
    """The fixture and what it holds, side by side."""
    (file,) = walk(FIXTURE)
    assert isinstance(file, SourceFile)
    lines = FIXTURE.read_text().splitlines()
    common: dict[str, Any] = {"place": "reddit:r/village", "conversation": "reddit:t3_aa1", "format": "markdown"}

    expected = [
        Place(id="reddit:r/village", name="r/village", source="reddit", url=f"{SITE}/r/village"),
        Speaker(id="reddit:u/jo_alder", name="Jo_Alder", handle="Jo_Alder", url=f"{SITE}/user/Jo_Alder"),
        Utterance(
            id="reddit:t3_aa1", speaker="reddit:u/jo_alder", text="How do I keep one box dry?",
            written_at=at(1700000000), collected_at=at(1700500000), title="Dry hives & rain?",
            url=f"{SITE}/r/village/comments/aa1/dry_hives_rain/",
            original="How do I keep *one box* dry?", offsets=(0, 0, 14, 14, 15, 7, 21, 23, 5),
            meta={"flair": "Question"}, **common,
        ),
        Speaker(id="reddit:u/ben", name="ben", handle="ben", url=f"{SITE}/user/ben"),
        Utterance(
            id="reddit:t1_bb1", speaker="reddit:u/ben", text="Lift it & ask u/Noor, see her note.",
            reply_to="reddit:t3_aa1", written_at=at(1700000600), edited_at=at(1700000700), collected_at=file.modified,
            url=f"{SITE}/r/village/comments/aa1/dry_hives_rain/bb1/", original=json.loads(lines[1])["body"],
            offsets=(0, 14, 8, 9, 27, 17, 26, 45, 8, 34, 112, 1),
            links=(
                Link(kind="quote", target="reddit:t1_zz9", start=26, end=34),
                Link(kind="mention", target="reddit:u/noor", start=14, end=20),
            ),
            **common,
        ),
        Problem(
            kind="unreadable", where=f"{file.where}:3", excerpt="not json at all",
            message="Expected a JSON object, found: Expecting value: line 1 column 1 (char 0).",
        ),
        Utterance(
            id="reddit:t1_bb2", speaker=None, text=None, reply_to="reddit:t1_bb1", written_at=at(1700000800),
            collected_at=file.modified, is_deleted=True, **common,
        ),
        Speaker(
            id="reddit:u/hive_helper", name="hive_helper", handle="hive_helper", is_automated=True,
            url=f"{SITE}/user/hive_helper",
        ),
        Utterance(
            id="reddit:t1_bb3", speaker="reddit:u/hive_helper", text="Weather: rain.\n\n^(I am a bot)",
            reply_to="reddit:t1_gone", written_at=at(1700000900), collected_at=file.modified, **common,
        ),
        Coverage(place="reddit:r/village", extent="unknown", since=at(1700000000), until=at(1700000900)),
    ]  # fmt: skip
    found = list(SOURCE.read(file, ReadOptions()))
    assert len(expected) == len(found)
    for one, other in zip(expected, found, strict=True):
        if isinstance(other, Utterance) and not other.original:
            assert () == other.offsets
        assert one == other


@pytest.mark.parametrize(
    ("body", "is_automated"),
    [
        ("Rain.\n\n*I am a bot, and this action was performed automatically.*", True),
        ("Rain.\n\n^Beep ^boop. ^I\u2019m ^a ^bot.", True),
        ("I am a bot", False),
        ("They say I am a bot, and they may be right.", False),
    ],
)
def test_only_a_footer_declares_a_bot(tmp_path: Path, body: str, is_automated: bool) -> None:
    """An account is taken for a bot only by the customary footer, not by a joke."""
    line = {"id": "c", "author": "x", "subreddit": "v", "parent_id": "t3_a", "body": body, "created_utc": 1}
    (tmp_path / "x.ndjson").write_text(json.dumps(line))

    assert [is_automated] == [record.is_automated for record in read(tmp_path) if isinstance(record, Speaker)]


def test_a_problem_shows_no_counter(tmp_path: Path) -> None:
    """The excerpt of a record that cannot be placed says nothing of how it scored."""
    file = tmp_path / "submissions.ndjson"
    known = FIXTURE.read_text("utf-8").splitlines()[0]
    advertisement = {"likes": 4, "score": 31, "name": "t3_ad", "id": "ad", "author": "noor", "title": "Jars"}
    file.write_text(f"{known}\n{json.dumps(advertisement)}\n", "utf-8")

    (problem,) = [record for record in read(file) if isinstance(record, Problem)]
    assert '{"name": "t3_ad", "id": "ad", "author": "noor", "title": "Jars"}' == problem.excerpt


def test_a_dump_with_a_long_window_is_read(tmp_path: Path) -> None:
    """Pushshift's files are packed with a window that the default refuses."""
    long: dict[int, int] = {
        zstd.CompressionParameter.window_log: 31,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
    }
    packed = zstd.ZstdCompressor(options=long)
    path = tmp_path / "RC.zst"
    path.write_bytes(packed.compress(FIXTURE.read_bytes()) + packed.flush())

    (file,) = walk(path)

    assert isinstance(file, SourceFile)
    assert SOURCE.recognises(file)
    assert 4 == sum(isinstance(record, Utterance) for record in SOURCE.read(file, ReadOptions()))


def test_it_is_a_source_and_knows_its_files(tmp_path: Path) -> None:
    """Comments and submissions are recognised, other lines of JSON are not."""
    (tmp_path / "other.ndjson").write_text('{"id": "x", "body": "y", "parent_id": null}\n')
    (file,) = walk(tmp_path)

    assert isinstance(SOURCE, Source)
    assert isinstance(file, SourceFile)
    assert not SOURCE.recognises(file)


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({}),
    st.just("\ud800"),
    st.just("1e999"), st.just("nan"), st.just("&gt;&amp;gt;"),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_changed_lines_never_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Any value of any field may be anything; a line is one message or one lost problem."""
    lines = [json.loads(line) for line in FIXTURE.read_text().splitlines() if line.startswith("{")]
    for _ in range(data.draw(st.integers(1, 4))):
        line = data.draw(st.sampled_from(lines))
        line[data.draw(st.sampled_from(sorted(line)))] = data.draw(JUNK)
    path = tmp_path_factory.mktemp("r") / "x.ndjson"
    path.write_text("\n".join(map(json.dumps, lines)))

    found = read(path)

    lost = sum(isinstance(record, Problem) and record.is_lost for record in found)
    assert 4 == lost + sum(isinstance(record, Utterance) for record in found)


@settings(max_examples=100, deadline=None)
@given(where=st.floats(0, 1), junk=st.binary(max_size=20))
def test_broken_bytes_never_raise(tmp_path_factory: pytest.TempPathFactory, where: float, junk: bytes) -> None:
    """Any damage to the bytes comes out as records or problems."""
    content = FIXTURE.read_bytes()
    at_byte = int(where * len(content))
    path = tmp_path_factory.mktemp("r") / "x.ndjson"
    path.write_bytes(content[:at_byte] + junk + content[at_byte + 5 :])

    assert read(path)


@pytest.mark.shared
@pytest.mark.skipif(not REAL.exists(), reason="the real archive lies beside the project, not in it")
def test_real_comments_are_read_whole() -> None:
    """Every comment, author and parent that was counted independently is found."""
    found = [r for r in read(REAL) if isinstance(r, Utterance)]
    comments = [utterance for utterance in found if utterance.id.startswith("reddit:t1_")]
    ids = {utterance.id for utterance in found}

    assert 6_384 == len(comments)
    assert 3_064 == len({utterance.speaker for utterance in comments})
    assert 3_342 == sum(utterance.reply_to in ids for utterance in comments)
