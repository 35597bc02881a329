"""What was measured when the weights were made: how scores become probabilities, and from which on an act is said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Probabilities from which on an act is said.

    Attributes:
        shown: By the encoder alone it is right often enough for the tier of the act; over 1: never.
        with_cue: The same where a cue says it as well.
        perhaps: It is the better guess; what lies between this and `shown` stays in the library and is not shown.
    """

    shown: float
    with_cue: float
    perhaps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """The log odds of one head, made anew from the raw scores of all, as the corrections of one library have it.

    Attributes:
        weights: (heads), what each raw score is multiplied with.
        shift: What is added to their sum.
    """

    weights: NDArray[np.float32]
    shift: float


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Heads of the encoder with what belongs to each.

    Attributes:
        heads: Names in the order of the outputs.
        slope: (heads), what a raw score is multiplied with.
        shift: (heads), what is added to it before it becomes a probability.
        limits: By head.
        skip: (heads), raw scores of the linear reader; where all lie below, the encoder need not read.
        light: By head; takes the place of its slope and shift. Empty as the weights come.
    """

    heads: tuple[str, ...]
    slope: NDArray[np.float32]
    shift: NDArray[np.float32]
    limits: Mapping[str, Limit]
    skip: NDArray[np.float32]
    light: Mapping[str, Light] = field(default_factory=dict)

    @cached_property
    def column(self) -> dict[str, int]:
        """The column of each head."""
        return {head: number for number, head in enumerate(self.heads)}

    def probabilities(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Raw scores (units, heads) as calibrated probabilities."""
        odds = scores * self.slope + self.shift
        for head, light in self.light.items():
            odds[:, self.column[head]] = scores @ light.weights + light.shift
        return np.asarray(1 / (1 + np.exp(-odds)), np.float32)

    def with_limits(self, limits: Mapping[str, Limit]) -> Settings:
        """The same with other limits for some heads."""
        return replace(self, limits={**self.limits, **limits})

    def with_light(self, light: Mapping[str, Light]) -> Settings:
        """The same with other log odds for some heads."""
        return replace(self, light={**self.light, **light})


def load(folder: Path) -> Settings:
    """The settings of `settings.json` in a folder of weights.

    Raises:
        OSError: It cannot be read.
        KeyError, ValueError: It does not hold what `train.calibrate` writes; a mistake of ours.
    """
    kept: dict[str, Any] = json.loads((folder / "settings.json").read_text("utf-8"))
    heads = tuple(kept["heads"])
    return Settings(
        heads=heads,
        slope=np.array([kept["slope"][head] for head in heads], np.float32),
        shift=np.array([kept["shift"][head] for head in heads], np.float32),
        limits={head: Limit(**limit) for head, limit in kept["limits"].items()},
        skip=np.array([kept["skip"].get(head, 99.0) for head in heads], np.float32),
    )


def fingerprint(folder: Path) -> str:
    """Eight hex digits that change with any change of the weights, the settings or the code that applies them."""
    files = [*sorted(folder.iterdir()), *sorted(Path(__file__).parent.glob("*.py"))]
    return _digest(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in files if path.is_file()))


@cache
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _, _ in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
