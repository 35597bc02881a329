"""What grows between people: signs of trust, and the stages of a pair. A list of sentences, never a sum.

The table `sign` comes from the SELECT in `steps/`. Stages and strands are worked out for one pair at a time, when a
page asks for it, so that no table of everybody's closeness to everybody exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

STEPS = ("sign",)
"""The steps of this stage."""

SIGNS = ("asked_advice_of", "acted_on_advice", "vouched", "credited", "defended")
"""Every sign, in the order in which a page may group them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One row of `sign`: a dated sentence by one person toward another."""

    sign: str
    conversation: int
    speaker: int
    toward: int
    utterance: int
    start: int
    end: int
    written_at: datetime | None
