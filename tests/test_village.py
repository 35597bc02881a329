"""The village itself: its labels hold together, and every construct occurs in it at least once."""

from __future__ import annotations

import json
import mailbox
import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from mutuals.demo.village import Post, Talk, archives_in, utterance_id, village, write_village
from mutuals.vocabulary import ACTS
from tests import village as gold

POSTS = gold.every_post()


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _talk_of(key: str) -> tuple[Talk, Post]:
    return next((talk, post) for found, talk, post in POSTS if found == key)


def test_there_is_enough_of_it() -> None:
    """A dozen people and more say a few hundred things in four places over two years."""
    years = {post.written_at.year for _, _, post in POSTS}

    assert len(POSTS) >= 280
    assert {2024, 2025} == years
    assert {"forum", "list", "bench", "chat"} == {talk.place for talk in village().talks}
    assert len(village().people) >= 16


def test_ids_are_unique_and_numbers_are_in_order() -> None:
    """No two messages share an id, and numbers run from one without a hole."""
    assert len(POSTS) == len({key for key, _, _ in POSTS})
    for talk in village().talks:
        assert list(range(1, len(talk.posts) + 1)) == [post.number for post in talk.posts], talk.slug


def test_every_label_is_in_the_vocabulary() -> None:
    """A label names an act, with one of its sub-kinds, and `unread` stands alone."""
    for key, _, post in POSTS:
        for one in post.meant:
            assert one.act == "unread" or one.act in ACTS, key
            if one.sub_kind is not None:
                assert one.sub_kind in ACTS[one.act].sub_kinds, key
            if one.act == "unread":
                assert 1 == len(post.meant), key
    for key, _, post in POSTS:
        assert all(one.sub_kind for one in post.meant if one.act in {"asks", "came_back"} and not one.is_absent), key


def test_targets_and_answers_exist() -> None:
    """Whom a label names lives in the village and did not write it; what a message answers or refers to is earlier."""
    for key, talk, post in POSTS:
        for one in post.meant:
            assert one.target is None or one.target in village().people, key
            assert one.target != post.person, key
        for number in (post.reply_to, post.about):
            if number is not None:
                assert talk.post(number).written_at <= post.written_at, key
                assert number < post.number, key


def test_every_act_and_sub_kind_occurs() -> None:
    """Each word of the vocabulary is done by some message."""
    done = {(one.act, one.sub_kind) for _, _, post in POSTS for one in post.meant if not one.is_absent}

    assert set() == set(ACTS) - {act for act, _ in done}
    assert set() == {(name, kind) for name in ("came_back", "comforts") for kind in ACTS[name].sub_kinds} - done
    assert set() == {("asks", kind) for kind in ACTS["asks"].sub_kinds} - done


def test_coming_back_is_the_askers() -> None:
    """Who comes back asked, after somebody else had written, and refers to somebody else's answer."""
    for key, talk, post in POSTS:
        if not gold.meant(post, "came_back"):
            continue
        need = gold.nearest_need(talk, post)
        assert need is not None, key
        assert need.person == post.person, key
        assert any(other.person != post.person and other.number < post.number for other in talk.posts), key
        assert post.about is None or talk.post(post.about).person != post.person, key


def test_what_answers_stands_under_somebody_elses_need() -> None:
    """A message labelled as an answer has a need of another person above it."""
    for key, talk, post in POSTS:
        if gold.meant(post, "answers"):
            need = gold.nearest_need(talk, post)
            assert need is not None, key
            assert need.person != post.person, key


def test_things_that_only_look_like_thanks_are_there() -> None:
    """Sarcastic thanks and thanks in advance are marked as what must not be read as thanks."""
    words = [post.text.lower() for _, _, post in POSTS if any(one.is_absent for one in post.meant)]

    assert any("thanks in advance" in text for text in words)
    assert any("brilliant, thanks a lot" in text for text in words)
    assert len(words) >= 4


def test_the_silent_ask_is_the_only_one() -> None:
    """One need in the whole village has no response of anyone, and one was answered half a year late."""
    silent = {
        utterance_id(talk, post.number)
        for _, talk, post in POSTS
        if gold.is_need(post)
        and not any(other.person != post.person and gold.nearest_need(talk, other) is post for other in talk.posts)
    }
    (asked, answered) = (_talk_of(gold.LATE_ASK)[1], _talk_of(gold.LATE_ANSWER)[1])

    assert {gold.SILENT_ASK} == silent
    assert answered.written_at - asked.written_at > timedelta(days=180)


def test_the_same_ask_twice_is_the_same() -> None:
    """The duplicate asks agree in their words, their writer and, within 48 hours, their time; their places differ."""
    for pair in (gold.SAME_ASK, gold.SAME_ASK_ELSEWHERE):
        (talk_a, first), (talk_b, second) = (_talk_of(key) for key in pair)

        assert first.text == second.text
        assert first.person == second.person
        assert second.written_at - first.written_at < timedelta(hours=48)
        assert (talk_a.place, talk_a.group) != (talk_b.place, talk_b.group)


def test_did_not_work_then_partly_then_worked() -> None:
    """The well pump and the mill door fail, half work, and work."""
    stories: dict[str, list[str]] = {}
    for _, talk, post in POSTS:
        stories.setdefault(talk.slug, []).extend(str(one.sub_kind) for one in gold.meant(post, "came_back"))

    assert ["did_not_work", "partly", "worked"] == stories["mill-door-drags"]
    assert ["did_not_work", "partly", "worked"] == stories["well-pump-and-hello"]


def test_answers_are_confirmed_by_words_and_by_a_mark() -> None:
    """Some answers are confirmed by the asker's words, and one carries the place's mark as well."""
    marked = {utterance_id(talk, post.number) for _, talk, post in POSTS if post.is_accepted}

    assert len(gold.CONFIRMED) >= 15
    assert marked
    assert marked <= {answer for _, answer in gold.CONFIRMED}
    assert (
        utterance_id(_by_slug("two-colonies-first-winter"), 1),
        "discourse:square.sorrel-staithe.example/t/111/2",
    ) in gold.CONFIRMED


def _by_slug(slug: str) -> Talk:
    return next(talk for talk in village().talks if talk.slug == slug)


def test_the_big_praise_has_chimes_a_drift_and_a_promotion() -> None:
    """Four people chime in, one praise drifts to somebody else, one sells, and the praised person answers."""
    talk, praise = _talk_of(gold.BIG_PRAISE)

    assert ["priya", "desmond", "marit", "gwen"] == [gold.person_of(key) for key in gold.CHIMES]
    assert ["celeste", "gatesale"] == [gold.person_of(key) for key in gold.NO_CHIMES]
    assert "tobias" == gold.meant(praise, "praises")[0].target
    assert any(post.person == "tobias" for post in talk.posts[1:])


def test_hands_joined_in_all_four_ways() -> None:
    """Round Tobias at the flood there are all four links, one entry a person."""
    people = {link: [gold.person_of(key) for key in keys] for link, keys in gold.HANDS_ROUND_TOBIAS.items()}

    assert {
        "was_there_before_you": ["gwen"],
        "under_your_reply": ["desmond"],
        "named_you": ["wolfram"],
        "same_need_after_you": ["marit", "priya", "kofi", "zed", "lottie", "edmund"],
    } == people


def test_the_pile_on_is_cold_and_quick() -> None:
    """Those who pile on have never written in the place before and come within a day; others defend."""
    talk, target = _talk_of(gold.PILE_ON_TARGET)
    piled = [_talk_of(key)[1] for key in gold.PILE_ON]
    before = {
        post.person
        for _, other, post in POSTS
        if other.place == "bench" and post.state == "kept" and post.written_at < target.written_at
    }

    assert len(piled) >= 4
    assert set() == before & {post.person for post in piled}
    assert piled[-1].written_at - target.written_at < timedelta(hours=24)
    assert any(gold.meant(post, "defends") for post in talk.posts)


def _dates_between(one: str, other: str) -> list[Post]:
    """Messages in which one answers, names or is meant to address the other, in order of time."""
    found = []
    for _, talk, post in POSTS:
        for writer, reader in ((one, other), (other, one)):
            parent = gold.parent_of(talk, post)
            is_answer = parent is not None and parent.person == reader
            is_named = reader in {meant.target for meant in post.meant} or f"@{reader}" in post.text
            if post.person == writer and (is_answer or is_named):
                found.append(post)
    return sorted(found, key=lambda post: post.written_at)


def test_a_friendship_is_renewed() -> None:
    """Gwen and Haruto talk early in 2024, not for more than 180 days, and then to the end of 2025."""
    times = [post.written_at for post in _dates_between("gwen", "haruto")]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    (renewed,) = gold.tagged("renewed")

    assert (2024, 2025) == (times[0].year, times[-1].year)
    assert max(gaps) > timedelta(days=180)
    assert _talk_of(renewed)[1].written_at in {times[i + 1] for i, gap in enumerate(gaps) if gap > timedelta(days=180)}


def test_somebody_goes_quiet() -> None:
    """Kofi is not heard after December 2024, though others still speak of him."""
    last = gold.WORDS_ON_LAST_DAY["kofi"]

    assert (2024, 12) == (last.year, last.month)
    assert any("Kofi" in post.text and post.written_at > last for _, _, post in POSTS)


def test_zed_is_in_several_places() -> None:
    """Zed, who will be forgotten, wrote in three places, also where others answer."""
    mine = [(talk, post) for _, talk, post in POSTS if post.person == "zed" and post.state == "kept"]

    assert {"forum", "bench", "chat"} == {talk.place for talk, _ in mine}
    assert any(other.reply_to == post.number for talk, post in mine for other in talk.posts)


def test_gaps_and_deletions_have_replies() -> None:
    """What is missing or deleted is answered by someone in every place that can miss a message."""
    for keys in (gold.GAPS, gold.DELETED):
        answered = {
            key for key in keys for talk, post in [_talk_of(key)] if any(o.reply_to == post.number for o in talk.posts)
        }
        assert len(answered) >= 3 or answered == keys
    assert {"forum", "list", "bench"} == {_talk_of(key)[0].place for key in gold.GAPS}


def test_words_of_many_kinds() -> None:
    """There are a quotation from elsewhere, code, an edit, emoji, a right-to-left line, a long and unread message."""
    texts = {key: post.text for key, _, post in POSTS}
    (answer, carrier) = gold.CARRIED

    assert "[quote 111/2]" in texts[carrier]
    assert texts[answer].endswith(texts[carrier].split("\n")[0].removeprefix("[quote 111/2] "))
    assert any("```" in text for text in texts.values())
    assert any(post.edited_at for _, _, post in POSTS)
    assert any("🐝" in text for text in texts.values())
    assert texts[gold.RTL].startswith("السلام")
    assert any(len(text) > 1500 for text in texts.values())
    assert 2 == len(gold.UNREAD)
    assert len(gold.AUTOMATED) >= 3
    assert all(gold.tagged(language) for language in ("german", "french"))


def test_nobody_shouts_who_does_not_sell() -> None:
    """Only those who promote speak like a shop window, and the village has no doubled exclamation marks in prose."""
    for key, _, post in POSTS:
        if not gold.meant(post, "promotes"):
            assert not re.search(r"% off|free shipping|game.changer|unlock|seamless", post.text, re.IGNORECASE), key
            assert post.person == "lottie" or "!!" not in post.text, key


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """The four archives are the same bytes each time, dated the same."""
    one, two = write_village(tmp_path / "one"), write_village(tmp_path / "two")
    times = {path.stat().st_mtime for path in (*one.rglob("*"), *two.rglob("*")) if path.is_file()}

    assert _bytes(one) == _bytes(two)
    assert 1 == len(times)
    assert all(path.exists() for path in archives_in(one))


def test_archives_hold_every_kept_message() -> None:
    """Each message that is not gone stands in its archive once, in the archive's own form."""
    folder = gold.village_folder()
    topics = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("square/posts/json/*.json"))]
    lines = [
        json.loads(line) for path in folder.glob("bench/*.ndjson") for line in path.read_text("utf-8").splitlines()
    ]
    chat = [json.loads(line) for line in (folder / "kettle/utterances.jsonl").read_text("utf-8").splitlines()]
    mails = mailbox.mbox(folder / "parish.mbox")
    found = {
        "forum": sum(len(topic["post_stream"]["posts"]) for topic in topics),
        "list": len(mails),
        "bench": len({line["name"] for line in lines}),
        "chat": len({line["id"] for line in chat}),
    }
    mails.close()
    kept = [talk.place for _, talk, post in POSTS if post.state != "gone"]

    assert {place: kept.count(place) for place in found} == found


@pytest.mark.parametrize("counter", ["like_count", "reads", "views", "score", "ups", "reactions_count"])
def test_archives_hold_counters_to_be_dropped(counter: str) -> None:
    """The archives carry platform counters, as real ones do, so that tests can see them dropped."""
    everything = b"".join(_bytes(gold.village_folder()).values())

    assert f'"{counter}":'.encode() in everything
