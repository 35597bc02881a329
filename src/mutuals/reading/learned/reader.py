"""The reader that was learned: cues, a linear reader and an encoder, each for what the one before left open."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
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
from mutuals.reading.rules import Message
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
        self.version = f"{self._cues.version}-{fingerprint(folder)}"

    @cached_property
    def settings(self) -> Settings:
        """The limits in use."""
        return self._given or load(self._folder)

    @cached_property
    def _linear(self) -> Linear:
        return Linear(self._folder)

    def read(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        """What the words of each message do; see `reading.Reader.read`.

        English is read by all three readers, the other languages with a cue list by cues; a message in any other
        is `unread` ("language"), one without words `unread` ("no text").
        """
        for batch in batches:
            rows = arrow.rows(batch)
            looked = [self._cues.look(row, partial(row.get, "names")) for row in rows]
            self._read(rows, looked)
            lines = [line for row, one in zip(rows, looked, strict=True) for line in as_rows(row["utterance"], one)]
            yield arrow.columns(list(zip(*lines, strict=True)) if lines else [()] * len(READ_ACT), READ_ACT)

    def _read(self, rows: list[dict[str, Any]], looked: list[Looked]) -> None:
        """Replace what the cues found in English by what all three readers find."""
        units: list[Unit] = []
        placed: list[tuple[Looked, Message, list[Span], int]] = []
        above: dict[str, str] = {}
        for row, one in zip(rows, looked, strict=True):
            message = one.message
            if message is None or message.cues.language != "en":
                continue
            cut = parts(message.masked, message.sentences)
            if cut:
                placed.append((one, message, cut, len(units)))
                units += _units(row, message, cut, called((*(row["names"] or ()), row["speaker_name"])), above)
        chances = self.settings.probabilities(self.scores(units))
        for one, message, cut, first in placed:
            here = chances[first : first + len(cut)]
            one.found = decide(
                Scored(message, one.found, cut, here, self.settings, self._carrier(message, units[first]))
            )

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
