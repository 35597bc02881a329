"""The pages of a library, made: tables in, the dataclasses of `views.pages` out.

Each page needs a handful of queries, however much it shows; nothing here makes HTML or text.
"""

from __future__ import annotations

from typing import Literal, Protocol

from mutuals.schema import key_of
from mutuals.views.making.between import between_page
from mutuals.views.making.moment import moment_page
from mutuals.views.making.moments import MomentKind, moments_page
from mutuals.views.making.names import conversation_key, speaker_id, utterance_id
from mutuals.views.making.people import people_page, person_page
from mutuals.views.making.places import places_page, problems_page
from mutuals.views.making.threads import thread_page
from mutuals.views.making.today import today_page
from mutuals.views.making.words import Queries
from mutuals.views.pages import (
    BetweenPage,
    MomentPage,
    MomentsPage,
    PeoplePage,
    PersonPage,
    PlacesPage,
    ProblemsPage,
    ThreadPage,
    TodayPage,
)

Verdict = Literal["is", "is_not"]


class Correctable(Queries, Protocol):
    """What the pages need of a library: reading, and one thing to write."""

    def correct(self, utterance_id: str, act: str, verdict: Verdict) -> None:
        """Keep what a person says about an act of a message."""
        ...


class Pages:
    """Every page of one library.

    People, messages and conversations are meant by their ids, or by what `names` makes of a word that someone typed.
    A page of a list is meant by a cursor that another page of it gave; None is the first.
    """

    def __init__(self, library: Correctable) -> None:
        self._library = library

    def today(self) -> TodayPage:
        """One glance on opening."""
        return today_page(self._library)

    def moments(self, kind: MomentKind, cursor: str | None = None) -> MomentsPage:
        """Asks, praise or help, newest first.

        Raises:
            UsageError: The cursor is none that this list gave.
        """
        return moments_page(self._library, kind, cursor)

    def moment(self, utterance: str) -> MomentPage:
        """Every moment that one message is.

        Raises:
            UtteranceNotFound: No message has this id.
            AmbiguousName: Several ids end so.
        """
        return moment_page(self._library, key_of(utterance_id(self._library, utterance)))

    def thread(self, conversation: str, *, flat: bool = False, cursor: str | None = None) -> ThreadPage:
        """One conversation, by its id or that of a message in it.

        Raises:
            UtteranceNotFound: There is no such conversation.
            AmbiguousName: Several ids end so.
            UsageError: The cursor is none that this conversation gave.
        """
        return thread_page(self._library, conversation_key(self._library, conversation), flat=flat, cursor=cursor)

    def people(self, letter: str | None = None, cursor: str | None = None) -> PeoplePage:
        """People in order of name.

        Raises:
            UsageError: The cursor is none that this list gave.
            ModeForbids: The library is one of a workplace.
        """
        return people_page(self._library, letter, cursor)

    def person(self, identifier: str) -> PersonPage:
        """One person, by id, handle or name.

        Raises:
            PersonNotFound: Nobody is called that.
            AmbiguousName: Several are.
            ModeForbids: The library is one of a workplace.
        """
        return person_page(self._library, key_of(speaker_id(self._library, identifier)))

    def between(self, first: str, second: str) -> BetweenPage:
        """Two people, each by id, handle or name.

        Raises:
            PersonNotFound: Nobody is called that.
            AmbiguousName: Several are.
            UsageError: Both are the same person.
            ModeForbids: The library is one of a workplace.
        """
        keys = [key_of(speaker_id(self._library, name)) for name in (first, second)]
        return between_page(self._library, *keys)

    def places(self) -> PlacesPage:
        """What the library holds of each place."""
        return places_page(self._library)

    def problems(self, cursor: str | None = None) -> ProblemsPage:
        """What could not be read, or not as it stood.

        Raises:
            UsageError: The cursor is none that this list gave.
        """
        return problems_page(self._library, cursor)

    def correct(self, utterance: str, act: str, verdict: Verdict) -> None:
        """Keep what the person at the screen says about an act of a message.

        Raises:
            UtteranceNotFound: No message has this id.
            UsageError: The act is not in the vocabulary.
        """
        self._library.correct(utterance_id(self._library, utterance), act, verdict)
