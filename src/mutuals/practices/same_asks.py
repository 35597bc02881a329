"""Writes down which asks are the same ask in another place, after the asks of an update are in the library."""

from __future__ import annotations

from collections.abc import Sequence

from arro3.core import Table

from mutuals.engines.duckdb import DuckDBEngine
from mutuals.practices.ask import same_asks


def join_same_asks(engine: DuckDBEngine, is_whole: bool) -> None:
    """Set `ask.same_as` for the askers whose messages were touched, or for all when everything was computed anew.

    It looks at all asks of these people wherever they are, since the same ask in another conversation is the point.
    """

    def query(sql: str, parameters: Sequence[object] = ()) -> Table:
        return Table.from_arrow(engine.connection.sql(sql, params=list(parameters)))

    speakers: list[int] | None = None
    if not is_whole:
        speakers = (
            query(
                """select distinct a.speaker from ask a
               join thread t on t.conversation = a.conversation
               join lib.main.touched x on x.utterance = t.utterance
               where a.speaker is not null"""
            )
            .column("speaker")
            .to_pylist()
        )
        if not speakers:
            return
    pairs = same_asks(query, speakers)
    who = "" if speakers is None else f"and speaker in ({', '.join(str(int(s)) for s in speakers)})"
    engine.connection.execute(f"update lib.main.ask set same_as = null where same_as is not null {who}")
    engine.connection.register("same_pairs", pairs)
    engine.connection.execute("update lib.main.ask a set same_as = p.same_as from same_pairs p where p.ask = a.ask")
    engine.connection.unregister("same_pairs")
