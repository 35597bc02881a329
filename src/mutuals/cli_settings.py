"""The verbs that set how a whole library is shown."""

from __future__ import annotations

import click

from mutuals import cli_shared as shared

MODES = ("personal", "community", "research", "workplace")


@click.group("set")
def set_() -> None:
    """Set how the whole library is shown: `mutuals set mode community`."""


@set_.command()
@click.argument("name", metavar="MODE", type=click.Choice(MODES))
@shared.json_option
@click.pass_context
def mode(ctx: click.Context, name: str, as_json: bool) -> None:
    """Whose library it is; in workplace mode there is no page about a person."""
    shared.open_library(ctx).store.set("mode", name)
    if as_json:
        shared.show_json({"mode": name})
    else:
        click.echo(f"The library's mode is {name}.")


VERBS: tuple[click.Command, ...] = (set_,)
