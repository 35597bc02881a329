"""The village's words in the four forms in which real places export them, counters and all.

The counters (likes, reads, scores) are there because real archives have them; every importer drops them.
"""

from __future__ import annotations

import html
import json
import os
import re
import textwrap
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from mutuals.demo.village import Post, Talk, Village, Villager, message_id, reddit_name

COLLECTED_AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
"""When the archives were made: late enough that two years of waiting have been waited out."""

_HOST = "square.sorrel-staithe.example"
FORUM_URL = f"https://{_HOST}"
_LIST = "parish@lists.sorrel-staithe.example"
_QUOTE = re.compile(r"^\[quote(?: (?:(?P<topic>\w+)/)?(?P<post>\d+))?\] (?P<words>.*)$")


def write(village: Village, folder: Path) -> Path:
    """All four archives, each file dated `COLLECTED_AT`; gives the folder back."""
    files = {**_forum(village), **_mbox(village), **_reddit(village), **_corpus(village)}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
        os.utime(path, (COLLECTED_AT.timestamp(), COLLECTED_AT.timestamp()))
    return folder


def _talks(village: Village, place: str) -> list[Talk]:
    return [talk for talk in village.talks if talk.place == place]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _counter(post: Post) -> int:
    """Some number of likes that nobody may ever see."""
    return (len(post.text) * 7 + post.number) % 23


# ---- the forum: Discourse topics -------------------------------------------------------------------------------


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _forum(village: Village) -> dict[str, str]:
    talks = _talks(village, "forum")
    return {f"square/posts/json/{talk.slug}.{talk.id}.json": _json(_topic(talk, village, talks)) for talk in talks}


def _topic(talk: Talk, village: Village, talks: list[Talk]) -> dict[str, Any]:
    kept = [post for post in talk.posts if post.state != "gone"]
    latest = max(talks, key=lambda other: other.posts[-1].written_at)
    topic: dict[str, Any] = {
        "post_stream": {
            "posts": [_forum_post(post, talk, village, talks) for post in kept],
            "stream": [_post_key(talk, post) for post in kept],
        },
        "suggested_topics": [{
            "id": int(latest.id), "title": latest.title, "slug": latest.slug, "like_count": 4,
            "created_at": _stamp(latest.posts[0].written_at), "bumped_at": _stamp(latest.posts[-1].written_at),
        }],
        "id": int(talk.id), "title": talk.title, "fancy_title": talk.title, "slug": talk.slug,
        "posts_count": len(kept), "highest_post_number": talk.posts[-1].number,
        "created_at": _stamp(kept[0].written_at), "last_posted_at": _stamp(kept[-1].written_at),
        "views": 40 + len(kept) * 9, "reply_count": len(kept) - 1, "like_count": sum(map(_counter, kept)),
        "word_count": sum(len(post.text.split()) for post in kept), "participant_count": len({p.person for p in kept}),
        "archetype": "regular", "visible": True, "closed": False, "category_id": 4, "deleted_at": None,
        "chunk_size": 20, "user_id": _user_id(village, talk.posts[0].person),
    }  # fmt: skip
    accepted = next((post for post in kept if post.is_accepted), None)
    if accepted is not None:
        name = village.people[accepted.person].forum
        topic["accepted_answer"] = {"post_number": accepted.number, "username": name, "excerpt": accepted.text[:80]}
    return topic


def _post_key(talk: Talk, post: Post) -> int:
    return int(talk.id) * 100 + post.number


def _user_id(village: Village, key: str) -> int:
    return -2 if village.people[key].is_automated else list(village.people).index(key) + 11


def _forum_post(post: Post, talk: Talk, village: Village, talks: list[Talk]) -> dict[str, Any]:
    person = village.people[post.person]
    is_gone = post.state == "deleted"
    return {
        "id": _post_key(talk, post), "name": person.name, "username": person.forum,
        "avatar_template": f"/user_avatar/{_HOST}/{person.forum}/{{size}}/7_2.png",
        "created_at": _stamp(post.written_at),
        "cooked": "<p>(post deleted by author)</p>" if is_gone else _cooked(post.text, talk, village, talks),
        "post_number": post.number, "post_type": 1, "updated_at": _stamp(post.edited_at or post.written_at),
        "reply_count": sum(other.reply_to == post.number for other in talk.posts),
        "reply_to_post_number": post.reply_to, "quote_count": post.text.count("[quote"), "reads": 12 + _counter(post),
        "score": _counter(post) * 15.2, "topic_id": int(talk.id), "topic_slug": talk.slug,
        "display_username": person.name, "version": 2 if post.edited_at else 1,
        "actions_summary": [{"id": 2, "count": _counter(post)}] if _counter(post) else [],
        "user_title": "automatic helper (bot)" if person.is_automated else None,
        "user_id": _user_id(village, person.key),
        "hidden": False, "trust_level": 2, "deleted_at": None, "user_deleted": is_gone, "wiki": False,
        "can_accept_answer": False, "accepted_answer": post.is_accepted,
    }  # fmt: skip


def _cooked(text: str, talk: Talk, village: Village, talks: list[Talk]) -> str:
    """A message as the forum's own HTML: paragraphs, quote asides, mentions, code, curly apostrophes."""
    parts: list[str] = []
    for piece in re.split(r"(```.*?```)", text, flags=re.DOTALL):
        if piece.startswith("```"):
            language, _, code = piece.strip("`").partition("\n")
            parts.append(f'<pre><code class="lang-{language}">{html.escape(code, quote=False)}</code></pre>')
            continue
        for paragraph in filter(None, (part.strip() for part in piece.split("\n\n"))):
            plain: list[str] = []
            for line in paragraph.split("\n"):
                quote = _QUOTE.match(line)
                if quote is None:
                    plain.append(_line(line, village))
                else:
                    parts.append(_aside(quote, talk, village, talks))
            if plain:
                parts.append("<p>" + "<br>\n".join(plain) + "</p>")
    return "\n".join(parts)


def _line(line: str, village: Village) -> str:
    shown = html.escape(line, quote=False).replace("'", "’")
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", shown)
    shown = re.sub(r"https://[^\s<]+", lambda m: f'<a href="{m[0]}" rel="noopener nofollow ugc">{m[0]}</a>', shown)
    handles = {person.forum for person in village.people.values()}

    def mention(found: re.Match[str]) -> str:
        return f'<a class="mention" href="/u/{found[1]}">@{found[1]}</a>' if found[1] in handles else found[0]

    return re.sub(r"@(\w+)", mention, shown)


def _aside(quote: re.Match[str], talk: Talk, village: Village, talks: list[Talk]) -> str:
    source = next(other for other in talks if other.id == (quote["topic"] or talk.id))
    quoted = source.post(int(quote["post"]))
    name = village.people[quoted.person].forum
    avatar = f"{FORUM_URL}/user_avatar/{_HOST}/{name}/40/7_2.png"
    title = f"{name}:"
    if source is not talk:
        title = f'<a href="{FORUM_URL}/t/{source.slug}/{source.id}/{quoted.number}">{html.escape(source.title)}</a>'
    return (
        f'<aside class="quote no-group" data-username="{name}" data-post="{quoted.number}" data-topic="{source.id}">\n'
        '<div class="title">\n<div class="quote-controls"></div>\n'
        f'<img alt="" width="20" height="20" src="{avatar}" class="avatar"> {title}'
        f"</div>\n<blockquote>\n<p>{_line(quote['words'], village)}</p>\n</blockquote>\n</aside>"
    )


# ---- the mailing list: mbox ------------------------------------------------------------------------------------


def _mbox(village: Village) -> dict[str, str]:
    mails = [(post, talk) for talk in _talks(village, "list") for post in talk.posts if post.state != "gone"]
    mails.sort(key=lambda mail: (mail[0].written_at, mail[1].id))
    return {"parish.mbox": "".join(_mail(post, talk, village) for post, talk in mails)}


def _mail(post: Post, talk: Talk, village: Village) -> str:
    person = village.people[post.person]
    above = [message_id(talk, number) for number in _chain(talk, post)]
    subject = talk.title if not above or talk.title.startswith("Re: ") else f"Re: {talk.title}"
    headers = [
        f"From {person.mail} {post.written_at.strftime('%a %b %d %H:%M:%S %Y')}",
        f"From: {_encoded(person.name)} <{person.mail}>",
        f"To: Parish list <{_LIST}>",
        f"Subject: {_encoded(subject)}",
        f"Date: {format_datetime(post.written_at)}",
        f"Message-ID: <{message_id(talk, post.number)}>",
    ]
    if above:
        headers.append(f"In-Reply-To: <{above[-1]}>")
        headers.append("References: " + "\n ".join(f"<{one}>" for one in above))
    headers += [
        "List-Id: Parish list <parish.lists.sorrel-staithe.example>",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 8bit",
    ]
    body = re.sub(r"^(>*From )", r">\1", _mail_body(post, talk, village, person), flags=re.MULTILINE)
    return "\n".join(headers) + "\n\n" + body + "\n\n"


def _chain(talk: Talk, post: Post) -> list[int]:
    numbers: list[int] = []
    while post.reply_to is not None:
        numbers.insert(0, post.reply_to)
        post = talk.post(post.reply_to)
    return numbers


def _encoded(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8").encode()


def _mail_body(post: Post, talk: Talk, village: Village, person: Villager) -> str:
    """The words folded at 74 columns, under or above what they answer, and the signature."""
    lines: list[str] = []
    for line in post.text.split("\n"):
        quote = _QUOTE.match(line)
        if quote is not None:
            lines += _attributed(quote["words"], talk.post(post.reply_to or 1), person, village)
        else:
            lines += textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False) or [""]
    if person.signature:
        lines += ["", "-- ", *person.signature]
    has_quote = "[quote" in post.text
    parent = talk.post(post.reply_to) if post.reply_to is not None else None
    if parent is not None and parent.state == "kept" and post.number % 2 == 0 and not has_quote:
        lines += ["", *_attributed(parent.text, parent, person, village)]
    return "\n".join(lines)


def _attributed(words: str, quoted: Post, person: Villager, village: Village) -> list[str]:
    name, at = village.people[quoted.person].name, quoted.written_at
    intro = f"On {at.strftime('%a, %d %b %Y at %H:%M')}, {name} wrote:"
    if person.key == "wolfram":
        intro = f"Am {at.strftime('%d.%m.%Y um %H:%M')} schrieb {name}:"
    quoted_lines = [folded for line in words.split("\n") for folded in textwrap.wrap(line, 70) or [""]]
    return [intro, *(f"> {line}".rstrip() for line in quoted_lines)]


# ---- Reddit: Pushshift lines -----------------------------------------------------------------------------------


def _reddit(village: Village) -> dict[str, str]:
    submissions: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    for talk in _talks(village, "bench"):
        for post in talk.posts:
            if post.state != "gone":
                (submissions if post.number == 1 else comments).append(_reddit_post(post, talk, village))
    files = {}
    for name, rows in (("submissions", submissions), ("comments", comments)):
        rows.sort(key=lambda row: (row["created_utc"], row["name"]))
        files[f"bench/{name}.ndjson"] = "".join(_json(row) + "\n" for row in rows)
    return files


def _reddit_post(post: Post, talk: Talk, village: Village) -> dict[str, Any]:
    person, name = village.people[post.person], reddit_name(talk, post.number)
    is_kept = post.state == "kept"
    words = html.escape(post.text, quote=False) if is_kept else f"[{post.state}]"
    link = f"/r/{talk.group}/comments/{talk.id}/{talk.slug.replace('-', '_')}/"
    row: dict[str, Any] = {
        "id": name[3:], "name": name, "author": person.bench if is_kept else "[deleted]",
        "created_utc": _seconds(post.written_at), "retrieved_on": _seconds(COLLECTED_AT), "subreddit": talk.group,
        "subreddit_id": f"t5_{talk.group.lower()[:6]}", "score": _counter(post), "ups": _counter(post), "downs": 0,
        "gilded": 0, "distinguished": "moderator" if person.is_automated else None, "stickied": person.is_automated,
        "edited": _seconds(post.edited_at) if post.edited_at else False,
    }  # fmt: skip
    if is_kept:
        row["author_fullname"] = f"t2_{list(village.people).index(person.key):03d}"
    if post.number == 1:
        count = len(talk.posts) - 1
        row |= {"title": talk.title, "selftext": words, "is_self": True, "num_comments": count, "permalink": link}
        row |= {"domain": f"self.{talk.group}", "upvote_ratio": 0.93, "over_18": False}
    else:
        row |= {"body": words, "link_id": f"t3_{talk.id}", "parent_id": reddit_name(talk, post.reply_to or 1)}
        row |= {"is_submitter": post.person == talk.posts[0].person, "permalink": f"{link}{name[3:]}/"}
    return row


# ---- the chat: a ConvoKit corpus -------------------------------------------------------------------------------


def _corpus(village: Village) -> dict[str, str]:
    talks = _talks(village, "chat")
    rows = [_chat_line(post, talk, village) for talk in talks for post in talk.posts]
    present = sorted({post.person for talk in talks for post in talk.posts})
    speakers = {
        village.people[key].chat: {"meta": {"name": village.people[key].name}, "vectors": []} for key in present
    }
    conversations = {f"{talk.id}-1": {"meta": {"title": talk.title}, "vectors": []} for talk in talks}
    return {
        "kettle/utterances.jsonl": "".join(_json(row) + "\n" for row in rows),
        "kettle/speakers.json": _json(speakers),
        "kettle/conversations.json": _json(conversations),
        "kettle/corpus.json": _json({"name": "kettle"}),
    }


def _chat_line(post: Post, talk: Talk, village: Village) -> dict[str, Any]:
    parent = post.reply_to if post.reply_to is not None or post.number == 1 else 1
    return {
        "id": f"{talk.id}-{post.number}", "conversation_id": f"{talk.id}-1", "text": post.text,
        "speaker": village.people[post.person].chat, "meta": {"reactions_count": _counter(post)},
        "reply-to": f"{talk.id}-{parent}" if parent is not None else None,
        "timestamp": _seconds(post.written_at), "vectors": [],
    }  # fmt: skip
