"""The reader that goes by wordings: lists of cues, one a language, and the rules of `rules.py`.

It claims what is right nearly always and leaves the rest: what it says `perhaps` is kept in the table `reading`
and never shown as said. Its measured quality is in docs/reading.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.reading import cue_lists
from mutuals.reading.cue_lists import Cue, CueList, Family
from mutuals.reading.language import declared, find_language
from mutuals.reading.naming import EVERYONE, Names
from mutuals.reading.rules import (
    Found,
    Message,
    ask_kind,
    came_back_certainty,
    is_sign_off,
    questions,
    sources,
    states,
)
from mutuals.reading.sentences import clause, lowered, mask
from mutuals.schema import READ_ACT

_LONGEST = 50_000
"""Characters of a message that are read; what stands after them is not. Longer ones hold pasted logs."""
_MOST = 24
"""Sentences of one message on which one act is tried, and cues of one sentence that are looked at."""
_SPLIT = str.maketrans(dict.fromkeys(',.;:!?()[]{}<>*_"“”«»/\\|#~=+…—–-\t\n\x01¿¡。！？', " "))
_RANK = {"sure": 0, "likely": 1, "perhaps": 2}
_TO_ALL = frozenset(("thanks", "praises", "comforts"))
_NAMED = frozenset(("thanks", "praises", "credits", "vouches", "welcomes", "agrees", "asks", "comforts"))
_ELSEWHERE = frozenset(("thanks", "agrees", "welcomes", "comforts", "praises", "came_back", "offers", "concedes"))
_BUSY = frozenset(
    ("thanks", "welcomes", "asks", "praises", "offers", "did", "concedes", "comforts", "credits", "agrees")
)
"""A sentence that does one of these is not where a message answers."""
_TOLD = frozenset(("asks", "praises", "thanks", "announces"))
"""A title that ends in a question mark asks nothing where the words below it do one of these."""
_MORE = frozenset(("offers", "did", "praises", "credits", "concedes", "rallies", "thanks", "asks"))
"""A message that does one of these answers as well only in words of advice."""
_REPLIED = re.compile(r"(?i)(?:^|[\s:\]])(?:re|aw|sv|rif|res)\s*(?:\[\d+\])?:|^\s*summary")


class CueReader:
    """Reads words by lists of cues. Quick, explainable, careful."""

    name = "cues"

    def __init__(self) -> None:
        self.languages = frozenset(cue_lists.languages())
        self.version = cue_lists.content_hash()
        lists = map(cue_lists.load, cue_lists.languages())
        self._served = {cues.language: cues.known for cues in lists if cues.spaced}

    def read(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        """What the words of each message do; see `reading.Reader.read`.

        A message in a language without a cue list is `unread` ("language"), one without words `unread` ("no text").
        Of a message longer than 50,000 characters the first 50,000 are read.
        """
        for batch in batches:
            names = batch.column("names")
            rows = zip(count(), arrow.rows(batch.remove_column(batch.column_names.index("names"))))
            lines = [line for number, row in rows for line in self._rows(row, names[number].as_py)]
            yield arrow.columns(list(zip(*lines, strict=True)) if lines else [()] * len(READ_ACT), READ_ACT)

    def _rows(self, row: dict[str, Any], names: Callable[[], list[str | None] | None]) -> Iterator[tuple[Any, ...]]:
        yield from as_rows(row["utterance"], self.look(row, names))

    def look(self, row: dict[str, Any], names: Callable[[], list[str | None] | None]) -> Looked:
        """What the cues say of one message; for readers that go on from there.

        Args:
            row: A row of `schema.MESSAGE` without `names`.
            names: Gives the names; asked only when words are found that may name somebody.
        """
        text = (row["text"] or "")[:_LONGEST]
        if not text.strip():
            return Looked(declared(row["lang"]) or "und", "no text", None, [])
        masked = mask(text, row["code"] or ())
        low = lowered(masked)
        spaced = low.translate(_SPLIT)
        words = set(spaced.split())
        lang = declared(row["lang"]) or find_language(low, words, self._served)
        primary = lang.split("-")[0].lower()
        if primary == "und" and (text.isascii() or not words):
            primary = "en"  # too little to tell; reading it finds nothing or a plain English word
        if primary not in self.languages:
            return Looked(lang, "language", None, [])
        message = _message(row, text, masked, low, names, cue_lists.load(primary))
        return Looked(lang, "", message, _acts(message, spaced))


@dataclass(slots=True)
class Looked:
    """One message as the cues see it.

    Attributes:
        lang: Its language, BCP 47.
        reason: Why it is unread; empty when it was read.
        message: The message as the rules see it; None when it is unread.
        found: The acts that the cues find, at any certainty.
    """

    lang: str
    reason: str
    message: Message | None
    found: list[Found]


def as_rows(key: int, looked: Looked) -> Iterator[tuple[Any, ...]]:
    """The rows of `schema.READ_ACT` for a message: one an act, or one without an act."""
    outcome = "unread" if looked.message is None else "read"
    for act in looked.found:
        yield (
            key, looked.lang, outcome, looked.reason,
            act.act, act.sub_kind, act.start, act.end, act.certainty, act.named,
        )  # fmt: skip
    if not looked.found:
        yield key, looked.lang, outcome, looked.reason, None, None, None, None, None, None


def _message(
    row: dict[str, Any],
    text: str,
    masked: str,
    low: str,
    names: Callable[[], list[str | None] | None],
    cues: CueList,
) -> Message:
    title = row["title"] or ""
    is_opening = bool(row["is_opening"]) and not _REPLIED.search(title)
    return Message(
        text=text,
        masked=masked,
        low=low,
        title=title if is_opening else "",
        cues=cues,
        names=Names(names, row["speaker_name"]),
        own=frozenset((row["speaker_name"] or "").lower().split()),
        is_opening=is_opening,
        by_opener=bool(row["by_opener"]),
        after_others=bool(row["after_others"]),
        answers_own=bool(row["by_parent_speaker"]),
        has_parent=row["parent_text"] is not None or not row["is_opening"],
        parent=row["parent_text"] or "",
    )


def _acts(message: Message, spaced: str) -> list[Found]:
    if not message.sentences:
        return []
    found = list(questions(message))
    advised: list[tuple[int, int, str]] = []
    is_automatic = False
    for act, family, sentence in _tried(message, spaced):
        for hit in islice(family.pattern.finditer(message.low, sentence[0], min(sentence[1], message.tail)), _MOST):
            cue = family.cues[int(hit.lastgroup[1:])] if hit.lastgroup else None
            if cue is None or not _stands(cue, message):
                continue
            first, last = max(sentence[0], hit.start() - 160), min(sentence[1], hit.end() + 240)
            if family.unless and family.unless.search(message.low, first, last):
                continue
            if cue.unless and cue.unless.search(message.low, first, last):
                continue
            span = clause(message.masked, sentence, hit.start(), hit.end())
            if act == "automatic":
                is_automatic = True
            elif act == "states":
                advised.append((*span, cue.certainty))
            else:
                found += _claims(cue, message, hit, sentence, span)
    found += _from_title(message, found)
    found += sources(message)
    rows = _settled(message, found)
    return rows if is_automatic or message.is_opening else rows + _stated(message, rows, advised)


def _tried(message: Message, spaced: str) -> Iterator[tuple[str, Family, tuple[int, int]]]:
    """Each act with each sentence that has one of its words; of one act at most `_MOST` sentences."""
    cues = message.cues
    acts = cues.opening if message.is_opening else cues.reply
    acts_of = acts.get
    families = list(cues.families.items())
    tried = [0] * len(families)
    for sentence in message.sentences:
        bits = 0
        if cues.spaced:
            for word in spaced[sentence[0] : sentence[1]].split():
                bits |= acts_of(word, 0)
        else:
            piece = message.low[sentence[0] : sentence[1]]
            for word, those in acts.items():
                bits |= those if word in piece else 0
        while bits:
            number = (bits & -bits).bit_length() - 1
            bits &= bits - 1
            if tried[number] < _MOST:
                tried[number] += 1
                yield *families[number], sentence


def _stands(cue: Cue, message: Message) -> bool:
    if cue.where == "any":
        return True
    if cue.where == "opening":
        return message.is_opening
    return not message.is_opening if cue.where == "reply" else message.by_another


def _claims(
    cue: Cue, message: Message, hit: re.Match[str], sentence: tuple[int, int], span: tuple[int, int]
) -> list[Found]:
    asked = message.low[sentence[0] : sentence[1]].rstrip("\"'”’)]*_ ").endswith(("?", "？"))
    if asked and cue.act not in {"asks", "thanks", "source"}:
        return []
    if asked and cue.act == "asks" and message.mark("rhetorical", *sentence):
        return []
    names: list[str | None] = []
    if cue.act in _NAMED:
        names += message.names.in_words(message.low, hit.start(), hit.end(), sentence)
    if cue.sub_kind == "named" and not names:
        return []
    if not names and cue.act in _TO_ALL and message.mark("to_all", *sentence):
        names.append(EVERYONE)
    kind = cue.sub_kind if cue.sub_kind != "named" else None
    if cue.act == "asks" and kind is None:
        kind = ask_kind(message, *span)
    return [
        Found(act=cue.act, start=span[0], end=span[1], certainty=cue.certainty, sub_kind=kind, named=name)
        for name in names or [None]
    ]


def _from_title(message: Message, found: list[Found]) -> list[Found]:
    if not message.title or any(act.act in _TOLD and act.certainty != "perhaps" for act in found):
        return []
    title = lowered(message.title)
    least = 20 if message.cues.spaced else 8
    telling = (s for s in message.sentences if s[1] - s[0] > least and not message.mark("greeting", *s))
    start, end = next(telling, (0, 0))
    marks = message.cues.marks
    if not end or marks["title_not"].search(title):
        return []
    if (title.rstrip().endswith(("?", "？")) and not marks["rhetorical"].search(title)) or (
        marks["title_asks"].search(title) and message.mark("problem", 0, 400)
    ):
        certainty = "likely"
    else:
        return []
    return [Found(act="asks", start=start, end=min(end, start + 300), certainty=certainty, sub_kind="fact")]


def _settled(message: Message, found: list[Found]) -> list[Found]:
    asked = [act.end for act in found if act.act == "asks"]
    is_sarcastic = any(act.act in _ELSEWHERE for act in found) and (
        message.mark("sarcasm", 0, 400) or message.mark("sarcasm_end", max(0, len(message.low) - 30), len(message.low))
    )
    kept: dict[tuple[str, int, str | None], Found] = {}
    for act in found:
        if act.act == "thanks" and is_sign_off(message, *message.sentence_at(act.start), asked):
            continue
        if act.act in _ELSEWHERE and (is_sarcastic or message.mark("sarcasm", max(0, act.start - 60), act.end + 80)):
            continue
        if act.act == "came_back":
            act.certainty = came_back_certainty(message, act)
        key = (act.act, message.sentence_at(act.start)[0], act.named)
        if key not in kept or _RANK[act.certainty] < _RANK[kept[key].certainty]:
            kept[key] = act
    return sorted(kept.values(), key=lambda act: (act.start, act.act, act.named or ""))


def _stated(message: Message, rows: list[Found], advised: list[tuple[int, int, str]]) -> list[Found]:
    firm = [act for act in rows if act.certainty != "perhaps"]
    taken = {message.sentence_at(act.start)[0] for act in firm if act.act in _BUSY}
    said = states(message, taken, advised, does_more=any(act.act in _MORE for act in firm))
    return [said] if said else []
