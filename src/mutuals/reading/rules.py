"""The rules that wordings alone cannot tell: sign-offs, questions that ask nothing, what may be an answer.

They see a `Message` that is masked and cut into sentences, and the marks of its language's cue list.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mutuals.reading.cue_lists import CueList
from mutuals.reading.naming import Names
from mutuals.reading.sentences import FILLER, URL, lowered, sentences

_MOST = 12
_IMAGE = re.compile(
    r"\.(?:png|jpe?g|gif|webp|svg|bmp|mp4|webm)(?:$|[?#])|imgur\.com|giphy\.com|tenor\.com", re.IGNORECASE
)
_NO_SOURCE = re.compile(
    r"localhost|127\.0\.0\.1|unsubscribe|list-?info|mailman|/message/compose|mailto:", re.IGNORECASE
)
_FILE_LINE = re.compile(
    r"(?<![\w/])[\w/.-]{1,120}\.(?:c|cc|cpp|h|hpp|py|js|ts|rs|go|java|rb|lua|as|md|txt|toml|cmake):\d{1,6}(?!\w)"
)
_CITATION = re.compile(r"\b[A-Z][\w'-]+ et al\.?,? \(?(?:1[89]|20)\d\d|\bISBN[ :-]*\d[\d -]{8,16}|\bRFC ?\d{3,5}\b")
_MAYBE_LINE, _MAYBE_CITED = re.compile(r"\.[a-z]{1,5}:\d"), re.compile(r"et al|ISBN|RFC")
"""Seen first, since most messages have neither and looking for the whole costs ten times as much."""
_WORD = re.compile(r"[^\W\d_][^\s\x01]*")
_PIECE = re.compile(r"\x01+\S{0,2}|[^\s\x01]{1,3}")
_LETTERS = re.compile(r"[^\W\d_]{1,3}")
"""What counts as a word where words are not set apart: three characters, or three letters."""
_TELLING = re.compile(r"[^\W\d_]{5,}")
"""Words long enough to tell of a subject; those of grammar are mostly shorter."""
_FEW = 5
"""A message with fewer telling words is too short to be known again by them."""
_ASKING = ("?", "？", "?!", "？！", "?!!", "?.", "?..", "?...")
_QUOTES = '"“„«>「『'
_TRAIL = ".,;:!?)]}'\"*_>"


@dataclass(slots=True, kw_only=True)
class Found:
    """One act found in a message: where, how sure, and whom it names."""

    act: str
    start: int
    end: int
    certainty: str
    sub_kind: str | None = None
    named: str | None = None


@dataclass(kw_only=True)
class Message:
    """What the rules need to know of a message."""

    text: str
    masked: str
    low: str
    title: str
    cues: CueList
    names: Names
    own: frozenset[str]
    is_opening: bool
    by_opener: bool
    after_others: bool
    answers_own: bool
    has_parent: bool
    parent: str = ""
    _sentences: list[tuple[int, int]] | None = None
    _tail: int = -1

    @property
    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence begins and ends, without what follows the sign-off."""
        if self._sentences is None:
            self._sentences = [found for found in sentences(self.masked) if found[0] < self.tail]
        return self._sentences

    @property
    def tail(self) -> int:
        """Where the signature begins that follows a sign-off; the length of the text when there is none."""
        if self._tail < 0:
            self._tail = len(self.low)
            since = max(0, self._tail - 700)
            if "\n" not in self.low:
                return self._tail
            for found in self.cues.marks["sign_off"].finditer(self.low, since):
                if self.low.count("\n", found.end()) <= 12:
                    self._tail = found.end()
                    break
        return self._tail

    @cached_property
    def shared(self) -> set[str]:
        """Beginnings of the telling words of the message it answers."""
        return self.stems(lowered(self.parent[:1500]))

    def stems(self, low: str) -> set[str]:
        """Beginnings of the telling words of a text in lower case."""
        return {word[:6] for word in self.cues.marks.get("telling", _TELLING).findall(low)}

    def words(self, start: int, end: int) -> list[str]:
        """The words between two offsets; pieces of about their length where the language does not set words apart."""
        piece = self.low[start:end]
        return piece.split() if self.cues.spaced else _PIECE.findall(piece)

    def sentence_at(self, position: int) -> tuple[int, int]:
        """The sentence that holds a position."""
        number = bisect_right(self.sentences, (position, len(self.low) + 1)) - 1
        return self.sentences[max(0, number)]

    @cached_property
    def tells_a_problem(self) -> bool:
        """Whether the message it answers speaks of something that does not work, or its language has no such words."""
        pattern = self.cues.marks.get("problem")
        return pattern is None or pattern.search(lowered(self.parent[:600])) is not None

    @property
    def by_another(self) -> bool:
        """It answers somebody and was not written by who opened the conversation."""
        return not self.is_opening and not self.by_opener and not self.answers_own

    def mark(self, name: str, start: int, end: int) -> bool:
        """Whether a mark of the language occurs between two offsets; at most 400 characters are looked at."""
        pattern = self.cues.marks.get(name)
        return pattern is not None and pattern.search(self.low[start : min(end, start + 400)]) is not None


def questions(message: Message) -> Iterator[Found]:
    """The sentences with a question mark, each judged: asks, asks back, or only sounds like it."""
    if "?" not in message.low and "？" not in message.low:
        return
    spans = message.sentences
    for number, (start, end) in enumerate(spans[:200]):
        closing = message.low[start:end].rstrip("\"'”’)]*_ ")
        if not closing.endswith(_ASKING) or closing.endswith(("???!", "?!?!")):
            continue
        words = message.words(start, end)
        if not any(letter.isalpha() for letter in closing) or len(words) > 80:
            continue
        after = spans[number + 1] if number + 1 < len(spans) else None
        yield _judged(message, max(start, end - 400), end, words, after)


def _judged(message: Message, start: int, end: int, words: list[str], after: tuple[int, int] | None) -> Found:
    def has(name: str) -> bool:
        return message.mark(name, start, end)

    if FILLER * 2 in words[-1] or closing_bracket(
        message.low, start, end
    ):  # the question mark belongs to quoted words or to an address
        return Found(act="asks", start=start, end=end, certainty="perhaps")
    if has("rhetorical") or (
        after and (len(words) <= 5 or has("noticing")) and message.mark("own_answer", after[0], after[0] + 30)
    ):
        return Found(act="asks", start=start, end=end, certainty="perhaps", sub_kind="rhetorical")
    if has("offer_question") and not message.is_opening and not message.by_opener:
        return Found(act="offers", start=start, end=end, certainty="likely")
    if has("greeting_question") or has("tag") or (has("suggestion") and message.by_another):
        return Found(act="asks", start=start, end=end, certainty="perhaps")
    inverted = has("question_start")
    if len(words) < 3 and not inverted:
        return Found(act="asks", start=start, end=end, certainty="perhaps")
    certainty = "sure" if inverted else "likely"
    if (
        not inverted and (len(words) > 40 or (message.by_another and len(words) > 12 and not has("clarify_always")))
    ) or has("rant"):
        certainty = "perhaps"
    return Found(act="asks", start=start, end=end, certainty=certainty, sub_kind=ask_kind(message, start, end))


def closing_bracket(low: str, start: int, end: int) -> bool:
    """Whether the question mark stands in brackets in the middle of a sentence, as in "(strictly?) about"."""
    return low[start:end].endswith("?)") and low[end : end + 2].strip()[:1].islower()


def ask_kind(message: Message, start: int, end: int) -> str:
    """The finer kind of an ask; `clarify` for a short question back by somebody else."""
    start = max(start, message.low.rfind(": ", start, end) + 1)  # "before I guess: when you lift it, does it resist?"

    def has(name: str) -> bool:
        return message.mark(name, start, end)

    if not message.is_opening and has("clarify_always"):
        return "clarify"
    if (
        message.by_another
        and message.has_parent
        and end - start <= 200
        and has("second_person")
        and not has("first_person")
    ):
        return "clarify"
    for kind in ("recommendation", "opinion", "invitation", "coordination", "support", "favour"):
        if has(kind):
            return kind
    longest = 200 if "?" in message.parent else 60 if message.tells_a_problem else 0  # below news it is a question
    if message.by_another and message.has_parent and end - start <= longest and not has("first_person"):
        return "clarify"
    return "fact"


def is_sign_off(message: Message, start: int, end: int, asked: list[int]) -> bool:
    """Whether thanks close the message, or come before what they are for, rather than answer something done.

    Args:
        message: The message.
        start: Where the thanking sentence begins.
        end: Where it ends, exclusive.
        asked: Where the asking words of the message end.
    """
    words = message.words(start, end)
    named_self = any(word in message.own for word in re.findall(r"[^\W\d_]{3,}", message.low[start:end]))
    bare = len(words) <= 4
    position = bisect_right(message.sentences, (start, end)) - 1
    if any(done <= start for done in asked) and not message.mark("thanks_what", start, end):
        before = message.sentences[position - 1][1] if position else 0
        if named_self or (len(words) <= 6 and (message.is_opening or before in asked)):
            return True
    if not bare:
        return bool(asked) and message.is_opening
    is_last = not any(other[0] >= end for other in message.sentences[position + 1 :])
    rest = message.low[end : end + 400]
    signed = position > 0 and 0 < len(rest.strip()) < 250 and rest.lstrip(" ").startswith("\n")
    if not message.cues.spaced:  # there lines are often broken after each sentence, and a name has no full stop
        signed = signed and len(rest.strip()) < 20 and rest.rstrip()[-1] not in "。！？!?"
    closes = signed or named_self or (end >= message.tail - 2 and message.tail < len(message.low))
    comma = message.low[start:end].rstrip().endswith(",")
    if position == 0 and not closes and not comma:
        return message.is_opening
    return (is_last or closes or comma) and (
        bool(asked) or message.is_opening or closes or comma or not message.has_parent
    )


def came_back_certainty(message: Message, claim: Found) -> str:
    """How sure it is that words such as "it works" speak of the help received: early in the message and short."""
    position = bisect_right(message.sentences, (claim.start, len(message.low) + 1)) - 1
    words = len(message.words(claim.start, claim.end))
    if words > 30 or (position > 3 and (words > 14 or claim.sub_kind in {"did_not_work", "partly"})) or position > 12:
        return "perhaps"
    if claim.sub_kind == "did_not_work" and (words > 14 and not message.mark("tried", claim.start, claim.end)):
        return "perhaps"
    return claim.certainty


def sources(message: Message) -> Iterator[Found]:
    """Links, citations and file:line given in the words, without images and the writer's own shop."""
    text, limit = message.text, message.tail
    given = 0
    if "://" in text or "www." in text or "doi:" in text:
        for link in URL.finditer(text, 0, limit):
            url = link.group().rstrip(_TRAIL)
            if _IMAGE.search(url) or _NO_SOURCE.search(url) or len(url) < 10:
                continue
            if message.masked[link.start()] != FILLER or not message.sentences:
                continue
            start, end = message.sentence_at(link.start())
            if message.mark("selling", max(start, link.start() - 200), end):
                continue
            if end - start > 200 or not start <= link.start() < end:
                start, end = link.start(), link.start() + len(url)
            yield Found(act="source", start=start, end=end, certainty="sure")
            given += 1
            if given >= _MOST:
                return
    if message.is_opening or message.by_opener:  # whoever asks pastes output, which is no source
        return
    for pattern, needed in ((_FILE_LINE, _MAYBE_LINE), (_CITATION, _MAYBE_CITED)):
        if needed.search(message.masked):
            for found in pattern.finditer(message.masked, 0, limit):
                yield Found(act="source", start=found.start(), end=found.end(), certainty="sure")
                given += 1
                if given >= _MOST:
                    return


def states(
    message: Message, taken: set[int], advised: list[tuple[int, int, str]], *, does_more: bool = False
) -> Found | None:
    """The sentence of a reply that best carries an answer, if the message says anything of substance.

    Args:
        message: The message.
        taken: Where the sentences begin that do something else (ask, thank, greet, agree).
        advised: Where words stand that mostly answer, and how sure that is: advice is, an explanation is not.
        does_more: The message offers, praises or the like; then only words of advice answer as well.

    Returns:
        An act `states`, which is no word of the vocabulary: the step `act` makes it `answers` where the
        conversation allows. It quotes prose, and code only of a message that has nothing else.
    """
    free = [one for one in advised if message.sentence_at(one[0])[0] not in taken]
    for start, end, certainty in free:
        if certainty == "sure":
            return Found(act="states", start=start, end=end, certainty="sure")
    if does_more:
        return None
    likely: tuple[int, int] | None = free[0][:2] if free else None
    perhaps: tuple[int, int] | None = None
    code: tuple[int, int] | None = None
    for start, end in message.sentences[:40]:
        if start in taken:
            continue
        holds_code = code is None and _holds_code(message, start, end)
        code = (start, end) if holds_code else code
        if likely and code:
            break
        if likely:
            continue
        words = len((_WORD if message.cues.spaced else _LETTERS).findall(message.low, start, end))
        if (words < 2 and holds_code) or message.mark("no_substance", start, end):
            continue
        if message.low[start:end].rstrip().endswith(("?", "？")):
            continue
        if (words >= 4 and _informs(message, start, end)) or (words and message.mark("short_answer", start, end)):
            likely = (start, end)
        elif words >= 2:
            perhaps = perhaps or (start, end)
    best = likely or perhaps or code
    if not best:
        return None
    shows = code is not None and code[0] <= best[1] + 3 and best[0] <= code[1] + 3  # "here is how:" and then code
    certainty = "sure" if shows and not message.mark("personal", *best) else "likely" if likely else "perhaps"
    return Found(act="states", start=best[0], end=best[1], certainty=certainty)


def _holds_code(message: Message, start: int, end: int) -> bool:
    """Whether code or an address stands in a sentence; words in quotation marks are neither."""
    at = message.masked.find(FILLER * 8, start, end)
    return at >= 0 and message.text[at] not in _QUOTES


def _informs(message: Message, start: int, end: int) -> bool:
    """Whether a sentence may tell somebody something about their need, rather than of its writer's own feelings.

    An exclamation, and what its writer or somebody else did, do when they share a telling word with the message that
    is answered.
    """
    if message.mark("feeling", start, end):
        return False
    if not message.low[start:end].endswith("!") and not message.mark("personal", start, end):
        return True
    return len(message.shared) < _FEW or not message.shared.isdisjoint(message.stems(message.low[start:end]))
