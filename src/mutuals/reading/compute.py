"""The stage of reading: words by a reader, their meaning by structure, a person's corrections over both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from arro3.core import Array, DataType, Field, RecordBatch

from mutuals.arrow import shaped
from mutuals.conversations.threads import nearest
from mutuals.engines import Engine, step
from mutuals.reading import Reader
from mutuals.schema import MESSAGE, READ_ACT

_STAGE = "mutuals.reading"
_WORDS = READ_ACT.append(Field("reader", DataType.string()))


def read(engine: Engine, reader: Reader, progress: Callable[[str, int], None]) -> tuple[str, ...]:
    """Save `read`, `reading`, `nearest_ask` and `act` (columns as in `schema.TABLES`) and return their names.

    Each message that has words is read once. `act` holds what the words and the structure say together, with the
    corrections of the person who owns the library over both; what the reader is unsure of stays in `reading`.
    """
    label = f"{reader.name} {reader.version}"
    engine.map_batches("words", step(_STAGE, "message"), _labelled(reader, label, progress), _WORDS)
    engine.save(
        "read",
        """select distinct w.utterance, t.conversation, w.reader, w.lang, w.outcome, w.reason
           from words w join thread t on t.utterance = w.utterance""",
    )
    engine.save("reading", step(_STAGE, "reading"))
    engine.save("asking", step(_STAGE, "asking"))
    nearest(engine, "ask_above", "select utterance from asking")
    nearest(engine, "need_above", "select utterance from asking where sub_kind <> 'clarify'")
    engine.save(
        "nearest_ask",
        """select a.utterance, t.conversation, a.marked as ask, n.marked as need
           from ask_above a join thread t on t.utterance = a.utterance
           left join need_above n on n.utterance = a.utterance""",
    )
    engine.save("act", step(_STAGE, "act"))
    engine.drop(["words", "asking", "ask_above", "need_above"])
    return ("read", "reading", "nearest_ask", "act")


def _labelled(
    reader: Reader, label: str, progress: Callable[[str, int], None]
) -> Callable[[Iterator[RecordBatch]], Iterator[RecordBatch]]:
    done = 0

    def run(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        nonlocal done

        def counted() -> Iterator[RecordBatch]:
            nonlocal done
            for batch in batches:
                yield shaped(batch, MESSAGE)
                done += batch.num_rows
                progress("understand", done)

        for out in reader.read(counted()):
            said = shaped(out, READ_ACT)
            yield said.append_column(_WORDS.field("reader"), Array([label] * said.num_rows, DataType.string()))

    return run
