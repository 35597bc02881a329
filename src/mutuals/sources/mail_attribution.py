"""The line above a quote that says whose words follow, in the forms that mail programs write."""

from __future__ import annotations

import re

_VERB = (
    r"wrote(?: the following)?|writes?|written|said|says|sez|asked|schrieb(?:en|st)?|geschrieben|schreibt"
    r"|a écrit|écrit|écrivit|escribió|escribio|ha escrito|escreveu|va escriure|ha scritto|scrisse|scrive|schreef"
    r"|skrev|skriver|kirjoitti|napisał(?:\(?a\)?)?|napsal(?:\(?a\)?)?|pisze|писал(?:\(?а\)?)?|написал(?:\(?а\)?)?|пишет|yazdı"
    r"|a scris|írta|έγραψε|כתב|كتب|写道|寫道|のメッセージ|さんは書きました|さんが書きました|작성"
)
_ENDS = re.compile(
    rf"(?i)(?:\b(?:{_VERB})|写道|寫道|さんは書きました|のメッセージ)[^\w.?!]*(?:[:：]|\.\.\.|…)?[\s>\"']*$"
)
_ENDS_COLON = re.compile(rf"(?i)(?:{_VERB})[^:：?!]{{0,80}}[:：]\s*>?\s*$")
_STARTS = re.compile(
    r"(?i)[-*\s\[(]*(?:on|am|le|el|em|il|op|den|at"
    r"|in article|in message|in a message|in der nachricht|w dniu|dnia|в|dne"
    r"|quoting|zitat von|from|pe|um|von|also sprach|thus spake|according to|\d{1,2}\.\s?\d|\d{4}[-/年.]|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b,?|\d{1,2} \w{3,9} \d{4})"
)
_DATE = re.compile(
    r"(?i)\b(?:19|20)\d\d\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|\b\d{1,2}:\d\d\b|\d{1,2}[- ](?:jan|feb|mar"
    r"|apr|may|mai|jun|jul"
    r"|aug|sep|oct|okt|nov|dec|dez)[a-z]*[- ]\d{2,4}"
)
_ADDRESS = re.compile(r"\S@\S|\S at \S{1,99}\.\w{2,}|<[^<>]{3,}>|\[mailto:")
_QUOTING = re.compile(r"(?i)\s*(?:quoting|zitat von|citando|quoting from)\b.{1,200}:?\s*$")
_LONGEST = 300


def is_attribution(line: str, *, before_quote: bool, is_wrapped: bool) -> bool:
    """Whether a line, or two or three wrapped ones joined by a space, says whose words follow.

    Args:
        line: The candidate, without line ends.
        before_quote: A quoted line follows, with two blank lines between at most. Without it only a line with a
            date or an address counts, for anyone may write "as Ada wrote:" and mean their own next words.
        is_wrapped: Several lines were joined; then the first must start as attributions do.
    """
    line = line.strip()
    if not 4 < len(line) <= _LONGEST:
        return False
    if not before_quote and not line.endswith((":", "：")):
        return False
    starts, dated, addressed = _STARTS.match(line), _DATE.search(line), _ADDRESS.search(line)
    if _ENDS.search(line) or _ENDS_COLON.search(line):
        if is_wrapped:
            return bool(starts and (dated or addressed) and (before_quote or line.endswith((":", "："))))
        if not before_quote:
            return bool(starts and line.endswith((":", "：")) and dated and len(line) > 20)
        return bool(starts or addressed or dated) or 1 < len(line.split()) <= 8
    if not before_quote:
        return False
    if _QUOTING.match(line) and not is_wrapped:
        return True
    if line.endswith((":", "：", ",", "...")) and dated and addressed:
        return bool(starts) or not is_wrapped
    return False
