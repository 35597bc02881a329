"""Two people, braided in order of time."""

from __future__ import annotations

from mutuals.errors import UsageError
from mutuals.model import Person
from mutuals.relationships.signs import signs_between
from mutuals.relationships.stages import stages, strands
from mutuals.schema import key_of
from mutuals.views.making.coverage import sentences
from mutuals.views.making.people import person_of
from mutuals.views.making.settings import refuse_in_workplace, viewer_of
from mutuals.views.making.words import Queries, Span, quotes_of, spans_toward
from mutuals.views.pages import BetweenPage, Strand

STRANDS = 200
"""The latest strands that a page shows."""

_WORDS = {"reply": "replied", "mention": "mentioned"}

Row = tuple[str, int, Span, int | None]


def between_page(library: Queries, a: int, b: int) -> BetweenPage:
    """What two people said to one another; the stages only where one of them is the person in front of the screen.

    Raises:
        PersonNotFound: One of them is not in the library.
        UsageError: They are the same person.
        ModeForbids: The library is one of a workplace.
    """
    refuse_in_workplace(library)
    people = {a: person_of(library, a), b: person_of(library, b)}
    if a == b:
        raise UsageError("Between takes two people, and these are the same one.")
    told = strands(library.query, a, b)
    woven = [
        (s.written_at, (s.act or _WORDS[s.what], s.speaker, _span(s.utterance, s.start, s.end), s.answers))
        for s in told
    ]
    seen = {row[2] for _, row in woven}
    for sign in signs_between(library.query, a, b):
        span = Span(sign.utterance, sign.start, sign.end)
        if span not in seen:
            woven.append((sign.written_at, (sign.sign, sign.speaker, span, None)))
    woven.sort(key=lambda one: (one[0] is None, one[0].timestamp() if one[0] else 0.0, one[1][2].utterance))
    viewer = viewer_of(library)
    steps = stages(library.query, a, b) if viewer is not None and key_of(viewer) in (a, b) else []
    speakers = {s.utterance: s.speaker for s in told}
    step_rows: list[Row] = [
        (s.stage, speakers[s.utterance], Span.opening(s.utterance), None) for s in steps if s.utterance in speakers
    ]
    places = {s.place for s in told}
    return BetweenPage(
        first=people[a],
        second=people[b],
        strands=_strands(library, [row for _, row in woven[-STRANDS:]], people),
        stages=_strands(library, [row for row in step_rows if row[0] != "quiet_since"], people),
        quiet_since=next((s.at for s in steps if s.stage == "quiet_since"), None),
        coverage=sentences(library, places),
    )


def _span(utterance: int, start: int | None, end: int | None) -> Span:
    return Span.opening(utterance) if start is None else Span(utterance, start, end)


def _strands(library: Queries, woven: list[Row], people: dict[int, Person]) -> tuple[Strand, ...]:
    toward = spans_toward(library, {row[3] for row in woven})
    quotes = quotes_of(library, [*(row[2] for row in woven), *toward.values()])
    return tuple(
        Strand(
            what=what,
            said_by=people[speaker],
            quote=quotes[span],
            answers=quotes.get(toward[above]) if above is not None else None,
        )
        for what, speaker, span, above in woven
        if span in quotes
    )
