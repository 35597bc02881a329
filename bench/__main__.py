"""`make bench`: ours, the floor and ConvoKit on the same corpora in one run; writes docs/performance.md.

ConvoKit needs an environment of its own; name its interpreter in CONVOKIT_PYTHON, else its columns stay empty. The
corpora come from the generator that stands beside the project; without it there is nothing to measure.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from mutuals.sources.streams import zstd

PEERS = Path(__file__).resolve().parent.parent.parent / "shared" / "peers"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
PEER = "ConvoKit 5.0.0"
SIZES = (100_000, 1_000_000)
OURS = ("build, in memory", "build and thread, in memory", "build and thread, to a file", "walk")
ONCE = ("read all", "one percent more", "first page")
"""Run once, on the smaller corpus: what a person waits for."""
RUNS = 3

Row = tuple[str, str, float, int, int]
"""Who, what, median seconds, peak megabytes, and megabytes after the imports."""


def run(command: list[str]) -> dict[str, Any]:
    """The last line that a command prints, as JSON.

    Raises:
        subprocess.CalledProcessError: The command failed.
    """
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def corpus(folder: Path, size: int) -> Path:
    """A seeded corpus of this many utterances, made by the generator beside the project."""
    for name in ("texts_reddit.txt", "texts_irc.txt"):
        if not (folder / name).exists():
            with zstd.open(PEERS / f"{name}.zst") as packed, (folder / name).open("wb") as plain:
                shutil.copyfileobj(packed, plain)
    made = folder / f"corpus_{size}.jsonl"
    run([sys.executable, str(PEERS / "gen_corpus.py"), "--n", str(size), "--speakers", str(size // 20),
         "--out", str(made), "--texts", str(folder / "texts_reddit.txt"), str(folder / "texts_irc.txt")])  # fmt: skip
    return made


def ours(stage: str, path: Path) -> dict[str, Any]:
    """One of our stages, in a process of its own."""
    return run([sys.executable, "-m", "bench.stages", stage, str(path)])


def theirs(stage: str, path: Path) -> dict[str, Any] | None:
    """One of ConvoKit's stages; None when there is no ConvoKit."""
    python = os.environ.get("CONVOKIT_PYTHON")
    return run([python, str(PEERS / "bench_convokit.py"), stage, str(path)]) if python else None


def measure(path: Path, size: int) -> list[Row]:
    """What each stage took; the three take turns, so that noise falls on all."""
    found: dict[tuple[str, str], list[tuple[float, int, int]]] = {}

    def note(who: str, stage: str, row: dict[str, Any]) -> None:
        imported = row.get("import_mb", row.get("rss_import_mb"))
        found.setdefault((who, stage), []).append((row["seconds"], row["peak_mb"], imported))

    for _ in range(RUNS):
        for stage in (*OURS, "floor"):
            note("DuckDB alone" if stage == "floor" else "mutuals", stage, ours(stage, path))
        for stage in ("build", "traverse") if size == SIZES[0] or not found.get((PEER, "build")) else ():
            if peer := theirs(stage, path):
                note(PEER, stage, peer)
    for stage in ONCE if size == SIZES[0] else ():
        note("mutuals", stage, ours(stage, path))
    return [
        (who, what, *(statistics.median(values) for values in zip(*runs, strict=True)))
        for (who, what), runs in found.items()
    ]


def page(results: dict[int, list[Row]]) -> str:
    """The page of results, with the facts of the machine."""
    lines = [
        "# Performance", "",
        "Written by `make bench` (`CONVOKIT_PYTHON=... make bench`), "
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, DuckDB {duckdb.__version__}, "
        f"{os.cpu_count()} cores, {platform.machine()}. Medians of {RUNS} runs, each in a fresh process, imports not "
        "counted; where a peer was run once, its one run. Peak memory is that of the whole process, imports included; "
        "beside it what the imports alone hold. A megabyte has 1,000,000 bytes.",
        "",
    ]  # fmt: skip
    for size, rows in results.items():
        lines += [
            f"## {size:,} utterances",
            "",
            "| who | what | seconds | utterances a second | peak MB | imports MB |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {who} | {what} | {seconds:.2f} | {size / seconds:,.0f} | {peak:,.0f} | {imported:,.0f} |"
            for who, what, seconds, peak, imported in rows
            if what not in ONCE
        ]
        took = {(who, what): (seconds, peak, imported) for who, what, seconds, peak, imported in rows}
        lines += ["", *ratios(took), *waits(took), ""]
    return "\n".join([*lines, *shortfalls(results[SIZES[0]])])


def shortfalls(rows: list[Row]) -> list[str]:
    """What was aimed at and not reached on the smaller corpus, and why; empty where ConvoKit was not run."""
    took = {(who, what): (seconds, peak, imported) for who, what, seconds, peak, imported in rows}
    if (PEER, "build") not in took:
        return []
    mine, floor, peer = took["mutuals", "build, in memory"], took["DuckDB alone", "floor"], took[PEER, "build"]
    return [
        "## What falls short",
        "",
        "The aims were ten times ConvoKit's speed in building and a quarter of its memory, at both sizes.",
        "",
        f"- Speed at {SIZES[0]:,}: a tenth is {peer[0] / 10:.2f} s, and DuckDB alone takes {floor[0]:.2f} s to read "
        f"the lines into a table; we take {mine[0]:.2f} s. About 0.1 s of it does not grow with the corpus: two "
        "databases that start, and the tables of an empty library.",
        f"- Memory at {SIZES[0]:,}: a quarter is {peer[1] / 4:.0f} MB. After its imports a process of ours holds "
        f"{mine[2]:.0f} MB, with an empty library about 34 MB more, and DuckDB alone peaks at {floor[1]:.0f} MB.",
        f"- Memory at {SIZES[1]:,}: the rows themselves are 388 MB, as a library in memory keeps them uncompressed. "
        "Compressing them every 120,000 rows brought the peak from 680 to 545 MB and took half as much processor time "
        "again, so it is not done; a library in a file is compressed as it is written.",
        "",
    ]


def ratios(took: dict[tuple[str, str], tuple[float, int, int]]) -> list[str]:
    """The ratios that matter, as a list; those with ConvoKit only where it was run."""
    mine, floor = took["mutuals", "build, in memory"], took["DuckDB alone", "floor"]
    longer = took["mutuals", "build and thread, to a file"][0] / floor[0]
    lines = [f"- adding with conversations to a file: {longer:.1f} times the time of DuckDB reading the same lines"]
    if (PEER, "build") in took:
        peer, tour = took[PEER, "build"], took[PEER, "traverse"]
        walked = took["mutuals", "walk"][0]
        above = (mine[1] - mine[2]) / (peer[1] - peer[2])
        lines += [
            f"- building: {peer[0] / mine[0]:.1f} times as fast as ConvoKit, {mine[1] / peer[1]:.2f} of its memory "
            f"({above:.2f} of it above the imports of each)",
            f"- the walk of all conversations: {tour[0] / walked:.1f} times as fast as ConvoKit",
        ]
    return lines


def waits(took: dict[tuple[str, str], tuple[float, int, int]]) -> list[str]:
    """What a person waits for, each beside something of the same run; empty where it was not measured."""
    if ("mutuals", "first page") not in took:
        return []
    whole, more, first = (took["mutuals", stage][0] for stage in ONCE)
    floor = took["DuckDB alone", "floor"][0]
    return [
        f"- the latest 1 % more posts, up to the last derived table: {more:.2f} s, {more / whole:.2f} of the time of "
        f"reading everything ({whole:.1f} s)",
        f"- the first page (Today) of a server that has just started: {first * 1000:.0f} ms, {first / floor:.2f} of "
        "the time of DuckDB reading the same lines",
    ]


def main() -> None:
    """Measure, print the page and write it into the documentation."""
    if not PEERS.exists():
        sys.exit("The corpus generator does not stand beside the project; there is nothing to measure with.")
    results = {}
    with tempfile.TemporaryDirectory() as name:
        for size in SIZES:
            results[size] = measure(corpus(Path(name), size), size)
    text = page(results)
    PAGE.write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
