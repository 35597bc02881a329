"""From probabilities and cues to acts: what is said, what is only perhaps so, and in which words.

The encoder and the cues are two readers. An act of tier 1 or 2 is said where the encoder alone is right often enough,
or where both say it. An act of tier 3 is never said by these two alone, since no cue speaks of any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutuals.reading.learned.settings import Limit, Settings
from mutuals.reading.rules import Found, Message, ask_kind, came_back_certainty, is_sign_off
from mutuals.reading.sentences import clause
from mutuals.vocabulary import ACTS, Tier

Span = tuple[int, int]
SAID = (
    "asks", "thanks", "praises", "comforts", "experience", "agrees", "adds", "offers", "did", "corrects", "concedes",
    "welcomes", "announces", "disagrees", "jokes", "dismisses", "promotes", "credits", "vouches",
    "defends", "rallies",
)  # fmt: skip
"""Acts that one head decides."""
_BY_NAME = frozenset(("credits", "vouches", "defends"))
"""Acts that say of whom; without a name in the words they are perhaps."""
_NAMED = frozenset(("thanks", "praises", "credits", "vouches", "defends", "welcomes", "agrees", "asks", "comforts"))
_MEANT = frozenset(("thanks", "praises", "agrees", "comforts", "came_back", "welcomes"))
"""Acts that sarcasm turns round."""
_NEVER = Limit(shown=2.0, with_cue=2.0, perhaps=2.0)


@dataclass(slots=True)
class Scored:
    """A message with its parts and their probabilities.

    Attributes:
        message: As the rules see it.
        cues: What the cues found.
        parts: Where its parts lie.
        chances: (parts, heads).
        settings: Limits of each head.
        best: Gives the sentence of a part that carries a head best.
    """

    message: Message
    cues: list[Found]
    parts: Sequence[Span]
    chances: NDArray[np.float32]
    settings: Settings
    best: Callable[[Span, str], Span]

    def chance(self, part: int, head: str) -> float:
        """Probability of a head in a part; 0 for a head that these weights do not have."""
        column = self.settings.column.get(head)
        return 0.0 if column is None else float(self.chances[part, column])

    def limit(self, head: str) -> Limit:
        """Limits of a head."""
        return self.settings.limits.get(head, _NEVER)

    def within(self, part: int, act: str) -> list[Found]:
        """The cues for an act that begin in a part, or behind it and before the next."""
        start = self.parts[part][0] if part else 0
        end = self.parts[part + 1][0] if part + 1 < len(self.parts) else len(self.message.text) + 1
        return [cue for cue in self.cues if cue.act == act and start <= cue.start < end]


def decide(scored: Scored) -> list[Found]:
    """The acts of a message in the order of their words: one a part and act, and those that the cues tell apart."""
    found = [cue for cue in scored.cues if cue.act == "source"]
    for part in range(len(scored.parts)):
        for act in SAID:
            found += _said(scored, part, act)
        found += _came_back(scored, part)
    found = _meant(scored, found)
    found += _answering(scored)
    return sorted(found, key=lambda act: (act.start, act.act, act.named or ""))


def _certainty(chance: float, limit: Limit, *, cued: bool) -> str | None:
    if chance >= limit.shown:
        return "sure" if cued else "likely"
    if cued and chance >= limit.with_cue:
        return "likely"
    return "perhaps" if chance >= limit.perhaps else None


def _said(scored: Scored, part: int, act: str) -> list[Found]:
    chance = scored.chance(part, act)
    if act == "jokes":
        chance = max(chance, scored.chance(part, "sarcasm"))
    cues = [cue for cue in scored.within(part, act) if cue.sub_kind != "rhetorical"]
    firm = [cue for cue in cues if cue.certainty != "perhaps"]
    certainty = _certainty(chance, scored.limit(act), cued=bool(firm))
    if certainty is None:
        return []
    if ACTS[act].tier == Tier.FOLDED:
        certainty = "perhaps"
    chosen = firm or cues or _by_encoder(scored, part, act)
    for one in chosen:
        one.certainty = certainty
        if act == "asks":
            _kind(scored, part, one)
        if act in _BY_NAME and one.named is None:
            one.certainty = "perhaps"
    return chosen


def _by_encoder(scored: Scored, part: int, act: str) -> list[Found]:
    """The act where no cue stands: in the sentence that carries it best, to whom that names."""
    message = scored.message
    start, end = scored.best(scored.parts[part], act)
    sentence = message.sentence_at(start)
    if act == "thanks":
        asked = [cue.end for cue in scored.cues if cue.act == "asks"]
        if is_sign_off(message, *sentence, asked):
            return []
    names: list[str | None] = []
    if act in _NAMED:
        names += message.names.in_words(message.low, start, start, sentence)
    return [Found(act=act, start=start, end=end, certainty="likely", named=name) for name in names or [None]]


def _kind(scored: Scored, part: int, ask: Found) -> None:
    message = scored.message
    if scored.chance(part, "rhetorical") >= scored.limit("rhetorical").perhaps:
        ask.certainty, ask.sub_kind = "perhaps", "rhetorical"
    elif not message.is_opening and scored.chance(part, "clarify") >= scored.limit("clarify").perhaps:
        ask.sub_kind = "clarify"
    elif ask.sub_kind is None:
        ask.sub_kind = ask_kind(message, ask.start, ask.end)


def _came_back(scored: Scored, part: int) -> list[Found]:
    """What became of it: the two heads for what worked and what did not, cues alone for the rarer kinds."""
    cues = scored.within(part, "came_back")
    found = [cue for cue in cues if cue.sub_kind not in {"worked", "did_not_work"}]
    for kind in ("worked", "did_not_work"):
        mine = [cue for cue in cues if cue.sub_kind == kind]
        firm = [cue for cue in mine if cue.certainty != "perhaps"]
        certainty = _certainty(scored.chance(part, kind), scored.limit(kind), cued=bool(firm))
        if certainty is None:
            continue
        chosen = firm or mine
        if not chosen:
            start, end = scored.best(scored.parts[part], kind)
            chosen = [Found(act="came_back", start=start, end=end, certainty=certainty, sub_kind=kind)]
        for one in chosen:
            one.certainty = certainty
            if not firm and certainty != "perhaps":
                one.certainty = came_back_certainty(scored.message, one)
        found += chosen
    return found


def _meant(scored: Scored, found: list[Found]) -> list[Found]:
    """The same, with what sarcasm turns round made perhaps."""
    limit = scored.limit("sarcasm").perhaps
    for part in range(len(scored.parts)):
        if scored.chance(part, "sarcasm") >= limit:
            for act in found:
                if act.act in _MEANT and scored.parts[part][0] <= act.start < scored.parts[part][1]:
                    act.certainty = "perhaps"
    return found


def _answering(scored: Scored) -> list[Found]:
    """`states` for the structure to judge, and `answers` as the encoder reads it beside the parent.

    A cue's statement stands unless both heads find it unlikely; without a cue the encoder must be sure by itself.
    """
    message = scored.message
    if message.is_opening:
        return []
    cue = next((one for one in scored.cues if one.act == "states"), None)
    cued = cue is not None and cue.certainty != "perhaps"
    found: list[Found] = []
    inclined = False
    for head in ("answers", "advises"):
        part = max(range(len(scored.parts)), key=lambda number: scored.chance(number, head))
        chance, limit = scored.chance(part, head), scored.limit(head)
        inclined = inclined or chance >= limit.with_cue
        certainty = _certainty(chance, limit, cued=False)
        if certainty is not None:
            start, end = scored.best(scored.parts[part], head)
            kind = "advice" if head == "advises" else None
            found.append(Found(act="answers", start=start, end=end, certainty=certainty, sub_kind=kind))
    firm = [one for one in found if one.certainty != "perhaps"]
    if cue is not None and cued and (inclined or firm):
        found.append(cue)
    elif firm:
        advice = "sure" if any(one.sub_kind == "advice" for one in firm) else "likely"
        found.append(Found(act="states", start=firm[0].start, end=firm[0].end, certainty=advice))
    elif where := found[0] if found else cue:
        found.append(Found(act="states", start=where.start, end=where.end, certainty="perhaps"))
    return found


def quoted(message: Message, sentence: Span) -> Span:
    """What to quote of a sentence: all of it, or the beginning of a very long one."""
    return clause(message.masked, sentence, *sentence) if sentence[1] - sentence[0] <= 300 else clause(
        message.masked, sentence, sentence[0], min(sentence[1], sentence[0] + 150)
    )  # fmt: skip
