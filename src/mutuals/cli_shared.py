"""What the verbs share: their options, the library they open, and how a page is shown."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mutuals.library import Library
    from mutuals.views.making import Pages
    from mutuals.views.pages import Page

PROBLEMS, COULD_NOT = 1, 3
"""Exit codes beside 0 and click's 2."""

STALE = (
    "mutuals: what was learned from your corrections belongs to another version of the reader and is set aside. "
    "Run `mutuals learn` to learn it again."
)
"""Said where what was learned fits other weights than those in use."""

_NUMBER_FAST = "mutuals.number_fast"
"""Where the context keeps whether the library that was opened keeps a number fast."""

F = TypeVar("F", bound=Callable[..., Any])


def json_option(verb: F) -> F:
    """The option `--json`, for every verb that shows something."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")(verb)


def page_option(verb: F) -> F:
    """The option `--page`, for every list."""
    return click.option("--page", "cursor", metavar="CURSOR", help="The page that another page named.")(verb)


def library_path(ctx: click.Context) -> Path:
    """The library file that was named, or the one in the person's data folder."""
    named: Path | None = ctx.find_root().obj
    if named is not None:
        return named
    from platformdirs import user_data_path

    return user_data_path("mutuals", appauthor=False) / "library.mutuals"


def open_library(ctx: click.Context) -> Library:
    """The library, open until the verb ends, its derived tables up to date."""
    import mutuals

    library: Library = ctx.with_resource(mutuals.open(library_path(ctx)))
    if library.has_stale_lessons:
        click.echo(STALE, err=True)
    library.update()
    ctx.meta[_NUMBER_FAST] = library.number_fast_until() is not None
    return library


def amounts() -> Callable[[int], str]:
    """What makes a number words: its digits, or "none" and "some" where the opened library keeps a number fast."""
    from mutuals.views.guard import amount

    return partial(amount, number_fast=keeps_number_fast())


def keeps_number_fast() -> bool:
    """Whether the library that was opened keeps a number fast."""
    return bool(click.get_current_context().meta.get(_NUMBER_FAST))


def pages(ctx: click.Context) -> Pages:
    """The pages of the library."""
    from mutuals.views.making import Pages

    return Pages(open_library(ctx))


def show(page: Page, as_json: bool) -> None:
    """Print a page as text or as JSON; both pass the same guard."""
    from mutuals.views.guard import check

    if as_json:
        show_json(page)
        return
    from mutuals.views.style import Style
    from mutuals.views.terminal import render

    check(page)
    click.echo(render(page, Style.of(sys.stdout, number_fast=keeps_number_fast())), nl=False)


def show_json(output: object) -> None:
    """Print a page, or any record, as JSON."""
    import json

    from mutuals.views.guard import to_json

    click.echo(json.dumps(to_json(output, number_fast=keeps_number_fast()), ensure_ascii=False, indent=2))


def serve_library(library: Library, port: int) -> None:
    """Serve the pages of a library until interrupted."""
    from mutuals.views.app import serve as run
    from mutuals.views.making import Pages

    mode = library.store.setting("mode") or "community"
    fast = library.number_fast_until() is not None
    run(Pages(library), port=port, mode=mode, number_fast=fast, say=lambda words: click.echo(words, err=True))


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not os.environ.get("CI")
