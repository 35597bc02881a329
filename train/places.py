"""Messages of the shared archives in their conversations, for annotating and for joining labels with words.

Forum, mail and Reddit come through mutuals itself; IRC, Zulip and GitHub are read here as far as annotation needs
them. Nothing of the words is kept in the project: labels name a message by place and id, and hold a hash of its text.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import duckdb

from mutuals.sources.html_text import from_html
from mutuals.sources.markdown_text import from_markdown

WORK = Path(os.environ.get("MUTUALS_TRAIN", Path(__file__).parent / "scratch"))
"""Unpacked archives and libraries; made by `make train-data`, never committed."""
IRC = WORK / "irc-disentanglement" / "ircd" / "data"
LIBRARIES = {"urho3d": "urho.duckdb", "r-help": "rhelp.duckdb", "reddit": "praw.duckdb"}
_ONE_IN = 40
"""Of the Zulip topics, which are many, one in forty is read, chosen by the hash of its name."""
_IRC_LINE = re.compile(r"^(?:[\w-]+ \d{4}-\d\d-\d\d )?\[[\d:]+\] <([^>]*)>\s?(.*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as an annotator and the reader see it.

    Attributes:
        place: Key of the archive.
        id: Its id there.
        author: Name of the writer.
        text: Plain text.
        code: Flat pairs (start, end) of code.
        parent: Id of the message answered, inferred where the archive has no links; None when it opens something.
        who: O, o or x: opens, the opener again, somebody else.
        title: Title of the conversation, on its opening.
    """

    place: str
    id: str
    author: str
    text: str
    code: tuple[int, ...] = ()
    parent: str | None = None
    who: str = "x"
    title: str = ""

    @property
    def digest(self) -> str:
        """The first 12 hex digits of the SHA-256 of its text: tells whether the words are still those labelled."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


@cache
def conversations(place: str) -> dict[str, list[Message]]:
    """Every conversation of a place by its id, in the order of writing.

    Raises:
        KeyError: There is no such place.
    """
    if place in LIBRARIES:
        return _from_library(place, WORK / LIBRARIES[place])
    return {"irc": _irc, "lean": _lean, "github": _github, "gold": _gold}[place]()


def _with_who(found: list[Message]) -> list[Message]:
    opener = found[0].author if found else ""
    placed = []
    for number, one in enumerate(found):
        who = "O" if number == 0 else "o" if one.author == opener else "x"
        fields = {name: getattr(one, name) for name in Message.__dataclass_fields__} | {"who": who}
        placed.append(Message(**fields))
    return placed


def _from_library(place: str, path: Path) -> dict[str, list[Message]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            """select t.conversation, u.id, coalesce(s.name, ''), u.text, u.code, p.id, u.title
               from utterance u join thread t on t.utterance = u.utterance
               left join utterance p on p.utterance = t.parent
               left join speaker s on s.speaker = u.speaker
               where u.text is not null and not u.is_deleted
               order by t.conversation, u.written_at nulls last, u.utterance"""
        ).fetchall()
    found: dict[str, list[Message]] = {}
    for conversation, identifier, author, text, code, parent, title in rows:
        found.setdefault(str(conversation), []).append(
            Message(place=place, id=identifier, author=author, text=text, code=tuple(code or ()), parent=parent,
                    title=title or "")
        )  # fmt: skip
    return {key: _with_who(messages) for key, messages in found.items()}


def _irc() -> dict[str, list[Message]]:
    return {
        path.name[: -len(".ascii.txt")]: _irc_log("irc", path, 1000) for path in (IRC / "train").glob("*.ascii.txt")
    }


def _gold() -> dict[str, list[Message]]:
    logs = sorted((IRC / "new-domains").glob("*.ascii.txt"))
    return {path.name[: -len(".ascii.txt")]: _irc_log("gold", path, 1000) for path in logs}


def _irc_log(place: str, path: Path, first: int) -> list[Message]:
    """The messages of a log that people linked, and those before that they answer; `who` is of each small thread."""
    name = path.name[: -len(".ascii.txt")]
    lines = path.read_text("utf-8", errors="replace").splitlines()
    answered: dict[int, int] = {}
    for line in path.with_name(f"{name}.annotation.txt").read_text("utf-8").splitlines():
        one, other = sorted(int(number) for number in line.split()[:2])
        if one != other:
            answered[other] = max(one, answered.get(other, -1))
    said = {number: match for number, line in enumerate(lines) if (match := _IRC_LINE.match(line))}
    root: dict[int, int] = {}
    found = []
    for number in sorted(said):
        above = answered.get(number)
        root[number] = root.get(above, above) if above is not None and above in said else number
        nick, text = said[number].groups()
        opener = said[root[number]].group(1)
        who = "O" if root[number] == number else "o" if nick == opener else "x"
        if number >= first or any(answer == number for answer in answered.values()):
            found.append(
                Message(place=place, id=f"{name}:{number}", author=nick, text=text.strip(), who=who,
                        parent=f"{name}:{above}" if above is not None and above in said else None)
            )  # fmt: skip
    return found


def _lean() -> dict[str, list[Message]]:
    found = {}
    for path in sorted((WORK / "zulip-lean" / "lean" / "zulip_json").glob("*/*.json")):
        if int(hashlib.sha256(f"{path.parent.name}/{path.name}".encode()).hexdigest(), 16) % _ONE_IN:
            continue
        rows = json.loads(path.read_text("utf-8"))
        if not isinstance(rows, list) or not rows:
            continue
        title = unquote(path.stem.replace(".", "%"))
        messages: list[Message] = []
        for row in sorted(rows, key=lambda row: (row["timestamp"], row["id"])):
            plain = from_html(row["content"])
            others = [one for one in messages if one.author != row["sender_full_name"]]
            named = [one for one in others if f"@{one.author}" in plain.text]
            parent = named[-1] if named else others[-1] if others else None
            messages.append(
                Message(place="lean", id=str(row["id"]), author=row["sender_full_name"], text=plain.text,
                        code=tuple(plain.code), parent=parent.id if parent else None,
                        title="" if messages else title)
            )  # fmt: skip
        found[f"{path.parent.name}/{path.stem}"] = _with_who(messages)
    return found


def _github() -> dict[str, list[Message]]:
    found = {}
    for kind, body in (("issues", "issue"), ("pulls", "pull")):
        for path in sorted((WORK / "github-bitcoin-gui" / "gui" / kind).glob("*.json")):
            whole = json.loads(path.read_text("utf-8"))
            said = [whole[body], *(one for one in whole.get("events") or () if one.get("event") == "commented")]
            messages: list[Message] = []
            for row in said:
                plain = from_markdown(row.get("body") or "")
                author = (row.get("user") or row.get("actor") or {}).get("login") or ""
                others = [one for one in messages if one.author != author]
                messages.append(
                    Message(place="github", id=str(row["id"]), author=author, text=plain.text, code=tuple(plain.code),
                            parent=others[-1].id if others else None,
                            title=whole[body].get("title") or "" if not messages else "")
                )  # fmt: skip
            found[f"{kind}/{path.stem}"] = _with_who(messages)
    return found
