"""The stage of practices: every table of `practices.STEPS`, in order."""

from __future__ import annotations

from mutuals.conversations.threads import nearest
from mutuals.engines import Engine, step
from mutuals.practices import STEPS

_STAGE = "mutuals.practices"


def compute(engine: Engine) -> tuple[str, ...]:
    """Save the tables of `STEPS` (columns as in `schema.TABLES`) and return their names."""
    for name in STEPS:
        if name == "chime":
            nearest(engine, "praise_above", "select praise as utterance from praise where praised is not null")
            engine.save(
                "nearest_praise",
                """select a.utterance, t.conversation, a.marked as praise
                   from praise_above a join thread t on t.utterance = a.utterance""",
            )
            engine.drop(["praise_above"])
        engine.save(name, step(_STAGE, name))
    engine.drop(["nearest_praise"])
    return STEPS
