"""The stage of relationships: the signs that one person gives another. Stages are worked out for one pair at a time."""

from __future__ import annotations

from mutuals.engines import Engine, step

_STAGE = "mutuals.relationships"


def compute(engine: Engine) -> tuple[str, ...]:
    """Save `sign` (columns as in `schema.TABLES`) and return its name."""
    engine.save("sign", step(_STAGE, "sign"))
    return ("sign",)
