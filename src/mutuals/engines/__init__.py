"""Where the set-based steps run: DuckDB on a laptop, a cluster behind the same verbs later.

A step is a SELECT in the portable part of the DuckDB dialect (joins, CTEs, window functions, plain aggregates) kept
in a file of its own under a stage's `steps/` folder. It reads bare table names. An engine decides what those names
stand for: the whole library, or the conversations that a change touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Protocol

from arro3.core import RecordBatch, Schema

BatchFunction = Callable[[Iterator[RecordBatch]], Iterator[RecordBatch]]


class Engine(Protocol):
    """The verbs that every stage is written in."""

    def save(self, name: str, sql: str) -> None:
        """Keep the rows of a SELECT under a name, replacing what had that name."""
        ...

    def append(self, name: str, sql: str) -> None:
        """Add the rows of a SELECT to what was kept under a name, column by column."""
        ...

    def one(self, sql: str) -> int:
        """The single whole number that a SELECT gives."""
        ...

    def scan(self, sql: str, rows: int = 8192) -> Iterator[RecordBatch]:
        """The rows of a SELECT as a stream of batches; memory does not grow with it."""
        ...

    def map_batches(self, name: str, sql: str, function: BatchFunction, schema: Schema) -> None:
        """Run an Arrow-in, Arrow-out function over the rows of a SELECT and keep what comes out under a name."""
        ...

    def drop(self, names: Sequence[str]) -> None:
        """Let go of what was kept under these names; a name that is not there is no error."""
        ...


def step(package: str, name: str) -> str:
    """The text of a step file, such as `step("mutuals.conversations", "reply")`.

    Raises:
        FileNotFoundError: There is no such step; a mistake in our code.
    """
    return (resources.files(package) / "steps" / f"{name}.sql").read_text("utf-8").rstrip().rstrip(";")
