"""A moment drawn as threads: one string of SVG, no script, nothing from elsewhere, and not one number in it.

The opening message stands at the left (above, in the narrow drawing). For each kind of response, in the one fixed
order, a strand of threads runs to the right, and each thread ends at the person who came, in order of arrival:

    Ana ──╮ Answered
          ╰═══════●═══════●───────●
                  Ben     Cai     Fay
      ◂──────────────────────────────● Ana came back

Colours are classes, so that the page's style sheet sets them for light and dark.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from mutuals.model import Person, Quote
from mutuals.views import wording
from mutuals.views.pages import AskMoment, CameBack, Moment, PraiseMoment

Size = Literal["wide", "narrow"]
Group = tuple[str, list[Quote]]
Back = tuple[Person, str, Person | None]
"""Who came back, the words for it, and whose answer it was about."""

LIMIT = 60
"""How many people are drawn; with more, names become too small to read on paper, and "and others" stands in."""

_WIDTH = {"wide": 760.0, "narrow": 300.0}
_LEFT = {"wide": 190.0, "narrow": 34.0}
_TOP = {"wide": 30.0, "narrow": 66.0}
_STEP = 1.7
"""Distance between threads that run side by side: less looks like one line, more crosses the names."""
_LETTER = 7.6
"""Width of a Latin letter at the size of the names, on the wide side so that no name touches the next."""
_BOLD = 1.1
"""How much wider a bold letter is."""
_SMALLEST_STEP, _LARGEST_STEP = 44.0, 110.0
"""Between one arrival and the next on the line of time: closer, and it cannot be seen which came first."""
_NAME_ROOM = 17
"""Letters of a name that are drawn before it is cut; the whole name is in its title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """The people of one kind, in order of arrival."""

    heading: str
    people: tuple[Person, ...]
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a drawing shows: who opened, who came in which way, who came back with what.

    Attributes:
        opener: Who asked, praised or helped.
        verb: What they did, in words.
        toward: Whom they did it to; None for everyone or someone unknown.
        strands: Everyone who came, at most `LIMIT`.
        back: Who came back, with the words for it and the person whose answer it was about.
        has_others: More people came than are drawn.
        arrivals: Everyone who is drawn, once each, in order of arrival; empty where that is not known.
    """

    opener: Person
    verb: str
    toward: Person | None
    strands: tuple[Strand, ...]
    back: tuple[Back, ...] = ()
    has_others: bool = False
    arrivals: tuple[Person, ...] = ()


def picture(moment: Moment, *, size: Size = "wide") -> str:
    """The moment as SVG for an HTML page; empty when nobody came, as there is nothing to draw.

    Args:
        moment: An ask, a praise or a help.
        size: `wide` for a desk, `narrow` for a telephone; the two differ in layout, not in content.
    """
    scene = scene_of(moment)
    if not scene.strands and not scene.back:
        return ""
    return _Drawing(scene, size, _opening(moment)).svg()


def scene_of(moment: Moment) -> Scene:
    """Who is drawn, and where; kinds that people do not agree on (tier 3) are not drawn."""
    if isinstance(moment, AskMoment):
        kinds = [kind for kind in moment.kinds if not kind.is_folded]
        groups = [(kind.heading, [entry.first for entry in kind.entries]) for kind in kinds]
        return _scene(moment.ask.person, "asked", None, groups, _backs(moment.came_back))
    if isinstance(moment, PraiseMoment):
        reply = moment.praised_replied
        back = ((reply.person, "answered", None),) if reply else ()
        verb = wording.PRAISED_WORDS.get(moment.praise.act, "praised")
        groups = [("Chimed in", [said.quote for said in moment.chimes])]
        return _scene(moment.praise.quote.person, verb, moment.praised, groups, back)
    helper = moment.help.quote.person
    groups = [
        (wording.hand(link, helper.name), [hand.quote for hand in moment.hands if hand.link == link])
        for link in wording.HAND_ORDER
    ]
    verb = "reached out to" if moment.helped else "reached out"
    return _scene(helper, verb, moment.helped, groups, _backs(moment.came_back))


def _scene(opener: Person, verb: str, toward: Person | None, groups: list[Group], back: tuple[Back, ...]) -> Scene:
    strands, more = _within_limit([(heading, [quote.person for quote in quotes]) for heading, quotes in groups])
    shown = {_key(person) for strand in strands for person in strand.people}
    quotes = [quote for _, group in groups for quote in group if _key(quote.person) in shown]
    is_dated = all(quote.written_at for quote in quotes) and all(quote.person.id for quote in quotes)
    dated = sorted(quotes, key=lambda quote: (str(quote.written_at), quote.utterance)) if is_dated else []
    first: dict[object, Person] = {}
    for quote in dated:
        first.setdefault(_key(quote.person), quote.person)
    return Scene(
        opener=opener,
        verb=verb,
        toward=toward,
        strands=strands,
        back=back,
        has_others=more,
        arrivals=tuple(first.values()),
    )


def _opening(moment: Moment) -> Quote:
    if isinstance(moment, AskMoment):
        return moment.ask
    return moment.praise.quote if isinstance(moment, PraiseMoment) else moment.help.quote


def _key(person: Person) -> object:
    return person.id or id(person)


def _room(person: Person) -> float:
    return letters(shortened(person.name)) * _LETTER + 22


def _backs(came: Iterable[CameBack]) -> tuple[Back, ...]:
    last = list(came)[-1:]
    return tuple(
        (one.quote.person, wording.came_back(one.outcome), one.answer.person if one.answer else None) for one in last
    )


def _within_limit(groups: Sequence[tuple[str, list[Person]]]) -> tuple[tuple[Strand, ...], bool]:
    room, strands, more = LIMIT, [], False
    for heading, everyone in groups:
        people = _once(everyone)
        shown = people[:room]
        room -= len(shown)
        more = more or len(shown) < len(people)
        if shown:
            strands.append(Strand(heading=heading, people=shown, goes_on=len(shown) < len(people)))
    return tuple(strands), more


def _once(people: Iterable[Person]) -> tuple[Person, ...]:
    """Each person where they first came; people without an id stay apart."""
    first: dict[object, Person] = {}
    for index, person in enumerate(people):
        first.setdefault(person.id or index, person)
    return tuple(first.values())


# ---- drawing -----------------------------------------------------------------------------------------------------


def letters(text: str) -> float:
    """How wide a text is, in Latin letters: East Asian wide characters take two, marks none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shortened(name: str, room: float = _NAME_ROOM) -> str:
    """The name, or its beginning with an ellipsis where it is longer than the room for it."""
    if letters(name) <= room:
        return name
    kept = ""
    for character in name:
        if letters(kept + character) > room - 1:
            break
        kept += character
    return kept.rstrip() + "…"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _words(person: Person) -> str:
    return f"<tspan data-words>{escape(person.name)}</tspan>"


class _Drawing:
    """One SVG in the making: lays the strands out from top to bottom and remembers where people stand."""

    def __init__(self, scene: Scene, size: Size, opening: Quote) -> None:
        self.scene, self.size = scene, size
        digest = hashlib.sha256(f"{opening.utterance}:{opening.start}:{scene.verb}:{size}".encode()).hexdigest()
        self.id = f"p{digest[:12]}"
        self.width, self.left = _WIDTH[size], _LEFT[size]
        self.y = _TOP[size]
        self.lines: list[str] = []
        self.names: list[str] = []
        self.slots = self._timeline()
        self.held = {_key(answerer) for _, _, answerer in scene.back if answerer}
        self.node = (150.0, 0.0) if size == "wide" else (12.0, 34.0)

    def svg(self) -> str:
        rows = [row for strand in self.scene.strands for row in self._rows(strand)]
        if self.size == "wide":
            self.node = (150.0, self.y + max(24.0, self._height(rows) / 2 - 10))
        for heading, people in rows:
            self._staff(heading, people)
        if self.scene.has_others:
            self.names.append(f'<text class="heading" x="{_n(self.left)}" y="{_n(self.y)}">and others</text>')
            self.y += 24
        for person, words, _ in self.scene.back:
            self._came_back(person, words)
        self._opener()
        height = max(self.y, self.node[1] + 40)
        return (
            f'<svg class="picture {self.size}" role="img" aria-labelledby="{self.id}t {self.id}d" '
            f'viewBox="0 0 {_n(self.width)} {_n(height)}" xmlns="http://www.w3.org/2000/svg">'
            f'<title id="{self.id}t">{self._title()}</title><desc id="{self.id}d">{self._description()}</desc>'
            f"{''.join(self.lines)}{''.join(self.names)}</svg>"
        )

    def _rows(self, strand: Strand) -> list[tuple[str, list[tuple[Person, float]]]]:
        """The people of a strand wrapped to the width, each with the left edge of their name."""
        rows: list[tuple[str, list[tuple[Person, float]]]] = []
        x, end = self.left + 26, 0.0
        for person in strand.people:
            wide = _room(person)
            slot = self.slots.get(_key(person))
            x = max(slot, end) if slot is not None else end or x
            if not rows or x + wide > self.width + 16:
                rows.append((strand.heading if not rows else "", []))
                x = slot if slot is not None and len(rows) == 1 else self.left + 26
            rows[-1][1].append((person, x))
            end = x + wide
        return rows

    def _timeline(self) -> dict[object, float]:
        """Where each person stands along one line of time; empty when there is no room for all on one line."""
        order = self.scene.arrivals
        first, last = self.left + 26, self.width - max(map(_room, order), default=0.0)
        step = (last - first) / max(len(order) - 1, 1)
        if self.size == "narrow" or not order or step < _SMALLEST_STEP:
            return {}
        step = min(step, _LARGEST_STEP)
        return {_key(person): first + index * step for index, person in enumerate(order)}

    def _height(self, rows: Sequence[tuple[str, list[tuple[Person, float]]]]) -> float:
        return sum((26 if heading else 0) + 40 + len(people) * _STEP for heading, people in rows)

    def _staff(self, heading: str, people: Sequence[tuple[Person, float]]) -> None:
        """One line of a strand: its heading, a bundle of threads, and a name where each thread ends."""
        if heading:
            self.names.append(
                f'<text class="heading" x="{_n(self.left + 26)}" y="{_n(self.y + 6)}">{escape(heading)}</text>'
            )
            self.y += 26
        base = self.y + 18
        for index, (person, x) in enumerate(people):
            y = base + index * _STEP
            self.lines.append(f'<path class="thread" d="{self._thread(x, y)}"/>')
            dot = "dot held" if _key(person) in self.held else "dot"
            self.names.append(
                f"<g><title data-words>{escape(person.name)}</title>"
                f'<circle class="{dot}" cx="{_n(x)}" cy="{_n(y)}" r="3"/>'
                f'<text class="name" data-words x="{_n(x - 3)}" y="{_n(base - 8)}">'
                f"{escape(shortened(person.name))}</text></g>"
            )
        self.y = base + len(people) * _STEP + 22

    def _thread(self, x: float, y: float) -> str:
        nx, ny = self.node
        if self.size == "wide":
            return (
                f"M{_n(nx)} {_n(ny)}C{_n(nx + 34)} {_n(ny)} {_n(nx + 16)} {_n(y)} {_n(self.left + 20)} {_n(y)}H{_n(x)}"
            )
        return f"M{_n(nx)} {_n(ny)}V{_n(y - 14)}Q{_n(nx)} {_n(y)} {_n(nx + 18)} {_n(y)}H{_n(x)}"

    def _came_back(self, person: Person, words: str) -> None:
        """The thread that returns, from the latest in time to where all began."""
        nx, ny = self.node
        y = self.y + 30
        if letters(f"{shortened(person.name)} {words}") * _LETTER > self.width - self.left:
            words = "came back"
        turn = nx - 7 if self.size == "narrow" else nx
        latest = max(self.slots.values(), default=0.0)
        least = self.left + letters(f"{shortened(person.name)} {words}") * _LETTER
        end = min(self.width - 8, max(latest + _SMALLEST_STEP, least)) if latest else self.width - 8
        bend = 14
        path = f"M{_n(end)} {_n(y)}H{_n(turn + bend)}Q{_n(turn)} {_n(y)} {_n(turn)} {_n(y - bend)}V{_n(ny + 9)}"
        tip = f"M{_n(turn - 4)} {_n(ny + 15)}L{_n(turn)} {_n(ny + 8)}L{_n(turn + 4)} {_n(ny + 15)}"
        self.lines.append(f'<path class="back" d="{path}"/><path class="back" d="{tip}"/>')
        self.names.append(
            f'<circle class="dot held" cx="{_n(end)}" cy="{_n(y)}" r="3"/>'
            f'<text class="returned end" x="{_n(end + 3)}" y="{_n(y - 8)}">'
            f"<tspan data-words>{escape(shortened(person.name))}</tspan> {escape(words)}</text>"
        )
        self.y = y + 16

    def _opener(self) -> None:
        """The name at the beginning, with what they did, and to whom."""
        nx, ny = self.node
        scene = self.scene
        self.names.append(f'<circle class="origin" cx="{_n(nx)}" cy="{_n(ny)}" r="5"/>')
        title = f"<title data-words>{escape(scene.opener.name)}</title>"
        name = escape(shortened(scene.opener.name, 15))
        toward = escape(shortened(scene.toward.name, 15)) if scene.toward else ""
        if self.size == "narrow":
            whom = f'<tspan data-words class="opener">{toward}</tspan>' if toward else ""
            to = shortened(scene.toward.name, 15) if scene.toward else ""
            line = f"{shortened(scene.opener.name, 15)} {scene.verb} {to}"
            is_wide = bool(toward) and 28 + letters(line) * _LETTER * _BOLD > self.width
            first = f'<tspan class="opener" data-words>{name}</tspan> {escape(scene.verb)}'
            rows_of_words = [first, whom] if is_wide else [f"{first} {whom}".rstrip()]
            texts = (
                f'<text x="28" y="{_n(ny + 5 - 19 * above)}" class="verb">{words}</text>'
                for above, words in zip(range(len(rows_of_words) - 1, -1, -1), rows_of_words, strict=True)
            )
            self.names.append(f"<g>{title}{''.join(texts)}</g>")
            return
        rows = [("opener", name, True), ("verb", escape(scene.verb), False)]
        rows += [("opener", toward, True)] if toward else []
        top = ny + 6 - (len(rows) - 1) * 10
        for index, (css, words, is_name) in enumerate(rows):
            mark = " data-words" if is_name else ""
            text = f'<text class="{css} end"{mark} x="{_n(nx - 14)}" y="{_n(top + index * 20)}">{words}</text>'
            self.names.append(f"<g>{title}{text}</g>" if index == 0 else text)

    def _title(self) -> str:
        scene = self.scene
        toward = f" {_words(scene.toward)}" if scene.toward else ""
        return f"{_words(scene.opener)} {escape(scene.verb)}{toward}, and who came"

    def _description(self) -> str:
        """All that the drawing shows, as sentences."""
        said = []
        for strand in self.scene.strands:
            names = ", ".join(_words(person) for person in strand.people) + (", and others" if strand.goes_on else "")
            said.append(f"{escape(strand.heading)}: {names}.")
        if self.scene.has_others and not any(strand.goes_on for strand in self.scene.strands):
            said.append("And others.")
        for person, words, answerer in self.scene.back:
            about = f", after the words of {_words(answerer)}" if answerer else ""
            said.append(f"{_words(person)} {escape(words)}{about}.")
        return " ".join(said)
