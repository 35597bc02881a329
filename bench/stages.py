"""One measured piece of work in a process of its own: `python -m bench.stages STAGE CORPUS`; prints one JSON line.

Seconds are of the work alone, from opening the library to its last row; peak memory is the whole process, in
megabytes of 1,000,000 bytes, and beside it what the process held after its imports.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import subprocess
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
from mutuals.sources import ReadOptions


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


def read_all(corpus: Path, folder: Path) -> int:
    """Read a corpus up to the last derived table, into a library in the folder."""
    with mutuals.open(folder / "whole.duckdb") as library:
        return library.add(corpus, ReadOptions(place="bench")).merged.new


def parts_of(corpus: Path, folder: Path) -> tuple[Path, Path]:
    """All lines of a corpus but the latest hundredth by time, and that hundredth: it goes on with what is there."""
    lines = sorted(corpus.read_text("utf-8").splitlines(keepends=True), key=lambda line: json.loads(line)["timestamp"])
    cut = len(lines) * 99 // 100
    most, rest = folder / "most.jsonl", folder / "rest.jsonl"
    most.write_text("".join(lines[:cut]), "utf-8")
    rest.write_text("".join(lines[cut:]), "utf-8")
    return most, rest


def one_percent_more(corpus: Path, folder: Path) -> tuple[float, int]:
    """Add the latest hundredth of a corpus to the rest of it; only that is timed."""
    most, rest = parts_of(corpus, folder)
    read_all(most, folder)
    return timed(lambda: read_all(rest, folder))


def first_page(corpus: Path, folder: Path) -> tuple[float, int]:
    """The first request for Today, in three processes one after the other; the median of them."""
    again = [sys.executable, "-m", "bench.stages"]
    subprocess.run([*again, "library", str(corpus), str(folder)], check=True)
    asked = [*again, "page", str(folder / "whole.duckdb")]
    took = [json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout) for _ in range(3)]
    return statistics.median(took), 1


async def page(path: Path) -> float:
    """Seconds that the first request takes once the server has started."""
    from httpx import ASGITransport, AsyncClient

    from mutuals.views.app import create_app
    from mutuals.views.making import Pages

    token = "a-token-for-measuring"
    with mutuals.open(path) as library:
        app = create_app(Pages(library), token=token)
        transport = ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as browser,
        ):
            await browser.get(f"/?token={token}")
            start = time.perf_counter()
            (await browser.get("/")).raise_for_status()
            return time.perf_counter() - start


def main(stage: str, corpus: Path) -> None:
    """Run one stage and print what it took; imports are not counted, as they are not for the others."""
    sources()
    imported = held()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place: Path | str = ":memory:" if stage.endswith("in memory") else folder / "bench.duckdb"
        if stage == "floor":
            seconds, done = timed(lambda: floor(corpus, folder))
        elif stage == "read all":
            seconds, done = timed(lambda: read_all(corpus, folder))
        elif stage in WATCHED:
            seconds, done = WATCHED[stage](corpus, folder)
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
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    took = {"stage": stage, "utterances": done, "seconds": round(seconds, 3), "peak_mb": round(peak)}
    print(json.dumps({**took, "import_mb": round(imported)}))


def held() -> float:
    """Megabytes that the process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


WATCHED = {"one percent more": one_percent_more, "first page": first_page}
"""Stages that time a part of their work themselves."""


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds that a piece of work took, and what it returned."""
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


if __name__ == "__main__":
    if sys.argv[1] == "library":
        read_all(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1] == "page":
        print(asyncio.run(page(Path(sys.argv[2]))))
    else:
        main(sys.argv[1], Path(sys.argv[2]))
