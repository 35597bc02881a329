"""Kill an import with signal 9 at ten random moments, and compare with one that was left alone.

    python -m bench.kill_nine ARCHIVE [SEED]

After each kill the library is opened and must hold whole messages only and nothing that was acknowledged may be
missing; then the import is started again on the same library. At the end every table must equal that of an import
that was never killed.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mutuals
from mutuals import arrow
from mutuals.schema import TABLES

KILLS = 10

_ADD = """
import sys, mutuals
from mutuals.store import arriving
arriving.ROWS = 2_000
with mutuals.open(sys.argv[1]) as library:
    library.add(sys.argv[2], progress=lambda what, done: print(what, done, flush=True))
print("done", flush=True)
"""


def add(library: Path, archive: Path, after: float | None) -> tuple[int, bool]:
    """Import in a process of its own, killed after some seconds; returns messages acknowledged and whether it ended."""
    process = subprocess.Popen([sys.executable, "-c", _ADD, library, archive], stdout=subprocess.PIPE, text=True)
    if after is not None:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    said = process.communicate()[0].split("\n")
    read = [int(line.split()[1]) for line in said if line.startswith("read ") and line.count(" ") == 1]
    return max(read, default=0), "done" in said


def tables(library: Path) -> dict[str, list[str]]:
    """Every table, its rows sorted."""
    with mutuals.open(library) as opened:
        opened.update()
        return {name: sorted(map(repr, arrow.rows(opened.query(f"select * from {name}")))) for name in TABLES}


def main(archive: Path, seed: int) -> int:
    """Run it; exits with 1 when something was lost or differs."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        alone, killed = Path(name) / "alone.duckdb", Path(name) / "killed.duckdb"
        start = time.perf_counter()
        add(alone, archive, None)
        whole = time.perf_counter() - start
        lost = False
        for turn in range(1, KILLS + 1):
            moment = chance.uniform(0.02, 0.95) * whole
            acknowledged, ended = add(killed, archive, moment)
            with mutuals.open(killed) as opened:
                held = arrow.rows(opened.query("select count(*) as n from utterance"))[0]["n"]
            lost |= held < acknowledged
            print(
                f"kill {turn} after {moment:.1f} s: {acknowledged} acknowledged, {held} held, ended {ended}", flush=True
            )
            if turn % 3 == 0:
                killed.unlink()
        add(killed, archive, None)
        left, right = tables(alone), tables(killed)
        different = [name for name in TABLES if left[name] != right[name] and name != "setting"]
    print(f"lost: {lost}; tables that differ: {different or 'none'}")
    return int(lost or bool(different))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7))
