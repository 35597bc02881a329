"""How fast messages are read, each with what it answers: `python -m bench.reading LIBRARY ... [--beside]`.

The messages come from libraries that were filled before. All readers read the same ones in one run; what is compared
are ratios, since machines are noisy. `--beside` adds the parser of spaCy, where that is installed: untrained, since
trained models cannot be had from a package registry, and as fast as a trained one. ConvoKit's politeness reads such
parses, so that it cannot be faster.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.reading import Reader
from mutuals.reading.cues import CueReader
from mutuals.reading.learned.reader import LearnedReader
from mutuals.schema import MESSAGE

BATCH = 2048


def messages(paths: list[Path], many: int) -> list[dict[str, Any]]:
    """Messages with what they answer, at random, about twenty words in the median."""
    rows: list[dict[str, Any]] = []
    for path in paths:
        with duckdb.connect(str(path), read_only=True) as connection:
            found = connection.execute(
                """select u.text, p.text from utterance u join thread t on t.utterance = u.utterance
                   join utterance p on p.utterance = t.parent
                   where length(u.text) between 2 and 600 and p.text is not null order by u.utterance"""
            ).fetchall()
        rows += [{"text": text, "parent_text": parent} for text, parent in found]
    random.Random(5).shuffle(rows)
    short = [row for row in rows if len(row["text"].split()) <= 20]
    long = [row for row in rows if len(row["text"].split()) > 20]
    chosen = short[: many // 2] + long[: many // 2]
    random.Random(6).shuffle(chosen)
    place = {"is_opening": False, "by_opener": False, "by_parent_speaker": False, "after_others": True}
    return [row | place | {"utterance": number, "lang": "en"} for number, row in enumerate(chosen)]


def pace(reader: Reader, rows: list[dict[str, Any]]) -> float:
    """Messages a second, end to end, after a first batch that loads what has to be loaded."""
    batches = [arrow.batch(rows[at : at + BATCH], MESSAGE) for at in range(0, len(rows), BATCH)]

    def warm() -> Iterator[RecordBatch]:
        yield arrow.batch(rows[:16], MESSAGE)

    list(reader.read(warm()))
    started = time.perf_counter()
    for _ in reader.read(iter(batches)):
        pass
    return len(rows) / (time.perf_counter() - started)


def beside(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Messages a second of spaCy's tagger and parser on some of the same; empty where it is not installed."""
    try:
        import spacy
    except ImportError:
        return {}
    texts = [row["text"] for row in rows[:1000]]
    nlp = spacy.blank("en")
    for name in ("tok2vec", "tagger", "parser"):
        nlp.add_pipe(name)
    nlp.initialize(lambda: [_parsed(nlp)])

    def run() -> None:
        for _ in nlp.pipe(texts):
            pass

    return {"spaCy's parser, untrained": _pace(run, len(texts))}


def _parsed(nlp: Any) -> Any:
    from spacy.training import Example

    words = ["I", "mend", "gates"]
    marks = {"words": words, "heads": [1, 1, 1], "deps": ["nsubj", "ROOT", "dobj"], "tags": ["A", "B", "C"]}
    return Example.from_dict(nlp.make_doc(" ".join(words)), marks)


def _pace(run: Callable[[], None], many: int) -> float:
    started = time.perf_counter()
    run()
    return many / (time.perf_counter() - started)


def main() -> None:
    """Print messages a second for each reader, and the memory at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("libraries", nargs="+", type=Path)
    parser.add_argument("--many", type=int, default=6000)
    parser.add_argument("--beside", action="store_true")
    options = parser.parse_args()
    rows = messages(options.libraries, options.many)
    words = [len(row["text"].split()) for row in rows]
    found: dict[str, Any] = {"messages": len(rows), "median words": statistics.median(words)}
    found["cascade"] = round(pace(LearnedReader(), rows))
    found["encoder alone"] = round(pace(LearnedReader(cascade=False), rows))
    found["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found["cues alone"] = round(pace(CueReader(), rows))
    if options.beside:
        found |= {name: round(value) for name, value in beside(rows).items()}
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
