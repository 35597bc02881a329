"""The corrections that tell something of a head: what a person said, beside what the reader made of the message."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mutuals import arrow
from mutuals.engines import step
from mutuals.reading.learned.decide import SAID
from mutuals.reading.learned.reader import LearnedReader, Weighed
from mutuals.reading.learned.settings import Settings
from mutuals.schema import MESSAGE
from mutuals.vocabulary import ACTS, Tier

Query = Callable[[str], Any]
"""Gives the rows of a SELECT over the library's tables, as anything with the Arrow PyCapsule interface."""
_BATCH = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What can be learned about: an act, or two of the ways to come back.

    Attributes:
        name: As it is told to a person.
        act: The word of the vocabulary.
        heads: Outputs of the encoder that say it.
        sub_kinds: The sub-kinds that are meant; empty for all.
    """

    name: str
    act: str
    heads: tuple[str, ...]
    sub_kinds: tuple[str, ...] = ()

    def truth(self, verdict: str, sub_kind: str | None) -> bool | None:
        """Whether a correction of the act says that this is so; None where it does not say."""
        if verdict == "is_not":
            return False
        if self.sub_kinds:
            return True if sub_kind in self.sub_kinds else None
        return None if sub_kind == "rhetorical" else True

    def is_said(self, weighed: Weighed, settings: Settings) -> bool:
        """Whether a message says it under these settings; of acts on which people do not agree, perhaps says it."""
        is_folded = ACTS[self.act].tier == Tier.FOLDED
        return any(
            one.act == self.act
            and (not self.sub_kinds or one.sub_kind in self.sub_kinds)
            and (is_folded or one.certainty != "perhaps")
            for one in weighed.says(settings)
        )


SUBJECTS = (
    *(Subject(name=act, act=act, heads=(act,)) for act in SAID),
    Subject(name="answers", act="answers", heads=("answers", "advises")),
    Subject(name="came_back, worked", act="came_back", heads=("worked",),
            sub_kinds=("worked", "partly", "changed_view")),
    Subject(name="came_back, did not work", act="came_back", heads=("did_not_work",),
            sub_kinds=("did_not_work", "partly")),
)  # fmt: skip
"""All of them. What both heads of answers say is one act, so they learn together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One correction that tells something.

    Attributes:
        weighed: The message as the reader weighed it.
        is_so: What the person said.
        conversation: Key of its conversation.
    """

    weighed: Weighed
    is_so: bool
    conversation: int


def gather(query: Query, reader: LearnedReader) -> dict[Subject, Sequence[Example]]:
    """The corrections about each subject, in order of their messages; subjects without any are left out.

    A correction tells of its own act alone: it is no example against any other. Messages that the encoder does not
    read (another language, no words) tell nothing.

    Args:
        query: Over a library whose derived tables are up to date.
        reader: The reader as it came.
    """
    said = arrow.rows(query(
        """select c.utterance, c.act, c.verdict, c.sub_kind, t.conversation
           from correction c join thread t on t.utterance = c.utterance order by c.utterance, c.act"""
    ))  # fmt: skip
    messages = query(
        f"""select * from ({step("mutuals.reading", "message")}) m
            where utterance in (select utterance from correction) order by utterance"""
    )
    weighed = {
        one.utterance: one
        for batch in arrow.batches(messages, _BATCH)
        for one in reader.weigh(arrow.shaped(batch, MESSAGE))
    }
    found: dict[Subject, Sequence[Example]] = {}
    for subject in SUBJECTS:
        if not all(head in reader.settings.column for head in subject.heads):
            continue
        told = [
            Example(weighed=weighed[row["utterance"]], is_so=is_so, conversation=row["conversation"])
            for row in said
            if row["act"] == subject.act
            and row["utterance"] in weighed
            and (is_so := subject.truth(row["verdict"], row["sub_kind"])) is not None
        ]
        if told:
            found[subject] = told
    return found
