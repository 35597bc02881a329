"""What the archive holds of each place, in words: the sentences without which silence would be a guess."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mutuals.views.making.words import Queries, rows
from mutuals.views.wording import MONTHS

Stretch = tuple[datetime | None, datetime | None]


def sentences(library: Queries, places: Iterable[str] | None = None) -> tuple[str, ...]:
    """One sentence a place on what the archive holds of it, in order of the place's name; all places by default."""
    named = rows(library, "SELECT place, name FROM place ORDER BY lower(name), place")
    wanted = None if places is None else set(places)
    covered = _place_level(library)
    return tuple(_sentence(name, covered.get(place, [])) for place, name in named if wanted is None or place in wanted)


def shorts(library: Queries) -> dict[str, str]:
    """What the archive holds of each place in a few words, such as `complete, May 2014 to March 2022`."""
    return {place: _short(found) for place, found in _place_level(library).items()}


def month(moment: datetime) -> str:
    """A month as people write it, such as `May 2014`."""
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def _place_level(library: Queries) -> dict[str, list[tuple[str, datetime | None, datetime | None, str]]]:
    found = rows(
        library,
        """SELECT place, extent, since, until, note FROM coverage WHERE conversation_key IS NULL
           ORDER BY place, extent, since NULLS FIRST, until NULLS LAST, note""",
    )
    by_place: dict[str, list[tuple[str, datetime | None, datetime | None, str]]] = {}
    for place, extent, since, until, note in found:
        by_place.setdefault(place, []).append((extent, since, until, note))
    return by_place


def _sentence(name: str, found: list[tuple[str, datetime | None, datetime | None, str]]) -> str:
    notes = " ".join(dict.fromkeys(_full_stop(note) for *_, note in found if note))
    stretches = _complete(found)
    if stretches:
        said = f"Everything said in {name} {' and '.join(map(_range, stretches))} is here."
    elif any(extent == "partial" for extent, *_ in found):
        said = f"Only part of what was said in {name} is here."
    else:
        said = f"How complete this archive of {name} is, is not known."
    return f"{said} {notes}".strip()


def _full_stop(note: str) -> str:
    return note[0].upper() + note[1:] + ("" if note.endswith((".", "!", "?")) else ".")


def _short(found: list[tuple[str, datetime | None, datetime | None, str]]) -> str:
    stretches = _complete(found)
    if stretches:
        return "complete, " + " and ".join(map(_range, stretches))
    return "partial" if any(extent == "partial" for extent, *_ in found) else "unknown"


def _complete(found: list[tuple[str, datetime | None, datetime | None, str]]) -> list[Stretch]:
    """The complete stretches, those that touch or overlap made one; without an end none is complete."""
    merged: list[Stretch] = []
    for extent, since, until, _ in found:
        if extent != "complete" or until is None:
            continue
        last_until = merged[-1][1] if merged else None
        if last_until is not None and (since is None or since <= last_until):
            merged[-1] = (merged[-1][0], max(last_until, until))
        else:
            merged.append((since, until))
    return merged


def _range(stretch: Stretch) -> str:
    since, until = stretch
    end = month(until) if until else ""
    if since is None:
        return f"up to {end}"
    return f"in {end}" if month(since) == end else f"from {month(since)} to {end}"
