"""The words of the interface, in one place: for acts, kinds of response, links, stages, errors and dates.

Plain and kind: nothing here counts, ranks, urges or blames. The terminal and the web page both take their words
from this module, so that a thing has the same name wherever it is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from mutuals.errors import (
    AmbiguousName,
    LibraryError,
    LibraryInUse,
    ModeForbids,
    MutualsError,
    NotFound,
    NothingRecognised,
    PluginError,
    PromiseBroken,
    UsageError,
)
from mutuals.vocabulary import ACTS, Tier

ACT_WORDS: Mapping[str, str] = {
    "asks": "asks",
    "answers": "answers",
    "thanks": "thanks",
    "praises": "praises",
    "source": "gives a source",
    "came_back": "came back",
    "experience": "reads like their own experience",
    "comforts": "reads like comfort",
    "agrees": "reads like agreement",
    "adds": "reads like an addition",
    "offers": "reads like an offer of help",
    "did": "reads like help done",
    "rallies": "reads like a call for more hands",
    "credits": "reads like credit given",
    "vouches": "reads like a recommendation of someone",
    "defends": "reads like standing by someone",
    "confides": "reads like something confided",
    "corrects": "reads like a correction",
    "concedes": "reads like a correction taken",
    "welcomes": "reads like a welcome",
    "announces": "reads like news",
    "disagrees": "perhaps disagrees",
    "jokes": "might be joking",
    "dismisses": "perhaps waves it away",
    "promotes": "perhaps promotes something of their own",
    "unread": "could not be read",
}
"""What a message does, as words for the margin. Tier 2 says "reads like", tier 3 "perhaps" or "might"."""

ASK_WORDS: Mapping[str, str] = {
    "fact": "asks to know",
    "recommendation": "asks for a recommendation",
    "opinion": "asks what others think",
    "favour": "asks a favour",
    "coordination": "asks to arrange something",
    "support": "asks for support",
    "invitation": "invites",
    "clarify": "asks back, in order to answer",
    "rhetorical": "asks without expecting an answer",
}

CAME_BACK_WORDS: Mapping[str, str] = {
    "thanked": "came back to say thank you",
    "worked": "came back: it worked",
    "partly": "came back: it worked in part",
    "did_not_work": "came back: it did not work",
    "changed_view": "came back with another view",
    "solved_alone": "came back, having found a way alone",
}

KIND_HEADINGS: Mapping[str, str] = {
    "answers": "Answered",
    "experience": "Reads like their own experience",
    "source": "Gave a source",
    "offers": "Reads like an offer of help",
    "did": "Reads like help done",
    "rallies": "Reads like a call for more hands",
    "comforts": "Reads like comfort",
    "asks": "Asked back, in order to answer",
    "agrees": "Reads like agreement",
    "adds": "Reads like an addition",
    "corrects": "Reads like a correction",
    "praises": "Praised",
    "thanks": "Thanked",
    "welcomes": "Reads like a welcome",
    "disagrees": "Perhaps disagreed",
    "jokes": "Might have been joking",
    "dismisses": "Perhaps waved it away",
    "promotes": "Perhaps promoted something of their own",
    "other": "Also replied",
    "unread": "Replied in words that could not be read here",
}
"""The heading above each kind of response, in the words of `vocabulary.RESPONSE_KINDS`."""

HAND_ORDER = ("named_you", "under_your_reply", "same_need_after_you", "was_there_before_you")
HAND_HEADINGS: Mapping[str, str] = {
    "named_you": "Named {name} and helped too",
    "under_your_reply": "Joined under these words",
    "same_need_after_you": "Came to the same need afterwards",
    "was_there_before_you": "Was already there",
}

STRAND_WORDS: Mapping[str, str] = {
    "asked_advice_of": "asked for advice",
    "acted_on_advice": "acted on the advice",
    "vouched": "reads like a recommendation",
    "credited": "reads like credit given",
    "defended": "reads like standing by",
    "confided": "reads like something confided",
    "met": "first words",
    "exchanged": "words both ways",
    "reciprocated": "help, praise or credit both ways",
    "renewed": "in touch again",
    "quiet_since": "quiet since",
}
"""Signs and stages between two people."""

PRAISED_WORDS: Mapping[str, str] = {"praises": "praised", "thanks": "thanked", "credits": "gave credit to"}

SILENCE_WORDS: Mapping[str, str] = {
    "answered": "",
    "waiting": "It is too early to tell.",
    "silent": "No one here has answered yet.",
    "not known": "No answer is in the archive, and the archive cannot tell whether there was any.",
}

STATE_WORDS: Mapping[str, str] = {
    "here": "",
    "gap": "A message belongs here that is missing from the archive.",
    "deleted": "A message stood here. It was deleted where it was written.",
    "forgotten": "A message stood here. Its words were forgotten on request.",
    "unread": "could not be read",
}

HOW_WORDS: Mapping[str, str] = {"explicit": "in answer to", "quoted": "quoting", "inferred": "probably in answer to"}

CORRECTIONS: Mapping[str, str] = {
    "asks": "This is not an ask",
    "answers": "This is not an answer",
    "thanks": "This is not thanks",
    "praises": "This is not praise",
    "source": "This is not a source",
    "came_back": "This is not about what became of it",
    "experience": "This is not their own experience",
    "comforts": "This is not comfort",
    "agrees": "This is not agreement",
    "adds": "This is not an addition",
    "offers": "This is not an offer of help",
    "did": "This is not help done",
    "rallies": "This is not a call for more hands",
    "credits": "This is not credit given",
    "vouches": "This is not a recommendation of someone",
    "defends": "This is not standing by someone",
    "confides": "This is not something confided",
    "corrects": "This is not a correction",
    "concedes": "This is not a correction taken",
    "welcomes": "This is not a welcome",
    "announces": "This is not news",
    "disagrees": "This is not disagreement",
    "jokes": "This is not a joke",
    "dismisses": "This does not wave anything away",
    "promotes": "This does not promote anything",
}
"""What the button beside each act says; pressing it stores the verdict `is_not`."""

MOMENTS: Mapping[str, tuple[str, str]] = {
    "ask": ("Asked", "What people here asked, and what kind of response came."),
    "praise": ("Praised", "Kind words said here, and who chimed in."),
    "help": ("Reached out", "Help offered here, and whose hands joined."),
}
"""The heading and the sentence under it for each list of moments."""

MOMENT_PATHS: Mapping[str, str] = {"ask": "/asked", "praise": "/praised", "help": "/helped"}

ERROR_WORDS: tuple[tuple[type[MutualsError], int, str], ...] = (
    (NotFound, 404, "This is not here"),
    (AmbiguousName, 409, "Several people carry this name"),
    (ModeForbids, 403, "This library has no such page"),
    (UsageError, 400, "That could not be understood"),
    (NothingRecognised, 422, "Nothing in there could be recognised"),
    (LibraryInUse, 503, "The library is open elsewhere"),
    (PromiseBroken, 500, "This page was held back"),
    (PluginError, 500, "An added part did not work"),
    (LibraryError, 500, "The library could not be used"),
    (MutualsError, 500, "Something needs putting right"),
)
"""For each class of `mutuals.errors`, the HTTP status and the heading of its page; the first that fits is meant."""

HELD_BACK = (
    "Something on it would have broken a promise, so nothing of it was sent. Your library is unharmed. "
    "Please tell the makers of mutuals which page it was."
)
"""What is said of a page that broke a promise, in place of what it held."""

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def act(name: str, sub_kind: str | None = None, hedge: str | None = None) -> str:
    """What a message does, such as "asks a favour" or "reads like agreement".

    Args:
        name: A word of the vocabulary.
        sub_kind: The finer kind, where there is one.
        hedge: How firmly the page may speak, as in `Said.hedge`; None for what the vocabulary's tier says.
    """
    words = ACT_WORDS.get(name, name.replace("_", " "))
    if name == "asks":
        words = ASK_WORDS.get(sub_kind or "", words)
    elif name == "came_back":
        words = CAME_BACK_WORDS.get(sub_kind or "", words)
    firm = name in ACTS and ACTS[name].tier == Tier.SAYS
    return f"perhaps {words}" if firm and hedge else words


def came_back(outcome: str) -> str:
    """What the asker came back with; plain "came back" for an outcome without words of its own."""
    return CAME_BACK_WORDS.get(outcome, "came back")


def hand(link: str, name: str) -> str:
    """The heading above the hands that joined in one way, seen from the helper of this name."""
    return HAND_HEADINGS.get(link, "Helped too").format(name=name)


def strand(what: str) -> str:
    """The word for a step between two people: a sign, a stage or an act."""
    return STRAND_WORDS.get(what) or act(what)


def correction(name: str) -> str:
    """The words on the button that says an act was misread."""
    return CORRECTIONS.get(name, "This was misread")


def error(problem: MutualsError) -> tuple[int, str]:
    """The HTTP status and the heading of the page for an error of ours."""
    return next((status, words) for kind, status, words in ERROR_WORDS if isinstance(problem, kind))


def coverage(known: str) -> str:
    """How much of a place is here, for a person; "unknown" alone would not say of what."""
    return "how complete it is, is not known" if known == "unknown" else known


def day(moment: datetime | None) -> str:
    """A date as people write it, "21 March 2024", in UTC; "at an unknown time" without one."""
    if moment is None:
        return "at an unknown time"
    known = moment.astimezone(UTC)
    return f"{known.day} {MONTHS[known.month - 1]} {known.year}"


def clock(moment: datetime | None) -> str:
    """A date with the time of day, "21 March 2024, 14:05 UTC"."""
    return day(moment) if moment is None else f"{day(moment)}, {moment.astimezone(UTC):%H:%M} UTC"


def iso(moment: datetime) -> str:
    """A time as ISO 8601 in UTC, "2024-03-21T14:05:00Z"."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
