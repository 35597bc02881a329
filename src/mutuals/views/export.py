"""The library as files for other tools: JSON Lines, Parquet, a ConvoKit corpus.

Only what everyone could read on the platform goes out: messages to followers or to one person stay, and so do
readings of tier 3. Everything streams; a file or folder appears under its name only when it is whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.errors import UsageError
from mutuals.schema import DERIVED, GATHERED, TABLES
from mutuals.views.guard import check
from mutuals.views.making.words import Queries, among, conversation_ids, hedge_of, people_of, rows
from mutuals.views.wording import iso
from mutuals.vocabulary import ACTS, Tier

Kind = Literal["jsonl", "parquet", "convokit"]
KINDS: tuple[Kind, ...] = get_args(Kind)

BATCH = 4096
"""Messages held in memory at once."""

PUBLIC = "coalesce({0}visibility, 'public') = 'public'"
_HIDDEN = f"SELECT utterance FROM utterance WHERE NOT ({PUBLIC.format('')})"

_FOLDED = ", ".join(f"'{act.name}'" for act in ACTS.values() if act.tier == Tier.FOLDED)
_MESSAGE_KEYS = {
    "utterance", "reply_to", "parent", "root", "ask", "need", "same_as", "answer", "evidence", "praise", "help",
    "helper_utterance", "hand_utterance",
}  # fmt: skip
"""Columns that hold the key of a message, in whatever table (`toward` does in `act` alone)."""


class Streams(Queries, Protocol):
    """What an export needs of a library: reading whole answers, and reading long ones as a stream."""

    def scan(self, sql: str, parameters: Sequence[object] = (), rows: int = 8192) -> Iterator[RecordBatch]:
        """The rows of one read-only query, batch by batch."""
        ...

    def save_parquet(self, sql: str, file: Path, metadata: Mapping[str, str]) -> None:
        """Write the rows of one read-only query into a Parquet file, with metadata beside them."""
        ...


def export(library: Streams, kind: Kind, to: Path, *, force: bool = False) -> Path:
    """Write the library out.

    Args:
        library: Where it is read.
        kind: `jsonl` makes a file; `parquet` (a file a table) and `convokit` make a folder.
        to: The file or folder to make.
        force: Replace what is there.

    Returns:
        What was made.

    Raises:
        UsageError: There is something at `to` already, or its folder is not there.
    """
    if kind == "parquet":
        return _whole(to, lambda part: _parquet(library, part), force=force)
    if kind == "convokit":
        return _whole(to, lambda part: _convokit(library, part), force=force)
    return _whole(to, lambda part: _jsonl(library, part), force=force)


def _whole(to: Path, write: Callable[[Path], None], *, force: bool) -> Path:
    """Let something be written beside its place and put it there when it is whole."""
    if not to.parent.is_dir():
        raise UsageError(f"{to.parent} is not a folder. Make it first, or name another place.")
    is_taken = any(to.iterdir()) if to.is_dir() else to.exists() and to.stat().st_size > 0
    if is_taken and not force:
        raise UsageError(f"{to} is there already. Name another place, or add --force to replace it.")
    part = to.with_name(f".{to.name}.part")
    _remove(part)
    try:
        write(part)
        _remove(to)
        part.replace(to)
    finally:
        _remove(part)
    return to


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _parquet(library: Streams, folder: Path) -> None:
    """Every gathered and derived table as one zstd file; what its columns mean is in its key-value metadata."""
    folder.mkdir()
    for table in (*GATHERED, *DERIVED):
        meanings = {field.name: field.metadata_str["meaning"] for field in TABLES[table]}
        library.save_parquet(_public_rows(table), folder / f"{table}.parquet", {"meanings": json.dumps(meanings)})


def _public_rows(table: str) -> str:
    """The SELECT of the rows of a table that may leave the library."""
    names = TABLES[table].names
    columns = ", ".join("'' AS excerpt" if (table, n) == ("problem", "excerpt") else f'x."{n}"' for n in names)
    where = ["true"]
    if table == "utterance":
        where.append(PUBLIC.format("x."))
    if table == "speaker":
        return (
            f"SELECT {columns} FROM speaker x WHERE x.speaker IN"
            f" (SELECT speaker FROM utterance WHERE {PUBLIC.format('')})"
            " OR x.speaker NOT IN (SELECT speaker FROM utterance WHERE speaker IS NOT NULL)"
        )
    keys = [n for n in names if n in _MESSAGE_KEYS] + (["toward"] if table == "act" else [])
    where += [f'(x."{n}" IS NULL OR x."{n}" NOT IN ({_HIDDEN}))' for n in keys if table != "utterance"]
    for column in ("act", "kind"):
        if column in names and table in {"reading", "act", "response"}:
            where.append(f'x."{column}" NOT IN ({_FOLDED})')
    return f"SELECT {columns} FROM {table} x WHERE {' AND '.join(where)}"


def _jsonl(library: Streams, file: Path) -> None:
    """One message a line, in order of place and time, with what it does as quotes of its own words."""
    with file.open("w", encoding="utf-8", newline="\n") as out:
        for messages in _messages(library):
            for one in messages:
                check(one)
                out.write(json.dumps(one, ensure_ascii=False) + "\n")


_MESSAGES = f"""
SELECT u.utterance, u.id, u.place, u.speaker, u.written_at, u.edited_at, u.title, u.text, u.lang, u.url, u.is_deleted,
       t.conversation, t.parent, t.how,
       CASE WHEN u.conversation_key = t.conversation THEN u.conversation_id END AS named
FROM utterance u LEFT JOIN thread t ON t.utterance = u.utterance
WHERE {PUBLIC.format("u.")} ORDER BY u.place, u.written_at NULLS FIRST, u.utterance
"""


def _messages(library: Streams) -> Iterator[list[dict[str, Any]]]:
    """Every public message as a record for JSON, batch by batch."""
    for batch in library.scan(_MESSAGES, (), BATCH):
        found = arrow.rows(batch)
        keys = [row["utterance"] for row in found]
        texts = {row["utterance"]: row["text"] for row in found}
        acts, toward, targets = _acts(library, keys, texts)
        names = _ids(library, {row["parent"] for row in found} | toward)
        talks = conversation_ids(library, (row["conversation"] for row in found if row["named"] is None))
        people = people_of(library, {row["speaker"] for row in found} | targets)
        languages = dict(
            rows(library, f"SELECT utterance, max(lang) FROM read WHERE {among('utterance', keys)} GROUP BY 1")
        )
        yield [
            {
                "id": row["id"],
                "place": row["place"],
                "conversation": row["named"] or talks.get(row["conversation"], row["id"]),
                "speaker": people[row["speaker"]].id if row["speaker"] in people else None,
                "speaker_name": people[row["speaker"]].name if row["speaker"] in people else "someone",
                "reply_to": names.get(row["parent"]),
                "reply_how": row["how"],
                "written_at": iso(row["written_at"]) if row["written_at"] else None,
                "edited_at": iso(row["edited_at"]) if row["edited_at"] else None,
                "title": row["title"],
                "lang": languages.get(row["utterance"]) or row["lang"],
                "url": row["url"],
                "is_deleted": bool(row["is_deleted"]),
                "text": row["text"],
                "acts": [
                    act | {"toward": names.get(to), "about": people[whom].id if whom in people else None}
                    for act, to, whom in acts.get(row["utterance"], ())
                ],
            }
            for row in found
        ]


Act = tuple[dict[str, Any], int | None, int | None]


def _acts(
    library: Queries, keys: Sequence[int], texts: dict[int, str | None]
) -> tuple[dict[int, list[Act]], set[int | None], set[int | None]]:
    """What the messages do, with the messages and the people they do it to."""
    found = rows(
        library,
        f"""SELECT utterance, act, sub_kind, "start", "end", toward, target, certainty, origin FROM act
            WHERE {among("utterance", keys)} AND act NOT IN ({_FOLDED}, 'confides')
            ORDER BY utterance, "start", "end", act, sub_kind, toward, target""",
    )
    acts: dict[int, list[Act]] = {}
    for key, act, sub_kind, start, end, toward, target, certainty, origin in found:
        exact = (texts.get(key) or "")[start:end]
        if exact and len(exact) == end - start:
            said = {
                "act": act,
                "sub_kind": sub_kind,
                "hedge": hedge_of(act, certainty, origin),
                "origin": origin,
                "quote": {"exact": exact, "start": start, "end": end},
            }
            acts.setdefault(key, []).append((said, toward, target))
    return acts, {row[5] for row in found}, {row[6] for row in found}


def _ids(library: Queries, keys: set[int | None]) -> dict[int | None, str]:
    """The ids of messages, of missing ones too; those that everyone could not read have none."""
    named: dict[int | None, str] = dict(conversation_ids(library, keys).items())
    hidden = rows(library, f"{_HIDDEN} AND {among('utterance', keys)}")
    for (key,) in hidden:
        named.pop(key, None)
    return named


def _convokit(library: Streams, folder: Path) -> None:
    """A folder that ConvoKit loads.

    Its times are numbers (seconds since 1970), because the format knows no other. ConvoKit takes a reply to an
    utterance that is not there for a broken conversation, so a missing message is written as an empty one that says
    so in its `meta`, `{"is_missing": true}`; messages without a known writer are `someone`'s.
    """
    folder.mkdir()
    written: set[str] = set()
    missing: dict[str, tuple[str, str]] = {}
    titles: dict[str, dict[str, Any]] = {}
    with (folder / "utterances.jsonl").open("w", encoding="utf-8", newline="\n") as out:
        for messages in _messages(library):
            for one in messages:
                written.add(one["id"])
                talk = titles.setdefault(one["conversation"], {"title": None, "place": one["place"]})
                talk["title"] = talk["title"] or one["title"]
                if one["reply_to"] is not None and one["reply_to"] not in written:
                    missing[one["reply_to"]] = (one["conversation"], one["place"])
                out.write(json.dumps(_utterance(one), ensure_ascii=False) + "\n")
        for identifier, (conversation, place) in missing.items():
            if identifier not in written:
                out.write(json.dumps(_gap(identifier, conversation, place), ensure_ascii=False) + "\n")
    _write(folder / "conversations.json", {name: {"meta": meta, "vectors": []} for name, meta in titles.items()})
    speakers: dict[str, Any] = {
        SOMEONE_ID: {"meta": {"name": SOMEONE_ID, "handle": None, "is_automated": False}, "vectors": []}
    }
    for batch in library.scan(_public_rows("speaker")):
        for row in arrow.rows(batch):
            meta = {"name": row["name"], "handle": row["handle"], "is_automated": row["is_automated"]}
            speakers[row["id"]] = {"meta": meta, "vectors": []}
    _write(folder / "speakers.json", speakers)
    _write(folder / "corpus.json", {"made_with": "mutuals"})
    _write(folder / "index.json", _INDEX)


SOMEONE_ID = "someone"
"""The ConvoKit speaker of messages whose writer is not known; ConvoKit knows no message without a speaker."""


def _utterance(one: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromisoformat(one["written_at"]).timestamp() if one["written_at"] else None
    kept = ("place", "reply_how", "edited_at", "lang", "url", "is_deleted", "acts")
    return {
        "id": one["id"],
        "conversation_id": one["conversation"],
        "text": one["text"] or "",
        "speaker": one["speaker"] or SOMEONE_ID,
        "reply_to": one["reply_to"],
        "timestamp": int(at) if at is not None and at.is_integer() else at,
        "meta": {name: one[name] for name in kept} | {"is_missing": False},
        "vectors": [],
    }


def _gap(identifier: str, conversation: str, place: str) -> dict[str, Any]:
    meta = dict.fromkeys(("reply_how", "edited_at", "lang", "url")) | {"place": place, "is_deleted": False, "acts": []}
    return {
        "id": identifier,
        "conversation_id": conversation,
        "text": "",
        "speaker": SOMEONE_ID,
        "reply_to": None,
        "timestamp": None,
        "meta": meta | {"is_missing": True},
        "vectors": [],
    }


def _write(file: Path, content: object) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(content, out, ensure_ascii=False)


_TEXT, _FLAG, _LIST = ["<class 'str'>"], ["<class 'bool'>"], ["<class 'list'>"]
_INDEX = {
    "utterances-index": {
        "place": _TEXT, "reply_how": _TEXT, "edited_at": _TEXT, "lang": _TEXT, "url": _TEXT, "is_deleted": _FLAG,
        "acts": _LIST, "is_missing": _FLAG,
    },
    "speakers-index": {"name": _TEXT, "handle": _TEXT, "is_automated": _FLAG},
    "conversations-index": {"title": _TEXT, "place": _TEXT},
    "overall-index": {"made_with": _TEXT},
    "version": 1,
    "vectors": [],
}  # fmt: skip
"""What ConvoKit is told of each `meta` field."""
