"""Zips and tars as a sequence of members, each checked before anything of it is read."""

from __future__ import annotations

import posixpath
import re
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from mutuals.errors import Problem
from mutuals.sources.streams import DAMAGE, HEAD, MAX_COPY, Budget, Damaged

_MAX_TAR_NAME = 1024 * 1024  # a long name or a pax header is held in memory; real ones are under a few kilobytes
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_TAR_NAME = re.compile(r"\.(tar|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stream of bytes that may hold a file, a compressed file or a container of files."""

    name: str
    where: str
    root: str
    open: Callable[[], BinaryIO]
    budget: Budget
    modified: datetime
    path: Path | None = None
    depth: int = 0
    disk: Entry | None = None
    is_top: bool = False

    def inside(self, name: str, modified: datetime | None, opener: Callable[[], BinaryIO]) -> Entry:
        """A member of this container."""
        return Entry(
            name=name if self.is_top else f"{self.name}/{name}",
            where=f"{self.where}!/{name}",
            root=self.root,
            open=opener,
            budget=self.budget,
            modified=modified or self.modified,
            depth=self.depth + 1,
            disk=self.disk or self,
        )


_Members = Callable[[Entry, BinaryIO], Iterator["Entry | Problem"]]


def members_of(name: str, head: bytes) -> _Members | None:
    """What reads the members of a file that begins with `head`; None when it is no container."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_members
    if head[257:262] == b"ustar" or (_TAR_NAME.search(name) and len(head) >= tarfile.BLOCKSIZE):
        return _tar_members
    return None


# ---- zip ------------------------------------------------------------------------------------------------------------


def _zip_members(entry: Entry, stream: BinaryIO) -> Iterator[Entry | Problem]:
    with _zip_bytes(entry, stream) as seekable, _zip_file(seekable) as archive:
        for info in archive.infolist():
            name = info.filename.replace("\\", "/")
            if info.is_dir() or _is_hidden_name(name):
                continue
            problem = _unsafe(entry, name)
            if problem is None and stat.S_ISLNK(info.external_attr >> 16):
                continue
            if problem is None and info.flag_bits & 1:
                message = "Expected a readable member, found an encrypted one; unpack it first."
                problem = Problem(kind="unreadable", where=f"{entry.where}!/{name}", message=message)
            if problem is not None:
                yield problem
                continue
            yield entry.inside(name, _zip_time(info), _zip_opener(archive, info))


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast("BinaryIO", archive.open(info))


def _zip_bytes(entry: Entry, stream: BinaryIO) -> BinaryIO:
    """The zip as something that can be read from its end: the file itself, or a copy that vanishes when closed."""
    if entry.path is not None:
        return entry.path.open("rb")
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    given = 0
    while piece := stream.read(HEAD):
        given += len(piece)
        if given > MAX_COPY:
            copy.close()
            raise Damaged(f"a zip of more than {MAX_COPY} bytes inside another archive", "too-large")
        copy.write(piece)
    copy.seek(0)
    return cast("BinaryIO", copy)


def _zip_file(seekable: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(seekable)
    except DAMAGE as error:
        raise Damaged(str(error) or type(error).__name__) from error


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    """A zip's times have no zone and are taken as UTC; 1980-01-01 means that the packer knew none."""
    if info.date_time <= (1980, 1, 1, 23, 59, 59):
        return None
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:
        return None


# ---- tar ------------------------------------------------------------------------------------------------------------


class _Header(tarfile.TarInfo):
    """A member's header; a broken one raises where `tarfile` would take it for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        """Read a block as a header."""
        try:
            header = super().frombuf(buf, encoding, errors)
        except (tarfile.TruncatedHeaderError, tarfile.InvalidHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from error
        if not (header.isreg() or header.isdir()) and header.size > _MAX_TAR_NAME:
            raise tarfile.ReadError("a name or header of impossible length")
        return header


def _tar_members(entry: Entry, stream: BinaryIO) -> Iterator[Entry | Problem]:
    with _tar_file(stream) as archive:
        while (info := _next(archive)) is not None:
            archive.members.clear()  # type: ignore[attr-defined]
            name = info.name.replace("\\", "/")
            if info.isdir() or _is_hidden_name(name.removeprefix("./")):
                continue
            problem = _unsafe(entry, name) or _special(entry, name, info)
            if problem is not None:
                yield problem
            elif info.isreg():
                opener = _tar_opener(archive, info)
                yield entry.inside(name.removeprefix("./"), time_of(info.mtime), opener)


def _tar_file(stream: BinaryIO) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header, errorlevel=0)
    except DAMAGE as error:
        raise Damaged(str(error) or type(error).__name__) from error


def _next(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except Damaged:
        raise
    except DAMAGE as error:
        raise Damaged(str(error) or type(error).__name__) from error


def _tar_opener(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        stream = archive.extractfile(info)
        if stream is None:
            raise Damaged("a member without bytes")
        return cast("BinaryIO", stream)

    return opened


def _special(entry: Entry, name: str, info: tarfile.TarInfo) -> Problem | None:
    where = f"{entry.where}!/{name}"
    if info.issym() or info.islnk():
        target = (
            info.linkname
            if info.islnk()
            else posixpath.normpath(posixpath.join(posixpath.dirname(name), info.linkname))
        )
        if info.linkname.startswith("/") or target.startswith(".."):
            message = "Expected a file of this archive, found a link that leads out of it."
            return Problem(kind="unsafe-path", where=where, message=message, is_lost=False)
        return None
    if not info.isreg():
        return Problem(kind="unsafe-path", where=where, message="Expected a file, found a device or pipe.")
    return None


# ---- members --------------------------------------------------------------------------------------------------------


def _unsafe(entry: Entry, name: str) -> Problem | None:
    if name.startswith("/") or _DRIVE.match(name) or ".." in name.split("/") or "\0" in name:
        message = "Expected a path inside the archive, found one that leads out of it."
        where = f"{entry.where}!/{name}".replace("\0", "\N{REPLACEMENT CHARACTER}")
        return Problem(kind="unsafe-path", where=where, message=message)
    return None


def time_of(seconds: float) -> datetime | None:
    """Seconds since 1970 as a time; None for what packers write when they know none, and for the impossible."""
    if seconds <= 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _is_hidden_name(name: str) -> bool:
    *folders, last = (part for part in name.split("/") if part not in (".", ".."))
    if last.startswith(".") or "__MACOSX" in folders:
        return True
    return any(folder.startswith(".") for folder in folders) and folders[-1] not in ("cur", "new")
