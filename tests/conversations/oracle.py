"""Conversations rebuilt in plain Python, message by message: the slow truth that the SQL is held to."""

from __future__ import annotations

from collections.abc import Mapping


def roots(parents: Mapping[int, int | None]) -> dict[int, tuple[int, int]]:
    """Root and depth of every message and every missing parent.

    Args:
        parents: What each message answers; None for an opening. A parent need not be a key.

    Returns:
        `{message: (root, depth)}`. A self-reply is an opening; a cycle is cut at its smallest member.
    """
    up: dict[int, int | None] = {node: None if parent == node else parent for node, parent in parents.items()}
    for parent in list(up.values()):
        if parent is not None:
            up.setdefault(parent, None)
    for node in list(up):
        path: list[int] = []
        here: int | None = node
        while here is not None and here not in path:
            path.append(here)
            here = up[here]
        if here is not None:
            up[min(path[path.index(here) :])] = None
    found: dict[int, tuple[int, int]] = {}
    for node in up:
        depth, here = 0, node
        while (above := up[here]) is not None:
            depth, here = depth + 1, above
        found[node] = (here, depth)
    return found


def nearest(parents: Mapping[int, int | None], marked: set[int]) -> dict[int, int]:
    """The nearest marked message strictly above each message that has one; a message is never its own."""
    found: dict[int, int] = {}
    for node in parents:
        seen = {node}
        here = parents.get(node)
        while here is not None and here not in seen:
            if here in marked:
                found[node] = here
                break
            seen.add(here)
            here = parents.get(here)
    return found
