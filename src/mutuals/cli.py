"""The command line: one short function a verb.

Everything is imported inside the verb that needs it, so that `mutuals --help` is quick. Standard output holds what
was asked for and nothing else; progress and errors go to standard error.

Exit codes: 0 done; 1 done, with problems that are kept and shown by `mutuals problems`; 2 the command was misused;
3 it could not be done, and standard error says in one line why and what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mutuals import cli_changes, cli_learn, cli_llm, cli_settings, cli_show
from mutuals.cli_shared import COULD_NOT
from mutuals.errors import MutualsError


class Verbs(click.Group):
    """The group of verbs; an error that a person can put right is one line, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb that was asked for."""
        try:
            return super().invoke(ctx)
        except MutualsError as error:
            click.echo(f"mutuals: {' '.join(str(error).split())}", err=True)
            ctx.exit(COULD_NOT)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order in which one meets them."""
        return list(self.commands)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mutuals")
@click.option(
    "--library",
    "library",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="MUTUALS_LIBRARY",
    help="The library file. [env MUTUALS_LIBRARY; otherwise in your data folder]",
)
@click.pass_context
def main(ctx: click.Context, library: Path | None) -> None:
    """People, not numbers: what kind of response came when someone asked, praised or reached out.

    Begin with `mutuals demo`, or with `mutuals add PATH` and `mutuals today`.
    """
    ctx.obj = library


_VERBS = (cli_changes.BEGINNING, cli_show.VERBS, cli_changes.VERBS, cli_learn.VERBS, cli_llm.VERBS, cli_settings.VERBS)
for _verb in (verb for verbs in _VERBS for verb in verbs):
    main.add_command(_verb)
