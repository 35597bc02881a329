"""Readings to ask a person about: some that the reader is unsure of, some that it is not."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Any

from mutuals.errors import UsageError
from mutuals.views.making.settings import is_personal
from mutuals.views.making.words import Queries, Span, hedge_of, quotes_of, rows
from mutuals.views.pages import Said
from mutuals.vocabulary import ACTS, Tier

AT_ONCE = 100
"""Readings of each kind that are made ready: more than anyone looks at in one sitting."""

_UNSURE = """
select r.utterance, r.act, r.sub_kind, r."start", r."end", r.certainty, r.reader as origin, t.parent
from reading r join thread t on t.utterance = r.utterance
where r.certainty = 'perhaps' and coalesce(r.sub_kind, '') <> 'rhetorical'
  and not exists (select 1 from act a where a.utterance = r.utterance and a.act = r.act)
  and not (r.act in ('thanks', 'welcomes') and t.parent is null and r.target is null)
  and (r.act not in ('answers', 'came_back')
       or exists (select 1 from nearest_ask n join thread w on w.utterance = n.need
                  where n.utterance = r.utterance and (w.speaker = t.speaker) = (r.act = 'came_back')))"""
"""Without those that could not be so where they stand, as `reading/steps/act.sql` has it: a person would rightly say
no to them, and the reader would take it for a word about its own doing."""
_SAID = """
select r.utterance, r.act, r.sub_kind, r."start", r."end", r.certainty, r.origin, t.parent
from act r join thread t on t.utterance = r.utterance
where r.origin not in ('person', 'platform')"""


def to_review(library: Queries, act: str | None = None, *, seed: int = 0) -> list[Said]:
    """Readings that nobody has corrected or confirmed yet, an uncertain one and another one by turns.

    Args:
        library: Where they are read.
        act: Only readings of this act; without it, of all on which people mostly agree.
        seed: Shuffles them; the same readings in the same order for the same seed.

    Returns:
        At most a sitting's worth, each with the words it was read from and the beginning of the message it answers;
        empty when nothing is left to ask.

    Raises:
        UsageError: The act is not in the vocabulary.
    """
    if act is not None and act not in ACTS:
        raise UsageError(f"{act} is no act of the vocabulary. It has: {', '.join(ACTS)}.")
    wanted = [act] if act else [name for name, one in ACTS.items() if one.tier != Tier.FOLDED]
    wanted = [name for name in wanted if name != "confides" or is_personal(library)]
    found = [_some(library, sql, wanted, seed) for sql in (_UNSURE, _SAID)]
    ordered = [row for row in chain.from_iterable(zip_longest(*found)) if row is not None]
    words = {row: Span(row[0], row[3], row[4]) for row in ordered}
    above = {row: Span.opening(row[7]) for row in ordered if row[7] is not None}
    quotes = quotes_of(library, [*words.values(), *above.values()])
    return [
        Said(
            act=row[1], sub_kind=row[2], quote=quotes[words[row]], origin=row[6],
            hedge="perhaps" if row[5] == "perhaps" else hedge_of(row[1], row[5], row[6]),
            answers=quotes.get(above[row]) if row in above else None,
        )
        for row in ordered
        if words[row] in quotes
    ]  # fmt: skip


def _some(library: Queries, sql: str, wanted: list[str], seed: int) -> list[tuple[Any, ...]]:
    """A few rows, one a message and act, shuffled by the seed."""
    acts = ", ".join(f"'{name}'" for name in wanted)
    return rows(
        library,
        f"""select utterance, act, sub_kind, "start", "end", certainty, origin, parent from ({sql}) r
            where act in ({acts or "''"})
              and not exists (select 1 from correction c where c.utterance = r.utterance and c.act = r.act)
            qualify row_number() over (partition by utterance, act order by "start", "end", sub_kind) = 1
            order by md5(concat_ws(' ', utterance, act, ?)), utterance, act limit ?""",
        [seed, AT_ONCE],
    )
