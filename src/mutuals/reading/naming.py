"""Whom the words name: a name or handle of the conversation that is addressed beside a cue."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

_WORD = re.compile(r"@?[^\W_][\w'.-]*")
_BETWEEN = re.compile(
    r"[\s,:!@*、！。-]*(?:(?:you|u|so|very|much|a|lot|again|to|for|mr|mrs|ms|dr|prof|dear|hi|hey|hello|goes|is|all|both|and"
    r"|muchas|gracias|vielen|dank|beaucoup|muito|a|an|à|ao|o|la|le|el|herr|frau)\b[\s,.:!@*-]*){0,5}"
)
_HONOURED = re.compile(r"さん|さま|様|氏|くん|君|ちゃん|先生|殿")
"""Ends a name where words are not set apart."""
_CALLED = re.compile(r"(?:^|\n)[\s\x01]*@?([^\W_][\w'.-]*)[ ,:!.-]*\n+[ \t]*$")
_NEAR = 40
EVERYONE = "*"
"""Stands for a name where the words are said to all who are there."""


class Names:
    """The names and handles of the others in a conversation, found again in the words of a message."""

    def __init__(self, names: Callable[[], Sequence[str | None] | None], own: str | None) -> None:
        """Take the names.

        Args:
            names: Gives names and handles of the others; None and repetitions are let pass. It is asked only when
                words are found that may name somebody, since few messages have any.
            own: Name of the writer, who is never addressed.
        """
        self._names = names
        self._own = (own or "").lower()

    @cached_property
    def _by_word(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        own_words = {*self._own.split(), self._own}
        for name in self._names() or ():
            if not name or name.lower() == self._own:
                continue
            whole = name.lower()
            for key in {whole, whole.split()[0] if whole.split() else whole}:
                if len(key) < (3 if key.isascii() else 2) or key in own_words:
                    continue
                known = found.get(key)
                taken = key in found and known is not None and known.lower() != whole and key != whole
                found[key] = None if taken else name
        return found

    def in_words(self, low: str, start: int, end: int, sentence: tuple[int, int]) -> list[str]:
        """The names addressed beside the words `start` to `end` of a sentence.

        Args:
            low: The masked message in lower case.
            start: Where the cue begins.
            end: Where it ends, exclusive.
            sentence: The sentence that it stands in.

        Returns:
            Names as the conversation has them: right after the cue, between commas right before it, marked with @,
            called at the beginning of the sentence, or alone on the line above it. Empty when no one is named.
        """
        if not self._by_word:
            return []
        found: list[str] = []
        for word in _WORD.finditer(low, max(sentence[0], start - 120), min(sentence[1], end + 120)):
            key = word.group().lstrip("@").rstrip(".'-")
            key = key.removesuffix("'s")
            finish, is_honoured = word.end(), False
            if not key.isascii() and (cut := _HONOURED.search(key, 1)):
                key, is_honoured = key[: cut.start()], True
                finish = word.start() + len(key)
            name = self._by_word.get(key)
            if name is None or name in found:
                continue
            is_marked = word.group().startswith("@")
            is_called = word.start() - sentence[0] <= 4 and (is_honoured or low[finish : finish + 1] in {",", ":", " "})
            is_between = low[word.end() : start] in {", ", "! "} and low[word.start() - 2 : word.start()] == ", "
            if start <= word.start() < end or is_marked or is_between or (is_called and finish <= start):
                found.append(name)
            elif end <= word.start() <= end + _NEAR and _BETWEEN.fullmatch(low, end, word.start()):
                found.append(name)
                end = word.end()
            elif word.start() > end and word.end() >= sentence[1] - 3 and low[word.start() - 2 : word.start()] == ", ":
                found.append(name)
        return found or self._called_above(low, sentence[0])

    def _called_above(self, low: str, start: int) -> list[str]:
        """The name that stands alone on the line above a sentence, as a letter begins."""
        line = _CALLED.search(low, max(0, start - 60), start)
        name = self._by_word.get(line[1].rstrip(".'-")) if line else None
        return [name] if name else []
