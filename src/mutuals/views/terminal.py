"""Each page as text: quotes with who, when and where, wrapped to the width of the terminal.

No colour but bold and dim, and those only on a terminal that wants them; the words alone say everything.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mutuals.model import Person, Quote
from mutuals.views import wording
from mutuals.views.pages import (
    AskMoment,
    BetweenPage,
    CameBack,
    ConfirmedAnswer,
    HelpMoment,
    Moment,
    MomentPage,
    MomentsPage,
    Page,
    PeoplePage,
    PersonPage,
    PersonSaid,
    PlacesPage,
    PraiseMoment,
    ProblemsPage,
    Said,
    Strand,
    ThreadEntry,
    ThreadPage,
    TodayPage,
)
from mutuals.views.style import NARROWEST, Style

DEEPEST = 8
"""Levels that a reply is set in; deeper ones stay at the margin of this one, so that words keep room."""


def render(page: Page, style: Style | None = None) -> str:
    """A page as text that ends in a line break; control characters in anyone's words are made visible."""
    lines = _PAGES[type(page)](page, style or Style())
    return "\n".join(lines).strip("\n") + "\n"


def claim(said: Said, style: Style) -> str:
    """One reading with the words it answers above it, for asking whether it is so; ends in a line break."""
    lines: list[str] = []
    if said.answers:
        lines += [f"{_name(said.answers.person)} had said", *_quote(said.answers, style, 2), ""]
    lines += [f"{_name(said.quote.person)}: {style.bold(wording.act(said.act, said.sub_kind, said.hedge))}"]
    return "\n".join([*lines, *_quote(said.quote, style, 2)]) + "\n"


def _today(page: TodayPage, style: Style) -> Iterator[str]:
    if page.is_empty:
        yield from _wrap(
            "Nothing is here yet. Add an archive with `mutuals add PATH`, or look around with `mutuals demo`.", style
        )
        return
    yield style.bold(f"As of {wording.day(page.until)}")
    for moment in page.scenes:
        yield ""
        yield from _moment(moment, style)
    lists = (
        ("No one here has answered yet", page.open_asks),
        ("No answer is in the archive, which cannot tell whether there was any", page.unknown_asks),
        ("Help that came to you", page.thanks_to_return),
    )
    for heading, quotes in lists:
        yield from _section(heading, (_quote(quote, style, 2) for quote in quotes), style)
    yield from _section("Answers that held", (_confirmed(one, style, 2) for one in page.answered), style)
    yield from _coverage(page.coverage, style)


def _moments(page: MomentsPage, style: Style) -> Iterator[str]:
    yield style.bold(page.heading)
    if not page.quotes:
        yield ""
        yield "Nothing of this kind was found."
    for n, quote in enumerate(page.quotes):
        yield ""
        yield from _quote(quote, style, 0)
        toward = page.toward[n] if n < len(page.toward) else None
        if toward is not None:
            yield from _wrap(f"to {_name(toward)}", style, 2)
        if n < len(page.notes) and page.notes[n]:
            yield from _wrap(page.notes[n], style, 2)
    yield from _more(page.newer, page.older, style)
    yield from _coverage(page.coverage, style)


def _moment_page(page: MomentPage, style: Style) -> Iterator[str]:
    if page.title:
        yield from _wrap(page.title, style)
        yield ""
    if not page.moments:
        yield from _wrap("Nothing was read in this message that asks, praises or helps.", style)
    for n, moment in enumerate(page.moments):
        if n:
            yield ""
        yield from _moment(moment, style)
    yield ""
    yield style.dim(f"conversation {_clean(page.conversation)}")


def _moment(moment: Moment, style: Style) -> Iterator[str]:
    if isinstance(moment, AskMoment):
        yield from _ask(moment, style)
    elif isinstance(moment, PraiseMoment):
        yield from _praise(moment, style)
    else:
        yield from _help(moment, style)


def _ask(moment: AskMoment, style: Style) -> Iterator[str]:
    yield style.bold(f"{_name(moment.ask.person)} {wording.act('asks', moment.sub_kind)}")
    yield from _quote(moment.ask, style, 2)
    if moment.silence_note:
        yield from _wrap(moment.silence_note, style, 2)
    yield from _section("Also asked", (_quote(quote, style, 4) for quote in moment.also_asked), style, 2)
    for kind in moment.kinds:
        folded = " (folded: readers and a person agree, people often do not)" if kind.is_folded else ""
        yield from _section(kind.heading + folded, (_entry(entry, style) for entry in kind.entries), style, 2)
    yield from _section("Came back", (_came_back(back, style) for back in moment.came_back), style, 2)
    yield from _section("What held", (_confirmed(one, style, 4) for one in moment.confirmed), style, 2)
    yield from _section("From automated accounts", (_entry(entry, style) for entry in moment.automated), style, 2)


def _praise(moment: PraiseMoment, style: Style) -> Iterator[str]:
    verb = wording.PRAISED_WORDS.get(moment.praise.act, "praised")
    whom = _name(moment.praised) if moment.praised else "someone"
    hedge = "it reads as if " if moment.praise.hedge else ""
    yield style.bold(f"{hedge}{_name(moment.praise.quote.person)} {verb} {whom}")
    yield from _quote(moment.praise.quote, style, 2)
    yield from _section("Chimed in, in order of arrival", (_said(one, style, 4) for one in moment.chimes), style, 2)
    if moment.praised_replied:
        yield from _section("And they replied", [_quote(moment.praised_replied, style, 4)], style, 2)


def _help(moment: HelpMoment, style: Style) -> Iterator[str]:
    helper = _name(moment.help.quote.person)
    yield style.bold(f"{helper} reached out to {_name(moment.helped) if moment.helped else 'someone'}")
    yield from _said(moment.help, style, 2)
    yield from _section("The need above", [_quote(moment.need, style, 4)], style, 2)
    for link in wording.HAND_ORDER:
        hands = [hand.quote for hand in moment.hands if hand.link == link]
        yield from _section(wording.hand(link, helper), (_quote(quote, style, 4) for quote in hands), style, 2)
    yield from _section("Came back", (_came_back(back, style) for back in moment.came_back), style, 2)


def _thread(page: ThreadPage, style: Style) -> Iterator[str]:
    yield style.bold(_clean(page.title or "A conversation without a title"))
    yield style.dim(" · ".join(_clean(part) for part in (page.place, page.url or "") if part))
    if page.has_inferred:
        yield from _wrap("Some replies are worked out, since the place does not say what answers what.", style)
    for entry in page.entries:
        yield ""
        yield from _thread_entry(entry, style)
    yield from _more(page.newer, page.older, style)
    yield from _coverage(page.coverage, style)


def _thread_entry(entry: ThreadEntry, style: Style) -> Iterator[str]:
    indent = 2 * min(entry.level, DEEPEST)
    if entry.quote is None:
        yield from _wrap(f"[{wording.STATE_WORDS[entry.state]}]", style, indent)
        return
    yield from _quote(entry.quote, style, indent)
    if entry.how == "inferred":
        yield from _wrap("(the reply is worked out)", style, indent + 2)
    if entry.state == "unread":
        yield from _wrap(f"({wording.STATE_WORDS['unread']})", style, indent + 2)
    for said in entry.said:
        words = wording.act(said.act, said.sub_kind, said.hedge)
        yield from _wrap(f"· {words}: “{_short(said.quote.exact)}”", style, indent + 2)


def _people(page: PeoplePage, style: Style) -> Iterator[str]:
    if page.letters:
        yield style.dim(" ".join(page.letters))
        yield ""
    if not page.people:
        yield "No one is here under this letter."
    for person in page.people:
        yield from _wrap(f"{_name(person)}  {style.dim(_clean(person.id or ''))}", style)
    yield from _more(page.newer, page.older, style)


def _person(page: PersonPage, style: Style) -> Iterator[str]:
    yield style.bold(_name(page.person))
    lists = (
        ("Asked", page.asked),
        ("Answered", page.answered),
        ("Reached out", page.helped),
        ("Thanked and praised others", page.thanked_others),
        ("What others said to them", page.others_said),
    )
    for heading, said in lists:
        yield from _section(heading, (_said(one, style, 2) for one in said), style)
    worked = (_confirmed(one, style, 2) for one in page.worked_for_the_asker)
    yield from _section("Worked for the one who asked", worked, style)
    yield from _coverage(page.coverage, style)


def _between(page: BetweenPage, style: Style) -> Iterator[str]:
    yield style.bold(f"Between {_name(page.first)} and {_name(page.second)}")
    yield from _section("Steps", (_strand(one, style) for one in page.stages), style)
    yield from _section("In order of time", (_strand(one, style) for one in page.strands), style)
    if not page.strands:
        yield ""
        yield "No words between them are here."
    if page.quiet_since:
        yield ""
        yield f"Quiet since {wording.day(page.quiet_since)}, as far as the archive reaches."
    yield from _coverage(page.coverage, style)


def _strand(strand: Strand, style: Style) -> Iterator[str]:
    yield from _wrap(f"{_name(strand.said_by)} · {wording.strand(strand.what)}", style, 2)
    yield from _quote(strand.quote, style, 4)


def _places(page: PlacesPage, style: Style) -> Iterator[str]:
    if not page.places:
        yield from _wrap("Nothing is here yet. Add an archive with `mutuals add PATH`.", style)
    for n, place in enumerate(page.places):
        if n:
            yield ""
        yield style.bold(_clean(place.name)) + style.dim(f"  {_clean(place.place)}")
        n_of = style.amount
        facts = (
            f"archive: {wording.coverage(place.coverage)}",
            f"{n_of(place.utterances)} messages in {n_of(place.conversations)} conversations from "
            f"{n_of(place.speakers)} accounts",
            f"replies: {n_of(place.replies_explicit)} by the platform, {n_of(place.replies_quoted)} by a quote, "
            f"{n_of(place.replies_inferred)} worked out",
            f"missing messages that others answer: {n_of(place.gaps)}",
            f"problems: {n_of(place.problems)}",
        )
        for fact in facts:
            yield from _wrap(fact, style, 2)


def _problems(page: ProblemsPage, style: Style) -> Iterator[str]:
    if not page.problems:
        yield "Everything could be read."
    for n, problem in enumerate(page.problems):
        if n:
            yield ""
        yield style.bold(f"{problem.kind}{'' if problem.is_lost else ' (kept all the same)'}")
        yield from _wrap(problem.message, style, 2)
        yield from _wrap(problem.where, style, 2)
        if problem.excerpt:
            yield from _wrap(problem.excerpt, style, 4)
    yield from _more(None, page.older, style)


def _entry(entry: PersonSaid, style: Style) -> Iterator[str]:
    yield from _quote(entry.first, style, 4)
    for quote in entry.again:
        yield from _wrap("and again here:", style, 4)
        yield from _quote(quote, style, 6)


def _said(said: Said, style: Style, indent: int) -> Iterator[str]:
    if said.hedge:
        yield from _wrap(f"{wording.act(said.act, said.sub_kind, said.hedge)}:", style, indent)
    yield from _quote(said.quote, style, indent)


def _came_back(back: CameBack, style: Style) -> Iterator[str]:
    yield from _wrap(wording.came_back(back.outcome), style, 4)
    yield from _quote(back.quote, style, 4)
    if back.answer:
        how = "perhaps about" if back.answer_how == "inferred" else "about"
        yield from _wrap(f"{how} {_name(back.answer.person)}: “{_short(back.answer.exact)}”", style, 6)


def _confirmed(one: ConfirmedAnswer, style: Style, indent: int) -> Iterator[str]:
    yield from _quote(one.answer, style, indent)
    if one.words:
        yield from _wrap("the one who asked:", style, indent + 2)
        yield from _quote(one.words, style, indent + 2)
    else:
        yield from _wrap("marked as the answer where it was written", style, indent + 2)


def _quote(quote: Quote, style: Style, indent: int) -> Iterator[str]:
    """The words in typographic quotes, then who said them, when and where, the id to open them by, and the link."""
    yield from _wrap(f"“{_clean(quote.exact, keep_lines=True)}”", style, indent)
    where = [_name(quote.person), wording.day(quote.written_at), _clean(quote.place), _clean(quote.title or "")]
    for line in _wrap("— " + ", ".join(part for part in where if part), style, indent + 2):
        yield style.dim(line)
    yield style.dim(" " * (indent + 4) + _clean("  ".join(part for part in (quote.utterance, quote.url) if part)))


def _section(heading: str, parts: Iterable[Iterable[str]], style: Style, indent: int = 0) -> Iterator[str]:
    """A heading with what stands under it; nothing at all when there is nothing."""
    is_first = True
    for part in parts:
        yield ""
        if is_first:
            yield " " * indent + style.bold(heading)
        is_first = False
        yield from part


def _more(newer: str | None, older: str | None, style: Style) -> Iterator[str]:
    if newer or older:
        yield ""
    if newer:
        yield style.dim(f"before this: --page {newer}")
    if older:
        yield style.dim(f"after this: --page {older}")


def _coverage(sentences: tuple[str, ...], style: Style) -> Iterator[str]:
    if sentences:
        yield ""
    for sentence in sentences:
        for line in _wrap(_clean(sentence), style):
            yield style.dim(line)


def _name(person: Person) -> str:
    handle = f" (@{_clean(person.handle)})" if person.handle else ""
    return f"{_clean(person.name)}{handle}{', automated' if person.is_automated else ''}"


def _short(words: str) -> str:
    return textwrap.shorten(_clean(words), 80, placeholder=" …")


def _clean(words: str, *, keep_lines: bool = False) -> str:
    """Words without what a terminal would obey: an archive must not be able to move the cursor or set the title."""
    allowed = "\n" if keep_lines else ""
    return "".join(c if c in allowed or (c.isprintable()) or c in _JOINERS else " " for c in words)


_JOINERS = "\u200c\u200d"
"""Invisible, and part of how Persian and many emoji are written."""


def _wrap(words: str, style: Style, indent: int = 0) -> list[str]:
    """Lines no longer than the terminal, each paragraph wrapped alone; a link is never broken."""
    margin = " " * indent
    width = max(style.width, indent + NARROWEST // 2)
    lines: list[str] = []
    for paragraph in words.split("\n"):
        found = textwrap.wrap(
            paragraph,
            width,
            initial_indent=margin,
            subsequent_indent=margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(found or [""])
    return lines


_PAGES: dict[type, Callable[[Any, Style], Iterator[str]]] = {
    TodayPage: _today,
    MomentsPage: _moments,
    MomentPage: _moment_page,
    ThreadPage: _thread,
    PeoplePage: _people,
    PersonPage: _person,
    BetweenPage: _between,
    PlacesPage: _places,
    ProblemsPage: _problems,
}
