"""The verbs that set how a whole library is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from mutuals import cli_shared as shared

MODES = ("personal", "community", "research", "workplace")
FASTS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30), "off": None}
"""How long a number fast may last."""


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


@set_.command("number-fast")
@click.argument("length", metavar="LENGTH", type=click.Choice(tuple(FASTS)))
@shared.json_option
@click.pass_context
def number_fast(ctx: click.Context, length: str, as_json: bool) -> None:
    """Set every number aside for a day, a week or a month; off ends it."""
    from mutuals.views.wording import clock

    lasts = FASTS[length]
    until = datetime.now(UTC) + lasts if lasts else None
    shared.open_library(ctx).set_number_fast(until)
    if as_json:
        shared.show_json({"number_fast_until": until})
    else:
        click.echo(f"No number is said until {clock(until)}." if until else "Numbers are said again.")


VERBS: tuple[click.Command, ...] = (set_,)
