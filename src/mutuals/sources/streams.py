"""Compressed bytes as a plain stream that can neither explode nor fail in ten different ways.

Every layer counts what it really gives out, so that a header that lies about a size changes nothing, and every
kind of damage becomes one exception, `Damaged`, which is an `OSError` like any other trouble with a file.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

from mutuals.errors import Problem

if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

HEAD = 64 * 1024
"""How much of a file is read ahead so that sources can recognise it."""

MAX_RATIO = 200
"""Most bytes that may come out for each byte on disk, all layers and members together. Text of people seldom packs
better than 1 to 40; a bomb starts near 1 to 1,000."""

FREE_BYTES = 256 * 1024 * 1024
"""The ratio is not looked at before this much came out: a small archive of one repeated line is no bomb."""

MAX_FILE = 512 * 1024**3
"""Most bytes that one unpacked file may have. Nothing of it is held, so this bounds time, not memory."""

MAX_TOTAL = 2 * 1024**4
"""Most bytes that may come out of one file on disk, all members together."""

MAX_COPY = 8 * 1024**3
"""Most bytes of a zip inside another archive: its directory is at its end, so that it needs a copy on disk."""

ENDINGS = (".zst", ".gz", ".bz2", ".xz")
"""Endings of compressions, taken off a file's name; the bytes, not the name, decide what is unpacked."""

_ZSTD_STEP = 1024  # a kilobyte of zstd can hold 32 MiB at most (256 repeated blocks of 128 KiB): bounds memory
_ZSTD_WINDOW = 31  # the power of two: Pushshift's dumps are packed with `--long=31`

DAMAGE: tuple[type[Exception], ...] = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError, tarfile.TarError, zipfile.BadZipFile,
    NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError, KeyError,
)  # fmt: skip
"""What the standard library raises on damaged, encrypted or unsupported containers."""


class Damaged(OSError):
    """The bytes cannot be read any further.

    It is no `MutualsError`: a source catches it as `OSError` and yields `problem_of` in its place.

    Attributes:
        kind: `unreadable` or `too-large`, as in `Problem`.
    """

    def __init__(self, message: str, kind: str = "unreadable") -> None:
        super().__init__(message)
        self.kind = kind


def problem_of(error: Exception, where: str, place: str | None = None) -> Problem:
    """The problem that stands for an exception met while reading bytes at `where`."""
    kind = error.kind if isinstance(error, Damaged) else "unreadable"
    message = f"Expected readable bytes, found: {error or type(error).__name__}."
    return Problem(kind=kind, where=where, message=message, place=place)


@dataclass(slots=True)
class Budget:
    """What may still come out of one file on disk; shared by everything inside it.

    Attributes:
        size: Bytes that the file has on disk.
        spent: Bytes that came out so far, of all layers together.
        files: Files found in it so far.
    """

    size: int
    spent: int = 0
    files: int = 0

    def spend(self, count: int) -> None:
        """Count bytes that came out.

        Raises:
            Damaged: Of kind `too-large`, when it is more than the limits allow.
        """
        self.spent += count
        if self.spent > MAX_TOTAL or (self.spent > FREE_BYTES and self.spent > MAX_RATIO * max(self.size, 1)):
            raise Damaged(f"more than {MAX_RATIO} bytes for each byte on disk, as in a bomb", "too-large")


class Guarded(io.RawIOBase):
    """A stream that counts what it gives and turns every damage into `Damaged`."""

    def __init__(
        self, inner: BinaryIO, budget: Budget | None, prefix: bytes = b"", under: BinaryIO | None = None
    ) -> None:
        self._inner, self._budget, self._prefix, self._under = inner, budget, prefix, under
        self._given = 0

    def readable(self) -> bool:
        """True: it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, first with what was read ahead."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._prefix:
            piece, self._prefix = self._prefix[: len(view)], self._prefix[len(view) :]
        else:
            piece = self._from_inner(len(view))
        view[: len(piece)] = piece
        return len(piece)

    def _from_inner(self, size: int) -> bytes:
        try:
            piece = self._inner.read(size)
        except Damaged:
            raise
        except DAMAGE as error:
            raise Damaged(str(error) or type(error).__name__) from error
        self._given += len(piece)
        if self._budget is not None:
            self._budget.spend(len(piece))
            if self._given > MAX_FILE:
                raise Damaged(f"one file of more than {MAX_FILE} bytes", "too-large")
        return piece

    def close(self) -> None:
        """Close it and what it reads from; gzip, bz2 and lzma leave the stream under them open."""
        if not self.closed:
            self._inner.close()
            if self._under is not None:
                self._under.close()
        super().close()


class _Zstd(io.RawIOBase):
    """Frames of zstd one after another; unlike `ZstdFile` it tells a cut file from a whole one."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner, self._ready, self._frame = inner, memoryview(b""), self._fresh()
        self._begun = False

    @staticmethod
    def _fresh() -> zstd.ZstdDecompressor:
        return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._ready:
            if not self._advance():
                return 0
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _advance(self) -> bool:
        piece = self._inner.read(_ZSTD_STEP)
        if not piece:
            if self._begun:
                raise EOFError("the zstd stream is cut short")
            return False
        pieces = []
        while piece:
            self._begun = True
            pieces.append(self._frame.decompress(piece))
            if not self._frame.eof:
                break
            piece, self._frame, self._begun = self._frame.unused_data, self._fresh(), False
        self._ready = memoryview(b"".join(pieces))
        return True

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def _zstd(inner: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Zstd(inner), 1 << 17))


_UNPACKERS: tuple[tuple[bytes, Callable[[BinaryIO], BinaryIO]], ...] = (
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"\x1f\x8b", lambda inner: cast("BinaryIO", gzip.GzipFile(fileobj=inner))),
    (b"BZh", lambda inner: cast("BinaryIO", bz2.BZ2File(inner))),
    (b"\xfd7zXZ\x00", lambda inner: cast("BinaryIO", lzma.LZMAFile(inner))),  # noqa: SIM115
)


def unpacker(head: bytes) -> Callable[[BinaryIO], BinaryIO] | None:
    """What decompresses a stream that begins with `head`; None when it is not compressed."""
    for magic, unpack in _UNPACKERS:
        if head.startswith(magic) and (magic != b"BZh" or head[3:10].endswith(b"1AY&SY")):
            return unpack
    return None


def guard(inner: BinaryIO, budget: Budget | None, prefix: bytes = b"", under: BinaryIO | None = None) -> BinaryIO:
    """The stream, counted and with one kind of exception; `prefix` is given again before it goes on."""
    return cast("BinaryIO", io.BufferedReader(Guarded(inner, budget, prefix, under), HEAD))


def unpacked(stream: BinaryIO, unpack: Callable[[BinaryIO], BinaryIO], budget: Budget) -> tuple[bytes, BinaryIO]:
    """The first bytes of what a compressed stream holds, and a stream of it all.

    Raises:
        Damaged: The bytes cannot be read.
    """
    try:
        inner = unpack(stream)
    except DAMAGE as error:
        raise Damaged(str(error) or type(error).__name__) from error
    return read_ahead(inner, budget, stream)


def read_ahead(
    stream: BinaryIO, budget: Budget | None, under: BinaryIO | None = None, size: int = HEAD
) -> tuple[bytes, BinaryIO]:
    """The first bytes, and a stream that still begins with them; closing it closes `stream` and `under`.

    Raises:
        Damaged: The bytes cannot be read.
    """
    counted = Guarded(stream, budget, under=under)
    pieces, missing = [], size
    while missing and (piece := counted.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    head = b"".join(pieces)
    return head, guard(cast("BinaryIO", counted), None, head)
