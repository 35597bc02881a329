"""One conversation in nested order, a page at a time, with gaps and deletions in view."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mutuals.errors import UsageError, UtteranceNotFound
from mutuals.model import Quote
from mutuals.views.making.agreed import agreed_acts
from mutuals.views.making.coverage import sentences
from mutuals.views.making.cursors import FIRST, text_of, values_of
from mutuals.views.making.settings import is_personal
from mutuals.views.making.words import (
    Queries,
    Span,
    among,
    conversation_ids,
    hedge_of,
    quotes_of,
    rows,
    spans_toward,
    titles_of,
)
from mutuals.views.pages import Said, ThreadEntry, ThreadPage
from mutuals.vocabulary import ACTS, Tier

PAGE = 200
"""Messages a page."""

FORGOTTEN = '{"forgotten": true}'
"""What the store leaves in `meta` of a message whose writer was forgotten."""

State = Literal["here", "gap", "deleted", "forgotten", "unread"]


@dataclass(frozen=True, slots=True)
class Node:
    """One row of `thread`, and how deep it stands on the page."""

    utterance: int
    parent: int | None
    how: str | None
    is_gap: bool
    written_at: datetime | None
    level: int = 0


def thread_page(library: Queries, conversation: int, *, flat: bool, cursor: str | None, size: int = PAGE) -> ThreadPage:
    """One page of a conversation.

    Args:
        library: Where it is read.
        conversation: Key of the conversation.
        flat: In order of time instead of nested.
        cursor: Where the page begins: `newer` and `older` of another page of it, which here lead to the page
            before and the page after. None for the beginning.
        size: Messages a page.

    Raises:
        UtteranceNotFound: There is no such conversation.
        UsageError: The cursor is none that this conversation gave.
    """
    nodes = _nodes(library, conversation)
    if not nodes:
        raise UtteranceNotFound("The library has no such conversation. Copy its id from a page, or add its archive.")
    ordered = in_time(nodes) if flat else nested(nodes)
    start = _start(ordered, cursor)
    page = ordered[start : start + size]
    entries = _entries(library, page)
    [place] = rows(
        library,
        "SELECT p.place, p.name FROM thread t JOIN place p ON p.place = t.place WHERE t.conversation = ? LIMIT 1",
        [conversation],
    ) or [("", "")]
    urls = rows(library, f"SELECT url FROM utterance WHERE {among('utterance', [ordered[0].utterance])}")
    before = max(start - size, 0)
    return ThreadPage(
        conversation=conversation_ids(library, [conversation]).get(conversation, entries[0].utterance),
        title=titles_of(library, [conversation]).get(conversation),
        place=place[1],
        url=urls[0][0] if urls else None,
        entries=entries,
        has_inferred=any(node.how == "inferred" for node in nodes),
        coverage=sentences(library, [place[0]]),
        newer=None if start == 0 else FIRST if before == 0 else text_of(ordered[before].utterance),
        older=text_of(ordered[start + size].utterance) if start + size < len(ordered) else None,
    )


def nested(nodes: Iterable[Node]) -> list[Node]:
    """Each message followed by what answers it, siblings in order of time; every message once, also in a cycle."""
    by_key = {node.utterance: node for node in in_time(nodes)}
    children: dict[int | None, list[int]] = {}
    for node in by_key.values():
        above = node.parent if node.parent in by_key and node.parent != node.utterance else None
        children.setdefault(above, []).append(node.utterance)
    ordered: list[Node] = []
    seen: set[int] = set()
    tops = children.get(None, [])
    for top in [*tops, *by_key]:
        pending = [(top, 0)]
        while pending:
            key, level = pending.pop()
            if key in seen:
                continue
            seen.add(key)
            node = by_key[key]
            ordered.append(Node(node.utterance, node.parent, node.how, node.is_gap, node.written_at, level))
            pending.extend((child, _below(level, by_key[child])) for child in reversed(children.get(key, [])))
    return ordered


def _below(level: int, child: Node) -> int:
    """How far in a message stands: a link that was worked out moves it in once only, so that a topic stays flat."""
    return level if child.how == "inferred" and level > 0 else level + 1


def in_time(nodes: Iterable[Node]) -> list[Node]:
    """Messages in order of time; those without a time (gaps among them) first, as they were there before."""
    return sorted(
        nodes, key=lambda n: (n.written_at is not None, n.written_at.timestamp() if n.written_at else 0.0, n.utterance)
    )


def _nodes(library: Queries, conversation: int) -> list[Node]:
    found = rows(
        library,
        """SELECT utterance, parent, how, is_gap, written_at FROM thread WHERE conversation = ? ORDER BY utterance""",
        [conversation],
    )
    return [Node(*row) for row in found]


def _start(ordered: list[Node], cursor: str | None) -> int:
    values = values_of(cursor, (int,))
    if values is None:
        return 0
    place = next((n for n, node in enumerate(ordered) if node.utterance == values[0]), None)
    if place is None:
        raise UsageError("That page does not exist any more: open the conversation again from its beginning.")
    return place


def _entries(library: Queries, page: list[Node]) -> tuple[ThreadEntry, ...]:
    keys = [node.utterance for node in page]
    states = {
        key: (identifier, is_deleted, meta, code)
        for key, identifier, is_deleted, meta, code in rows(
            library,
            f"""SELECT utterance, id, coalesce(is_deleted, false), CASE WHEN text IS NULL THEN meta END, code
                FROM utterance WHERE {among("utterance", keys)}""",
        )
    }
    unread = {
        row[0]
        for row in rows(
            library,
            f"""SELECT utterance FROM read WHERE {among("utterance", keys)} GROUP BY utterance
                HAVING min(outcome) = 'unread'""",
        )
    }
    names = conversation_ids(library, {*keys, *(n.parent for n in page)} - set(states)) | {
        key: state[0] for key, state in states.items()
    }
    quotes = quotes_of(library, (Span(key) for key in keys))
    said, folded = _acts(library, keys)
    made = []
    for node in page:
        quote = quotes.get(Span(node.utterance))
        made.append(
            ThreadEntry(
                utterance=names.get(node.utterance, f"missing:{node.utterance}"),
                parent=names.get(node.parent) if node.parent is not None else None,
                how=node.how,
                level=node.level,
                quote=quote,
                said=tuple(said.get(node.utterance, ())),
                folded=tuple(folded.get(node.utterance, ())),
                state=_state(node, states.get(node.utterance), quote, node.utterance in unread),
                code=tuple(states[node.utterance][3] or ()) if quote else (),
            )
        )
    return tuple(made)


def _state(node: Node, state: tuple[str, bool, str | None, object] | None, quote: Quote | None, unread: bool) -> State:
    if node.is_gap or state is None:
        return "gap"
    if state[2] == FORGOTTEN:
        return "forgotten"
    if state[1]:
        return "deleted"
    return "unread" if unread or quote is None else "here"


def _acts(library: Queries, keys: list[int]) -> tuple[dict[int, list[Said]], dict[int, list[Said]]]:
    """What the messages do: tiers 1 and 2 for the margin, and tier 3 where it may be shown folded."""
    found = rows(
        library,
        f"""SELECT utterance, act, sub_kind, "start", "end", toward, certainty, origin FROM act
            WHERE {among("utterance", keys)} ORDER BY utterance, "start", "end", act""",
    )
    found = [row for row in found if row[1] in ACTS and (row[1] != "confides" or is_personal(library))]
    agreed = agreed_acts(library, {row[0] for row in found if ACTS[row[1]].tier == Tier.FOLDED})
    toward = spans_toward(library, {row[5] for row in found})
    quotes = quotes_of(library, [*(Span(row[0], row[3], row[4]) for row in found), *toward.values()])
    said: dict[int, list[Said]] = {}
    folded: dict[int, list[Said]] = {}
    for key, act, sub_kind, start, end, above, certainty, origin in found:
        quote = quotes.get(Span(key, start, end))
        is_folded = ACTS[act].tier == Tier.FOLDED
        if quote is None or (is_folded and (key, act) not in agreed):
            continue
        entry = Said(
            act=act,
            sub_kind=sub_kind,
            quote=quote,
            hedge=hedge_of(act, certainty, origin),
            origin=origin,
            answers=quotes.get(toward[above]) if above is not None else None,
        )
        (folded if is_folded else said).setdefault(key, []).append(entry)
    return said, folded
