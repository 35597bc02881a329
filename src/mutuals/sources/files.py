"""Archives as a stream of files: a single file, a folder, a zip or a tar alike.

    walk(path)
      folder ── each file in order of name ─┐
      file ─────────────────────────────────┴─ unpack ── zip, tar ── each member ── unpack ...
                                                  └───── plain: a SourceFile

What is inside is told by its bytes, not its name. Memory does not grow with an archive, except by the directory of a
zip, which the format puts into one piece. Nothing is ever written under the name that a member claims to have.
"""

from __future__ import annotations

import io
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from mutuals.errors import PathNotFound, Problem
from mutuals.sources.containers import Entry, members_of, time_of
from mutuals.sources.streams import (
    DAMAGE,
    ENDINGS,
    HEAD,
    Budget,
    Damaged,
    guard,
    problem_of,
    read_ahead,
    unpacked,
    unpacker,
)

__all__ = ["Damaged", "SourceFile", "place_name", "problem_of", "walk"]

MAX_DEPTH = 3
"""How deep archives inside archives are opened; compressions inside compressions as well."""

_ARCHIVE_ENDING = re.compile(r"(\.(zip|tar|tgz|tbz2?|txz|tzst|gz|bz2|xz|zst))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of an archive, already out of any container and decompressed as it is read.

    Attributes:
        name: Path inside what was added, with `/`, such as `posts/json/bees.12.json` or `list.mbox`; the
            ending of a compression (`.zst`, `.gz`, `.bz2`, `.xz`) is taken off.
        root: Name of what was added (`urho`, `backup.zip`): a place's name when nothing better is known.
        where: For problems: the path as given, with `!/` at each container (`backup.zip!/posts/bees.json`).
        head: The first 64 KiB at most.
        modified: When the file was last changed, aware UTC; when the archive was made, as far as is known.
        open: Opens it from its beginning for reading bytes, decompressed. Close it. Reading raises `Damaged` (an
            `OSError`) when the bytes cannot be read further. It may be called again, and also after `walk` went on,
            but is cheap only once and while this is the current file: later calls read the archive anew up to here.
            A stream that is still open when `walk` goes on is closed.
        path: Where it lies on disk when it is a plain, uncompressed file; else None.
    """

    name: str
    root: str
    where: str
    head: bytes
    modified: datetime
    open: Callable[[], BinaryIO]
    path: Path | None = None


def place_name(root: str) -> str:
    """What was added, without the endings of archives: `urho` for `urho.tar.zst`."""
    return _ARCHIVE_ENDING.sub("", root) or root


def walk(path: Path) -> Iterator[SourceFile | Problem]:
    """Every file under a path, folders in order of name, archives in their own order.

    Hidden files are left out, except inside a maildir folder (`.Sent/cur/1234:2,S`). Symbolic links are not
    followed: what they point at is walked where it lies, and one that points elsewhere is a `Problem`.

    Args:
        path: A file, a folder, a zip or a tar, compressed or not.

    Returns:
        Files as they are met. Problems are of kind `unreadable` (a damaged or encrypted container: the rest goes
        on), `too-large` (a bomb, or archives nested too deep) or `unsafe-path` (a member that names a place
        outside the archive, or is no file). Empty means an empty folder or archive.

    Raises:
        PathNotFound: There is nothing at the path.
    """
    if not path.exists():
        raise PathNotFound(f"Expected a file or folder to add, found nothing at {path}. Check the spelling.")
    return _walk(path)


def _walk(path: Path) -> Iterator[SourceFile | Problem]:
    root = path.name if path.name not in ("", "..") else path.resolve().name
    if not path.is_dir():
        yield from _file_on_disk(path, path.name, root, is_top=True)
        return
    top = path.resolve()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        where = current.as_posix()
        if current.is_symlink() and current != path:
            if not current.resolve().is_relative_to(top):
                message = "Expected a file of this folder, found a link that leads out of it."
                yield Problem(kind="unsafe-path", where=where, message=message, is_lost=False)
        elif current.is_dir():
            try:
                inside = sorted(current.iterdir(), key=lambda child: child.name, reverse=True)
            except OSError as error:
                yield problem_of(error, where)
                continue
            waiting += [child for child in inside if not _is_hidden_on_disk(child)]
        else:
            yield from _file_on_disk(current, current.relative_to(path).as_posix(), root)


def _is_hidden_on_disk(path: Path) -> bool:
    return path.name.startswith(".") and not (path / "cur").is_dir() and not (path / "new").is_dir()


def _file_on_disk(path: Path, name: str, root: str, *, is_top: bool = False) -> Iterator[SourceFile | Problem]:
    where = path.as_posix()
    try:
        status = path.stat()
    except OSError as error:
        yield problem_of(error, where)
        return
    if not stat.S_ISREG(status.st_mode):
        yield Problem(kind="unsafe-path", where=where, message="Expected a file, found a device, pipe or socket.")
        return
    entry = Entry(
        name=name,
        where=where,
        root=root,
        open=lambda: path.open("rb"),
        budget=Budget(status.st_size),
        modified=time_of(status.st_mtime) or datetime.fromtimestamp(0, UTC),
        path=path,
        is_top=is_top,
    )
    yield from _expand(entry)


def _unpack(entry: Entry) -> tuple[str, bytes, BinaryIO, bool]:
    """The name without compression endings, the first bytes, the stream, and whether it was compressed.

    Raises:
        Damaged: The bytes cannot be read.
    """
    try:
        stream = entry.open()
    except DAMAGE as error:
        raise Damaged(str(error) or type(error).__name__) from error
    name, is_packed = entry.name, False
    try:
        head, stream = read_ahead(stream, entry.budget if entry.depth else None)
        for _ in range(MAX_DEPTH):
            unpack = unpacker(head)
            if unpack is None:
                break
            head, stream = unpacked(stream, unpack, entry.budget)
            is_packed = True
            if name.lower().endswith(ENDINGS):
                name = name[: name.rindex(".")]
    except Damaged:
        stream.close()
        raise
    return name, head, stream, is_packed


def _expand(entry: Entry) -> Iterator[SourceFile | Problem]:
    try:
        name, head, stream, is_packed = _unpack(entry)
    except Damaged as error:
        yield problem_of(error, entry.where)
        return
    with stream:
        members = members_of(name, head)
        if is_packed:
            entry = replace(entry, path=None)
        if members is None:
            yield from _plain(entry, name, head, stream)
        elif entry.depth >= MAX_DEPTH:
            message = f"Expected archives nested at most {MAX_DEPTH} deep, found one deeper."
            yield Problem(kind="too-large", where=entry.where, message=message)
        else:
            try:
                for member in members(entry, stream):
                    if isinstance(member, Problem):
                        yield member
                    else:
                        yield from _expand(member)
            except Damaged as error:
                yield problem_of(error, entry.where)


def _plain(entry: Entry, name: str, head: bytes, stream: BinaryIO) -> Iterator[SourceFile]:
    """The one file; its stream is handed out once, and then opened anew each time."""
    live: list[BinaryIO] = [stream]
    ordinal = entry.budget.files
    entry.budget.files += 1

    def opened() -> BinaryIO:
        if len(head) < HEAD:
            return io.BytesIO(head)
        return live.pop() if live else _reopened(entry.disk or entry, ordinal)

    yield SourceFile(
        name=name,
        root=entry.root,
        where=entry.where,
        head=head,
        modified=entry.modified,
        open=opened,
        path=entry.path,
    )
    live.clear()


def _reopened(disk: Entry, ordinal: int) -> BinaryIO:
    """A file once more, by reading the file on disk that holds it anew up to there.

    Raises:
        Damaged: It is not there any longer.
    """
    items = _expand(replace(disk, budget=Budget(disk.budget.size)))
    for item in items:
        if isinstance(item, SourceFile):
            if not ordinal:
                return guard(item.open(), None, under=cast("BinaryIO", items))
            ordinal -= 1
    raise Damaged("the file is not there any longer")
