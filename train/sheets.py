"""Sheets for annotators: conversations of the shared archives as plain text, and which lines stand for what.

`python -m train.sheets OUT` writes `OUT/NAME.txt` and `OUT/NAME.key.jsonl` for every sheet of `PLAN`; both hold or
point at real people's words and stay out of the project.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from mutuals.reading.learned.inputs import parts
from mutuals.reading.sentences import mask, sentences
from train.places import Message, conversations

SEED = 7
UNITS = 205
"""Lines to label on a sheet, roughly: a conversation is never cut off in the middle, except IRC."""
PLAN = {"irc": 5, "urho3d": 6, "lean": 4, "r-help": 3, "github": 2, "reddit": 1}
_RICH = re.compile(
    r"(?i)\b(?:thanks?|thx|works? now|worked|solved|fixed|i'll|i will|i can|let me|good point|you're right|my bad|fair"
    r" enough|welcome|well done|nice|great|awesome|amazing|sorry to hear|good luck|same here|agree|exactly|i had|for me"
    r"|actually|disagree|announce|released|happy to|credit|recommend)\b"
)


def chosen(place: str, chance: random.Random) -> Iterator[list[Message]]:
    """Conversations for a place in a random order; every second one holds words of acts that are rare."""
    found = [one for one in conversations(place).values() if 2 <= len(one) <= 25 or place == "irc"]
    found = [one for one in found if len({message.author for message in one}) > 1]
    found.sort(key=lambda one: one[0].id)
    chance.shuffle(found)
    rich = iter([one for one in found if sum(bool(_RICH.search(message.text)) for message in one) >= 2])
    plain = iter(found)
    seen: set[str] = set()
    for number in range(len(found)):
        one = next(rich if number % 2 else plain, None)
        if one is not None and one[0].id not in seen:
            seen.add(one[0].id)
            yield one


def units_of(message: Message, most: int = 4) -> list[tuple[int, int]]:
    """Where the parts of a message lie that are labelled, at most `most`."""
    masked = mask(message.text, message.code)
    return parts(masked, sentences(masked))[:most]


def write(name: str, talks: Iterator[list[Message]], folder: Path) -> None:
    """One sheet from the next conversations, and its keys."""
    lines: list[str] = []
    keys: list[dict[str, object]] = []
    while len(keys) < UNITS:
        talk = next(talks)
        if talk[0].place == "irc":
            talk = [one for one in talk if int(one.id.rsplit(":", 1)[1]) >= 1000][:70]
        numbers: dict[str, str] = {}
        lines.append(f"# --- {talk[0].title}" if talk[0].title else "# ---")
        for message in talk:
            for part, (start, end) in enumerate(units_of(message)):
                number = f"{len(keys) + 1}"
                numbers.setdefault(message.id, number)
                above = numbers.get(message.parent or "")
                reply = f" (re {above})" if above and not part else " (same message)" if part else ""
                opener = "*" if message.who in "Oo" else ""
                words = re.sub(r"\s+", " ", message.text[start:end])[:700]
                lines.append(f"{number}{reply}  <{opener}{message.author}> {words}")
                keys.append({"key": number, "place": message.place, "id": message.id, "start": start, "end": end,
                             "hash": message.digest})  # fmt: skip
    (folder / f"{name}.txt").write_text(
        "# `*` before a name: who opened the conversation\n# label each of these lines\n" + "\n".join(lines) + "\n",
        "utf-8",
    )
    (folder / f"{name}.key.jsonl").write_text("".join(json.dumps(key) + "\n" for key in keys), "utf-8")


def main(folder: Path) -> None:
    """Write every sheet of the plan."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, many in PLAN.items():
        talks = chosen(place, random.Random(SEED))
        for number in range(many):
            write(f"{place}.{number}", talks, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
