"""The verbs that show something."""

from __future__ import annotations

from typing import Any

import click

from mutuals.cli_shared import (
    json_option,
    library_path,
    open_library,
    page_option,
    pages,
    serve_library,
    show,
    show_json,
)


@click.command()
@json_option
@click.pass_context
def today(ctx: click.Context, as_json: bool) -> None:
    """One glance: recent moments, asks that wait, answers that held."""
    show(pages(ctx).today(), as_json)


@click.command()
@page_option
@json_option
@click.pass_context
def asks(ctx: click.Context, cursor: str | None, as_json: bool) -> None:
    """What was asked, newest first."""
    show(pages(ctx).moments("ask", cursor), as_json)


@click.command()
@page_option
@json_option
@click.pass_context
def praise(ctx: click.Context, cursor: str | None, as_json: bool) -> None:
    """Who was praised and thanked, newest first."""
    show(pages(ctx).moments("praise", cursor), as_json)


@click.command()
@page_option
@json_option
@click.pass_context
def helps(ctx: click.Context, cursor: str | None, as_json: bool) -> None:
    """Who reached out to help, newest first."""
    show(pages(ctx).moments("help", cursor), as_json)


@click.command()
@click.argument("message", metavar="ID")
@json_option
@click.pass_context
def moment(ctx: click.Context, message: str, as_json: bool) -> None:
    """One message: what kind of response it got, who chimed in, whose hands joined."""
    show(pages(ctx).moment(message), as_json)


@click.command()
@click.argument("conversation", metavar="ID")
@click.option("--flat", is_flag=True, help="In order of time instead of nested.")
@page_option
@json_option
@click.pass_context
def thread(ctx: click.Context, conversation: str, flat: bool, cursor: str | None, as_json: bool) -> None:
    """One conversation, by its id or that of a message in it."""
    show(pages(ctx).thread(conversation, flat=flat, cursor=cursor), as_json)


@click.command()
@click.option("--letter", help="Only names that begin with it.")
@page_option
@json_option
@click.pass_context
def people(ctx: click.Context, letter: str | None, cursor: str | None, as_json: bool) -> None:
    """Everyone, in order of name."""
    show(pages(ctx).people(letter, cursor), as_json)


@click.command()
@click.argument("name")
@json_option
@click.pass_context
def person(ctx: click.Context, name: str, as_json: bool) -> None:
    """One person, in their words and in others' words to them."""
    show(pages(ctx).person(name), as_json)


@click.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@json_option
@click.pass_context
def between(ctx: click.Context, first: str, second: str, as_json: bool) -> None:
    """What passed between two people, in order of time."""
    show(pages(ctx).between(first, second), as_json)


@click.command()
@json_option
@click.pass_context
def places(ctx: click.Context, as_json: bool) -> None:
    """What the library holds of each place, and how complete it is."""
    show(pages(ctx).places(), as_json)


@click.command()
@page_option
@json_option
@click.pass_context
def problems(ctx: click.Context, cursor: str | None, as_json: bool) -> None:
    """What could not be read, or not as it stood."""
    show(pages(ctx).problems(cursor), as_json)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Where to listen.")
@click.pass_context
def serve(ctx: click.Context, port: int) -> None:
    """The same pages in the browser, on this machine alone."""
    serve_library(open_library(ctx), port)


@click.command()
@json_option
@click.pass_context
def about(ctx: click.Context, as_json: bool) -> None:
    """Version, where the library lies, its reader and mode, and what is promised."""
    from mutuals import __version__

    library = open_library(ctx) if library_path(ctx).exists() else None
    facts: dict[str, Any] = {
        "version": __version__,
        "library": str(library_path(ctx)),
        "reader": library.reader.name if library else None,
        "mode": (library.store.setting("mode") or "community") if library else None,
        "license": "Apache-2.0",
        "promises": [
            "No number beside a person, and no ranking.",
            "Every claim quotes the words it was read from.",
            "Unknown is not silence.",
            "Nothing leaves this machine but calls to a place or a model you named.",
            "Forget forgets.",
        ],
    }
    if as_json:
        show_json(facts)
        return
    click.echo(f"mutuals {__version__}, Apache-2.0\nlibrary: {facts['library']}")
    if library:
        click.echo(f"reader: {facts['reader']}\nmode: {facts['mode']}")
    for promise in facts["promises"]:
        click.echo(f"- {promise}")


VERBS: tuple[click.Command, ...] = (
    today,
    asks,
    praise,
    helps,
    moment,
    thread,
    people,
    person,
    between,
    places,
    problems,
    serve,
    about,
)
"""In the order in which one meets them."""
