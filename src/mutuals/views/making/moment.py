"""One moment whole: an ask with its responses, a praise with its choir, a help with the hands that joined."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from mutuals import practices
from mutuals.errors import UtteranceNotFound
from mutuals.model import SOMEONE, Person, Quote
from mutuals.practices import ask, praise, responses, silence
from mutuals.practices import help as helping
from mutuals.views.making.agreed import agreed_acts
from mutuals.views.making.words import (
    Queries,
    Span,
    among,
    hedge_of,
    people_of,
    quotes_of,
    rows,
    spans_toward,
    titles_of,
)
from mutuals.views.making.words import conversation_ids as ids_of
from mutuals.views.pages import (
    AskMoment,
    CameBack,
    ConfirmedAnswer,
    Hand,
    HelpMoment,
    KindOfResponse,
    Moment,
    MomentPage,
    PersonSaid,
    PraiseMoment,
    Said,
)
from mutuals.views.wording import KIND_HEADINGS, SILENCE_WORDS
from mutuals.vocabulary import ACTS, RESPONSE_KINDS, Tier

_Made = TypeVar("_Made")

Quoting = Generator[Sequence[Span], dict[Span, Quote], _Made]
"""Something in the making: it yields the words that it will quote, is sent their quotes, and returns what it made."""


def with_quotes(library: Queries, makings: Sequence[Quoting[_Made]]) -> list[_Made]:
    """What several makings make, in the order given, with one look-up for the words of all of them.

    A look-up reads the keys of every message of the library, however few it is for: a page with several moments
    would pay for it with each.
    """
    wanted = [next(making) for making in makings]
    quotes = quotes_of(library, [span for spans in wanted for span in spans])
    return [_sent(making, quotes) for making in makings]


def _sent(making: Quoting[_Made], quotes: dict[Span, Quote]) -> _Made:
    try:
        making.send(quotes)
    except StopIteration as done:
        made: _Made = done.value
        return made
    raise RuntimeError("a making yields the words that it quotes once")


def moment_page(library: Queries, key: int) -> MomentPage:
    """Every moment that a message is.

    Raises:
        UtteranceNotFound: The library has no such message.
    """
    found = rows(
        library,
        """SELECT u.id, t.conversation FROM utterance u LEFT JOIN thread t ON t.utterance = u.utterance
           WHERE u.utterance = ?""",
        [key],
    )
    if not found:
        raise UtteranceNotFound("The library has no such message. Copy its id from a page, or add its archive.")
    identifier, conversation = found[0]
    return MomentPage(
        utterance=identifier,
        conversation=ids_of(library, [conversation]).get(conversation, identifier),
        title=titles_of(library, [conversation]).get(conversation),
        moments=moments_of(library, key, last_known(library)),
    )


def moments_of(library: Queries, key: int, until: datetime | None) -> tuple[Moment, ...]:
    """The moments that a message is: its ask, then its praise, then its help."""
    makings: list[Quoting[Moment | None]] = []
    asked = ask.ask_of(library.query, key)
    if asked is not None:
        makings.append(ask_moment(library, asked, until))
    makings += [praise_moment(library, given) for given in _first_a_person(praise.praise_of(library.query, key))]
    helped = helping.help_of(library.query, key)
    if helped:
        makings.append(help_moment(library, helped[0]))
    return tuple(moment for moment in with_quotes(library, makings) if moment is not None)


def ask_moment(
    library: Queries, asked: practices.Ask, until: datetime | None, *, folded: bool = True
) -> Quoting[Moment | None]:
    """An ask with what came; None when its words cannot be quoted.

    Args:
        library: Where it is read.
        asked: The ask.
        until: The last moment the library knows of.
        folded: Whether kinds of tier 3 may be shown, closed, inside their conversation; never in a digest.
    """
    query = library.query
    came = responses.responses(query, asked.ask)
    back = responses.came_back(query, asked.ask)
    confirmed = responses.confirmed(query, asked.ask)
    again = ask.also_asked(query, asked.ask)
    spans = [Span(asked.ask, asked.start, asked.end), *(Span(a.ask, a.start, a.end) for a in again)]
    spans += [_response_span(r) for r in came]
    spans += [Span(b.utterance, b.start, b.end) for b in back] + [Span.opening(b.answer) for b in back if b.answer]
    spans += _confirmed_spans(confirmed)
    answer_spans = _answer_spans(came)
    spans += answer_spans.values()
    quotes = yield spans
    words = quotes.get(spans[0])
    if words is None:
        return None
    state: silence.State = "answered"
    if all(r.is_automated for r in came):
        state = silence.silence(query, asked.ask, until)
    people = people_of(library, (r.speaker for r in came))
    shown = _shown(library, came, folded=folded)
    return AskMoment(
        ask=words,
        sub_kind=asked.sub_kind,
        kinds=_kinds([r for r in shown if not r.is_automated], quotes, people),
        automated=tuple(_entries([r for r in shown if r.is_automated], quotes, people)),
        also_asked=tuple(quotes[span] for span in spans[1 : len(again) + 1] if span in quotes),
        came_back=_came_back(back, quotes, answer_spans),
        confirmed=_confirmed(confirmed, quotes, answer_spans),
        silence=state,
        silence_note=SILENCE_WORDS[state],
    )


def praise_moment(library: Queries, given: practices.Praise) -> Quoting[Moment | None]:
    """Words of praise with who chimed in; None when they cannot be quoted."""
    chimed, replied = [], None
    if given.praised is not None:
        chimed = praise.chimes(library.query, given.praise, given.praised)
        replied = praise.praised_replied(library.query, given.praise, given.praised)
    parent = rows(library, "SELECT parent FROM thread WHERE utterance = ?", [given.praise])
    toward = spans_toward(library, [row[0] for row in parent])
    words = Span(given.praise, given.start, given.end)
    spans = [words, *(Span(c.utterance, c.start, c.end) for c in chimed), *toward.values()]
    quotes = yield [*spans, *([Span.opening(replied)] if replied else [])]
    if words not in quotes:
        return None
    above = next((quotes[span] for span in toward.values() if span in quotes), None)
    return PraiseMoment(
        praise=_said(given.act, quotes[words], above),
        praised=people_of(library, [given.praised]).get(given.praised) if given.praised else None,
        chimes=tuple(
            _said(c.act, quotes[span], quotes[words])
            for c, span in zip(chimed, spans[1 : len(chimed) + 1], strict=True)
            if span in quotes
        ),
        praised_replied=quotes.get(Span.opening(replied)) if replied else None,
    )


def help_moment(library: Queries, given: practices.Help) -> Quoting[Moment | None]:
    """Words of help with the need above and the hands that joined; None when either cannot be quoted."""
    joined = helping.hands(library.query, given.help)
    back = [b for b in responses.came_back(library.query, given.need) if b.answer == given.help]
    need = spans_toward(library, [given.need])[given.need]
    words = Span(given.help, given.start, given.end)
    hand_spans = [Span(h.help.help, h.help.start, h.help.end) for h in joined]
    back_spans = [Span(b.utterance, b.start, b.end) for b in back]
    quotes = yield [need, words, *hand_spans, *back_spans]
    if need not in quotes or words not in quotes:
        return None
    return HelpMoment(
        help=_said(given.act, quotes[words], quotes[need]),
        need=quotes[need],
        helped=people_of(library, [given.helped]).get(given.helped) if given.helped else None,
        hands=tuple(
            Hand(quote=quotes[span], link=h.link) for h, span in zip(joined, hand_spans, strict=True) if span in quotes
        ),
        came_back=_came_back(back, quotes, {given.help: words}),
    )


def last_known(library: Queries) -> datetime | None:
    """The last moment that the library knows of; a message dated after its archive was made does not count."""
    found = rows(
        library, "SELECT max(written_at) FROM utterance WHERE collected_at IS NULL OR written_at <= collected_at"
    )
    moment: datetime | None = found[0][0]
    return moment


def confirmed_answers(library: Queries, confirmed: Sequence[practices.Confirmed]) -> tuple[ConfirmedAnswer, ...]:
    """Answers with what confirms them, in the order given, their answering words quoted."""
    return with_quotes(library, [confirming(library, confirmed)])[0]


def confirming(library: Queries, confirmed: Sequence[practices.Confirmed]) -> Quoting[tuple[ConfirmedAnswer, ...]]:
    """The making of `confirmed_answers`."""
    came = _answering(library, {c.answer for c in confirmed})
    quotes = yield [*_confirmed_spans(confirmed), *came.values()]
    return _confirmed(confirmed, quotes, came)


def _answering(library: Queries, keys: set[int]) -> dict[int, Span]:
    """The words with which each of these messages answers."""
    found = rows(
        library,
        f"""SELECT utterance, "start", "end" FROM response WHERE kind = 'answers' AND {among("utterance", keys)}
            ORDER BY utterance, "start" DESC""",
    )
    return {key: Span(key, start, end) for key, start, end in found}


def _first_a_person(given: list[practices.Praise]) -> list[practices.Praise]:
    first: dict[int | None, practices.Praise] = {}
    for one in given:
        first.setdefault(one.praised, one)
    return list(first.values())


def _said(act: str, quote: Quote, answers: Quote | None) -> Said:
    return Said(act=act, quote=quote, hedge=hedge_of(act), answers=answers)


def _response_span(response: practices.Response) -> Span:
    return Span(response.utterance, response.start if response.start is not None else 0, response.end)


def _answer_spans(came: list[practices.Response]) -> dict[int, Span]:
    answering = [r for r in reversed(came) if r.kind == "answers"]
    return {r.utterance: _response_span(r) for r in answering}


def _shown(library: Queries, came: list[practices.Response], *, folded: bool) -> list[practices.Response]:
    """The responses that may be shown: tier 3 only where it is agreed on, and as `other` where it is not.

    Somebody whose words only dispute or jest did respond; the page then shows the words and does not say what they do.
    """
    third = [r for r in came if r.kind in ACTS and ACTS[r.kind].tier == Tier.FOLDED]
    if not third:
        return came
    agreed = agreed_acts(library, {r.utterance for r in third}) if folded else set()
    plain = {r.utterance for r in came if r not in third}
    kept = [r for r in came if r not in third or (r.utterance, r.kind) in agreed]
    held = {r.utterance for r in kept}
    for response in third:
        if response.utterance not in plain | held:
            kept.append(replace(response, kind="other", start=None, end=None))
            held.add(response.utterance)
    return kept


def _kinds(
    came: list[practices.Response], quotes: dict[Span, Quote], people: dict[int | None, Person]
) -> tuple[KindOfResponse, ...]:
    made = []
    for kind in RESPONSE_KINDS:
        entries = _entries([r for r in came if r.kind == kind], quotes, people)
        if entries:
            is_folded = kind in ACTS and ACTS[kind].tier == Tier.FOLDED
            made.append(
                KindOfResponse(kind=kind, heading=KIND_HEADINGS[kind], entries=tuple(entries), is_folded=is_folded)
            )
    return tuple(made)


def _entries(
    came: list[practices.Response], quotes: dict[Span, Quote], people: dict[int | None, Person]
) -> list[PersonSaid]:
    """One entry a person, in order of their first message; unknown people each stand alone."""
    by_person: dict[tuple[int | None, int | None], list[Quote]] = {}
    seen: set[int] = set()
    for response in sorted(came, key=_by_time):
        quote = quotes.get(_response_span(response))
        if quote is None or response.utterance in seen:
            continue
        seen.add(response.utterance)
        alone = response.utterance if response.speaker is None else None
        by_person.setdefault((response.speaker, alone), []).append(quote)
    return [
        PersonSaid(person=people.get(speaker, SOMEONE), first=said[0], again=tuple(said[1:]))
        for (speaker, _), said in by_person.items()
    ]


def _by_time(response: practices.Response) -> tuple[bool, float, int]:
    at = response.written_at
    return at is None, at.timestamp() if at else 0.0, response.utterance


def _came_back(
    back: list[practices.CameBack], quotes: dict[Span, Quote], answers: dict[int, Span]
) -> tuple[CameBack, ...]:
    made = []
    for one in back:
        quote = quotes.get(Span(one.utterance, one.start, one.end))
        if quote is not None:
            span = answers.get(one.answer, Span.opening(one.answer)) if one.answer else None
            answer = quotes.get(span) if span else None
            how = one.answer_how if answer else None
            made.append(CameBack(outcome=one.outcome, quote=quote, answer=answer, answer_how=how))
    return tuple(made)


def _confirmed_spans(confirmed: Sequence[practices.Confirmed]) -> list[Span]:
    spans = [Span.opening(c.answer) for c in confirmed]
    return spans + [Span(c.evidence, c.start, c.end) for c in confirmed if c.evidence is not None]


def _confirmed(
    confirmed: Sequence[practices.Confirmed], quotes: dict[Span, Quote], answers: dict[int, Span]
) -> tuple[ConfirmedAnswer, ...]:
    made: dict[tuple[int, str], ConfirmedAnswer] = {}
    for one in confirmed:
        answer = quotes.get(answers.get(one.answer, Span.opening(one.answer)))
        if answer is not None and (one.answer, one.by) not in made:
            words = quotes.get(Span(one.evidence, one.start, one.end)) if one.evidence is not None else None
            by = "asker" if one.by == "asker" else "platform"
            made[one.answer, one.by] = ConfirmedAnswer(answer=answer, by=by, words=words)  # type: ignore[arg-type]
    return tuple(made.values())
