"""Every page as a frozen dataclass: what the terminal prints, the web page shows and `--json` gives.

No HTML and no SQL here, and no number about a person anywhere. Whatever names a person comes in order of name or
of time. A page that claims something carries the quote it was read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mutuals.model import Person, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An act in someone's own words.

    Attributes:
        act: A word of the vocabulary.
        sub_kind: The finer kind, if any.
        quote: The words it was read from.
        hedge: "" when the page may state it, "reads like" for tier 2, "perhaps" below.
        origin: Who says so: a reader's name and version, "structure", "platform" or "person".
        answers: The words it responds to; None when it opens.
    """

    act: str
    quote: Quote
    sub_kind: str | None = None
    hedge: str = ""
    origin: str = ""
    answers: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSaid:
    """One person's entry within a kind of response.

    Attributes:
        person: Who.
        first: Their first message of this kind.
        again: Later ones of the same kind ("and again here"), in order of time.
    """

    person: Person
    first: Quote
    again: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfResponse:
    """The responses of one kind, one entry a person, in order of time.

    Attributes:
        kind: A word of `vocabulary.RESPONSE_KINDS`.
        heading: The words above them, such as "answered" or "reads like their own experience".
        entries: One a person.
        is_folded: Tier 3: the page shows it closed.
    """

    kind: str
    heading: str
    entries: tuple[PersonSaid, ...]
    is_folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """The asker returned and said what became of it."""

    outcome: str
    quote: Quote
    answer: Quote | None = None
    answer_how: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedAnswer:
    """An answer with what confirms it: the asker's words, or the platform's mark."""

    answer: Quote
    by: Literal["asker", "platform"]
    words: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Another helper of the same need, and how the two are linked."""

    quote: Quote
    link: Literal["named_you", "under_your_reply", "same_need_after_you", "was_there_before_you"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskMoment:
    """What someone asked, and what kind of response came, from whom.

    Attributes:
        ask: The asking words.
        sub_kind: Finer kind of ask.
        also_asked: The same ask, made in other places or carried on before anybody answered.
        kinds: Responses by kind, in the one fixed order.
        automated: Responses by declared bots, for a footer.
        came_back: What the asker said afterwards, in order of time.
        confirmed: Answers that were confirmed.
        silence: "answered", "waiting" (not long enough to tell), "silent" (no one has answered, and the archive
            would show it), or "not known" (no answer here, and the archive cannot tell).
        silence_note: The sentence for the page; empty when answered.
    """

    ask: Quote
    sub_kind: str | None
    kinds: tuple[KindOfResponse, ...]
    silence: Literal["answered", "waiting", "silent", "not known"]
    silence_note: str = ""
    also_asked: tuple[Quote, ...] = ()
    automated: tuple[PersonSaid, ...] = ()
    came_back: tuple[CameBack, ...] = ()
    confirmed: tuple[ConfirmedAnswer, ...] = ()
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class PraiseMoment:
    """Words of praise, thanks or credit, and who chimed in, in order of arrival."""

    praise: Said
    praised: Person | None
    chimes: tuple[Said, ...]
    praised_replied: Quote | None = None
    kind: Literal["praise"] = "praise"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpMoment:
    """Someone reached out, the need above, and the hands that joined, in order of arrival."""

    help: Said
    need: Quote
    helped: Person | None
    hands: tuple[Hand, ...]
    came_back: tuple[CameBack, ...] = ()
    kind: Literal["help"] = "help"


Moment = AskMoment | PraiseMoment | HelpMoment


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentPage:
    """One message and every moment it is: an ask, a praise, a help; a message can be several."""

    utterance: str
    conversation: str
    title: str | None
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentsPage:
    """A list of moments of one kind, newest first, one page of it.

    Attributes:
        kind: ask, praise or help.
        heading: The words above the list.
        quotes: The words of each moment.
        toward: For each quote, whom it is toward; None where no one in particular or not known. Same length.
        notes: For each quote a short sentence without numbers ("No one here has answered yet"), or "". Same length.
        newer: Cursor of the page before, None on the first.
        older: Cursor of the page after, None on the last.
        coverage: Coverage sentences of the places shown.
    """

    kind: Literal["ask", "praise", "help"]
    heading: str
    quotes: tuple[Quote, ...]
    toward: tuple[Person | None, ...] = ()
    notes: tuple[str, ...] = ()
    newer: str | None = None
    older: str | None = None
    coverage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage:
    """One glance on opening.

    Attributes:
        until: The last moment that the library knows of; "today" is the days before it.
        scenes: One to three moments, whole.
        open_asks: Asks without an answer, where that can be said, newest first.
        unknown_asks: Asks without an answer here where the archive cannot tell.
        answered: Recent answers that were confirmed.
        thanks_to_return: Help that came to the asker and was not acknowledged; only with a viewer.
        coverage: One sentence a place on what the archive holds.
        is_empty: Nothing was added yet.
    """

    until: datetime | None
    scenes: tuple[Moment, ...] = ()
    open_asks: tuple[Quote, ...] = ()
    unknown_asks: tuple[Quote, ...] = ()
    answered: tuple[ConfirmedAnswer, ...] = ()
    thanks_to_return: tuple[Quote, ...] = ()
    coverage: tuple[str, ...] = ()
    is_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """One message (or gap) in a conversation.

    Attributes:
        utterance: Its id; of the missing message for a gap.
        parent: Id of the message it answers, if any.
        how: explicit, quoted or inferred; None for an opening.
        level: Depth for nesting, 0 at the top; the flat view ignores it.
        quote: The whole message as a quote; None for a gap or a deleted message.
        said: What it does, as words for the margin (tiers 1 and 2).
        folded: Tier 3 acts, shown closed with the parent in view.
        state: here, gap (missing from the archive), deleted (on the platform), forgotten, unread.
        code: Flat pairs (start, end) of stretches of the message that are code, for preformatted display.
    """

    utterance: str
    parent: str | None
    how: str | None
    level: int
    quote: Quote | None
    said: tuple[Said, ...] = ()
    folded: tuple[Said, ...] = ()
    state: Literal["here", "gap", "deleted", "forgotten", "unread"] = "here"
    code: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One conversation, in nested order; every message of it that the library has, gaps visible."""

    conversation: str
    title: str | None
    place: str
    url: str | None
    entries: tuple[ThreadEntry, ...]
    has_inferred: bool = False
    coverage: tuple[str, ...] = ()
    newer: str | None = None
    older: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """People in order of name, one page of the alphabet."""

    people: tuple[Person, ...]
    letter: str | None = None
    letters: tuple[str, ...] = ()
    newer: str | None = None
    older: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One person in their own words and in others' words to them; tiers 1 and 2, newest first."""

    person: Person
    asked: tuple[Said, ...] = ()
    answered: tuple[Said, ...] = ()
    helped: tuple[Said, ...] = ()
    thanked_others: tuple[Said, ...] = ()
    others_said: tuple[Said, ...] = ()
    worked_for_the_asker: tuple[ConfirmedAnswer, ...] = ()
    coverage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """One dated step between two people, in the words that made it."""

    what: str
    said_by: Person
    quote: Quote
    answers: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenPage:
    """Two people, braided in order of time; stages only where one of them is the viewer."""

    first: Person
    second: Person
    strands: tuple[Strand, ...] = ()
    stages: tuple[Strand, ...] = ()
    quiet_since: datetime | None = None
    coverage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """What the library holds of one place. Counts of messages and people as a whole, never beside a person."""

    place: str
    name: str
    source: str
    utterances: int
    speakers: int
    conversations: int
    replies_explicit: int
    replies_quoted: int
    replies_inferred: int
    gaps: int
    problems: int
    coverage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesPage:
    """Every place of the library, in order of name."""

    places: tuple[PlaceFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFacts:
    """One thing that could not be read, or not as it stood."""

    kind: str
    where: str
    message: str
    place: str | None
    excerpt: str
    is_lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemsPage:
    """What could not be read, in order of kind and file, one page of it."""

    problems: tuple[ProblemFacts, ...] = ()
    older: str | None = None


Page = (
    TodayPage
    | MomentPage
    | MomentsPage
    | ThreadPage
    | PeoplePage
    | PersonPage
    | BetweenPage
    | PlacesPage
    | ProblemsPage
)
