"""People, not numbers: what kind of response came, from whom, in their own words.

import mutuals

with mutuals.open("village.duckdb") as library:
    library.add("forum-backup.zip")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mutuals.library import Library
    from mutuals.reading import Reader

__version__ = "0.1.0"


def open(path: Path | str, reader: Reader | None = None) -> Library:
    """Open a library, making it when it is not there; `":memory:"` makes one that is gone when closed.

    Args:
        path: The file.
        reader: Who reads what is added; by default the first of `mutuals.plugins.readers()`.

    Raises:
        mutuals.errors.LibraryError: The file cannot be used; its subclasses say why.
    """
    from mutuals.library import open_library

    return open_library(path, reader)
