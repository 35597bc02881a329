"""What each message does, in its own words: readers, corrections, quality.

A reader sees a message, the message it answers and its place in the conversation, and says what the *words* do.
What that means relative to the nearest ask (is it an answer to it, did its asker come back) is then decided from
structure by the same SQL for every reader, in `steps/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from arro3.core import RecordBatch


@runtime_checkable
class Reader(Protocol):
    """Reads batches of messages; Arrow in, Arrow out, so that the same reader runs on a laptop and on a cluster."""

    name: str
    """Short and stable, such as `cues`."""
    version: str
    """Changes whenever a message could be read differently; then everything is read again."""
    languages: frozenset[str]
    """Primary language subtags that it can read; a message in another is `unread`, never silent."""

    def read(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        """What the words of each message do.

        Args:
            batches: `schema.MESSAGE`, any size, in any order, as `arro3.core.RecordBatch`; `mutuals.arrow.rows` gives
                their records, and any library with the Arrow PyCapsule interface reads them as they stand.

        Returns:
            Batches of `schema.READ_ACT` (`mutuals.arrow.batch` makes them; those of another library with the Arrow
            PyCapsule interface will do) in which every message occurs at least once. Each span quotes its
            message: `0 <= start < end <= len(text)`.
        """
        ...
