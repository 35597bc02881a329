"""The verbs that change the library, or write files from it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from mutuals import cli_shared as shared

if TYPE_CHECKING:
    from mutuals.library import Library, Receipt
    from mutuals.model import Extent

LONG = 2.0
"""Seconds after which a person wonders whether anything is going on."""


def progress_to(stream: Any, always: bool) -> Callable[[str, int], None]:
    """Progress in one line that is written over, on a terminal and once it takes long; or always, line by line."""
    started = last = time.monotonic()
    in_words = shared.amounts()  # asked once, since the sayings may come from another thread

    def say(what: str, done: int) -> None:
        nonlocal last
        now = time.monotonic()
        wanted = always or (stream.isatty() and now - started > LONG)
        if wanted and (now - last > 0.2 or always):
            last = now
            end = "\n" if always and not stream.isatty() else "\r"
            stream.write(f"{what}: {in_words(done)} messages{end}")
            stream.flush()

    return say


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--place", help="What to call the place, instead of what the archive says.")
@click.option("--url", help="The place's address, for links to messages.")
@click.option("--complete/--partial", "whole", default=None, help="Whether the archive holds everything that was said.")
@click.option("--progress", is_flag=True, help="Say on standard error how far it is.")
@shared.json_option
@click.pass_context
def add(
    ctx: click.Context, paths: tuple[Path, ...], place: str | None, url: str | None, whole: bool | None,
    progress: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take in archives: files, folders, zips or tars. Adding one again changes nothing that is known."""
    from mutuals.sources import ReadOptions

    extent: Extent = "unknown" if whole is None else "complete" if whole else "partial"
    options = ReadOptions(place=place, url=url, extent=extent)
    library = shared.open_library(ctx)
    say = progress_to(sys.stderr, progress)
    receipts = [(path, library.add(path, options, progress=say)) for path in paths]
    records = [{"path": str(path), **_record(receipt)} for path, receipt in receipts]
    if as_json:
        shared.show_json(records)
    else:
        for path, receipt in receipts:
            click.echo(_told(path, receipt))
    if any(receipt.merged.lost for _, receipt in receipts):
        ctx.exit(shared.PROBLEMS)


def _record(receipt: Receipt) -> dict[str, Any]:
    return {"files": receipt.files, "passed_over": list(receipt.passed_over), **asdict(receipt.merged)}


def _told(path: Path, receipt: Receipt) -> str:
    merged, said = receipt.merged, shared.amounts()
    lines = [
        f"{path}: {said(merged.new)} messages are new, {said(merged.changed)} changed, "
        f"{said(merged.deleted)} deleted, {said(merged.known)} were known."
    ]
    if merged.problems:
        lines.append(
            f"  {said(merged.problems)} problems were noted, {said(merged.lost)} records lost: see `mutuals problems`."
        )
    if receipt.passed_over:
        shown = ", ".join(receipt.passed_over[:3]) + (" and others" if len(receipt.passed_over) > 3 else "")
        lines.append(f"  Passed over, as no source knows them: {shown}.")
    return "\n".join(lines)


@click.command()
@click.argument("name", required=False)
@click.option("--nobody", is_flag=True, help="Forget who is in front of the screen.")
@shared.json_option
@click.pass_context
def me(ctx: click.Context, name: str | None, nobody: bool, as_json: bool) -> None:
    """Say which account is yours: then today shows the thanks you owe, and between its stages."""
    from mutuals.schema import key_of
    from mutuals.views.making.names import speaker_id
    from mutuals.views.making.people import person_of
    from mutuals.views.making.settings import viewer_of

    library = shared.open_library(ctx)
    if name is not None or nobody:
        library.set_viewer(None if nobody or name is None else speaker_id(library, name))
    identifier = viewer_of(library)
    who = person_of(library, key_of(identifier)) if identifier else None
    if as_json:
        shared.show_json({"viewer": who})
    else:
        click.echo(f"You are {who.name} ({who.id})." if who else "No account is set as yours.")


@click.command()
@click.argument("message", metavar="ID")
@click.argument("act")
@click.option("--is/--is-not", "holds", default=None, help="Whether the message does this.")
@click.option("--quote", help="The words that do it, letter by letter.")
@click.option("--sub-kind", help="The finer kind.")
@shared.json_option
@click.pass_context
def correct(
    ctx: click.Context,
    message: str,
    act: str,
    holds: bool | None,
    quote: str | None,
    sub_kind: str | None,
    as_json: bool,
) -> None:
    """Say what a message does or does not do; it wins over every reader and survives re-reading."""
    from mutuals.views.making.names import utterance_id

    if holds is None:
        raise click.UsageError("Say --is or --is-not.")
    library = shared.open_library(ctx)
    identifier = utterance_id(library, message)
    verdict: Literal["is", "is_not"] = "is" if holds else "is_not"
    library.correct(identifier, act, verdict, sub_kind=sub_kind, exact=quote)
    if as_json:
        shared.show_json({"utterance": identifier, "corrected": act, "verdict": verdict})
    else:
        click.echo(f"Noted: {identifier} {'does this' if holds else 'does not do this'}: {act}.")


@click.command()
@click.argument("name", metavar="PERSON")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@shared.json_option
@click.pass_context
def forget(ctx: click.Context, name: str, yes: bool, as_json: bool) -> None:
    """Take a person out of the library for good, their words and their name in others' words."""
    from mutuals.views.making.names import speaker_id

    library = shared.open_library(ctx)
    identifier = speaker_id(library, name)
    if not yes:
        click.confirm(f"Forget {identifier} for good, with all their words here?", abort=True, err=True)
    receipt = library.forget(identifier)
    if as_json:
        shared.show_json(asdict(receipt))
        return
    click.echo("Forgotten, and kept out from now on.")
    if receipt.emptied:
        click.echo("Their messages are empty places in their conversations now.")
    if receipt.redacted:
        click.echo("Their name and longer quotes were taken out of the words of others.")
    if receipt.file_rewritten:
        click.echo("The file was written anew, so that nothing is left in it.")


@click.command()
@click.option("--as", "kind", type=click.Choice(["jsonl", "parquet", "convokit"]), required=True, help="What to make.")
@click.option("--to", type=click.Path(path_type=Path), required=True, help="The file or folder to make.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@shared.json_option
@click.pass_context
def export(ctx: click.Context, kind: str, to: Path, force: bool, as_json: bool) -> None:
    """Write out what everyone could read, for other tools."""
    from mutuals.views import export as exporting

    library = shared.open_library(ctx)
    made = exporting.export(library.store, cast("exporting.Kind", kind), to, force=force)
    if as_json:
        shared.show_json({"as": kind, "to": str(made)})
    else:
        click.echo(f"Written to {made}.")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--reader", help="The reader to measure, instead of the one in use.")
@shared.json_option
@click.pass_context
def quality(ctx: click.Context, files: tuple[Path, ...], reader: str | None, as_json: bool) -> None:
    """Measure how often a reader is right, on annotated messages.

    Each line says of one label how often the best guess of the reader is right, and, behind it, how often what it
    would show is.
    """
    from mutuals.errors import PathNotFound, UsageError
    from mutuals.plugins import readers
    from mutuals.reading.quality import as_records, as_table, measure

    for file in files:
        if not file.is_file():
            raise PathNotFound(f"There is no file {file}. Name files of labelled messages (.jsonl or .jsonl.zst).")
    found = {one.name: one for one in readers()}
    if reader is not None and reader not in found:
        raise UsageError(f"No reader is called {reader}. There are: {', '.join(found)}.")
    measured = measure(found[reader] if reader else readers()[0], files)
    if as_json:
        # Not through the guard of pages: these are figures of a reader, they speak of no message and of nobody.
        click.echo(json.dumps(as_records(measured), indent=2))
        return
    click.echo(as_table(measured))


@click.command()
@click.option("--progress", is_flag=True, help="Say on standard error how far it is.")
@click.pass_context
def rebuild(ctx: click.Context, progress: bool) -> None:
    """Read every message again and work everything out anew."""
    shared.open_library(ctx).rebuild(progress_to(sys.stderr, progress))
    click.echo("Everything was read again.")


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Where to listen.")
@shared.json_option
@click.pass_context
def demo(ctx: click.Context, folder: Path | None, port: int, as_json: bool) -> None:
    """Look around in an invented village. It has a library of its own; yours is not touched."""
    import mutuals
    from mutuals.views.making import Pages

    library = ctx.with_resource(mutuals.open(_village_file(folder)))
    _add_village(library, _village_file(folder).parent / "archives")
    shared.show(Pages(library).today(), as_json)
    if not as_json and shared.is_interactive():
        shared.serve_library(library, port)


def _village_file(folder: Path | None) -> Path:
    if folder is None:
        from platformdirs import user_data_path

        folder = user_data_path("mutuals", appauthor=False) / "demo"
    return folder / "village.mutuals"


def _add_village(library: Library, folder: Path) -> None:
    """Fill a library with the village, each of its archives as a place of its own; nothing new when it is there."""
    from mutuals.demo.village import archives_in, write_village
    from mutuals.sources import ReadOptions

    folder.mkdir(parents=True, exist_ok=True)
    write_village(folder)
    for archive in archives_in(folder):
        # The village is invented: that its forum and its list are whole is ours to say. The others lost messages.
        is_whole = archive.name in {"square", "parish.mbox"}
        library.add(archive, ReadOptions(extent="complete" if is_whole else "unknown"))


BEGINNING: tuple[click.Command, ...] = (demo, add)
VERBS: tuple[click.Command, ...] = (me, correct, forget, export, quality, rebuild)
"""In the order in which one meets them, after those that show something."""
