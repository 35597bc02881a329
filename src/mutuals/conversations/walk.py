"""Every conversation of a library, message by message from the top down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from arro3.core import RecordBatch


class Visit(NamedTuple):
    """One message on the way through its conversation.

    Attributes:
        conversation: Key of the conversation.
        utterance: Id of the message; None for a gap.
        depth: Replies between it and its root.
        parent: Key of the message answered; None for a root.
        text: Its words; None for a gap and a message without words.
    """

    conversation: int
    utterance: str | None
    depth: int
    parent: int | None
    text: str | None


_BREADTH_FIRST = """
select t.conversation, u.id, t.depth, t.parent, u.text
from thread t left join utterance u on u.utterance = t.utterance
order by t.conversation, t.depth, t.written_at nulls last, t.utterance"""


def walk(scan: Callable[[str], Iterator[RecordBatch]]) -> Iterator[Visit]:
    """Every message of every conversation, conversations one after the other, each breadth first.

    Gaps are visited, so that nothing below them is lost; so are all members of a cycle and chains of any length.

    Args:
        scan: Streams the rows of a SELECT, such as `Store.scan`.

    Returns:
        Each message once. Empty for a library whose conversations were not built.
    """
    for batch in scan(_BREADTH_FIRST):
        yield from map(Visit._make, zip(*(column.to_pylist() for column in batch.columns), strict=True))
