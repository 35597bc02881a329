"""The reader that was learned: cues, a linear reader and an encoder, each for what the one before left open."""

from __future__ import annotations

import copy
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from arro3.core import RecordBatch
from numpy.typing import NDArray

from mutuals import arrow
from mutuals.reading.cues import CueReader, Looked, as_rows
from mutuals.reading.learned.decide import Scored, Span, decide, quoted
from mutuals.reading.learned.encoder import Encoder
from mutuals.reading.learned.inputs import Unit, called, parts, plain, standing, summary
from mutuals.reading.learned.linear import Linear
from mutuals.reading.learned.settings import Settings, fingerprint, load
from mutuals.reading.rules import Found, Message
from mutuals.schema import READ_ACT

WEIGHTS = Path(__file__).parent / "weights"
_REMEMBERED = 50_000
"""Units whose scores are kept, some 300 bytes each: a conversation is read again when it grows."""


@cache
def _encoder(folder: Path) -> Encoder:
    """One encoder a process and folder: its network is loaded once, however many libraries are open."""
    return Encoder(folder)


class Weighs(Protocol):
    """Gives raw scores for units."""

    def scores(self, units: Sequence[Unit]) -> NDArray[np.float32]:
        """Raw scores (units, heads), in the order of the units."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A message as it was weighed, before any limit: what it does under other settings can be asked of it.

    Attributes:
        utterance: Its key.
        scores: Raw scores (parts, heads), at least one part.
        message: As the rules see it.
        cues: What the cues found.
        parts: Where its parts lie.
        best: Gives the sentence of a part that carries a head best.
    """

    utterance: int
    scores: NDArray[np.float32]
    message: Message
    cues: list[Found]
    parts: list[Span]
    best: Callable[[Span, str], Span]

    def says(self, settings: Settings) -> list[Found]:
        """The acts of the message under these settings, as `read` would give them."""
        cues = [replace(cue) for cue in self.cues]  # deciding writes into them
        chances = settings.probabilities(self.scores)
        return decide(Scored(self.message, cues, self.parts, chances, settings, self.best))


class LearnedReader:
    """Reads English by a fine-tuned encoder beside the cues, other languages by cues alone."""

    name = "learned"

    def __init__(
        self,
        folder: Path = WEIGHTS,
        *,
        cascade: bool = True,
        settings: Settings | None = None,
        encoder: Weighs | None = None,
    ) -> None:
        """Name the weights; they are loaded when something is read.

        Args:
            folder: Holds the weights that `train` makes.
            cascade: Whether the encoder may leave out what the linear reader is sure of.
            settings: Others than those in the folder, such as a person's own limits.
            encoder: Another than that of the folder, with the same heads.
        """
        self._cues = CueReader()
        self._folder = folder
        self._encoder = encoder or _encoder(folder)
        self._cascade = cascade
        self._given = settings
        self._kept: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self.languages = self._cues.languages
        self.fingerprint = fingerprint(folder)
        self.version = f"{self._cues.version}-{self.fingerprint}"

    @cached_property
    def settings(self) -> Settings:
        """The limits in use."""
        return self._given or load(self._folder)

    def adjusted(self, settings: Settings, mark: str) -> LearnedReader:
        """The same reader with other settings; it shares the weights and what it remembers.

        Args:
            settings: Made from those of this one.
            mark: Ends its version; another for other settings, so that everything is read again.
        """
        other = copy.copy(self)
        other.__dict__.pop("settings", None)
        other._given = settings
        other.version = f"{self.version}-{mark}"
        return other

    @cached_property
    def _linear(self) -> Linear:
        return Linear(self._folder)

    def read(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        """What the words of each message do; see `reading.Reader.read`.

        English is read by all three readers, the other languages with a cue list by cues; a message in any other
        is `unread` ("language"), one without words `unread` ("no text").
        """
        for batch in batches:
            rows, looked = self._looked(batch)
            for number, weighed in self._weighed(rows, looked):
                looked[number].found = weighed.says(self.settings)
            lines = [line for row, one in zip(rows, looked, strict=True) for line in as_rows(row["utterance"], one)]
            yield arrow.columns(list(zip(*lines, strict=True)) if lines else [()] * len(READ_ACT), READ_ACT)

    def weigh(self, batch: RecordBatch) -> list[Weighed]:
        """The messages of a batch of `schema.MESSAGE` that the encoder reads, weighed, in its order; no others."""
        rows, looked = self._looked(batch)
        return [weighed for _, weighed in self._weighed(rows, looked)]

    def _looked(self, batch: RecordBatch) -> tuple[list[dict[str, Any]], list[Looked]]:
        rows = arrow.rows(batch)
        return rows, [self._cues.look(row, partial(row.get, "names")) for row in rows]

    def _weighed(self, rows: list[dict[str, Any]], looked: list[Looked]) -> Iterator[tuple[int, Weighed]]:
        """The messages that the encoder reads, each with its place among the rows."""
        units: list[Unit] = []
        placed: list[tuple[int, Message, list[Span], int]] = []
        above: dict[str, str] = {}
        for number, (row, one) in enumerate(zip(rows, looked, strict=True)):
            message = one.message
            if message is None or message.cues.language != "en":
                continue
            cut = parts(message.masked, message.sentences)
            if cut:
                placed.append((number, message, cut, len(units)))
                units += _units(row, message, cut, called((*(row["names"] or ()), row["speaker_name"])), above)
        scores = self.scores(units)
        for number, message, cut, first in placed:
            yield number, Weighed(
                utterance=rows[number]["utterance"], scores=scores[first : first + len(cut)], message=message,
                cues=looked[number].found, parts=cut, best=self._carrier(message, units[first]),
            )  # fmt: skip

    def scores(self, units: Sequence[Unit]) -> NDArray[np.float32]:
        """Raw scores (units, heads): of the encoder, or of the linear reader where that is sure of nothing there."""
        found = np.zeros((len(units), len(self.settings.heads)), np.float32)
        keys = [_key(unit) for unit in units]
        left = []
        for number, key in enumerate(keys):
            if (known := self._kept.get(key)) is None:
                left.append(number)
            else:
                found[number] = known
        if self._cascade and left:
            found[left] = self._linear.scores([units[number] for number in left])
            left = [number for number in left if (found[number] >= self.settings.skip).any()]
        if left:
            found[left] = self._encoder.scores([units[number] for number in left])
            for number in left:
                self._kept[keys[number]] = found[number].copy()
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return found

    def encoder_scores(self, units: Sequence[Unit]) -> NDArray[np.float32]:
        """Raw scores (units, heads) of the encoder alone, for measuring."""
        return self._encoder.scores(units)

    def _carrier(self, message: Message, unit: Unit) -> Callable[[Span, str], Span]:
        """Finds the sentence of a part that carries a head best, by scoring each alone."""

        def best(part: Span, head: str) -> Span:
            inside = [sentence for sentence in message.sentences if part[0] <= sentence[0] < part[1]]
            if len(inside) < 2:
                return quoted(message, inside[0] if inside else part)
            alone = [
                Unit(text=plain(message.masked[start:end]), parent=unit.parent, who=unit.who, relation=unit.relation)
                for start, end in inside
            ]
            column = self.settings.column[head]
            return quoted(message, inside[int(self._linear.scores(alone)[:, column].argmax())])

        return best


def _units(
    row: dict[str, Any], message: Message, cut: list[Span], names: frozenset[str], above: dict[str, str]
) -> list[Unit]:
    """The parts of a message as the encoder sees them; `above` keeps the summaries of this batch."""
    parent = row["parent_text"]
    who, relation = standing(
        is_opening=bool(row["is_opening"]),
        by_opener=bool(row["by_opener"]),
        has_parent=parent is not None,
        by_parent_speaker=bool(row["by_parent_speaker"]),
    )
    if parent is not None and parent not in above:
        above[parent] = summary(parent)
    return [
        Unit(text=plain(message.masked[start:end], names), parent=above.get(parent, ""), who=who, relation=relation)
        for start, end in cut
    ]


def _key(unit: Unit) -> bytes:
    whole = "\x1f".join((unit.who, unit.relation, unit.text, unit.parent))
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).digest()
