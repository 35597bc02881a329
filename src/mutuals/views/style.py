"""How to write on a terminal: its width, what stands out, and whether numbers are said."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TextIO

from mutuals.views.guard import amount

NARROWEST, WIDEST = 40, 100
"""Lines are no shorter than a phone's and no longer than is pleasant to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How to write on this terminal.

    Attributes:
        width: Characters a line.
        is_plain: No bold and no dim.
        number_fast: No number of the program's own is said.
    """

    width: int = 80
    is_plain: bool = True
    number_fast: bool = False

    @classmethod
    def of(cls, stream: TextIO | None = None, *, number_fast: bool = False) -> Style:
        """The style for a stream: bold and dim only on a terminal, and never where `NO_COLOR` is set."""
        out = stream or sys.stdout
        wanted = out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        width = shutil.get_terminal_size((80, 24)).columns
        return cls(width=max(NARROWEST, min(width, WIDEST)), is_plain=not wanted, number_fast=number_fast)

    def bold(self, words: str) -> str:
        """Words that stand out, where the terminal can."""
        return words if self.is_plain else f"\x1b[1m{words}\x1b[0m"

    def dim(self, words: str) -> str:
        """Words that stand back, where the terminal can."""
        return words if self.is_plain else f"\x1b[2m{words}\x1b[0m"

    def amount(self, number: int) -> str:
        """A size of the library as words: its digits, or "none" and "some" in a number fast."""
        return amount(number, number_fast=self.number_fast)
