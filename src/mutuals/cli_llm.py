"""The verbs around a language model: which places one may read, and reading with one. Off until somebody asks."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mutuals import cli_shared as shared
from mutuals.cli_changes import progress_to

if TYPE_CHECKING:
    from mutuals.reading.llm import LlmReader, Tally
    from mutuals.reading.second import Outgoing

KEY = "MUTUALS_LLM_KEY"
"""The one place that a key is taken from; it is neither kept nor printed."""

MISUSED = 2
"""The exit code where a yes was needed and could not be asked for."""


@click.group()
def llm() -> None:
    """A language model as a second reader, where you allow it: `mutuals llm allow PLACE`. Off by default."""


@llm.command()
@shared.json_option
@click.pass_context
def places(ctx: click.Context, as_json: bool) -> None:
    """Every place, and whether its messages may go to a language model."""
    from mutuals.store import consent

    found = consent.standings(shared.open_library(ctx).store.connection)
    if as_json:
        shared.show_json({"places": [asdict(one) for one in found]})
        return
    for one in found:
        says = "is not for generative AI" if one.no_generative_ai else "allowed" if one.allowed else "not allowed"
        click.echo(f"{one.name} ({one.place}): {says}")
    if not found:
        click.echo("There is no place in the library yet.")


@llm.command()
@click.argument("place")
@shared.json_option
@click.pass_context
def allow(ctx: click.Context, place: str, as_json: bool) -> None:
    """Say that messages of a place may go to a language model. Nothing is sent by this."""
    from mutuals.store import consent
    from mutuals.views.making.names import place_id

    library = shared.open_library(ctx)
    identifier = place_id(library, place)
    consent.allow(library.store.connection, identifier)
    if as_json:
        shared.show_json({"place": identifier, "allowed": True})
    else:
        click.echo(
            f"Messages of {identifier} may be read by a language model. Nothing was sent; `mutuals llm read` asks."
        )


@llm.command()
@click.argument("place")
@shared.json_option
@click.pass_context
def forbid(ctx: click.Context, place: str, as_json: bool) -> None:
    """Take that back, and take out what a language model said of the place."""
    from mutuals.views.making.names import place_id

    library = shared.open_library(ctx)
    identifier = place_id(library, place)
    library.forbid_llm(identifier)
    if as_json:
        shared.show_json({"place": identifier, "allowed": False})
    else:
        click.echo(f"Nothing of {identifier} goes to a language model, and what one said of it was taken out.")


@llm.command("no-ai")
@click.argument("place")
@click.option("--lifted", is_flag=True, help="The place does not say so any more.")
@shared.json_option
@click.pass_context
def no_ai(ctx: click.Context, place: str, lifted: bool, as_json: bool) -> None:
    """Note that a place is not for generative AI: then nobody can allow it."""
    from mutuals.views.making.names import place_id

    library = shared.open_library(ctx)
    identifier = place_id(library, place)
    library.note_no_ai(identifier, lifted=lifted)
    if as_json:
        shared.show_json({"place": identifier, "no_generative_ai": not lifted})
    elif lifted:
        click.echo(f"Noted: {identifier} does not say so any more. It is not allowed by that.")
    else:
        click.echo(f"Noted: {identifier} is not for generative AI. Nothing of it goes to a language model.")


@llm.command()
@click.argument("place")
@click.option("--endpoint", required=True, metavar="URL", help="Base address: http://localhost:11434, https://...")
@click.option("--model", required=True, help="The name that its server knows the model by.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many messages, the newest first.")
@click.option(
    "--timeout", type=click.FloatRange(min=0.1), default=120, show_default=True, help="Seconds for an answer."
)
@click.option("--price-per-million", "price", type=click.FloatRange(min=0), help="Price of a million tokens sent.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--progress", is_flag=True, help="Say on standard error how far it is.")
@shared.json_option
@click.pass_context
def read(
    ctx: click.Context, place: str, endpoint: str, model: str, limit: int | None, timeout: float,
    price: float | None, yes: bool, progress: bool, as_json: bool,
) -> None:  # fmt: skip
    """Let a language model read a place that was allowed. First says what would be sent and where, and asks."""
    from mutuals.errors import EndpointFailed
    from mutuals.reading import second
    from mutuals.reading.llm import LlmReader
    from mutuals.reading.llm_endpoint import Endpoint
    from mutuals.views.making.names import place_id

    asked = Endpoint.of(endpoint, patience=timeout)
    reader = LlmReader(asked, model, key=os.environ.get(KEY) or None)
    library = shared.open_library(ctx)
    outgoing = second.prepare(library.store, reader, place_id(library, place), limit)
    click.echo("\n".join(_notice(outgoing, reader, price)), err=True)
    if outgoing.messages and not yes and not _said_yes(ctx):
        click.echo("Nothing was sent.", err=True)
        return
    try:
        second.send(library.store, reader, outgoing, progress_to(sys.stderr, progress))
    except EndpointFailed:
        click.echo(_told(reader.tally), err=True)
        raise
    finally:
        library.update()
    if as_json:
        shared.show_json({"place": outgoing.place, "reader": reader.label, **asdict(reader.tally)})
    else:
        click.echo(_told(reader.tally))


def _said_yes(ctx: click.Context) -> bool:
    """Whether the person says yes; ends the verb where nobody can be asked."""
    if not shared.is_interactive():
        click.echo("Nothing was sent: nobody could be asked here. Add --yes if it is what you want.", err=True)
        ctx.exit(MISUSED)
    return click.confirm("Send it?", default=False, err=True)


def _notice(outgoing: Outgoing, reader: LlmReader, price: float | None) -> list[str]:
    """What would be sent, where to, and what it might cost."""
    said, quiet = shared.amounts(), shared.keeps_number_fast()
    if not outgoing.messages:
        return [f"Nothing of {outgoing.place} is left to send: this model has read all that could be sent."]
    lines = [
        f"Messages of {outgoing.place} to be sent: {said(outgoing.messages)}, each with the one that it answers.",
        f"Characters: {said(outgoing.characters)}, of which {said(outgoing.words)} are people's words and the rest "
        f"instructions. Tokens: about {said(outgoing.tokens)} (an estimate: characters / 4), answers not included.",
        _where(reader),
    ]
    if price is not None:
        cost = "some" if quiet else f"about {outgoing.tokens * price / 1_000_000:,.2f}"
        lines.append(f"Estimated cost: {cost}, at the price you gave; answers and second tries come on top.")
    if quiet:
        lines.append("A number fast is kept, so no amounts are said: `mutuals set number-fast off` ends it.")
    return lines


def _where(reader: LlmReader) -> str:
    """Where it would go, and whether that is this machine."""
    to = f"To: {reader.endpoint.where}, for the model {reader.model}."
    if not reader.endpoint.is_here:
        return (
            f"{to} That is another machine: what is sent there cannot be called back, not by `mutuals forget` either."
        )
    if reader.model.lower().endswith(("-cloud", ":cloud")):
        return (
            f"{to} That is this machine, but the model's name says that its program passes the words on to machines "
            "of its maker: what is sent there cannot be called back, not by `mutuals forget` either."
        )
    return f"{to} That is this machine. What the program there does with the words is up to it."


def _told(tally: Tally) -> str:
    """What came of it."""
    said = shared.amounts()
    lines = [
        f"Messages read: {said(tally.read)}. Unread: {said(tally.unread)}.",
        f"Claims kept: {said(tally.kept)}. Rejected because the quote was not in the text: {said(tally.invented)}. "
        f"Rejected for another reason: {said(tally.unfit)}.",
        f"Characters sent: {said(tally.characters)}.",
    ]
    if tally.tokens_sent is None or tally.tokens_answered is None:
        lines.append("The server did not say how many tokens it counted.")
    else:
        lines.append(
            f"Tokens, as the server counted: {said(tally.tokens_sent)} sent, {said(tally.tokens_answered)} answered."
        )
    return "\n".join(lines)


VERBS: tuple[click.Command, ...] = (llm,)
