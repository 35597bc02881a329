"""Bytes in; `Utterance`, `Speaker`, `Place`, `Coverage`, `Problem` out. One file a place.

A source recognises its files cheaply, streams, keeps the original within reach, says what stretch of time it
covers, and invents nothing. To add one, copy the smallest (`convokit.py` reads lines, `discourse.py` reads
documents) and see docs/howto/add-a-source.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from arro3.core import RecordBatch

from mutuals.errors import Problem
from mutuals.model import Coverage, Extent, Place, Speaker, Utterance
from mutuals.sources.files import SourceFile

Record = Place | Speaker | Utterance | Coverage | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What the person who adds an archive says about it.

    Attributes:
        place: Name to use for the place instead of what the archive says; None lets the source decide.
        url: Base address of the place, for links to messages.
        extent: What the person says the archive holds between its first and last message; `unknown` lets the
            source decide.
        host: Host that some file of the archive names, for the files that do not; filled in by the library.
    """

    place: str | None = None
    url: str | None = None
    extent: Extent = "unknown"
    host: str | None = None


@runtime_checkable
class Source(Protocol):
    """Reads one kind of archive."""

    name: str
    """Short and stable: it begins every id that the source gives (`discourse`, `mail`, `reddit`, `convokit`)."""

    def recognises(self, file: SourceFile) -> bool:
        """Whether this source reads the file, judged by its name and first 64 KiB; never raises on bad bytes."""
        ...

    def read(self, file: SourceFile, options: ReadOptions) -> Iterator[Record | RecordBatch]:
        """Everything in the file, in the file's order, one record at a time; memory does not grow with the file.

        A source of very regular files may yield whole `arro3.core.RecordBatch`es of `schema.ARRIVING` instead of
        `Utterance`s, or batches of another library with the Arrow PyCapsule interface; all can be mixed. What cannot
        be read is yielded as a `Problem`, and reading goes on.
        """
        ...


@runtime_checkable
class NamesHost(Protocol):
    """A source whose places are named by their host, so that the next export of a place is not another place."""

    def host_of(self, file: SourceFile) -> str | None:
        """The host that the head of a recognised file tells; None when it tells none."""
        ...


__all__ = ["NamesHost", "ReadOptions", "Record", "Source", "SourceFile"]
