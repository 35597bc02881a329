"""What the library holds of each place, and what could not be read."""

from __future__ import annotations

from mutuals.views.making.coverage import shorts
from mutuals.views.making.cursors import text_of, values_of
from mutuals.views.making.words import Queries, rows
from mutuals.views.pages import PlaceFacts, PlacesPage, ProblemFacts, ProblemsPage

PROBLEMS = 100
"""Problems a page."""


def places_page(library: Queries) -> PlacesPage:
    """Every place in order of name. The counts are of the place as a whole.

    `replies_explicit` counts messages whose platform says what they answer, whether that is here or not; `gaps` the
    messages that are answered here and are themselves missing.
    """
    found = rows(
        library,
        """
        WITH message AS (
            SELECT place, count(*) AS utterances, count(DISTINCT speaker) AS speakers, count(reply_to) AS explicit
            FROM utterance GROUP BY place),
        talk AS (
            SELECT u.place, count(DISTINCT t.conversation) AS conversations
            FROM utterance u JOIN thread t ON t.utterance = u.utterance GROUP BY u.place),
        link AS (
            SELECT u.place, count(CASE WHEN r.how = 'quoted' THEN 1 END) AS quoted,
                   count(CASE WHEN r.how = 'inferred' THEN 1 END) AS inferred,
                   count(DISTINCT CASE WHEN p.utterance IS NULL THEN r.parent END) AS gaps
            FROM reply r JOIN utterance u ON u.utterance = r.utterance
            LEFT JOIN utterance p ON p.utterance = r.parent GROUP BY u.place),
        trouble AS (SELECT place, count(*) AS problems FROM problem WHERE place IS NOT NULL GROUP BY place)
        SELECT p.place, p.name, p.source, coalesce(m.utterances, 0), coalesce(m.speakers, 0),
               coalesce(t.conversations, 0), coalesce(m.explicit, 0), coalesce(l.quoted, 0), coalesce(l.inferred, 0),
               coalesce(l.gaps, 0), coalesce(b.problems, 0)
        FROM place p LEFT JOIN message m ON m.place = p.place LEFT JOIN talk t ON t.place = p.place
        LEFT JOIN link l ON l.place = p.place LEFT JOIN trouble b ON b.place = p.place
        ORDER BY lower(p.name), p.place
        """,
    )
    coverage = shorts(library)
    return PlacesPage(
        places=tuple(
            PlaceFacts(
                place=row[0], name=row[1], source=row[2], utterances=row[3], speakers=row[4], conversations=row[5],
                replies_explicit=row[6], replies_quoted=row[7], replies_inferred=row[8], gaps=row[9], problems=row[10],
                coverage=coverage.get(row[0], "unknown"),
            )
            for row in found
        )
    )  # fmt: skip


def problems_page(library: Queries, cursor: str | None = None, size: int = PROBLEMS) -> ProblemsPage:
    """What could not be read, or not as it stood, in order of kind and file.

    Raises:
        UsageError: The cursor is none that this list gave.
    """
    after = values_of(cursor, (str, str, int))
    condition = "(kind, location, problem) > (?, ?, ?)" if after else "true"
    found = rows(
        library,
        f"""SELECT kind, location, message, place, excerpt, is_lost, problem FROM problem WHERE {condition}
            ORDER BY kind, location, problem LIMIT {size + 1}""",
        after or (),
    )
    page = found[:size]
    return ProblemsPage(
        problems=tuple(
            ProblemFacts(kind=row[0], where=row[1], message=row[2], place=row[3], excerpt=row[4], is_lost=row[5])
            for row in page
        ),
        older=text_of(page[-1][0], page[-1][1], page[-1][6]) if len(found) > size else None,
    )
