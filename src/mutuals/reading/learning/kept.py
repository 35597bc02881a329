"""What was learned, as it is kept in a library: numbers under the names of acts, and never a word of anyone's."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mutuals.reading.learned.settings import Light, Limit, Settings
from mutuals.reading.learning.fit import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one act's log odds become: `own * as they came + raw scores for other acts, weighted + shift`.

    Attributes:
        kind: `limit` moves the limits by the shift, `light` makes the log odds anew.
        heads: Heads of the act.
        own: At least 0; 1 for `limit`.
        shift: What is added.
        others: Weights of raw scores by head; empty for `limit`.
    """

    kind: Kind
    heads: tuple[str, ...]
    own: float
    shift: float
    others: Mapping[str, float]

    def applied(self, settings: Settings) -> Settings:
        """The same settings with this change.

        Raises:
            KeyError: A head is not one of the settings; a mistake of ours, as what is kept names its weights.
        """
        if self.kind == "limit":
            limits = settings.limits
            return settings.with_limits(
                {head: _moved(limits[head], self.shift) for head in self.heads if head in limits}
            )
        light = {}
        for head in self.heads:
            weights = np.zeros(len(settings.heads), np.float32)
            for other, weight in self.others.items():
                weights[settings.column[other]] = weight
            column = settings.column[head]
            weights[column] = self.own * settings.slope[column]
            light[head] = Light(weights=weights, shift=self.own * float(settings.shift[column]) + self.shift)
        return settings.with_light(light)


def _moved(limit: Limit, shift: float) -> Limit:
    """Limits that a probability passes just when it would pass the old ones with its log odds shifted."""

    def moved(chance: float) -> float:
        if not 0 < chance < 1:
            return chance  # never, or always: that stays
        return 1 / (1 + math.exp(-(math.log(chance / (1 - chance)) - shift)))

    return Limit(shown=moved(limit.shown), with_cue=moved(limit.with_cue), perhaps=moved(limit.perhaps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned from the corrections of one library.

    Attributes:
        weights: The fingerprint of the weights that it was learned for; it says nothing about any others.
        changes: By what they are about; empty when the reader stays as it came.
    """

    weights: str
    changes: Mapping[str, Change]

    @classmethod
    def read(cls, text: str) -> Learned:
        """What `text` gave.

        Raises:
            KeyError, TypeError, ValueError: The text is something else; a mistake of ours.
        """
        kept: dict[str, Any] = json.loads(text)
        changes = {
            about: Change(**{**change, "heads": tuple(change["heads"])}) for about, change in kept["changes"].items()
        }
        return cls(weights=kept["weights"], changes=changes)

    @property
    def text(self) -> str:
        """It as one line of JSON, the same for the same."""
        changes = {about: asdict(change) for about, change in self.changes.items()}
        return json.dumps({"weights": self.weights, "changes": changes}, sort_keys=True)

    @property
    def mark(self) -> str:
        """Eight hex digits that change with what was learned."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]

    def applied(self, settings: Settings) -> Settings:
        """The settings with every change."""
        for _, change in sorted(self.changes.items()):
            settings = change.applied(settings)
        return settings
