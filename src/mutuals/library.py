"""A library as one object: what the command line, the web page and a notebook all start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from arro3.core import RecordBatch, Table

from mutuals import arrow, pipeline
from mutuals.errors import NothingRecognised, PersonNotFound, Problem, UsageError, UtteranceNotFound
from mutuals.plugins import readers, sources
from mutuals.reading import Reader
from mutuals.schema import key_of
from mutuals.sources import NamesHost, ReadOptions, Record, Source, SourceFile
from mutuals.sources.files import walk
from mutuals.store import Store, consent
from mutuals.store.forgetting import Forgotten, forget
from mutuals.store.merging import Merged
from mutuals.vocabulary import ACTS

if TYPE_CHECKING:
    from mutuals.reading.learning import Lesson

LEARNED = "learned"
"""The setting that keeps what was learned from corrections."""

_ASKED_FOR_HOST = 200
"""Files of an archive that are asked for the host of their place; most forums name it in each."""

Progress = Callable[[str, int], None]
"""Called with what is being done, in words, and how many messages it has come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of an archive that was added.

    Attributes:
        merged: How many messages were new, changed, deleted, known or lost.
        files: Files that a source read.
        passed_over: Files that no source knows, as `where`.
    """

    merged: Merged
    files: int
    passed_over: tuple[str, ...]


class Library:
    """One open library. Make it with `mutuals.open`.

    Attributes:
        store: The library file.
    """

    def __init__(self, store: Store, reader: Reader | None = None) -> None:
        self.store = store
        self._reader = reader

    @property
    def reader(self) -> Reader:
        """The reader whose acts are shown, with what it learned here; loaded when it is first needed."""
        kept = self.store.setting(LEARNED)
        if kept is None:
            return self._shipped
        from mutuals.reading.learning import adapted  # needs numpy, which reading by cues alone does without

        return adapted(self._shipped, kept)

    @property
    def _shipped(self) -> Reader:
        if self._reader is None:
            self._reader = readers()[0]
        return self._reader

    @property
    def has_stale_lessons(self) -> bool:
        """Whether something was learned here for other weights than those in use; then it is set aside."""
        kept = self.store.setting(LEARNED)
        if kept is None:
            return False
        from mutuals.reading.learning import is_stale

        return is_stale(self._shipped, kept)

    def add(
        self,
        path: Path | str,
        options: ReadOptions | None = None,
        *,
        upto: pipeline.Stage = "relationships",
        progress: Progress = lambda what, done: None,
    ) -> Receipt:
        """Take in an archive: a file, a folder, a zip or a tar; then bring every derived table up to date.

        Adding the same or an overlapping archive again changes nothing that is known; an edit updates, a deletion
        deletes. A record that cannot be read becomes a `Problem` and costs nothing else.

        Args:
            path: What to add.
            options: What the person says about it.
            upto: The last stage to bring up to date; the rest is done when it is next needed.
            progress: Called now and then.

        Raises:
            PathNotFound: There is nothing at the path.
            NothingRecognised: No source knows any file of it; nothing was changed.
        """
        seen = _Seen()
        records = _records(Path(path), options or ReadOptions(), seen)
        first = next(records, None)
        if first is None:
            raise NothingRecognised(
                f"No source knows anything in {path}. Known are: {', '.join(s.name for s in sources())}. "
                "Point at the unpacked export, or at its zip or tar."
            )

        def chained() -> Iterator[Record | RecordBatch]:
            yield first
            yield from records

        merged = self.store.add(chained(), lambda total: progress("read", total.new + total.changed + total.known))
        self.update(upto=upto, progress=progress)
        return Receipt(merged=merged, files=seen.files, passed_over=tuple(seen.passed_over))

    def update(self, *, upto: pipeline.Stage = "relationships", progress: Progress = lambda what, done: None) -> None:
        """Bring the derived tables up to date with what was gathered; does nothing when they are."""
        pipeline.update(self.store, lambda: self.reader, upto=upto, progress=progress)

    def rebuild(self, progress: Progress = lambda what, done: None) -> None:
        """Drop every derived table and build it again, to the same rows."""
        self.store.empty_derived()
        self.update(progress=progress)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> Table:
        """The rows of a SELECT over the tables of `schema.TABLES`.

        It has the Arrow PyCapsule interface: `mutuals.arrow.rows` gives its records, and pyarrow, Polars and DuckDB
        read it as it stands (`pyarrow.table(found)`).
        """
        return self.store.query(sql, parameters)

    def forget(self, speaker_id: str) -> Forgotten:
        """Forget a person: see `store.forgetting.forget`.

        Raises:
            PersonNotFound: Nobody has this id.
        """
        receipt = forget(self.store, key_of(speaker_id))
        self.update()
        self.store.rewrite()
        return receipt

    def correct(
        self,
        utterance_id: str,
        act: str,
        verdict: Literal["is", "is_not"],
        *,
        sub_kind: str | None = None,
        exact: str | None = None,
        upto: pipeline.Stage = "relationships",
    ) -> None:
        """Say what a message does or does not do; it wins over every reader and survives re-reading.

        Args:
            utterance_id: Id of the message.
            act: A word of the vocabulary.
            verdict: `is` or `is_not`.
            sub_kind: Finer kind, with `is`.
            exact: The words it is read from, with `is`; the whole message when not given.
            upto: The last stage to bring up to date; the rest is done when it is next needed.

        Raises:
            UtteranceNotFound: No message has this id.
            UsageError: The act or sub-kind is not in the vocabulary, or the words are not in the message.
        """
        if act not in ACTS:
            raise UsageError(f"{act} is no act of the vocabulary. It has: {', '.join(ACTS)}.")
        if sub_kind is not None and sub_kind not in ACTS[act].sub_kinds:
            raise UsageError(f"{act} has no sub-kind {sub_kind}. It has: {', '.join(ACTS[act].sub_kinds) or 'none'}.")
        key = key_of(utterance_id)
        found = arrow.rows(self.query("select text from utterance where utterance = ? and text is not null", [key]))
        if not found:
            raise UtteranceNotFound(f"No message with words has the id {utterance_id}.")
        text = found[0]["text"]
        start = text.find(exact) if exact else 0
        if start < 0:
            raise UsageError("The quoted words are not in the message. Quote it letter by letter.")
        span = (start, start + len(exact or text)) if verdict == "is" else (None, None)
        run = self.store.connection.execute
        with self.store.transaction():
            run("delete from lib.main.correction where utterance = ? and act = ?", [key, act])
            run(
                "insert into lib.main.correction values (?, ?, ?, ?, ?, ?, ?)",
                [key, act, verdict, sub_kind, *span, datetime.now(UTC)],
            )
            run("insert into lib.main.touched values (?)", [key])
        self.update(upto=upto)

    def learn(self, progress: Progress = lambda what, done: None) -> tuple[Lesson, ...]:
        """Learn from the corrections where the limits of this library lie, and read everything again if that changed.

        What was learned before does not count: everything is learned anew from all corrections. The weights that come
        with mutuals are not touched.

        Returns:
            One lesson for each act that was corrected, in the order of the vocabulary's heads; empty when there is no
            correction that tells anything.

        Raises:
            UsageError: The reader in use has nothing that could learn.
        """
        from mutuals.reading.learned.reader import LearnedReader
        from mutuals.reading.learning import learn

        if not isinstance(self._shipped, LearnedReader):
            raise UsageError(
                f"The reader in use ({self._shipped.name}) goes by fixed rules and cannot learn. Corrections stand all "
                "the same."
            )
        self.update()
        learned, lessons = learn(self.query, self._shipped)
        self._keep_learned(learned.text if learned.changes else None, progress)
        return lessons

    def forget_learned(self, progress: Progress = lambda what, done: None) -> bool:
        """Go back to the reader as it came, and read everything again; the corrections stay.

        Returns:
            Whether anything had been learned.
        """
        return self._keep_learned(None, progress)

    def _keep_learned(self, text: str | None, progress: Progress) -> bool:
        if text == self.store.setting(LEARNED):
            return False
        with self.store.transaction():
            self.store.set(LEARNED, text)
            self.store.connection.execute("insert into lib.main.touched select utterance from lib.main.utterance")
        self.update(progress=progress)
        return True

    def forbid_llm(self, place: str) -> None:
        """Let nothing of a place go to a language model, and take out what one said of it, from the file as well.

        Args:
            place: Id of the place; one that was never allowed stays so.
        """
        with self.store.transaction():
            consent.forbid(self.store.connection, place)
        self.update()
        self.store.rewrite()

    def note_no_ai(self, place: str, *, lifted: bool = False) -> None:
        """Note that a place is not for generative AI, so that nobody can allow it; `lifted` takes the note back.

        Args:
            place: Id of the place.
            lifted: The place does not say so any more. It is not allowed by that.

        Raises:
            UsageError: The archive of the place says so itself, and it was to be lifted.
        """
        if lifted:
            consent.lift(self.store.connection, place)
            return
        with self.store.transaction():
            consent.refuse(self.store.connection, place, by="owner")
        self.update()
        self.store.rewrite()

    def set_viewer(self, speaker_id: str | None) -> None:
        """Say whose library this is; pages about pairs are made only for pairs with this person.

        Raises:
            PersonNotFound: Nobody has this id.
        """
        if speaker_id and not self.query("select 1 from speaker where id = ?", [speaker_id]).num_rows:
            raise PersonNotFound(f"Nobody has the id {speaker_id}.")
        self.store.set("viewer", speaker_id)

    def set_number_fast(self, until: datetime | None) -> None:
        """Set aside every number that the program itself would say, up to a time; None ends it.

        Raises:
            UsageError: The time has no time zone.
        """
        if until is not None and until.tzinfo is None:
            raise UsageError("A number fast ends at a time with a time zone. Give an aware time.")
        self.store.set("number_fast_until", until.astimezone(UTC).isoformat() if until else None)

    def number_fast_until(self) -> datetime | None:
        """Up to when no number is said, aware UTC; None when no number fast is kept now."""
        until = self.store.setting("number_fast_until")
        ends = datetime.fromisoformat(until) if until else None
        return ends if ends is not None and datetime.now(UTC) < ends else None

    def close(self) -> None:
        """Let go of the library file."""
        self.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(slots=True)
class _Seen:
    files: int = 0
    passed_over: list[str] | tuple[str, ...] = ()


def _records(path: Path, options: ReadOptions, seen: _Seen) -> Iterator[Record | RecordBatch]:
    """What the sources yield from every file of an archive, file after file."""
    passed_over: list[str] = []
    seen.passed_over = passed_over
    hosts: dict[str, str | None] = {}
    for file in walk(path):
        if isinstance(file, Problem):
            yield file
            continue
        source = _source_of(file)
        if source is None:
            passed_over.append(file.where)
            continue
        seen.files += 1
        if isinstance(source, NamesHost):
            if source.name not in hosts:
                hosts[source.name] = _host_named(path, source.name)
            yield from source.read(file, replace(options, host=hosts[source.name]))
        else:
            yield from source.read(file, options)


def _source_of(file: SourceFile) -> Source | None:
    return next((source for source in sources() if source.recognises(file)), None)


def _host_named(path: Path, name: str) -> str | None:
    """The host that the first files of a source tell, for those that tell none; None where they tell several."""
    files = (file for file in walk(path) if not isinstance(file, Problem))
    asked = ((file, source) for file in files if (source := _source_of(file)) is not None and source.name == name)
    first = islice(asked, _ASKED_FOR_HOST)
    told = {host for file, source in first if isinstance(source, NamesHost) and (host := source.host_of(file))}
    return told.pop() if len(told) == 1 else None


__all__ = ["Library", "Receipt", "SourceFile"]


def open_library(path: Path | str, reader: Reader | None = None) -> Library:
    """Open a library, making it when it is not there; `":memory:"` makes one that is gone when closed.

    Args:
        path: The file.
        reader: Who reads what is added; by default the first of `mutuals.plugins.readers()`.

    An update that was interrupted is taken up when the library is next added to or shown.

    Raises:
        LibraryError: The file cannot be used; see the subclasses.
    """
    return Library(Store.open(path), reader)
