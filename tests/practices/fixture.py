"""A few messages written down by hand, with what was read in them, as the tables that the practices start from.

Threads and nearest asks are worked out here by walking up one message at a time, which is slow and plain: it is the
oracle against which the fast way is held elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import duckdb
from arro3.core import DataType, Field, RecordBatch, Schema, Table

from mutuals import arrow, practices, relationships
from mutuals.engines import step
from mutuals.practices.ask import same_asks
from mutuals.schema import TABLES, key_of

START = datetime(2031, 4, 1, 8, 0, tzinfo=UTC)
PRAISE = {"praises", "thanks", "credits"}


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act as it was read: words that are not given stand for the whole message."""

    name: str
    sub_kind: str | None = None
    target: str | None = None
    words: str | None = None


def does(name: str, sub_kind: str | None = None, *, to: str | None = None, words: str | None = None) -> Act:
    """An act in short."""
    return Act(name=name, sub_kind=sub_kind, target=to, words=words)


@dataclass
class Message:
    """What was said, by whom, under what."""

    id: str
    by: str | None
    text: str | None
    acts: tuple[Act, ...] = ()
    under: str | None = None
    how: str = "explicit"
    topic: str | None = None
    place: str = "glen"
    mentions: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    at: datetime | None = START
    is_deleted: bool = False
    is_accepted: bool = False
    is_unread: bool = False


@dataclass
class Talk:
    """Messages in order; `tables` turns them into tables, `run` into a database with every practice worked out."""

    messages: dict[str, Message] = field(default_factory=dict)
    bots: set[str] = field(default_factory=set)
    coverage: list[dict[str, object]] = field(default_factory=list)

    def say(
        self,
        id: str,
        by: str | None,
        text: str | None,
        *acts: Act,
        under: str | None = None,
        day: float = 0,
        timeless: bool = False,
        **rest: object,
    ) -> None:
        """Add a message; each is a minute later than the one before, plus whole days."""
        at = None if timeless else START + timedelta(days=day, minutes=len(self.messages))
        self.messages[id] = Message(id=id, by=by, text=text, acts=acts, under=under, at=at, **rest)  # type: ignore[arg-type]

    def complete(
        self, place: str = "glen", until: float = 1000, topic: str | None = None, extent: str = "complete"
    ) -> None:
        """Say that the data of a place (or of a topic in it) are complete up to a day."""
        self.coverage.append(
            {
                "place": place,
                "conversation_key": key_of(topic) if topic else None,
                "since": None,
                "until": START + timedelta(days=until),
                "extent": extent,
                "note": "",
            }
        )

    def _parent(self, one: Message) -> tuple[str, str] | None:
        if one.under is not None:
            return one.under, one.how
        return (one.quotes[0], "quoted") if one.quotes else None

    def _above(self, one: Message) -> Iterable[str]:
        parent = self._parent(one)
        while parent is not None:
            yield parent[0]
            known = self.messages.get(parent[0])
            parent = self._parent(known) if known else None

    def _root(self, one: Message) -> str:
        root = one.id
        for above in self._above(one):
            other = self.messages.get(above)
            if other is not None and other.topic != one.topic:
                break
            root = above
        return root

    def _conversation(self, one: Message) -> int:
        return key_of(one.topic or self._root(one))

    def _asks(self, name: str, kinds: Callable[[str | None], bool]) -> bool:
        one = self.messages.get(name)
        return one is not None and any(a.name == "asks" and kinds(a.sub_kind) for a in one.acts)

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """The rows that the steps start from."""
        made: dict[str, list[dict[str, object]]] = {name: [] for name in (*_INPUTS, "nearest_praise")}
        made["coverage"] = list(self.coverage)
        people = {m.by for m in self.messages.values()} | {p for m in self.messages.values() for p in m.mentions}
        for name in sorted(person for person in people if person):
            bot = name in self.bots
            made["speaker"].append({"speaker": key_of(name), "id": name, "name": name, "is_automated": bot})
        missing: dict[str, Message] = {}
        for one in self.messages.values():
            self._rows_of(one, made)
            parent = self._parent(one)
            if parent is not None and parent[0] not in self.messages:
                missing[parent[0]] = one
        for name, child in missing.items():
            gap = key_of(name)
            row: dict[str, object] = {"utterance": gap, "root": gap, "depth": 0, "is_gap": True}
            row["conversation"] = self._conversation(child)
            made["thread"].append(row)
        return made

    def _rows_of(self, one: Message, made: dict[str, list[dict[str, object]]]) -> None:
        key, conversation = key_of(one.id), self._conversation(one)
        author = key_of(one.by) if one.by else None
        made["utterance"].append(
            {"utterance": key, "id": one.id, "place": one.place, "speaker": author, "written_at": one.at,
             "text": one.text, "is_deleted": one.is_deleted}
        )  # fmt: skip
        parent = self._parent(one)
        inside = parent is not None and self._root(one) != one.id
        made["thread"].append(
            {"utterance": key, "conversation": conversation, "root": key_of(self._root(one)),
             "depth": len(list(self._above(one))) if inside else 0, "is_gap": False,
             "parent": key_of(parent[0]) if parent and inside else None,
             "how": parent[1] if parent and inside else None,
             "speaker": author, "written_at": one.at, "place": one.place}
        )  # fmt: skip
        if parent is not None:
            made["reply"].append(
                {"utterance": key, "parent": key_of(parent[0]), "how": parent[1], "conversation": conversation}
            )
        outcome = "unread" if one.is_unread else "read"
        made["read"].append(
            {"utterance": key, "conversation": conversation, "reader": "hand 1", "lang": "en", "outcome": outcome,
             "reason": ""}
        )  # fmt: skip
        for person in one.mentions:
            start = (one.text or "").find(f"@{person}")
            span = (start, start + len(person) + 1) if start >= 0 else (None, None)
            made["link"].append({"utterance": key, "kind": "mention", "target": key_of(person), "target_id": person,
                                 "start": span[0], "end": span[1]})  # fmt: skip
        for quoted in one.quotes:
            made["link"].append({"utterance": key, "kind": "quote", "target": key_of(quoted), "target_id": quoted})
        if one.is_accepted:
            made["mark"].append({"utterance": key, "kind": "accepted"})
        self._acts_of(one, key, conversation, made)

    def _acts_of(self, one: Message, key: int, conversation: int, made: dict[str, list[dict[str, object]]]) -> None:
        above = list(self._above(one))
        ask = next((name for name in above if self._asks(name, lambda kind: kind != "rhetorical")), None)
        need = next(
            (name for name in above if self._asks(name, lambda kind: kind not in {"rhetorical", "clarify"})), None
        )
        if ask is not None:
            made["nearest_ask"].append({"utterance": key, "conversation": conversation, "ask": key_of(ask),
                                        "need": key_of(need) if need else None})  # fmt: skip
        praise = next((name for name in above if self._praises(name)), None)
        if praise is not None:
            made["nearest_praise"].append({"utterance": key, "conversation": conversation, "praise": key_of(praise)})
        for act in one.acts:
            text = one.text or ""
            words = text if act.words is None else act.words
            assert words in text, (one.id, words)
            start = text.index(words)
            made["act"].append(
                {"utterance": key, "conversation": conversation, "act": act.name, "sub_kind": act.sub_kind,
                 "start": start, "end": start + len(words), "target": key_of(act.target) if act.target else None,
                 "certainty": "sure", "origin": "hand 1"}
            )  # fmt: skip

    def _praises(self, name: str) -> bool:
        one = self.messages.get(name)
        return one is not None and any(a.name in PRAISE and a.target not in {None, one.by} for a in one.acts)

    def run(self, shuffled: int | None = None) -> Worked:
        """Work out every practice and sign; with a number, from inputs whose rows were shuffled by it."""
        return Worked(self, shuffled)


_INPUTS = ("speaker", "utterance", "link", "mark", "coverage", "reply", "thread", "read", "nearest_ask", "act")
_NEAREST_PRAISE = Schema([Field(name, DataType.int64()) for name in ("utterance", "conversation", "praise")])


class Worked:
    """A database with the tables of a talk and all that follows from it; keys are given back as the names used."""

    def __init__(self, talk: Talk, shuffled: int | None) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        for name, records in talk.tables().items():
            schema = TABLES.get(name, _NEAREST_PRAISE)
            if shuffled is not None:
                random.Random(shuffled).shuffle(records)
            self._keep(name, arrow.batch(records, Schema([f.with_nullable(True) for f in schema])))
        for package, names in (("practices", practices.STEPS), ("relationships", relationships.STEPS)):
            for name in names:
                self.connection.execute(f"create table {name} as {step(f'mutuals.{package}', name)}")
                if name == "ask":
                    self._keep("same", same_asks(self.query))
                    self.connection.execute("update ask set same_as = same.same_as from same where same.ask = ask.ask")
        self._names = {key_of(m.id): m.id for m in talk.messages.values()}
        people = {m.by for m in talk.messages.values()} | {p for m in talk.messages.values() for p in m.mentions}
        self._names |= {key_of(name): name for name in people if name}
        self._texts = {m.id: m.text or "" for m in talk.messages.values()}

    def _keep(self, name: str, table: Table | RecordBatch) -> None:
        self.connection.register("given", table)
        self.connection.execute(f"create table {name} as select * from given")
        self.connection.unregister("given")

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Table:
        """Run a SELECT, as `Library.query` does."""
        return Table.from_arrow(self.connection.sql(sql, params=list(parameters)))

    def name(self, key: int | None) -> str | None:
        """The name of a message or person."""
        return None if key is None else self._names[key]

    def words(self, utterance: int | str, start: int, end: int) -> str:
        """The words of a message between two places."""
        name = utterance if isinstance(utterance, str) else self._names[utterance]
        return self._texts[name][start:end]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a SELECT, sorted, with names in place of keys."""
        found = arrow.rows(self.query(sql))
        named = [tuple(self._names.get(v, v) if type(v) is int else v for v in row.values()) for row in found]
        return sorted(named, key=str)
