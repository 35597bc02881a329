"""Every table as an Arrow schema; each column with its meaning, unit and origin in the field's metadata.

Keys are 63-bit integers: the low 63 bits of the MD5 of the string id (`key_of`). The definition is the same in
Python and in every engine's SQL, so a key made anywhere is the same key; the string id stays beside it. Joins
run on keys because string keys cost five times the processor time.

The tables come in four groups: what was gathered (rewritten only by adding and forgetting), what a person said
(corrections, settings), what a language model said where a person allowed it, and what was derived (can be dropped
and rebuilt to the same rows).
"""

from __future__ import annotations

import hashlib

from arro3.core import DataType, Field, Schema

TIME = DataType.timestamp("us", tz="UTC")
_TEXT, _KEY, _INT, _FLAG = DataType.string(), DataType.int64(), DataType.int32(), DataType.bool()
_INTS, _WORDS = DataType.list(Field("item", _INT)), DataType.list(Field("item", _TEXT))


def key_of(identifier: str) -> int:
    """The key of a string id: the low 63 bits of its MD5 read as a little-endian 64-bit lower half.

    Source:
        Equal by definition to DuckDB's `md5_number_lower(id) & 9223372036854775807`; a test holds the two together.
    """
    digest = hashlib.md5(identifier.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") & 0x7FFF_FFFF_FFFF_FFFF


def _column(name: str, kind: DataType, meaning: str, *, null: bool = True) -> Field:
    return Field(name, kind, nullable=null, metadata={"meaning": meaning})


_C = _column

ARRIVING = Schema([
    _C("id", _TEXT, "String id of the utterance", null=False),
    _C("place", _TEXT, "Id of the place", null=False),
    _C("conversation_id", _TEXT, "The platform's own conversation; null where only reply links tell"),
    _C("speaker_id", _TEXT, "Id of the account; null when unknown"),
    _C("reply_to_id", _TEXT, "Id of the utterance answered, by the platform's own link"),
    _C("written_at", TIME, "When its writer says it was written"),
    _C("edited_at", TIME, "When it was last changed"),
    _C("collected_at", TIME, "When the archive was made"),
    _C("title", _TEXT, "Subject or topic title"),
    _C("text", _TEXT, "Plain text of the writer's own words, NFC"),
    _C("lang", _TEXT, "BCP 47 tag the source declares"),
    _C("url", _TEXT, "Where it can be read"),
    _C("original", _TEXT, "The text before it became plain, where the two differ"),
    _C("format", _TEXT, "What the original was written in: plain, html, markdown"),
    _C("offsets", _INTS, "Flat triples (start in text, start in original, length)"),
    _C("code", _INTS, "Flat pairs (start, end) of text that is code, not prose"),
    _C("visibility", _TEXT, "public, followers or direct"),
    _C("is_deleted", _FLAG, "The platform says it was deleted"),
    _C("meta", _TEXT, "What else the source said, JSON, without counters"),
])  # fmt: skip
"""A batch of utterances as a source hands it over, before keys are made."""

TABLES: dict[str, Schema] = {
    # ---- gathered -------------------------------------------------------------------------------------------
    "place": Schema([
        _C("place", _TEXT, "Id of the place", null=False),
        _C("name", _TEXT, "What people call it", null=False),
        _C("source", _TEXT, "The source that read it", null=False),
        _C("url", _TEXT, "Its front door"),
    ]),
    "speaker": Schema([
        _C("speaker", _KEY, "Key of the account", null=False),
        _C("id", _TEXT, "String id", null=False),
        _C("name", _TEXT, "Name shown", null=False),
        _C("handle", _TEXT, "What others type to mention the account"),
        _C("is_automated", _FLAG, "A declared bot", null=False),
        _C("url", _TEXT, "The account's page"),
    ]),
    "utterance": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("id", _TEXT, "String id", null=False),
        _C("place", _TEXT, "Id of the place", null=False),
        _C("conversation_key", _KEY, "Key of the platform's own conversation; null where only links tell"),
        _C("conversation_id", _TEXT, "String id of it"),
        _C("speaker", _KEY, "Key of the account; null when unknown"),
        _C("reply_to", _KEY, "Key of the message answered, by the platform's own link"),
        _C("reply_to_id", _TEXT, "String id of it, where the message itself is not in the library; else null"),
        *[_C(f.name, f.type, f.metadata[b"meaning"].decode()) for f in ARRIVING if f.name in {
            "written_at", "edited_at", "collected_at", "title", "text", "lang", "url", "original", "format",
            "offsets", "code", "visibility", "is_deleted", "meta"}],
    ]),
    "link": Schema([
        _C("utterance", _KEY, "Key of the message that points", null=False),
        _C("kind", _TEXT, "mention, quote or link", null=False),
        _C("target", _KEY, "Key of the speaker (mention) or utterance (quote); of the URL for a link", null=False),
        _C("target_id", _TEXT, "String id or URL", null=False),
        _C("start", _INT, "Where its words begin in text; null when they were stripped"),
        _C("end", _INT, "Where they end, exclusive"),
    ]),
    "mark": Schema([
        _C("utterance", _KEY, "Key of the message that carries the mark", null=False),
        _C("kind", _TEXT, "accepted", null=False),
        _C("by", _KEY, "Key of the speaker who set it"),
        _C("at", TIME, "When"),
    ]),
    "coverage": Schema([
        _C("place", _TEXT, "Id of the place", null=False),
        _C("conversation_key", _KEY, "Key of the platform's conversation; null for the whole place"),
        _C("since", TIME, "From when on"),
        _C("until", TIME, "Up to when"),
        _C("extent", _TEXT, "complete, partial or unknown", null=False),
        _C("note", _TEXT, "One sentence for the page", null=False),
    ]),
    "problem": Schema([
        _C("problem", _KEY, "Key made of kind and where: adding again adds no second row", null=False),
        _C("kind", _TEXT, "Short stable word", null=False),
        _C("location", _TEXT, "File and place inside it", null=False),
        _C("message", _TEXT, "What was expected and found", null=False),
        _C("place", _TEXT, "Id of the place, if known"),
        _C("excerpt", _TEXT, "At most 200 characters of it", null=False),
        _C("is_lost", _FLAG, "The record could not be kept", null=False),
    ]),
    # ---- said by the person who owns the library --------------------------------------------------------------
    "setting": Schema([
        _C("name", _TEXT, "Name of the setting", null=False),
        _C("value", _TEXT, "Its value", null=False),
    ]),
    "do_not_import": Schema([
        _C("hash", _TEXT, "Salted SHA-256 of a speaker id or handle that must not come back", null=False),
    ]),
    "correction": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("act", _TEXT, "The act it speaks of", null=False),
        _C("verdict", _TEXT, "is or is_not", null=False),
        _C("sub_kind", _TEXT, "Finer kind, with is"),
        _C("start", _INT, "Where the words begin, with is"),
        _C("end", _INT, "Where they end, exclusive"),
        _C("said_at", TIME, "When the correction was made", null=False),
    ]),
    # ---- said by a language model, of places whose owner allowed it ---------------------------------------------
    "second_reading": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("reader", _TEXT, "Name and version of the second reader", null=False),
        _C("outcome", _TEXT, "read or unread", null=False),
        _C("reason", _TEXT, "Why unread, else empty", null=False),
        _C("act", _TEXT, "A word of the vocabulary; null: the message was read and does nothing, or it is unread"),
        _C("sub_kind", _TEXT, "Finer kind"),
        _C("start", _INT, "Where the words begin; null together with act"),
        _C("end", _INT, "Where they end, exclusive"),
        _C("certainty", _TEXT, "likely; null together with act"),
    ]),
    # ---- derived: conversations ---------------------------------------------------------------------------------
    "reply": Schema([
        _C("utterance", _KEY, "Key of the message that answers", null=False),
        _C("parent", _KEY, "Key of the message answered; it may be missing from the library", null=False),
        _C("how", _TEXT, "explicit, quoted or inferred", null=False),
        _C("conversation", _KEY, "Key of the conversation, for replacing rows", null=False),
    ]),
    "thread": Schema([
        _C("utterance", _KEY, "Key of the message, or of the missing message when is_gap", null=False),
        _C("conversation", _KEY, "The platform's conversation, else the root", null=False),
        _C("root", _KEY, "Key of the topmost message (or gap) above; smallest id of the cycle in a cycle", null=False),
        _C("depth", _INT, "Replies between it and the root; 0 for the root, -1 inside a cycle", null=False),
        _C("parent", _KEY, "Key of the message (or gap) answered; null for a root"),
        _C("how", _TEXT, "explicit, quoted, inferred; null for a root"),
        _C("is_gap", _FLAG, "The message itself is missing from the archive", null=False),
        _C("speaker", _KEY, "Key of its account; null for a gap or when unknown"),
        _C("written_at", TIME, "When it was written"),
        _C("place", _TEXT, "Id of the place"),
    ]),
    # ---- derived: reading -----------------------------------------------------------------------------------------
    "read": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("reader", _TEXT, "Name and version of the reader", null=False),
        _C("lang", _TEXT, "BCP 47 tag found or declared; und when it cannot be told", null=False),
        _C("outcome", _TEXT, "read or unread", null=False),
        _C("reason", _TEXT, "Why unread: language, no text, too long", null=False),
    ]),
    "reading": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("reader", _TEXT, "Name and version of the reader", null=False),
        _C("act", _TEXT, "What the words alone say, before structure is asked", null=False),
        _C("sub_kind", _TEXT, "Finer kind"),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("certainty", _TEXT, "sure, likely or perhaps", null=False),
        _C("target", _KEY, "Key of the speaker it is said to or about, when the words name one; 0: to everyone"),
    ]),
    "nearest_ask": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("ask", _KEY, "Key of the nearest ask strictly above it, clarifying ones included", null=False),
        _C("need", _KEY, "Key of the nearest ask above that is no clarifying one; null when there is none"),
    ]),
    "act": Schema([
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("act", _TEXT, "A word of the vocabulary", null=False),
        _C("sub_kind", _TEXT, "Finer kind"),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("toward", _KEY, "Key of the message it responds to: the nearest ask, else the parent"),
        _C("target", _KEY, "Key of the speaker it is said to or about; null: no one in particular"),
        _C("certainty", _TEXT, "sure, likely or perhaps", null=False),
        _C("origin", _TEXT, "Reader name and version, structure, platform or person", null=False),
    ]),
    # ---- derived: practices -----------------------------------------------------------------------------------------
    "ask": Schema([
        _C("ask", _KEY, "Key of the message that asks", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("place", _TEXT, "Id of the place", null=False),
        _C("speaker", _KEY, "Key of the asker"),
        _C("asked_at", TIME, "When"),
        _C("sub_kind", _TEXT, "Finer kind"),
        _C("start", _INT, "Where the asking words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("same_as", _KEY, "Key of the earlier ask by the same speaker that it repeats or carries on; else null"),
    ]),
    "response": Schema([
        _C("ask", _KEY, "Key of the ask", null=False),
        _C("conversation", _KEY, "Key of the response's conversation", null=False),
        _C("utterance", _KEY, "Key of the response", null=False),
        _C("speaker", _KEY, "Key of who responded"),
        _C("kind", _TEXT, "An act, other or unread", null=False),
        _C("start", _INT, "Where its words begin; null for other and unread"),
        _C("end", _INT, "Where they end, exclusive"),
        _C("written_at", TIME, "When"),
        _C("is_automated", _FLAG, "By a declared bot", null=False),
    ]),
    "came_back": Schema([
        _C("ask", _KEY, "Key of the ask", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("utterance", _KEY, "Key of the asker's message", null=False),
        _C("outcome", _TEXT, "A sub-kind of came_back", null=False),
        _C("answer", _KEY, "Key of the response it refers to; null when it cannot be told"),
        _C("answer_how", _TEXT, "explicit (it replies to it), named or inferred (the last one before)"),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("written_at", TIME, "When"),
    ]),
    "confirmed_answer": Schema([
        _C("ask", _KEY, "Key of the ask; null when the platform marks an answer where no ask was read"),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("answer", _KEY, "Key of the answer", null=False),
        _C("by", _TEXT, "asker (their words say so) or platform (an accepted answer)", null=False),
        _C("evidence", _KEY, "Key of the asker's message; null for a platform mark"),
        _C("start", _INT, "Where the asker's words begin"),
        _C("end", _INT, "Where they end, exclusive"),
    ]),
    "praise": Schema([
        _C("praise", _KEY, "Key of the message that praises, thanks or credits", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("speaker", _KEY, "Key of who praises"),
        _C("praised", _KEY, "Key of who is praised; null: someone (could not be told)"),
        _C("act", _TEXT, "praises, thanks or credits", null=False),
        _C("how", _TEXT, "mention, reply or name; null when praised is null"),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("written_at", TIME, "When"),
    ]),
    "chime": Schema([
        _C("praise", _KEY, "Key of the praise", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("praised", _KEY, "Key of who is praised", null=False),
        _C("utterance", _KEY, "Key of the message that joins", null=False),
        _C("speaker", _KEY, "Key of who joined", null=False),
        _C("act", _TEXT, "praises, thanks, credits, agrees or experience", null=False),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("written_at", TIME, "When"),
    ]),
    "help": Schema([
        _C("help", _KEY, "Key of the message that helps", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("need", _KEY, "Key of the nearest need above it", null=False),
        _C("helper", _KEY, "Key of who helps"),
        _C("helped", _KEY, "Key of whose need it is"),
        _C("act", _TEXT, "answers, offers, did, comforts or rallies", null=False),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("written_at", TIME, "When"),
    ]),
    # ---- derived: relationships -------------------------------------------------------------------------------------
    "sign": Schema([
        _C("sign", _TEXT, "asked_advice_of, acted_on_advice, vouched, credited, defended", null=False),
        _C("conversation", _KEY, "Key of the conversation", null=False),
        _C("speaker", _KEY, "Key of who gives the sign", null=False),
        _C("toward", _KEY, "Key of whom it is given", null=False),
        _C("utterance", _KEY, "Key of the message", null=False),
        _C("start", _INT, "Where the words begin", null=False),
        _C("end", _INT, "Where they end, exclusive", null=False),
        _C("written_at", TIME, "When"),
    ]),
}  # fmt: skip
"""Every table of a library by its name."""

GATHERED = ("place", "speaker", "utterance", "link", "mark", "coverage", "problem")
SAID = ("setting", "do_not_import", "correction")
SECOND = ("second_reading",)
"""Neither gathered nor to be built anew: asking again would send the words again. Never exported."""
DERIVED = tuple(name for name in TABLES if name not in {*GATHERED, *SAID, *SECOND})

MESSAGE = Schema([
    _C("utterance", _KEY, "Key of the message", null=False),
    _C("lang", _TEXT, "BCP 47 tag the source declares; null lets the reader find out"),
    _C("title", _TEXT, "Title, on the opening message"),
    _C("text", _TEXT, "Plain text"),
    _C("code", _INTS, "Flat pairs (start, end) of text that is code"),
    _C("parent_text", _TEXT, "Text of the message answered; null when none or missing"),
    _C("speaker_name", _TEXT, "Name of the writer, so that a signature can be told from a mention"),
    _C("is_opening", _FLAG, "It opens its conversation", null=False),
    _C("by_opener", _FLAG, "Its writer opened the conversation", null=False),
    _C("by_parent_speaker", _FLAG, "It answers its own writer", null=False),
    _C("after_others", _FLAG, "Somebody else wrote in the conversation before it", null=False),
    _C("names", _WORDS, "Names and handles of the others in the conversation, for direct address"),
])  # fmt: skip
"""What a reader gets."""

READ_ACT = Schema([
    _C("utterance", _KEY, "Key of the message", null=False),
    _C("lang", _TEXT, "BCP 47 tag found or declared; und when it cannot be told", null=False),
    _C("outcome", _TEXT, "read or unread", null=False),
    _C("reason", _TEXT, "Why unread, else empty", null=False),
    _C("act", _TEXT, "A word of the vocabulary; null: the message was read and no act was found, or it is unread"),
    _C("sub_kind", _TEXT, "Finer kind"),
    _C("start", _INT, "Where the words begin; null together with act"),
    _C("end", _INT, "Where they end, exclusive"),
    _C("certainty", _TEXT, "sure, likely or perhaps; null together with act"),
    _C("named", _TEXT, "The name in the words whom the act is said to or about; `*`: everyone; null: no one is named"),
])  # fmt: skip
"""What a reader gives: one row an act, or one row without an act for a message that has none."""
