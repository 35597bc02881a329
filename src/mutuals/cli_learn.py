"""The verbs by which a person teaches the reader: look at readings one by one, and let it learn from what was said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import click

from mutuals import cli_shared as shared

if TYPE_CHECKING:
    from mutuals.library import Library
    from mutuals.reading.learning import Lesson
    from mutuals.views.pages import Said

KEYS = {"y": "It is.", "n": "It is not.", "s": "Left open.", "q": ""}
"""The keys of a review, and what is said to each."""
_ASKED = "Is it so?  y: it is   n: it is not   s: leave it open   q: stop"


@click.command()
@click.argument("act", required=False)
@shared.json_option
@click.pass_context
def review(ctx: click.Context, act: str | None, as_json: bool) -> None:
    """Look at readings one by one and say by one key whether they are so. Without a terminal, one answer a line."""
    from datetime import date

    from mutuals.views.making.review import to_review

    library = shared.open_library(ctx)
    said = to_review(library, act, seed=date.today().toordinal())  # noqa: DTZ011 - another day, other readings
    if as_json:
        shared.show_json(said)
    elif not said:
        click.echo("There is nothing left to ask about.")
    else:
        _ask(library, said)
        library.update()


def _ask(library: Library, said: list[Said]) -> None:
    """Ask about one reading after the other until a person stops or nothing is left."""
    from mutuals.views.guard import check
    from mutuals.views.style import Style
    from mutuals.views.terminal import claim
    from mutuals.vocabulary import ACTS

    style, keys = Style.of(sys.stdout), _keys()
    for one in said:
        check(one)
        click.echo(claim(one, style))
        click.echo(_ASKED)
        key = next((key for key in keys if _is_known(key)), "q")
        click.echo(f"{KEYS[key]}\n" if KEYS[key] else "Thank you.")
        if key == "q":
            return
        if key in {"y", "n"}:
            verdict: Literal["is", "is_not"] = "is" if key == "y" else "is_not"
            kind = one.sub_kind if one.sub_kind in ACTS[one.act].sub_kinds else None
            library.correct(
                one.quote.utterance, one.act, verdict, sub_kind=kind if key == "y" else None,
                exact=one.quote.exact, upto="nothing",
            )  # fmt: skip
    click.echo("That was all for now. Thank you.")


def _is_known(key: str) -> bool:
    if key not in KEYS:
        click.echo("Please press y, n, s or q.", err=True)
    return key in KEYS


def _keys() -> Iterator[str]:
    """The keys that are pressed on a terminal; without one, the first letter of each line, until there is none."""
    if not sys.stdin.isatty():
        for line in sys.stdin:
            yield line.strip()[:1].lower()
        return
    while True:
        try:
            yield click.getchar().lower()
        except EOFError:
            return


@click.command()
@click.option("--forget", "drop", is_flag=True, help="Go back to the reader as it came; the corrections stay.")
@click.option("--progress", is_flag=True, help="Say on standard error how far it is.")
@shared.json_option
@click.pass_context
def learn(ctx: click.Context, drop: bool, progress: bool, as_json: bool) -> None:
    """Let the reader learn from your corrections, and say whether that helped; its weights stay as they came."""
    from mutuals.cli_changes import progress_to

    library = shared.open_library(ctx)
    say = progress_to(sys.stderr, progress)
    if drop:
        had = library.forget_learned(say)
        if as_json:
            shared.show_json({"forgotten": had})
        else:
            words = "The reader is as it came. The corrections stay." if had else "Nothing had been learned."
            click.echo(words)
        return
    lessons = library.learn(say)
    if as_json:
        shared.show_json([asdict(lesson) for lesson in lessons])
        return
    if not lessons:
        click.echo("There are no corrections yet to learn from. `mutuals review` asks about readings one by one.")
    for lesson in lessons:
        click.echo(_told(lesson))


def _told(lesson: Lesson) -> str:
    said = shared.amounts()
    if lesson.missing:
        return f"{lesson.about}: too few to learn from. {' '.join(lesson.missing)}"
    if lesson.kind == "shipped":
        return f"{lesson.about}: as it came. Nothing was clearly better on corrections that it had not seen."
    how = "the limits moved" if lesson.kind == "limit" else "the readings of other acts have a say now"
    if shared.keeps_number_fast():
        return f"{lesson.about}: {how}. On corrections that it had not seen, more were right after than before."
    return (
        f"{lesson.about}: {how}. On corrections that it had not seen, {said(lesson.right_before)} of "
        f"{said(lesson.held_out)} were right before and {said(lesson.right_after)} of {said(lesson.held_out)} after."
    )


VERBS: tuple[click.Command, ...] = (review, learn)
"""In the order in which one meets them."""
