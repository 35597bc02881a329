"""The whole order, and nothing else: what runs after what. Read this first.

    sources -> store -> conversations -> reading -> practices -> relationships -> views

`store.add` has gathered the messages and noted which were touched. From there each stage reads the tables of the
stages before it and writes its own, for the conversations that were touched and those that hang on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from mutuals.conversations import threads
from mutuals.conversations.scope import Scope
from mutuals.engines.duckdb import DuckDBEngine
from mutuals.practices.compute import compute as practices
from mutuals.practices.same_asks import join_same_asks
from mutuals.reading import Reader
from mutuals.reading.compute import read
from mutuals.relationships.compute import compute as relationships
from mutuals.store import Store

Stage = Literal["nothing", "conversations", "reading", "practices", "relationships"]
STAGES: tuple[Stage, ...] = get_args(Stage)


def update(store: Store, reader: Callable[[], Reader], *, upto: Stage, progress: Callable[[str, int], None]) -> None:
    """Bring the derived tables up to date for what was touched, in one transaction; does nothing when they are.

    Args:
        store: The library.
        reader: Gives the reader whose acts are shown; called only when something is read.
        upto: The last stage to run; `nothing` runs none. What was touched stays noted until all have run.
        progress: Called with what is being done and how many messages it has come to.
    """
    if upto == STAGES[0] or not store.has_pending():
        return
    engine = DuckDBEngine(store.connection)
    with Scope(store, engine, is_last=upto == STAGES[-1]) as scope:
        stages = STAGES[: STAGES.index(upto) + 1]
        threads.build(engine)
        scope.settle(("reply", "thread"))
        if "reading" in stages:
            scope.settle(read(engine, reader(), progress))
        if "practices" in stages:
            scope.settle(practices(engine))
            scope.afterwards(join_same_asks)
        if "relationships" in stages:
            scope.settle(relationships(engine))
