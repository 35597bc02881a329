"""An invented hamlet whose reader misreads in a way that can be learned, and what a person says of its readings.

The reader is a real one but for its encoder: scores are written down beside each message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mutuals.library import Library
from mutuals.model import Place, Speaker, Utterance
from mutuals.reading.learned.inputs import Unit
from mutuals.reading.learned.reader import LearnedReader
from mutuals.reading.learned.settings import Limit, Settings
from mutuals.sources import Record
from mutuals.store import Store

HEADS = ("adds", "jokes", "announces", "worked", "did_not_work", "answers", "advises")
LIMIT = Limit(shown=0.7, with_cue=0.5, perhaps=0.4)
SETTINGS = Settings(
    heads=HEADS, slope=np.ones(len(HEADS), np.float32), shift=np.zeros(len(HEADS), np.float32),
    limits=dict.fromkeys(HEADS, LIMIT), skip=np.full(len(HEADS), 99, np.float32),
)  # fmt: skip
NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)


class WrittenDown(LearnedReader):
    """A learned reader whose scores are written down: by text, then by head; -4 where nothing is."""

    def __init__(self, folder: Path, scores: Mapping[str, Mapping[str, float]]) -> None:
        super().__init__(folder, cascade=False, settings=SETTINGS)
        self._written = scores

    def scores(self, units: Sequence[Unit]) -> NDArray[np.float32]:
        """What is written down, in the order of the units."""
        rows = [[self._written.get(unit.text, {}).get(head, -4.0) for head in HEADS] for unit in units]
        return np.array(rows, np.float32).reshape(len(units), len(HEADS))


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A reply in a conversation of its own, or in the one that is named.

    Attributes:
        scores: Raw scores by head.
        is_so: What a person says of it; None when nothing is said.
        conversation: Which of the conversations.
    """

    scores: Mapping[str, float]
    is_so: bool | None
    conversation: int


def text_of(number: int) -> str:
    """Invented words that no cue knows."""
    return f"The lantern by gate {number} stays lit."


def id_of(number: int) -> str:
    """Id of a reply."""
    return f"test:reply/{number}"


def _records(replies: Sequence[Reply]) -> Iterator[Record]:
    yield Place(id="test:hamlet", name="Hamlet", source="test")
    for name in ("Ana", "Ben"):
        yield Speaker(id=f"test:{name}", name=name)
    for conversation in sorted({reply.conversation for reply in replies}):
        yield Utterance(
            id=f"test:opening/{conversation}", place="test:hamlet", speaker="test:Ana", lang="en", written_at=NOON,
            text=f"The lantern at mill {conversation} went out.",
        )  # fmt: skip
    for number, reply in enumerate(replies):
        yield Utterance(
            id=id_of(number), place="test:hamlet", speaker="test:Ben", reply_to=f"test:opening/{reply.conversation}",
            written_at=NOON + timedelta(minutes=number + 1), text=text_of(number), lang="en",
        )  # fmt: skip


def weights(folder: Path, words: str = "first") -> Path:
    """A folder of weights, of which only the fingerprint is asked."""
    folder.mkdir(exist_ok=True)
    (folder / "settings.json").write_text(words)
    return folder


def hamlet(folder: Path, replies: Sequence[Reply], act: str = "adds", file: Path | str = ":memory:") -> Library:
    """The hamlet's library with its replies, read, and with what a person said of them."""
    scores = {text_of(number): reply.scores for number, reply in enumerate(replies)}
    library = Library(Store.open(file), WrittenDown(folder, scores))
    library.store.add(_records(replies))
    library.update()
    for number, reply in enumerate(replies):
        if reply.is_so is not None:
            library.correct(id_of(number), act, "is" if reply.is_so else "is_not", upto="nothing")
    library.update()
    return library


def timid(count: int = 48) -> list[Reply]:
    """Replies of which more do it than the reader dares to say, by the same odds; the last is uncorrected."""
    draw = np.random.default_rng(3)
    odds = draw.normal(-0.5, 2, count)
    is_so = draw.random(count) < 1 / (1 + np.exp(-(odds + 2.5)))
    replies = [
        Reply(scores={"adds": float(odds[n])}, is_so=bool(is_so[n]), conversation=n * 3 // 4) for n in range(count)
    ]
    return [*replies, Reply(scores={"adds": 0.1}, is_so=None, conversation=count)]


def fooled(count: int = 60) -> list[Reply]:
    """Replies that the reader takes for additions, which half of them are not: another score tells which."""
    replies = [
        Reply(scores={"adds": 1.2 + n % 3 / 10, "announces": 2.0 if n % 2 else -2.0}, is_so=n % 2 == 0, conversation=n)
        for n in range(count)
    ]
    return [*replies, Reply(scores={"adds": 1.3, "announces": 2.0}, is_so=None, conversation=count)]


def tossed(count: int = 40) -> list[Reply]:
    """Replies on which the verdicts have nothing to do with any score."""
    draw = np.random.default_rng(7)
    return [
        Reply(
            scores={head: float(draw.normal(0, 2)) for head in HEADS}, is_so=bool(draw.random() < 0.5), conversation=n
        )
        for n in range(count)
    ]
