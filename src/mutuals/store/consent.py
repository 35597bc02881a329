"""Which places may be read by a language model: none, until the library's owner says so of one.

Kept as settings: `llm_allowed:<place id>` holds when it was allowed, `no_generative_ai:<place id>` who says that the
place refuses: `source` (its archive carries the sign) or `owner`. A refusal stands over any permission.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import duckdb

from mutuals.errors import ConsentMissing, UsageError
from mutuals.vocabulary import ACTS, Tier

SaysNo = Literal["source", "owner"]

FOLDED = ", ".join(f"'{act.name}'" for act in ACTS.values() if act.tier == Tier.FOLDED)
"""The acts that a second reading can bring onto a page, as an SQL list."""

_ALLOWED, _REFUSED = "llm_allowed:", "no_generative_ai:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a place stands to language models.

    Attributes:
        place: Id of the place.
        name: What people call it.
        allowed: The owner of the library allowed it, and the place does not refuse.
        no_generative_ai: Who says that the place refuses: `source` or `owner`; None where nobody does.
    """

    place: str
    name: str
    allowed: bool
    no_generative_ai: SaysNo | None


def standings(connection: duckdb.DuckDBPyConnection) -> list[Standing]:
    """How each place stands, in order of name; empty for a library without places."""
    found = connection.execute(
        """select p.place, p.name, a.value is not null and n.value is null, n.value
           from lib.main.place p
           left join lib.main.setting a on a.name = ? || p.place
           left join lib.main.setting n on n.name = ? || p.place
           order by lower(p.name), p.place""",
        [_ALLOWED, _REFUSED],
    ).fetchall()
    return [Standing(place=p, name=n, allowed=a, no_generative_ai=says) for p, n, a, says in found]


def check(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    """Nothing, where messages of the place may go to a language model.

    Raises:
        ConsentMissing: The place says no, or nobody allowed it; the message says which.
    """
    _check_refusal(connection, place)
    if _setting(connection, _ALLOWED + place) is None:
        raise ConsentMissing(
            f"Nobody allowed that messages of {place} go to a language model. If its people would not mind, say "
            f"`mutuals llm allow {place}`; nothing is sent by that alone."
        )


def _check_refusal(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    says = _setting(connection, _REFUSED + place)
    if says is None:
        return
    why = (
        "Its archive says so, and that cannot be set aside."
        if says == "source"
        else f"You noted so; `mutuals llm no-ai {place} --lifted` takes it back."
    )
    raise ConsentMissing(f"{place} is not for generative AI, so nothing of it goes to a language model. {why}")


def allow(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    """Note that messages of a place may go to a language model; sends nothing.

    Raises:
        ConsentMissing: The place says no.
    """
    _check_refusal(connection, place)
    _set(connection, _ALLOWED + place, datetime.now(UTC).isoformat())


def forbid(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    """Take a permission back, with everything that a language model said of the place.

    The messages whose acts may change by that are marked as touched; the caller updates the derived tables. A place
    that was never allowed stays so.
    """
    _set(connection, _ALLOWED + place, None)
    _take_out(connection, place)


def refuse(connection: duckdb.DuckDBPyConnection, place: str, *, by: SaysNo) -> None:
    """Note that a place is not for generative AI, and take out what a language model said of it; see `forbid`.

    What the place itself says stands over what its owner says of it.
    """
    if by == "source" or _setting(connection, _REFUSED + place) is None:
        _set(connection, _REFUSED + place, by)
    forbid(connection, place)


def lift(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    """Take back what the owner noted of a place; it is not allowed by that.

    Raises:
        UsageError: The place's own archive says it.
    """
    if _setting(connection, _REFUSED + place) == "source":
        raise UsageError(f"The archive of {place} says that it is not for generative AI. That cannot be set aside.")
    _set(connection, _REFUSED + place, None)


def _take_out(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    of_place = "utterance in (select utterance from lib.main.utterance where place = ?)"
    connection.execute(
        f"""insert into lib.main.touched
            select distinct utterance from lib.main.second_reading where act in ({FOLDED}) and {of_place}""",
        [place],
    )
    connection.execute(f"delete from lib.main.second_reading where {of_place}", [place])


def _setting(connection: duckdb.DuckDBPyConnection, name: str) -> str | None:
    found = connection.execute("select value from lib.main.setting where name = ?", [name]).fetchall()
    return str(found[0][0]) if found else None


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: str | None) -> None:
    connection.execute("delete from lib.main.setting where name = ?", [name])
    if value is not None:
        connection.execute("insert into lib.main.setting values (?, ?)", [name, value])
