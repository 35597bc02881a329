"""The linear reader: counts of words and pairs of words, a weight each; distilled from the encoder.

It is some ten times as quick as the encoder and reads everything first; what it is sure of need not be read again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mutuals.reading.learned.inputs import Unit

SLOTS = 1 << 16
"""Places for features; those that fall on one place share a weight."""
_TOKEN = re.compile(r"\w+(?:'\w+)?|[?!]+|[:;]-?[)(DP]|[@#.,]")
_OWN, _ABOVE = 60, 30


def features(unit: Unit) -> list[int]:
    """Where the features of a unit lie, each below `SLOTS`; one may occur several times, and there is at least one."""
    own = _TOKEN.findall(unit.text.lower().replace("’", "'"))
    if len(own) > _OWN:
        own = own[: _OWN // 2] + own[-_OWN // 2 :]
    above = _TOKEN.findall(unit.parent.lower())[-_ABOVE:]
    asked = "a?" if "?" in unit.parent else "a."
    size = "l0" if len(own) < 4 else "l1" if len(own) < 10 else "l2" if len(own) < 30 else "l3"
    found = [f"who {unit.who}", f"rel {unit.relation}", f"{unit.relation} {asked}", size, f"{size} {asked}"]
    found += own
    found += [f"{one} {two}" for one, two in zip(["^", *own], [*own, "$"], strict=True)]
    found += [f"{token[:4]}*" for token in own if len(token) > 5]
    found += [f"p {token}" for token in above]
    if own:
        found += [f"^{own[0]} {asked}", f"^{own[0]} {unit.who}", f"{own[-1]}$ {unit.who}", f"{own[-1]}$ {asked}"]
    return [crc32(one.encode()) & (SLOTS - 1) for one in found]


class Linear:
    """Weights of the linear reader."""

    def __init__(self, folder: Path) -> None:
        """Load the weights.

        Args:
            folder: Holds `linear.npz` with `weights` (SLOTS, heads) in int8, `scale` (heads) and `bias` (heads).
        """
        with np.load(folder / "linear.npz") as kept:
            self._weights = kept["weights"]
            self._scale = kept["scale"].astype(np.float32)
            self._bias = kept["bias"].astype(np.float32)

    def scores(self, units: Sequence[Unit]) -> NDArray[np.float32]:
        """Raw scores (units, heads), in the order of the units, on the scale of the encoder's."""
        found = np.zeros((len(units), len(self._bias)), np.float32)
        for number, unit in enumerate(units):
            places = features(unit)
            found[number] = self._weights[places].sum(0, dtype=np.int32) / np.sqrt(len(places))
        return np.asarray(found * self._scale + self._bias, np.float32)
