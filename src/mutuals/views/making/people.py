"""People in order of name; one person in their own words and in others' words to them."""

from __future__ import annotations

from collections.abc import Iterable

from mutuals import practices
from mutuals.errors import PersonNotFound
from mutuals.model import Person
from mutuals.practices import ask, praise
from mutuals.relationships.signs import signs_toward
from mutuals.schema import TABLES
from mutuals.views.making.coverage import sentences
from mutuals.views.making.cursors import FIRST, text_of, values_of
from mutuals.views.making.moment import confirmed_answers
from mutuals.views.making.settings import refuse_in_workplace
from mutuals.views.making.words import Queries, Span, hedge_of, people_of, person, quotes_of, rows, spans_toward
from mutuals.views.pages import PeoplePage, PersonPage, Said

PAGE = 100
"""People a page of the alphabet."""

LISTED = 20
"""Entries of each list on a person's page: what was said lately, not a record of a life."""

OTHER = "#"
"""The letter of names that begin with none."""

_SORT = "lower(strip_accents(name))"
_LETTER = f"CASE WHEN regexp_matches({_SORT}, '^\\p{{L}}') THEN upper(left({_SORT}, 1)) ELSE '{OTHER}' END"

Row = tuple[str, Span, int | None]


def people_page(library: Queries, letter: str | None, cursor: str | None, size: int = PAGE) -> PeoplePage:
    """One page of the people of a letter, or of everyone, in order of name.

    Raises:
        UsageError: The cursor is none that this list gave.
        ModeForbids: The library is one of a workplace.
    """
    refuse_in_workplace(library)
    letters = tuple(
        row[0] for row in rows(library, f"SELECT DISTINCT {_LETTER} AS letter FROM speaker ORDER BY letter")
    )
    after = values_of(cursor, (str, str))
    where, parameters = "true", list[object]()
    if letter is not None:
        where, parameters = f"{_LETTER} = ?", [letter.upper()]
    found = rows(
        library,
        f"""SELECT id, name, handle, is_automated, {_SORT} AS sort FROM speaker
            WHERE {where} AND {f"({_SORT}, id) > (?, ?)" if after else "true"} ORDER BY sort, id LIMIT {size + 1}""",
        [*parameters, *(after or ())],
    )
    page = found[:size]
    newer = None
    if page and after:
        before = rows(
            library,
            f"""SELECT {_SORT} AS sort, id FROM speaker WHERE {where} AND ({_SORT}, id) < (?, ?)
                ORDER BY sort DESC, id DESC LIMIT {size + 1}""",
            [*parameters, page[0][4], page[0][0]],
        )
        newer = text_of(*before[-1]) if len(before) > size else FIRST if before else None
    return PeoplePage(
        people=tuple(person(*row[:4]) for row in page),
        letter=letter.upper() if letter else None,
        letters=letters,
        newer=newer,
        older=text_of(page[-1][4], page[-1][0]) if len(found) > size else None,
    )


def person_page(library: Queries, key: int) -> PersonPage:
    """One person's asks, answers, help and thanks, and what others said to them; each list newest first.

    Raises:
        PersonNotFound: The library has no such account.
        ModeForbids: The library is one of a workplace.
    """
    refuse_in_workplace(library)
    who = person_of(library, key)
    query = library.query
    asked: list[Row] = [("asks", Span(a.ask, a.start, a.end), None) for a in ask.asks(query, speaker=key, limit=LISTED)]
    answered = [_help_row(h) for h in _helps(library, key, answers=True)]
    helped = [_help_row(h) for h in _helps(library, key, answers=False)]
    given = praise.praises(query, speaker=key, limit=LISTED)
    got = praise.praises(query, praised=key, limit=LISTED)
    thanked = [_praise_row(p) for p in given if p.praised != key]
    said = [(_praise_row(p), p.written_at) for p in got if p.speaker != key]
    words = {"vouched": "vouches", "credited": "credits", "defended": "defends"}
    told = {row[1] for row, _ in said}
    for sign in signs_toward(query, key, limit=LISTED):
        span = Span(sign.utterance, sign.start, sign.end)
        if sign.sign in words and span not in told:
            said.append(((words[sign.sign], span, None), sign.written_at))
    said.sort(key=lambda entry: (entry[1] is None, -entry[1].timestamp() if entry[1] else 0.0, entry[0][1]))
    others = [row for row, _ in said[:LISTED]]
    lists = _said(library, [asked, answered, helped, thanked, others])
    return PersonPage(
        person=who,
        asked=lists[0],
        answered=lists[1],
        helped=lists[2],
        thanked_others=lists[3],
        others_said=lists[4],
        worked_for_the_asker=confirmed_answers(library, _worked(library, key)),
        coverage=sentences(library, _places(library, key)),
    )


def person_of(library: Queries, key: int) -> Person:
    """The person of an account.

    Raises:
        PersonNotFound: The library has no such account.
    """
    found = people_of(library, [key])
    if key not in found:
        raise PersonNotFound("The library has no such person. `mutuals people` lists everyone by name.")
    return found[key]


def _helps(library: Queries, key: int, *, answers: bool) -> list[practices.Help]:
    columns = ", ".join(f'h."{name}"' for name in TABLES["help"].names)
    found = library.query(
        f"""SELECT {columns} FROM (
                SELECT *, row_number() OVER (PARTITION BY help ORDER BY start, "end", act) AS nth FROM help
                WHERE helper = ? AND (act = 'answers') = ?) h
            WHERE nth = 1 ORDER BY written_at DESC NULLS LAST, help DESC LIMIT {LISTED}""",
        [key, answers],
    )
    return practices.rows(practices.Help, found)


def _worked(library: Queries, key: int) -> list[practices.Confirmed]:
    columns = ", ".join(f'c."{name}"' for name in TABLES["confirmed_answer"].names)
    found = library.query(
        f"""SELECT {columns} FROM confirmed_answer c JOIN thread t ON t.utterance = c.answer WHERE t.speaker = ?
            ORDER BY t.written_at DESC NULLS LAST, c.answer DESC, c."by" LIMIT {LISTED}""",
        [key],
    )
    return practices.rows(practices.Confirmed, found)


def _help_row(given: practices.Help) -> Row:
    return given.act, Span(given.help, given.start, given.end), given.need


def _praise_row(given: practices.Praise) -> Row:
    return given.act, Span(given.praise, given.start, given.end), None


def _said(library: Queries, lists: Iterable[list[Row]]) -> list[tuple[Said, ...]]:
    """Lists of rows as lists of sayings, with one look-up for all of them."""
    lists = list(lists)
    toward = spans_toward(library, {row[2] for rows_ in lists for row in rows_})
    quotes = quotes_of(library, [*(row[1] for rows_ in lists for row in rows_), *toward.values()])
    made = []
    for rows_ in lists:
        said = []
        for act, span, above in dict.fromkeys(rows_):
            if span in quotes:
                answers = quotes.get(toward[above]) if above is not None else None
                said.append(Said(act=act, quote=quotes[span], hedge=hedge_of(act), answers=answers))
        made.append(tuple(said))
    return made


def _places(library: Queries, key: int) -> set[str]:
    return {row[0] for row in rows(library, "SELECT DISTINCT place FROM utterance WHERE speaker = ?", [key])}
