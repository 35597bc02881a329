"""The invented village of Sorrel Staithe: its words as they were written, and as four archives.

The words stand in `words/*.txt`, one file a place, in a form that is quick to read and to write:

    == 105 summer-timetable | Summer timetable of the Patience
    @ 6 marit 2024-04-28 11:52 < 5 ; edited 2024-04-28 12:01
    = concedes; thanks -> wolfram
    Quite right, swapped my figures with a rope in the other hand.

A `==` line opens a conversation: id, short name, for Reddit the subreddit, then the title. An `@` line opens a
message: number, person, time in UTC, `<` and the number it answers (without it, the opening, which the forum does
not say), then remarks: `edited TIME`, `accepted`, `deleted`, `removed`, `gone` (not in the archive at all),
`about N` (a coming back refers to answer N) and `tag WORD` for the tests. The `=` line says what the message does,
in words of `vocabulary.py`, with whom it is said to or about after `->`; `!thanks` says that it must not be read as
thanks, `unread` that nobody here reads the language, and `none` that it does nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

PLACES = ("forum", "list", "bench", "chat")
"""The four places, by the names of their files: a Discourse forum, a mailing list, Reddit, a ConvoKit corpus."""

State = Literal["kept", "deleted", "removed", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Villager:
    """Someone of the village, with the name of their account in each place.

    Attributes:
        key: How the words files call them.
        name: The name shown.
        forum: Name of the account in the forum.
        mail: Address on the list.
        bench: Name of the account on Reddit.
        chat: Name of the account in the chat.
        signature: Lines under each of their mails; empty when there are none.
        is_automated: The declared bot.
    """

    key: str
    name: str
    forum: str
    mail: str
    bench: str
    chat: str
    signature: tuple[str, ...] = ()
    is_automated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """One thing that a message was written to do.

    Attributes:
        act: A word of the vocabulary, or `unread`.
        sub_kind: Its finer kind.
        target: Key of the villager it is said to or about, where the message says.
        is_absent: The message looks like it and must not be read so.
    """

    act: str
    sub_kind: str | None = None
    target: str | None = None
    is_absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One message as it was written.

    Attributes:
        number: Its number in its conversation, from one.
        person: Key of its writer.
        written_at: When, in UTC.
        text: Its words, with `[quote 111/2] words` for a quotation and three backticks round code.
        meant: What it was written to do; empty when it does nothing.
        reply_to: Number of the message it answers by the platform's own link.
        edited_at: When it was changed, if it was.
        about: Number of the answer that a coming back refers to.
        is_accepted: The platform marks it as the answer.
        state: Whether the archive still has it: `deleted` by its writer, `removed` by the place, `gone` altogether.
        tags: What the tests look for in it.
    """

    number: int
    person: str
    written_at: datetime
    text: str
    meant: tuple[Meant, ...] = ()
    reply_to: int | None = None
    edited_at: datetime | None = None
    about: int | None = None
    is_accepted: bool = False
    state: State = "kept"
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One conversation.

    Attributes:
        place: One of `PLACES`.
        id: Its id there.
        slug: Its short name.
        group: The subreddit; empty elsewhere.
        title: Its title.
        posts: Its messages by number; the first opens it.
    """

    place: str
    id: str
    slug: str
    group: str
    title: str
    posts: tuple[Post, ...]

    def post(self, number: int) -> Post:
        """The message of that number; a `KeyError` when there is none."""
        for post in self.posts:
            if post.number == number:
                return post
        raise KeyError(f"{self.place}/{self.id} has no message {number}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """Everyone, and everything they said.

    Attributes:
        people: Villagers by key.
        talks: Conversations, place by place.
    """

    people: dict[str, Villager]
    talks: tuple[Talk, ...]


@cache
def village() -> Village:
    """The village as it was written, read once from the words files of this package."""
    words = resources.files("mutuals.demo").joinpath("words")
    people = _people(words.joinpath("people.txt").read_text(encoding="utf-8"))
    by_name = {name: one.key for one in people.values() for name in (one.forum, one.key)}
    talks: list[Talk] = []
    for place in PLACES:
        text = words.joinpath(f"{place}.txt").read_text(encoding="utf-8")
        talks.extend(_talk(place, part, by_name) for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:])
    return Village(people=people, talks=tuple(talks))


def utterance_id(talk: Talk, number: int) -> str:
    """The id that the importers give to a message of the village, when its archives are added as `archives_in` says."""
    if talk.place == "forum":
        return f"discourse:square.sorrel-staithe.example/t/{talk.id}/{number}"
    if talk.place == "list":
        return f"mail:{message_id(talk, number)}"
    if talk.place == "bench":
        return f"reddit:{reddit_name(talk, number)}"
    return f"convokit:kettle/{talk.id}-{number}"


def message_id(talk: Talk, number: int) -> str:
    """The Message-ID of a mail, without its angle brackets."""
    return f"{talk.id}.{number}.{talk.slug}@lists.sorrel-staithe.example"


def reddit_name(talk: Talk, number: int) -> str:
    """The full name of a submission (the opening) or a comment on Reddit."""
    return f"t3_{talk.id}" if number == 1 else f"t1_{talk.id}{number:02d}"


def write_village(folder: Path) -> Path:
    """The village as four archives in a folder, the same bytes each time; gives the folder back.

    What comes to lie there: `square/posts/json/*.json` (Discourse topics), `parish.mbox`, `bench/submissions.ndjson`
    and `bench/comments.ndjson` (Pushshift), `kettle/utterances.jsonl` and `kettle/speakers.json` (ConvoKit). Every file
    is dated the last of January 2026. Add them one by one (`archives_in`), so that each place keeps its own name.
    """
    from mutuals.demo import archives

    return archives.write(village(), folder)


def archives_in(folder: Path) -> tuple[Path, ...]:
    """The four archives of a folder that `write_village` has filled, each to be added on its own.

    A forum's name is the name of what was added: added as one folder, the forum would be called as the folder is, and
    the ids of its messages would not be those of `utterance_id`.
    """
    return tuple(folder / name for name in ("square", "parish.mbox", "bench", "kettle"))


def _people(text: str) -> dict[str, Villager]:
    people: dict[str, Villager] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        key, name, forum, mail, bench, chat, *rest = (part.strip() for part in line.split("|"))
        signature = tuple(rest[0].split(" / ")) if rest and rest[0] else ()
        people[key] = Villager(
            key=key, name=name, forum=forum, mail=mail, bench=bench, chat=chat, signature=signature,
            is_automated=key == "bot",
        )  # fmt: skip
    return people


def _talk(place: str, part: str, by_name: dict[str, str]) -> Talk:
    head, _, body = part.partition("\n")
    left, _, title = head.partition(" | ")
    identifier, slug, *group = left.split()
    posts = re.split(r"^@ (?=\d+ )", body, flags=re.MULTILINE)[1:]
    return Talk(
        place=place, id=identifier, slug=slug, group=group[0] if group else "", title=title.strip(),
        posts=tuple(_post(post, by_name) for post in posts),
    )  # fmt: skip


_HEAD = re.compile(r"(?P<number>\d+) (?P<who>\S+) (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d)(?: < (?P<parent>\d+))?")


def _post(part: str, by_name: dict[str, str]) -> Post:
    head, meant, text = part.split("\n", 2)
    first, *remarks = (piece.strip() for piece in head.split(";"))
    found = _HEAD.fullmatch(first)
    if found is None or not meant.startswith("= "):
        raise ValueError(f"Expected a message, found {head!r} and {meant!r}")
    said = {remark.partition(" ")[0]: remark.partition(" ")[2] for remark in remarks if remark[:4] != "tag "}
    states: tuple[State, ...] = ("deleted", "removed", "gone")
    return Post(
        number=int(found["number"]),
        person=by_name[found["who"]],
        written_at=_time(found["at"]),
        text=text.strip(),
        meant=tuple(_meant(piece.strip()) for piece in meant[2:].split(";") if piece.strip() != "none"),
        reply_to=int(found["parent"]) if found["parent"] else None,
        edited_at=_time(said["edited"]) if "edited" in said else None,
        about=int(said["about"]) if "about" in said else None,
        is_accepted="accepted" in said,
        state=next((state for state in states if state in said), "kept"),
        tags=tuple(remark[4:] for remark in remarks if remark[:4] == "tag "),
    )


def _meant(piece: str) -> Meant:
    act, _, target = piece.partition(" -> ")
    name, _, sub_kind = act.lstrip("!").partition(":")
    return Meant(act=name, sub_kind=sub_kind or None, target=target or None, is_absent=piece.startswith("!"))


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
