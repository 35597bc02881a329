"""Where a page may show tier 3 at all: two different readers read it, or a person said so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mutuals.views.making.words import Queries, among, rows


def agreed_acts(library: Queries, keys: Iterable[int]) -> set[tuple[int, str]]:
    """The acts of these messages on which two different readers agree, or which a person set.

    Two versions of one reader are one reader.
    """
    condition = among("utterance", keys)
    read = rows(
        library,
        f"""SELECT utterance, act, reader FROM reading WHERE {condition}
            UNION SELECT utterance, act, reader FROM second_reading WHERE act IS NOT NULL AND {condition}""",
    )
    said = rows(library, f"SELECT utterance, act FROM act WHERE origin = 'person' AND {condition}")
    readers: dict[tuple[int, str], set[str]] = {}
    for key, act, reader in read:
        readers.setdefault((key, act), set()).add(re.split(r"[\s/@:]", reader)[0])
    return {pair for pair, names in readers.items() if len(names) > 1} | {(key, act) for key, act in said}
