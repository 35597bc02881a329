"""Which conversations a change concerns, and how their derived rows are replaced.

An update costs in proportion to the conversations that were touched, not to the library. Steps read bare table
names; inside a scope these names stand for temporary copies that hold only

- the conversations to be replaced: those with a touched message, those that a touched message joins, and those
  that quote into any of these; and
- their neighbours, which they quote or are quoted by: read, never replaced.

When a large part of the library was touched the names stand for the whole library and everything is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

from mutuals.engines.duckdb import DuckDBEngine
from mutuals.schema import DERIVED, TABLES
from mutuals.store import Store
from mutuals.store.migrations import create_table

LARGE = 5
"""A scope of more than one message in `LARGE` is not worth copying: then all is computed anew."""

_TOUCHED_CONVERSATIONS = """
with t as (select distinct utterance from lib.main.touched),
links as (
  select u.reply_to as other from lib.main.utterance u semi join t using (utterance) where u.reply_to is not null
  union select l.target from lib.main.link l semi join t using (utterance) where l.kind = 'quote'
  union select r.parent from lib.main.reply r semi join t using (utterance)
)
select c.conversation from lib.main.thread c semi join t using (utterance)
union select u.conversation_key from lib.main.utterance u semi join t using (utterance)
  where u.conversation_key is not null
union select c.conversation from lib.main.thread c join links l on l.other = c.utterance"""

_QUOTING_IN = """
select conversation from replaced
union
select q.conversation from lib.main.link l
join lib.main.thread q on q.utterance = l.utterance
join lib.main.thread d on d.utterance = l.target
join replaced r on r.conversation = d.conversation
where l.kind = 'quote'"""

_NEIGHBOURS = """
select conversation from replaced
union
select d.conversation from lib.main.link l
join lib.main.thread q on q.utterance = l.utterance
join lib.main.thread d on d.utterance = l.target
join replaced r on r.conversation = q.conversation
where l.kind = 'quote'"""

_MEMBERS = """
select c.utterance from lib.main.thread c semi join around using (conversation)
union select u.utterance from lib.main.utterance u join around a on a.conversation = u.conversation_key
union select utterance from lib.main.touched"""


class Scope:
    """A transaction in which bare table names stand for what an update needs; use it with `with`.

    On leaving without an error the update is committed and, when the last stage has run, what was touched is
    forgotten. On an error everything is as it was.

    Attributes:
        is_whole: The names stand for the whole library.
    """

    def __init__(self, store: Store, engine: DuckDBEngine, *, is_last: bool) -> None:
        self.store = store
        self.engine = engine
        self.is_last = is_last
        self.is_whole = False
        self._temporary: list[str] = []
        self._afterwards: list[Callable[[DuckDBEngine, bool], None]] = []

    def __enter__(self) -> Scope:
        self.engine.connection.execute("begin")
        total = self.engine.one("select count(*) from lib.main.utterance")
        touched = self.engine.one("select count(distinct utterance) from lib.main.touched")
        read = self.engine.one("select count(*) from lib.main.thread")
        self.is_whole = touched * LARGE > total or read == 0
        if not self.is_whole:
            self._copy_members()
            self.is_whole = self.engine.one("select count(*) from member") * LARGE > total
            if self.is_whole:
                self._drop()
        return self

    def _copy_members(self) -> None:
        self._save("replaced", _TOUCHED_CONVERSATIONS)
        self._save("replaced", _QUOTING_IN)
        self._save("around", _NEIGHBOURS)
        self._save("member", _MEMBERS)
        for name in ("utterance", "link", "mark", "correction", "second_reading"):
            self._save(name, f"select x.* from lib.main.{name} x semi join member using (utterance)")

    def _save(self, name: str, sql: str) -> None:
        self.engine.save(name, sql)
        self._temporary.append(name)

    def settle(self, tables: Sequence[str]) -> None:
        """Write what the stage saved under these names into the library, in place of the rows that were there."""
        for name in tables:
            if name not in DERIVED:
                raise AssertionError(f"{name} is no derived table")
            if not self.is_whole:
                self._temporary.append(name)
            if name == "thread" and not self.is_whole:
                self._note_new_conversations()
            columns = ", ".join(f'"{column}"' for column in TABLES[name].names)
            if self.is_whole:
                self.engine.connection.execute(f"drop table lib.main.{name}")
                self.engine.connection.execute(create_table(name))
                self.engine.connection.execute(f"insert into lib.main.{name} select {columns} from temp.main.{name}")
                self.engine.drop([name])
            elif name != "reply":
                self._replace(name, columns)
            if name == "thread" and not self.is_whole:
                self._replace("reply", ", ".join(TABLES["reply"].names))

    def _note_new_conversations(self) -> None:
        """Conversations that the replaced ones or the touched messages have become are replaced as well."""
        self._save(
            "replaced",
            """select conversation from replaced
               union select n.conversation from temp.main.thread n
                 join lib.main.thread o on o.utterance = n.utterance
                 join replaced r on r.conversation = o.conversation
               union select n.conversation from temp.main.thread n semi join lib.main.touched using (utterance)""",
        )

    def _replace(self, name: str, columns: str) -> None:
        self.engine.connection.execute(
            f"delete from lib.main.{name} where conversation in (select conversation from replaced)"
        )
        self.engine.connection.execute(
            f"insert into lib.main.{name} select {columns}"
            f" from temp.main.{name} semi join replaced using (conversation)"
        )

    def afterwards(self, function: Callable[[DuckDBEngine, bool], None]) -> None:
        """Run a function at the end, when bare names stand for the whole library again, in the same transaction.

        It is called with the engine and whether everything was computed anew; `lib.main.touched` still holds the
        messages that were touched.
        """
        self._afterwards.append(function)

    def _drop(self) -> None:
        self.engine.drop(sorted(set(self._temporary)))
        self._temporary.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run = self.engine.connection.execute
        if kind is not None:
            run("rollback")
            return
        try:
            self._drop()
            for function in self._afterwards:
                function(self.engine, self.is_whole)
            if self.is_last:
                run("delete from lib.main.touched")
        except BaseException:
            run("rollback")
            raise
        run("commit")
