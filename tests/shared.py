"""Where the real archives lie that stand beside the project, for tests that skip without them."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


def shared(name: str) -> Path:
    """The path of a file or folder beside the project; skips the test where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared/{name} does not stand beside the project")
    return path
