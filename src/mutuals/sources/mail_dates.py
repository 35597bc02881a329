"""When a message was written, out of the dates that real archives hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from mutuals.sources.mail_headers import Headers, first

_ZONES = {
    "cet": 60, "cest": 120, "met": 60, "met dst": 120, "metdst": 120, "mest": 120, "mez": 60, "mesz": 120, "bst": 60,
    "wet": 0, "west": 60, "eet": 120, "eest": 180, "msk": 180, "msd": 240, "nzst": 720, "nzdt": 780, "aest": 600,
    "aedt": 660, "jst": 540, "sgt": 480, "hkt": 480, "gmt": 0, "ut": 0, "utc": 0, "z": 0, "est": -300, "edt": -240,
    "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "ast": -240, "adt": -180,
    "akst": -540, "akdt": -480, "hst": -600, "brt": -180, "art": -180,
}  # fmt: skip
"""Minutes east. A few names mean two zones; in mail the one here is meant far more often."""
_FURTHEST = 15 * 60
"""Minutes; the widest offset in use is +14:00."""
_SINCE, _UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[T ]+(\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(?:([+-]\d\d):?(\d\d)|([A-Za-z]*))"
)
_OFFSET = re.compile(r"\s[+-]\d{3,9}\b")
_NAMED = re.compile(r"\(?([A-Za-z]+(?: DST)?)\)?\s*$")
_FROM_DATE = re.compile(
    r"(?:\s|\b)((?:[A-Z][a-z]{2},?\s+)?)(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+(\d{1,2})\s+"
    r"(\d{1,2}):(\d\d)(?::(\d\d))?\s.*?((?:19|20)\d\d)"
)
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {m: i for i, m in enumerate(_SHORT, 1)}


def written_at(headers: Headers, separator: str) -> tuple[datetime | None, str | None]:
    """When a message was written, and what was wrong about its date, or None.

    Date counts. Where its zone cannot be (such as -75200), the clock is kept and the zone's name beside it
    counts, else UTC. Where Date is missing or unusable, the newest Received header, else the mbox `From ` line
    gives the time of delivery, which is later by minutes as a rule; then what was wrong is said too.
    """
    value = first(headers, "date")
    found, wrong = read_date(value)
    if found:
        return found, wrong
    wrong = "there is no usable date" if value else "there is no Date header"
    for received in headers.get("received", ()):
        found, _ = read_date(received.rpartition(";")[2].strip())
        if found:
            return found, f"{wrong}; the time of delivery stands in"
    found = separator_date(separator)
    return found, f"{wrong}; the time of the From line stands in" if found else wrong


def read_date(value: str) -> tuple[datetime | None, str | None]:
    """A date header as aware UTC, and what was wrong about it, or None. No time outside 1970 to 2100."""
    value = value.strip()[:200]
    if match := _ISO.match(value):
        numbers = [int(part or 0) for part in match.groups()[:6]]
        minutes = int(match[7]) * 60 + int(match[7][0] + match[8]) if match[7] else _ZONES.get(match[9].lower(), 0)
        return _utc(numbers, minutes), None
    try:
        parsed = parsedate_tz(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None, "the date cannot be read"
    if parsed is None:
        return None, "the date cannot be read"
    wrong = None
    minutes = int(parsed[9]) // 60 if parsed[9] is not None else 0
    named = _NAMED.search(value)
    if parsed[9] is None or not _OFFSET.search(value):
        minutes = _ZONES.get(named[1].lower(), minutes) if named else minutes
    elif abs(minutes) > _FURTHEST:
        wrong = "no zone is that far from Greenwich"
        minutes = _ZONES.get(named[1].lower(), 0) if named else 0
    found = _utc([int(part) for part in parsed[:6]], minutes)
    return found, wrong if found else "the date cannot be"


def separator_date(separator: str) -> datetime | None:
    """The date of an mbox `From ` line, taken as UTC; None when it has none."""
    match = _FROM_DATE.search(separator)
    if match is None:
        return None
    return _utc([int(match[7]), _MONTHS[match[2]], *(int(part or 0) for part in match.groups()[2:6])], 0)


def _utc(numbers: list[int], minutes: int) -> datetime | None:
    year, month, day, hour, minute, second = numbers
    try:
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        found = local - timedelta(minutes=minutes)
    except (ValueError, OverflowError):
        return None
    return found if _SINCE <= found < _UNTIL else None
