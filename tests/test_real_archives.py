"""Real archives, none written by us: what `places` says agrees with a count that uses none of our code."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import asdict
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

import mutuals
from mutuals import arrow
from mutuals.library import Library
from mutuals.sources.streams import zstd
from mutuals.views.making import Pages
from tests.shared import shared

pytestmark = pytest.mark.shared


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file in a tar.zst, by tarfile alone."""
    with (
        zstd.open(archive) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for member in tar:
            if member.isfile():
                content = tar.extractfile(member)
                assert content is not None
                yield member.name, content.read()


def facts(library: Library) -> dict[str, int]:
    """What `places` says, all places together."""
    places = [asdict(place) for place in Pages(library).places().places]
    return {
        name: sum(place[name] for place in places)
        for name in ("utterances", "conversations", "replies_explicit", "gaps", "problems")
    }


def everything(library: Library) -> dict[str, list[str]]:
    """The gathered tables, for comparing before and after."""
    return {
        name: sorted(map(repr, arrow.rows(library.query(f"select * from {name}"))))
        for name in ("utterance", "speaker", "link", "mark", "place", "coverage", "problem")
    }


def test_discourse_urho3d_agrees_with_a_plain_count() -> None:
    """Posts, topics, authors, reply links, gaps, quotes and accepted answers are those of the JSON; twice is once."""
    archive = shared("exports/discourse-urho3d.tar.zst")
    posts, topics, authors, replies, accepted = 0, 0, set(), 0, 0
    gaps: set[tuple[int, int]] = set()
    quoting: set[str] = set()
    for name, content in members(archive):
        if name.endswith(".json"):
            said = json.loads(content)["post_stream"]["posts"]
            topics += 1
            posts += len(said)
            authors |= {post["username"] for post in said}
            replies += sum(post["reply_to_post_number"] is not None for post in said)
            accepted += sum(bool(post.get("accepted_answer")) for post in said)
            numbers = {post["post_number"] for post in said}
            for post in said:
                topic, number, parent = post["topic_id"], post["post_number"], post["reply_to_post_number"]
                if parent is not None and parent not in numbers:
                    gaps.add((topic, parent))
                quoted = re.findall(rf'data-post="(\d+)" data-topic="{topic}"', post["cooked"])
                if parent is None and any(int(other) in numbers and int(other) < number for other in quoted):
                    quoting.add(f"discourse:discourse.urho3d.io/t/{topic}/{number}")
    with mutuals.open(":memory:") as library:
        first = library.add(archive, upto="conversations").merged
        found = facts(library)
        marks = arrow.rows(library.query("select count(*) as n from mark"))[0]["n"]
        speakers = arrow.rows(library.query("select count(*) as n from speaker"))[0]["n"]
        by_quote = library.query("select u.id from reply r join utterance u using (utterance) where r.how = 'quoted'")
        before = everything(library)
        again = library.add(archive, upto="conversations").merged
        after = everything(library)

    assert (posts, 0, 0) == (first.new, first.lost, first.known)
    assert (posts, topics, replies, len(gaps), 0) == tuple(found.values())
    assert quoting
    assert quoting <= set(by_quote.column("id").to_pylist())
    assert (accepted, len(authors)) == (marks, speakers)
    assert (0, 0, posts) == (again.new, again.changed, again.known)
    assert before == after


def test_reddit_comments_agree_with_a_plain_count() -> None:
    """Every line is an utterance or a lost problem, and parents are those of the JSON."""
    archive = shared("exports/praw-cassette-comments.tar.zst")
    lines, comments, ids = 0, 0, set()
    for _, content in members(archive):
        for line in io.BytesIO(content):
            said = json.loads(line)
            lines += 1
            comments += "parent_id" in said
            ids.add(("t1_" if "parent_id" in said else "t3_") + said["id"])
    with mutuals.open(":memory:") as library:
        first = library.add(archive, upto="conversations").merged
        found = facts(library)
        again = library.add(archive, upto="conversations").merged

    assert lines == first.new + first.known + first.changed + first.lost
    assert len(ids) == found["utterances"] + first.lost
    assert comments == found["replies_explicit"]
    assert (0, 0) == (again.new, again.changed)


def test_mail_corpora_agree_with_a_plain_count() -> None:
    """Every message file is an utterance, a repeat of one, or a lost problem; loops and ghosts included."""
    archive = shared("exports/notmuch-corpora.tar.zst")
    files, ids = 0, set()
    for name, content in members(archive):
        headers = BytesHeaderParser().parsebytes(content)
        if headers.keys() and ("From" in headers or "Message-ID" in headers or "Subject" in headers):
            files += 1
            ids.add(str(headers.get("Message-ID", name)).strip().strip("<>"))
    with mutuals.open(":memory:") as library:
        first = library.add(archive, upto="conversations").merged
        held = facts(library)["utterances"]
        placed = arrow.rows(library.query("select count(*) as n from thread where not is_gap"))[0]["n"]

    assert files == first.new + first.known + first.changed + first.lost
    assert len(ids) == held
    assert held == placed


def test_a_corpus_with_messages_removed_keeps_every_other_message(tmp_path: Path) -> None:
    """Where ConvoKit refuses conversations with a missing parent, every remaining message stands in one here."""
    peers = shared("peers")
    for texts in ("texts_reddit.txt", "texts_irc.txt"):
        with zstd.open(peers / f"{texts}.zst") as packed, (tmp_path / texts).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    corpus = tmp_path / "orphans.jsonl"
    made = subprocess.run(
        [sys.executable, peers / "gen_corpus.py", "--n", "20000", "--orphans", "0.03", "--chain", "10000",
         "--out", corpus, "--texts", tmp_path / "texts_reddit.txt", tmp_path / "texts_irc.txt"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    wanted = json.loads(made.stdout)["utterances"]
    said = [json.loads(line) for line in corpus.read_text("utf-8").splitlines()]
    ids = {one["id"] for one in said}
    missing = {one["reply_to"] for one in said if one["reply_to"] and one["reply_to"] not in ids}
    with mutuals.open(":memory:") as library:
        library.add(corpus, upto="conversations")
        found = facts(library)
        placed = arrow.rows(library.query("select count(*) as n from thread where not is_gap"))[0]["n"]
        gaps = arrow.rows(library.query("select count(*) as n from thread where is_gap"))[0]["n"]

    assert wanted == placed == found["utterances"]
    assert len({one["conversation_id"] for one in said}) == found["conversations"]
    assert sum(one["reply_to"] is not None for one in said) == found["replies_explicit"]
    assert len(missing) == gaps
