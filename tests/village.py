"""Sorrel Staithe for tests: the four archives ready in a folder, and what its messages were written to do.

The ids are those that the importers give. The expectations follow from the labels in the words files, read with the
definitions of the constructs; where a construct needs a choice that labels cannot make, it is a tag in the words.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from mutuals.demo.village import Meant, Post, Talk, utterance_id, village, write_village

HELPS = ("answers", "offers", "did", "comforts", "rallies")


@cache
def village_folder() -> Path:
    """The four archives in a folder of their own, written once a session and taken away at its end."""
    folder = Path(tempfile.mkdtemp(prefix="sorrel-staithe-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return write_village(folder)


@pytest.fixture(scope="session")
def sorrel_staithe() -> Path:
    """The folder with the village's four archives. Read it; to change it, copy it first."""
    return village_folder()


def every_post() -> list[tuple[str, Talk, Post]]:
    """Each message with its id and conversation, those that are in no archive too, in the order of the words."""
    return [(utterance_id(talk, post.number), talk, post) for talk in village().talks for post in talk.posts]


def parent_of(talk: Talk, post: Post) -> Post | None:
    """What a message answers: by its link, else the opening; None for an opening."""
    if post.reply_to is not None:
        return talk.post(post.reply_to)
    return None if post.number == 1 else talk.posts[0]


def is_need(post: Post) -> bool:
    """Whether a message asks for something for its own sake: neither in order to answer nor for effect."""
    kinds = [one.sub_kind for one in post.meant if one.act == "asks" and not one.is_absent]
    return any(kind not in {"clarify", "rhetorical"} for kind in kinds)


def nearest_need(talk: Talk, post: Post) -> Post | None:
    """The nearest need strictly above a message; None when there is none or a gap lies between."""
    above = parent_of(talk, post)
    while above is not None and above.state != "gone":
        if is_need(above):
            return above
        above = parent_of(talk, above)
    return None


def meant(post: Post, act: str) -> list[Meant]:
    """What a message was written to do of one kind."""
    return [one for one in post.meant if one.act == act and not one.is_absent]


def tagged(tag: str) -> list[str]:
    """Ids of the messages that carry a tag, earliest first."""
    found = [(post.written_at, key) for key, _, post in every_post() if tag in post.tags]
    return [key for _, key in sorted(found)]


def _one(tag: str) -> str:
    (key,) = tagged(tag)
    return key


def person_of(key: str) -> str:
    """Who wrote a message, as the words files call them."""
    return next(post.person for found, _, post in every_post() if found == key)


def _confirmed() -> set[tuple[str, str]]:
    """Pairs of need and answer where the asker says that it worked, or the place marks the answer."""
    pairs = set()
    for _, talk, post in every_post():
        answers = [post.about] if post.about and any(one.sub_kind == "worked" for one in post.meant) else []
        answers += [post.number] if post.is_accepted else []
        for number in answers:
            need = nearest_need(talk, talk.post(number))
            if need is not None and meant(talk.post(number), "answers"):  # what was only offered or done is no answer
                pairs.add((utterance_id(talk, need.number), utterance_id(talk, number)))
    return pairs


def _hands() -> dict[str, list[str]]:
    """The hands round Tobias on the morning of the flood, by link, in order of arrival, one entry a person."""
    flood = next(talk for talk in village().talks if "flood" in talk.posts[0].tags)
    mine = next(post for post in flood.posts if post.person == "tobias")
    hands: dict[str, list[str]] = {}
    seen = {"tobias", flood.posts[0].person}
    for post in flood.posts:
        if post.person in seen or not any(meant(post, act) for act in HELPS):
            continue
        if nearest_need(flood, post) is not flood.posts[0]:
            continue
        seen.add(post.person)
        link = "same_need_after_you"
        if any(one.target == "tobias" for one in post.meant):
            link = "named_you"
        elif post.reply_to == mine.number:
            link = "under_your_reply"
        elif post.written_at < mine.written_at:
            link = "was_there_before_you"
        hands.setdefault(link, []).append(utterance_id(flood, post.number))
    return hands


GOLD: dict[str, tuple[Meant, ...]] = {key: post.meant for key, _, post in every_post() if post.state == "kept"}
"""What each message that can be read was written to do; empty for one that does nothing."""

NEEDS = {key for key, _, post in every_post() if post.state == "kept" and is_need(post)}
"""Asks that seek something for their own sake."""

RHETORICAL = {key for key, _, post in every_post() if any(one.sub_kind == "rhetorical" for one in post.meant)}
"""Messages with a question that opens no ask."""

CLARIFYING = {key for key, _, post in every_post() if any(one.sub_kind == "clarify" for one in post.meant)}
"""Messages that ask back in order to answer."""

CONFIRMED = _confirmed()
"""(need, answer) where the asker's words or the place's mark confirm the answer."""

CAME_BACK = {
    key: tuple(sorted(str(one.sub_kind) for one in meant(post, "came_back")))
    for key, _, post in every_post()
    if meant(post, "came_back")
}
"""Outcomes by the asker's message."""

SILENT_ASK = _one("silent")
"""Nobody answered it, and the archive is complete."""

LATE_ASK, LATE_ANSWER = _one("late_ask"), _one("late_answer")
"""Asked in August, answered the April after."""

SAME_ASK = (_one("twin_first"), _one("twin_second"))
"""One ask by one account in two subreddits within minutes."""

SAME_ASK_ELSEWHERE = tuple(tagged("elsewhere_twin"))
"""One ask by one person in the forum and on the list: two accounts, so that only their owner can join them."""

BIG_PRAISE = _one("big_praise")
CHIMES = tagged("chime")
"""Who chimed in under `BIG_PRAISE`, in order of arrival."""

NO_CHIMES = [_one("drift"), _one("promo_chime")]
"""Under `BIG_PRAISE` too, but aimed at somebody else, and selling."""

FLOOD = _one("flood")
HANDS_ROUND_TOBIAS = _hands()
"""Hands that joined Tobias at `FLOOD`, by link."""

PILE_ON_TARGET = _one("pile_on_target")
PILE_ON = tagged("pile_on")
"""Tier 3 within two hours, by people whose first words in the place these are."""

GAPS = {key for key, _, post in every_post() if post.state == "gone"}
"""Not in any archive, though others answer them."""

DELETED = {key for key, _, post in every_post() if post.state in {"deleted", "removed"}}
"""In an archive without their words."""

UNREAD = {key for key, _, post in every_post() if meant(post, "unread")}
"""In a language that nobody here reads."""

AUTOMATED = {key for key, _, post in every_post() if village().people[post.person].is_automated}
"""By the declared bot."""

CARRIED = (utterance_id(next(t for t in village().talks if t.id == "111"), 2), _one("carried"))
"""An answer, and the message in another conversation that quotes it, links it and credits its writer."""

RTL = _one("rtl")
"""Begins with a line of Arabic."""

WORDS_ON_LAST_DAY: dict[str, datetime] = {}
"""When each villager was last heard."""
for _key, _talk, _post in every_post():
    if _post.state == "kept":
        _last = WORDS_ON_LAST_DAY.get(_post.person, _post.written_at)
        WORDS_ON_LAST_DAY[_post.person] = max(_last, _post.written_at)
