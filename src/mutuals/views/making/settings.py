"""What the owner of the library set: who is in front of the screen, and the library's mode."""

from __future__ import annotations

from mutuals.errors import ModeForbids
from mutuals.views.making.words import Queries, rows

PERSONAL, WORKPLACE = "personal", "workplace"


def viewer_of(library: Queries) -> str | None:
    """The id of the person in front of the screen; None when nobody said."""
    return _setting(library, "viewer")


def is_personal(library: Queries) -> bool:
    """Whether the library is somebody's own: only then may it show what was confided."""
    return _setting(library, "mode") == PERSONAL


def refuse_in_workplace(library: Queries) -> None:
    """Stop before a page about a person where the library is one of a workplace.

    Raises:
        ModeForbids: The library is in workplace mode.
    """
    if _setting(library, "mode") == WORKPLACE:
        raise ModeForbids(
            "This library is in workplace mode, which has no page about a person. Open the conversation instead."
        )


def _setting(library: Queries, name: str) -> str | None:
    found = rows(library, "SELECT value FROM setting WHERE name = ?", [name])
    return found[0][0] if found else None
