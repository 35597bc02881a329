"""Which language a message is in: what its source declares, else its words and letters."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache
from typing import Any

_COMMON = """
the and is are was were you your it it's that this these have has had for not with what how when
where which would could should there they them been from about because i'm i've don't can't my we
our of to if but just any some know think get got very more than then only also does did doing here
their
"""
ENGLISH = frozenset(_COMMON.split())
_NEIGHBOURS = ("it", "nl", "sv", "da", "no", "pl", "cs", "ro", "tr", "id", "fi", "hu", "ca", "gl", "la", "eo", "vi")
"""Latin-script languages that have no cue list: named so that a message in one is not taken for a served one."""
_LETTERS = re.compile(r"[^\W\d_]")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1cff\u2c80-\ua6ff\ua840-\ud7ff\uf900-\ufdff\ufe70-\ufefc\uff66-\uff9d]")
_KANA = re.compile(r"[ぁ-ねは-ゖァ-ヺｦ-ﾝ]")
"""Japanese is certain by these; not by の, which Chinese writes for effect."""
_SHORT = 20
_SURE = 0.55
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*", re.IGNORECASE)


@cache
def _identifier(languages: tuple[str, ...] | None) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # slow to import, and often not needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages is not None:
        identifier.set_languages(languages)
    return identifier


def declared(tag: str | None) -> str | None:
    """The declared tag when it names a language, else None (`und`, `mul`, nonsense)."""
    if not tag or not _TAG.fullmatch(tag.strip()) or tag.lower().startswith(("und", "mul", "zxx", "mis")):
        return None
    return tag.strip()


def find_language(text: str, words: Set[str], served: dict[str, frozenset[str]]) -> str:
    """The language of a text as a BCP 47 tag; `und` when it cannot be told.

    Args:
        text: A message without code and addresses.
        words: Its distinct words in lower case.
        served: For each language that can be read, words that tell of it in a short text.

    Source:
        py3langid restricted to the Latin-script languages at hand; texts of few letters go by single words, for
        which n-gram models are guessing. Kana tell of Japanese by themselves, and without any nothing is Japanese.
    """
    has_kana = not text.isascii() and _KANA.search(text, 0, 400) is not None
    if has_kana and _is_japanese(text[:400]):
        return "ja"
    common = len(words & ENGLISH)
    if common >= 2 and common * 8 >= len(words):
        return "en"
    letters = len(_LETTERS.findall(text[:400]))
    if letters == 0:
        return "und"
    if len(_OTHER_SCRIPT.findall(text[:400])) * 2 > letters:
        found = str(_identifier(None).classify(text[:400])[0])
        return found if found != "ja" or has_kana or "の" in text else "und"
    if letters < _SHORT:
        scores = {language: len(words & known) for language, known in served.items()}
        best = max(scores.values(), default=0)
        if best == 0:
            return "und"
        return "en" if scores.get("en") == best else min(name for name, score in scores.items() if score == best)
    name, confidence = _identifier((*served, *_NEIGHBOURS)).classify(text[:400])
    if confidence >= _SURE:
        return str(name)
    return "en" if common or name == "en" else "und"


def _is_japanese(text: str) -> bool:
    """Whether kana are more than an ornament; a Japanese letter tells as much as four Latin ones."""
    kana, letters = len(_KANA.findall(text)), len(_LETTERS.findall(text))
    native = len(_OTHER_SCRIPT.findall(text))
    return native * 4 >= letters and kana * 5 >= native
