"""Forget a person: their words, their name in others' words, and the bytes in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mutuals.errors import PersonNotFound
from mutuals.store import Store
from mutuals.store.optout import FORGOTTEN, hash_of, replaced, salt_of

LONG_QUOTE = 40
"""Characters of a sentence from which on its verbatim copy in somebody else's message is taken out; shorter ones
("Thank you.") are nobody's in particular."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The receipt of a forgetting: it names no one and counts nothing, since any count would be of one person.

    Attributes:
        emptied: They had written here, and these messages say nothing now.
        redacted: Others had named or quoted them, and those words were replaced.
        file_rewritten: The library file was written anew, so that the old bytes are gone.
    """

    emptied: bool
    redacted: bool
    file_rewritten: bool


def forget(store: Store, speaker: int) -> Forgotten:
    """Take an account out of the library and keep it out.

    Its messages stay as empty places in their conversations ("someone"), so that the replies of others keep theirs.
    In others' messages of the same places its handle, its full name and sentences of its own of forty characters or
    more are replaced. A salted hash of its id and handle goes to the do-not-import list. Then the file is rewritten.
    The caller updates the derived tables afterwards; the messages concerned are marked as touched.

    Raises:
        PersonNotFound: The library has no such account.
    """
    run = store.connection.execute
    found = run("select id, name, handle from lib.main.speaker where speaker = ?", [speaker]).fetchall()
    if not found:
        raise PersonNotFound("The library has no such person.")
    identifier, name, handle = found[0]
    with store.transaction():
        salt = salt_of(store.connection)
        theirs = run("select utterance, text, title from lib.main.utterance where speaker = ?", [speaker]).fetchall()
        redacted = _redact_others(store, speaker, identifier, {n for n in (name, handle) if n}, theirs)
        _empty_theirs(store, speaker)
        run('update lib.main.mark set "by" = null where "by" = ?', [speaker])
        run("delete from lib.main.link where kind = 'mention' and target = ?", [speaker])
        run("delete from lib.main.speaker where speaker = ?", [speaker])
        run("delete from lib.main.setting where name = 'viewer' and value = ?", [identifier])
        run(
            "delete from lib.main.problem where contains(lower(excerpt || message || location), lower(?))",
            [handle or name],
        )
        for word in {identifier, handle or identifier}:
            run("insert into lib.main.do_not_import values (?)", [hash_of(salt, word)])
    store.rewrite()
    return Forgotten(emptied=bool(theirs), redacted=redacted > 0, file_rewritten=store.path is not None)


def _empty_theirs(store: Store, speaker: int) -> None:
    """Leave of each message its key, its place in the conversation and its time."""
    run = store.connection.execute
    mine = "(select utterance from lib.main.utterance where speaker = ?)"
    run(f"insert into lib.main.touched {mine}", [speaker])
    run(f"delete from lib.main.link where utterance in {mine}", [speaker])
    run(f"delete from lib.main.correction where utterance in {mine}", [speaker])
    run(f"delete from lib.main.second_reading where utterance in {mine}", [speaker])
    run(f"update lib.main.utterance set reply_to_id = 'forgotten:' || reply_to where reply_to in {mine}", [speaker])
    run(
        f"""update lib.main.link set target_id = 'forgotten:' || target where kind = 'quote' and target in {mine}""",
        [speaker],
    )
    run(
        f"""update lib.main.utterance set id = 'forgotten:' || utterance, speaker = null, title = null, text = null,
            lang = null, url = null, original = null, offsets = null, code = null, is_deleted = true,
            meta = '{FORGOTTEN}'
            where speaker = ?""",
        [speaker],
    )


def _redact_others(
    store: Store, speaker: int, identifier: str, names: set[str], theirs: list[tuple[int, str | None, str | None]]
) -> int:
    """Replace the person in the words of others; returns in how many messages something was replaced."""
    run = store.connection.execute
    native = identifier.split(":", 1)[1].rsplit("/", 1)[-1]
    whole = {n for n in {*names, native} if len(n) > 1}
    quotes = sorted(
        {s.strip() for _, text, _ in theirs for s in _SENTENCE.findall(text or "") if len(s.strip()) >= LONG_QUOTE},
        key=len,
        reverse=True,
    )
    candidates = run(
        """select utterance, text, title, original, meta, code from lib.main.utterance u
           where u.speaker is distinct from ? and (
             regexp_matches(lower(concat_ws(' ', u.text, u.title, u.original, u.meta)), ?)
             or exists (select 1 from lib.main.link k join lib.main.utterance t on t.utterance = k.target
                        where k.utterance = u.utterance and k.kind = 'quote' and t.speaker = ?)
             or exists (select 1 from lib.main.thread c join lib.main.thread d on d.conversation = c.conversation
                        where c.utterance = u.utterance and d.speaker = ?))
             and u.place in (select place from lib.main.utterance where speaker = ?)""",
        [speaker, "|".join(re.escape(n.lower()) for n in sorted(whole)) or "$^", speaker, speaker, speaker],
    ).fetchall()
    count = 0
    for key, text, title, original, meta, code in candidates:
        new_text, moved = _without(text or "", whole, quotes)
        new_title, _ = replaced(title or "", whole)
        lowered = f"{original or ''} {meta or ''}".lower()
        stale = any(n.lower() in lowered for n in whole) or any(_loose(q) in _loose(original or "") for q in quotes)
        if new_text == (text or "") and new_title == (title or "") and not stale:
            continue
        count += 1
        run(
            """update lib.main.utterance set text = ?, title = ?, original = null, offsets = null, code = ?, meta = null
               where utterance = ?""",
            [new_text if text is not None else None, new_title if title is not None else None,
             [moved(o) for o in code] if code else None, key],
        )  # fmt: skip
        _move_links(store, key, moved)
        run("delete from lib.main.correction where utterance = ?", [key])
        run("delete from lib.main.second_reading where utterance = ?", [key])
        run("insert into lib.main.touched values (?)", [key])
    return count


def _without(text: str, names: set[str], quotes: list[str]) -> tuple[str, Any]:
    copied = {q for q in quotes if q in text}
    first, moved_first = (
        replaced(text, copied, "[words of someone who left]") if copied else (text, lambda offset: offset)
    )
    second, moved_second = replaced(first, names)
    return second, lambda offset: moved_second(moved_first(offset))


def _loose(words: str) -> str:
    return re.sub(r"(?:<[^>]*>|[\s>])+", " ", words)


def _move_links(store: Store, key: int, moved: Any) -> None:
    rows = store.connection.execute(
        'select target, "start", "end" from lib.main.link where utterance = ? and "start" is not null', [key]
    ).fetchall()
    for target, start, end in rows:
        store.connection.execute(
            'update lib.main.link set "start" = ?, "end" = ? where utterance = ? and target = ? and "start" = ?',
            [moved(start), moved(end), key, target, start],
        )
