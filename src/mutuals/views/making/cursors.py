"""Where a page of a long list begins: the values of the row before it, so that new rows never shift a page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from mutuals.errors import UsageError
from mutuals.practices import Cursor
from mutuals.views.making.words import Queries, rows

FIRST = "first"
"""The cursor of the first page, for the way back to it."""

_START = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PAGE = "That page does not exist: expected a link given by this list; open the list again."


def text_of(*values: str | int | None) -> str:
    """A cursor as it travels in an address."""
    raw = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def values_of(text: str | None, kinds: Sequence[type]) -> tuple[str | int | None, ...] | None:
    """The values in a cursor, each None or of its kind; None for the first page.

    Raises:
        UsageError: It is not one that this list gave.
    """
    if text is None or text == FIRST:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error):
        raise UsageError(_NO_PAGE) from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise UsageError(_NO_PAGE)
    if any(value is not None and type(value) is not kind for value, kind in zip(values, kinds, strict=True)):
        raise UsageError(_NO_PAGE)
    return tuple(values)


def moment_text(at: datetime | None, key: int) -> str:
    """The cursor after a row of a list that is newest first."""
    micros = None if at is None else (at - _START) // timedelta(microseconds=1)
    return text_of(micros, key)


def moment_cursor(text: str | None) -> Cursor | None:
    """The row after which a page of a list that is newest first begins; None for the first page.

    Raises:
        UsageError: It is not one that such a list gave.
    """
    values = values_of(text, (int, int))
    if values is None:
        return None
    micros, key = values
    if not isinstance(key, int) or isinstance(micros, str) or abs(key) >= 2**63:
        raise UsageError(_NO_PAGE)
    try:
        return Cursor(at=None if micros is None else _START + timedelta(microseconds=micros), key=key)
    except OverflowError:
        raise UsageError(_NO_PAGE) from None


def page_before(library: Queries, listing: str, size: int, at: datetime | None, key: int) -> str | None:
    """The cursor of the page before the one that begins with this row; None when it is the first.

    Args:
        library: Where the list is read.
        listing: A SELECT with the columns `moment` and `key`, one row an entry of the list.
        size: Entries a page.
        at: Time of the first row of this page.
        key: Key of it.
    """
    newer = "moment IS NOT NULL OR key > ?" if at is None else "moment > ? OR (moment = ? AND key > ?)"
    found = rows(
        library,
        f"SELECT moment, key FROM ({listing}) AS x WHERE {newer} ORDER BY moment NULLS FIRST, key LIMIT {size + 1}",
        [key] if at is None else [at, at, key],
    )
    if not found:
        return None
    return moment_text(*found[-1]) if len(found) > size else FIRST
