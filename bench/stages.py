"""One measured piece of work in a process of its own: `python -m bench.stages STAGE CORPUS`; prints one JSON line.

Seconds are of the work alone, from opening the library to its last row; peak memory is the whole process.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

import mutuals
from mutuals.conversations.walk import walk
from mutuals.library import Library
from mutuals.plugins import sources


def build(library: Library, corpus: Path) -> int:
    """Take in a corpus, without conversations: what building a ConvoKit Corpus does."""
    return library.add(corpus, upto="nothing").merged.new


def build_and_thread(library: Library, corpus: Path) -> int:
    """Take in a corpus and rebuild its conversations."""
    return library.add(corpus, upto="conversations").merged.new


def visit(library: Library, _: Path) -> int:
    """Walk all conversations, one Python object a message."""
    return sum(visit.utterance is not None for visit in walk(library.store.scan))


def floor(corpus: Path, folder: Path) -> int:
    """DuckDB reads the same lines into a table of a file: the least that must be done."""
    with duckdb.connect(str(folder / "floor.duckdb")) as connection:
        connection.execute(
            """create table m as select * from read_json(?, format = 'newline_delimited', columns = {id: 'VARCHAR',
               speaker: 'VARCHAR', conversation_id: 'VARCHAR', reply_to: 'VARCHAR', timestamp: 'BIGINT',
               text: 'VARCHAR'})""",
            [str(corpus)],
        )
        return int(connection.execute("select count(*) from m").fetchall()[0][0])


def main(stage: str, corpus: Path) -> None:
    """Run one stage and print what it took; imports are not counted, as they are not for the others."""
    sources()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place: Path | str = ":memory:" if stage.endswith("in memory") else folder / "bench.duckdb"
        if stage == "floor":
            seconds, done = timed(lambda: floor(corpus, folder))
        elif stage == "walk":
            with mutuals.open(place) as library:
                build_and_thread(library, corpus)
                seconds, done = timed(lambda: visit(library, corpus))
        else:
            work = build if stage.startswith("build,") else build_and_thread

            def whole() -> int:
                with mutuals.open(place) as library:
                    return work(library, corpus)

            seconds, done = timed(whole)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"stage": stage, "utterances": done, "seconds": round(seconds, 3), "peak_mb": round(peak)}))


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds that a piece of work took, and what it returned."""
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
