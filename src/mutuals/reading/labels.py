"""The one scheme: which act each label of the labelled sets speaks of, and why.

Labelled files hold one JSON object a line with `text`, `parent`, `parent_same_author`, `lang`, `split` and `u`, the
labels that were annotated (1 or 0). A label that is absent is unknown, never a negative: what a set does not annotate
it says nothing about. Files labelled for mutuals itself use the words of the vocabulary as labels.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutuals.sources.streams import zstd
from mutuals.vocabulary import ACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What a label says.

    Attributes:
        act: The act it is compared with.
        why: The reason, in a sentence.
        sub_kinds: Narrow the act, when given; None stands for no finer kind.
        head: The output of the learned reader that is trained on it; empty when none is.
    """

    act: str
    why: str
    sub_kinds: tuple[str | None, ...] = ()
    head: str = ""


LABELS: dict[str, Mapping] = {
    "question": Mapping(act="asks", why="both seek something; the sets also count rhetorical questions", head="asks"),
    "request_help": Mapping(act="asks", why="a request for help is an ask", sub_kinds=("favour", "support", "fact"),
                            head="asks"),
    "request": Mapping(act="asks", why="speech act of requesting; the set counts commands to nobody too",
                       head="request"),
    "question_pref": Mapping(act="asks", why="asks what the other side wants, one kind of question among several, so"
                             " that its negatives ask too: nothing is trained on it"),
    "answer": Mapping(act="answers", why="gives what the parent asks; here by another, under a parent that asks",
        sub_kinds=(None,),
                      head="answers"),
    "advice": Mapping(act="answers", why="advice is the commonest answer; without a parent only the words can tell",
                      sub_kinds=("advice",), head="advises"),
    "thanks": Mapping(act="thanks", why="gratitude in both", head="thanks"),
    "praise": Mapping(act="praises", why="admiration; the set also counts approval of things and of what happened",
                      head="praises"),
    "support": Mapping(act="comforts", why="sympathy, care, encouragement in both", head="comforts"),
    "experience": Mapping(act="experience", why="self-disclosure of what was lived through", head="experience"),
    "agreement": Mapping(act="agrees", why="confirms what was said", head="agrees"),
    "disagreement": Mapping(act="disagrees", why="objects to the point; some sets count corrections too",
                            head="disagrees"),
    "elaboration": Mapping(act="adds", why="extends what was said; the chat set counts one's own message going on",
                           head="adds"),
    "offer_help": Mapping(act="offers", why="commits own effort", head="offers"),
    "correction": Mapping(act="corrects", why="says what is wrong and what is right", head="corrects"),
    "concession": Mapping(act="concedes", why="takes a correction", head="concedes"),
    "negative_reaction": Mapping(act="dismisses", why="anger, disgust or incivility; wider than reacting without taking"
                                 " up the merits", head="dismisses"),
    "humor": Mapping(act="jokes", why="amusement: of who laughs as well as of who jokes", head="amused"),
    "sarcasm": Mapping(act="jokes", why="says the opposite of what is meant, to amuse or to bite", head="sarcasm"),
    "promotion": Mapping(act="promotes", why="spam for the writer's own gain", head="promotes"),
    "evidence": Mapping(act="source", why="gives a source; the set also counts plain facts"),
    "greeting": Mapping(act="welcomes", why="greets; the sets count every hello, we only welcomes to newcomers",
                        head="greets"),
    "reported_back": Mapping(act="did", why="says that what was asked for was done", head="did"),
    "acknowledgement": Mapping(act="", why="takes note: no act of ours, and so a useful negative", head="acks"),
    "apology": Mapping(act="", why="no act of ours, and so a useful negative", head="apologises"),
    "emo_disclosure": Mapping(act="confides", why="tells of one's feelings; ours is to somebody, about what is private",
                              head="confides"),
    "took_advice_worked": Mapping(
        act="came_back", why="says that advice worked", sub_kinds=("worked", "partly", "changed_view")
    ),
    "took_advice_failed": Mapping(act="came_back", why="says that advice failed", sub_kinds=("did_not_work", "partly")),
}  # fmt: skip
"""Every label of the sets that speaks of an act, or helps the reader to tell acts apart (act empty)."""

LABELS |= {
    name: Mapping(act=name, why="labelled for mutuals, by its own guide", head=name)
    for name in ACTS
    if name not in {"came_back", "source", "confides"}
}
LABELS |= {
    "answers": Mapping(
        act="answers", why="labelled for mutuals, by its own guide", sub_kinds=(None,), head="answers"
    ),
    "advises": Mapping(act="answers", why="tells somebody what to do, by our guide", sub_kinds=("advice",),
                       head="advises"),
    "acks": Mapping(act="", why="takes note, by our guide", head="acks"),
    "greets": Mapping(act="", why="says hello or goodbye, by our guide", head="greets"),
    "clarify": Mapping(act="asks", why="asks back, by our guide", sub_kinds=("clarify",), head="clarify"),
    "rhetorical": Mapping(act="", why="a question that asks nothing, by our guide: a negative for asks",
                          head="rhetorical"),
    "worked": Mapping(act="came_back", why="by our guide", sub_kinds=("worked", "partly", "changed_view"),
                      head="worked"),
    "did_not_work": Mapping(act="came_back", why="by our guide", sub_kinds=("did_not_work", "partly"),
                            head="did_not_work"),
    "source": Mapping(act="source", why="labelled for mutuals; told by links and not by a model"),
    "came_back": Mapping(act="came_back", why="labelled for mutuals; measured with structure"),
}  # fmt: skip


def head_of(label: str) -> str:
    """The output of the learned reader that a label trains; empty for a label that trains none."""
    mapping = LABELS.get(label)
    return mapping.head if mapping else ""


def examples(path: Path) -> Iterator[dict[str, Any]]:
    """The labelled messages of a `.jsonl` or `.jsonl.zst` file, in its order.

    Raises:
        OSError: The file cannot be read.
        json.JSONDecodeError: A line is no JSON.
    """
    with path.open("rb") as raw, zstd.ZstdFile(raw) if path.suffix == ".zst" else raw as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)
