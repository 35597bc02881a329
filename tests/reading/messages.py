"""Messages for a reader, made from little: the sentences are invented, the people live in a village of one's own."""

from __future__ import annotations

from typing import Any

from mutuals import arrow
from mutuals.reading.cues import CueReader
from mutuals.schema import MESSAGE

READER = CueReader()


def message(text: str | None, who: str = "x", **more: Any) -> dict[str, Any]:
    """A row of `schema.MESSAGE`: `O` opens a conversation, `o` is its opener again, `x` somebody else."""
    row = {
        "utterance": 1, "lang": None, "title": None, "text": text, "code": None,
        "parent_text": None if who == "O" else "How do I keep the pump from freezing?", "speaker_name": "Noor",
        "is_opening": who == "O", "by_opener": who in "Oo", "by_parent_speaker": False, "after_others": who != "O",
        "names": ["Ben", "Cai Reed", "Fay", "Jo", None],
    }  # fmt: skip
    return row | more


def read(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """What the reader says of these messages."""
    batch = arrow.batch(rows, MESSAGE)
    return [row for out in READER.read(iter([batch])) for row in arrow.rows(out)]


def claims(text: str, who: str = "x", **more: Any) -> list[dict[str, Any]]:
    """The acts that the reader is at least fairly sure of."""
    return [row for row in read(message(text, who, **more)) if row["act"] and row["certainty"] != "perhaps"]
