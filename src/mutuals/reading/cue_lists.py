"""The cue lists: for each language a TOML file of wordings, read once into compiled patterns.

The format is described in docs/reading.md. Everything of one act is one pattern, tried only on the sentences in which
one of its `words` occurs.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_FOLDER = "cue_lists"
_GAP = r"[^.!?\n]{0,40}?"
_BEHIND = re.compile(r"\(\?<[!=][^()]*\)")
_PLACES = ("any", "opening", "reply", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One wording of an act.

    Attributes:
        act: A word of the vocabulary, or `states`: says something that may be an answer.
        sub_kind: The finer kind, if the words tell it.
        certainty: sure, likely or perhaps.
        where: `any`, `opening` (opens its conversation), `reply` (does not), `other` (a reply by somebody other
            than who opened the conversation).
        unless: What in the same sentence makes it something else; None when nothing does.
    """

    act: str
    sub_kind: str | None
    certainty: str
    where: str
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All cues of one act in one language.

    Attributes:
        opening: Words of which one must occur in a sentence of a message that opens its conversation.
        reply: The same for any other message.
        pattern: All wordings, one named group a cue.
        cues: The cues in the order of the groups.
        unless: What in the same sentence makes any of them something else.
    """

    opening: frozenset[str]
    reply: frozenset[str]
    pattern: re.Pattern[str]
    cues: tuple[Cue, ...]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CueList:
    """Everything that is known about the wordings of one language.

    Attributes:
        language: Primary subtag.
        spaced: Whether its words are set apart by spaces. Where they are not, words are found anywhere in a sentence.
        families: Cues by act.
        opening: For each word the acts to try on its sentence, in a message that opens its conversation: a bit each,
            in the order of `families`.
        reply: The same for any other message.
        marks: Named patterns that the rules in `rules.py` ask for, such as `tag` or `rhetorical`.
        known: Words that tell of this language in a short text.
    """

    language: str
    spaced: bool
    families: dict[str, Family]
    opening: dict[str, int]
    reply: dict[str, int]
    marks: dict[str, re.Pattern[str]]
    known: frozenset[str]


def _compiled(fragments: list[str], *, whole_words: bool) -> re.Pattern[str]:
    joined = "|".join(_spaces(fragment) for fragment in fragments)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)" if whole_words else f"(?:{joined})")


def _spaces(fragment: str) -> str:
    fixed = _BEHIND.sub(lambda found: found.group().replace(" ", r"\s"), fragment)  # what looks back has one width
    return fixed.replace(" ?", r"\s?").replace("~", _GAP).replace(" ", r"\s+")


def _family(act: str, entries: list[dict[str, Any]], unless: list[str], *, spaced: bool) -> Family:
    cues, groups = [], []
    for number, entry in enumerate(entries):
        groups.append(f"(?P<c{number}>{'|'.join(_spaces(say) for say in entry['say'])})")
        cues.append(
            Cue(
                act=act,
                sub_kind=entry.get("sub_kind"),
                certainty=entry.get("certainty", "likely"),
                where=entry.get("where", "any"),
                unless=_compiled(entry["unless"], whole_words=spaced) if entry.get("unless") else None,
            )
        )
        if cues[-1].where not in _PLACES:
            raise ValueError(f"cue list: where = {cues[-1].where!r}, expected one of {_PLACES}")
    return Family(
        opening=_words(entries, ("any", "opening")),
        reply=_words(entries, ("any", "reply", "other")),
        pattern=re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)" if spaced else "|".join(groups)),
        cues=tuple(cues),
        unless=_compiled(unless, whole_words=spaced) if unless else None,
    )


def _words(entries: list[dict[str, Any]], places: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for entry in entries if entry.get("where", "any") in places for word in entry["words"])


@cache
def load(language: str) -> CueList:
    """The cue list of a language.

    Raises:
        FileNotFoundError: There is none.
        ValueError: The file does not hold what docs/reading.md describes; a mistake in the file.
    """
    data = tomllib.loads((resources.files(__package__) / _FOLDER / f"{language}.toml").read_text("utf-8"))
    by_act: dict[str, list[dict[str, Any]]] = {}
    for entry in data["cue"]:
        by_act.setdefault(entry["act"], []).append(entry)
    unless, spaced = data.get("unless", {}), data.get("spaced", True)
    families = {act: _family(act, entries, unless.get(act, []), spaced=spaced) for act, entries in by_act.items()}
    marks = {name: _compiled(fragments, whole_words=False) for name, fragments in data["marks"].items()}
    tried = (family.opening | family.reply for family in families.values())
    known = frozenset(data.get("known", ())).union(*tried).difference(data.get("foreign", ()))
    return CueList(
        language=language,
        spaced=spaced,
        families=families,
        opening=_bits([family.opening for family in families.values()]),
        reply=_bits([family.reply for family in families.values()]),
        marks=marks,
        known=known,
    )


def _bits(words_of: list[frozenset[str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, words in enumerate(words_of):
        for word in words:
            found[word] = found.get(word, 0) | 1 << number
    return found


@cache
def languages() -> tuple[str, ...]:
    """The primary subtags that have a cue list, in order of name."""
    folder = resources.files(__package__) / _FOLDER
    return tuple(sorted(file.name[:-5] for file in folder.iterdir() if file.name.endswith(".toml")))


@cache
def content_hash() -> str:
    """Eight hex digits that change with any change of any cue list or of the code that applies them."""
    digest = hashlib.sha256()
    here = resources.files(__package__)
    for name in ("cues.py", "cue_lists.py", "language.py", "naming.py", "rules.py", "sentences.py"):
        digest.update((here / name).read_bytes())
    for language in languages():
        digest.update((here / _FOLDER / f"{language}.toml").read_bytes())
    return digest.hexdigest()[:8]
