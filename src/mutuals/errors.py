"""What can go wrong, and the three paths it takes.

A mistake in our own code raises a built-in exception and crashes. Something the person at the keyboard can put
right raises a class of this tree. Data that cannot be read is no exception at all: it is a `Problem`.

    MutualsError
    ├── UsageError                 what was asked for cannot be: a bad option, an unknown verb
    ├── NotFound                   a name, an id or a file that is not there
    │   ├── PersonNotFound
    │   ├── UtteranceNotFound
    │   ├── PlaceNotFound
    │   └── PathNotFound
    ├── AmbiguousName              a name that several people carry
    ├── NothingRecognised          no source knows these files
    ├── LibraryError               the library file itself
    │   ├── LibraryInUse           another process has it open
    │   ├── LibraryTooNew          written by a later version of mutuals
    │   └── NotALibrary            a file that is something else
    ├── PluginError                a plugin that did not load or broke its contract
    ├── ModeForbids                the library's mode has no such page
    ├── ConsentMissing             messages of this place may not go to a language model
    ├── EndpointFailed             the server of a language model did not answer as it should
    └── PromiseBroken              an output held something that `design.md` promises never to show
"""

from __future__ import annotations

from dataclasses import dataclass


class MutualsError(Exception):
    """Something the person at the keyboard can put right; the message says what, and what to do."""


class UsageError(MutualsError):
    """What was asked for cannot be."""


class NotFound(MutualsError):
    """A name, an id or a file that is not there."""


class PersonNotFound(NotFound):
    """Nobody in the library has this name, handle or id."""


class UtteranceNotFound(NotFound):
    """No message in the library has this id."""


class PlaceNotFound(NotFound):
    """No place in the library has this name or id."""


class PathNotFound(NotFound):
    """The path to add does not exist."""


class AmbiguousName(MutualsError):
    """Several people carry this name; the message lists their ids."""


class NothingRecognised(MutualsError):
    """No source recognised any file under the path."""


class LibraryError(MutualsError):
    """The library file cannot be used."""


class LibraryInUse(LibraryError):
    """Another process has the library open."""


class LibraryTooNew(LibraryError):
    """The library was written by a later version of mutuals."""


class NotALibrary(LibraryError):
    """The file is not a library of mutuals."""


class PluginError(MutualsError):
    """A plugin did not load, or broke its contract."""


class ModeForbids(MutualsError):
    """The library's mode has no such page."""


class ConsentMissing(MutualsError):
    """Messages of this place may not go to a language model: nobody allowed it, or the place says no."""


class EndpointFailed(MutualsError):
    """The server of a language model could not be reached, or did not answer as it should."""


class PromiseBroken(MutualsError):
    """An output held something that is promised never to be shown; nothing of it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One piece of data that could not be read, or not as it stands.

    Problems travel beside the good records, are kept in the library and are shown by `mutuals problems`.

    Attributes:
        kind: A short stable word: `unreadable`, `no-id`, `no-time`, `bad-time`, `bad-charset`, `truncated`,
            `too-large`, `unsafe-path`, `repeated`, `collision`, `unknown-format`, `opted-out`.
        where: The file, and the line, offset or record inside it, as a person can find it again.
        message: What was expected and what was found, in one sentence.
        place: The place's id when it is known.
        excerpt: At most 200 characters of what was found; empty where the bytes are no text.
        is_lost: True when the record it speaks of could not be kept. False marks a remark on a record that
            was kept all the same (a broken date, say), so that records = utterances + lost problems.
    """

    kind: str
    where: str
    message: str
    place: str | None = None
    excerpt: str = ""
    is_lost: bool = True
