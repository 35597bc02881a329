"""What someone typed becomes one account, one message or one conversation, or an error that says what to type."""

from __future__ import annotations

from mutuals.errors import AmbiguousName, PersonNotFound, PlaceNotFound, UtteranceNotFound
from mutuals.schema import key_of
from mutuals.views.making.words import Queries, rows

LISTED = 10
"""How many ids an error lists."""


def speaker_id(library: Queries, name: str) -> str:
    """The id of the account that somebody means by an id, a handle or a name, in any case of letters.

    An exact id wins over a handle or name that happens to equal it.

    Raises:
        PersonNotFound: Nobody is called that.
        AmbiguousName: Several are; the message lists their ids.
    """
    word = name.strip()
    exact = rows(library, "SELECT id FROM speaker WHERE speaker = ?", [key_of(word)])
    if exact:
        return str(exact[0][0])
    bare = word.removeprefix("@").lower()
    found = rows(
        library,
        f"""SELECT id FROM speaker WHERE lower(id) = ? OR lower(handle) = ? OR lower(name) = ?
            ORDER BY id LIMIT {LISTED + 1}""",
        [word.lower(), bare, word.lower()],
    )
    if not found:
        raise PersonNotFound(f"Nobody in the library is called {name!r}. `mutuals people` lists everyone by name.")
    if len(found) > 1:
        raise AmbiguousName(f"Several people are called {name!r}. Use one of these ids: {_listed(found)}")
    return str(found[0][0])


def place_id(library: Queries, name: str) -> str:
    """The id of the place that somebody means by its id or its name, in any case of letters; an exact id wins.

    Raises:
        PlaceNotFound: No place is called that.
        AmbiguousName: Several are; the message lists their ids.
    """
    word = name.strip()
    found = rows(
        library,
        f"""SELECT place FROM place WHERE place = ? OR lower(place) = ? OR lower(name) = ?
            ORDER BY place LIMIT {LISTED + 1}""",
        [word, word.lower(), word.lower()],
    )
    if (word,) in found:
        return word
    if not found:
        raise PlaceNotFound(f"No place in the library is called {name!r}. `mutuals places` lists every place.")
    if len(found) > 1:
        raise AmbiguousName(f"Several places are called {name!r}. Use one of these ids: {_listed(found)}")
    return str(found[0][0])


def utterance_id(library: Queries, identifier: str) -> str:
    """The id of the message that somebody means by its id or by an ending of it that fits no other.

    Raises:
        UtteranceNotFound: No message has it.
        AmbiguousName: Several end so; the message lists their ids.
    """
    word = identifier.strip()
    if rows(library, "SELECT 1 FROM utterance WHERE utterance = ?", [key_of(word)]):
        return word
    found = _ending(library, "SELECT id FROM utterance", word)
    if not found:
        raise UtteranceNotFound(f"No message has the id {identifier!r}. Every quote is shown with the id to copy.")
    if len(found) > 1:
        raise AmbiguousName(f"Several messages end in {identifier!r}. Use one of these ids: {_listed(found)}")
    return str(found[0][0])


def conversation_key(library: Queries, identifier: str) -> int:
    """The key of the conversation that somebody means by its id or by a message in it, or an ending of either.

    Raises:
        UtteranceNotFound: There is none.
        AmbiguousName: Several end so; the message lists their ids.
    """
    word = identifier.strip()
    key = key_of(word)
    if rows(library, "SELECT 1 FROM thread WHERE conversation = ? LIMIT 1", [key]):
        return key
    of_message = _conversation_of(library, key)
    if of_message is not None:
        return of_message
    platform = "SELECT DISTINCT conversation_id AS id FROM utterance WHERE conversation_id IS NOT NULL"
    found = _ending(library, platform, word)
    if not found:
        found = _ending(library, "SELECT id FROM utterance", word)
    if len(found) > 1:
        raise AmbiguousName(f"Several conversations end in {identifier!r}. Use one of these ids: {_listed(found)}")
    key = key_of(found[0][0]) if found else 0
    if found and rows(library, "SELECT 1 FROM thread WHERE conversation = ? LIMIT 1", [key]):
        return key
    inside = _conversation_of(library, key) if found else None
    if inside is None:
        raise UtteranceNotFound(f"No conversation has the id {identifier!r}. Every quote is shown with the id to copy.")
    return inside


def _conversation_of(library: Queries, key: int) -> int | None:
    found = rows(library, "SELECT conversation FROM thread WHERE utterance = ?", [key])
    return found[0][0] if found else None


def _ending(library: Queries, select: str, word: str) -> list[tuple[str]]:
    """Ids that end in a word, after a separator where one does (`7` is `forum:7`, and not `forum:17`)."""
    if not word:
        return []
    found = rows(
        library, f"SELECT id FROM ({select}) AS known WHERE ends_with(id, ?) ORDER BY id LIMIT {LISTED + 1}", [word]
    )
    whole = [row for row in found if len(row[0]) > len(word) and row[0][-len(word) - 1] in ":/.#-"]
    return whole or found


def _listed(found: list[tuple[str]] | list[tuple[object, ...]]) -> str:
    ids = ", ".join(str(row[0]) for row in found[:LISTED])
    return ids + (" and others." if len(found) > LISTED else ".")
