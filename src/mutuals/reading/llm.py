"""A second reader: a language model that the library's owner runs or rents. Off until somebody asks for it.

It sees the words of a message and of the one that it answers, and nothing of who wrote them. What it claims is kept
beside the first reader, never in its place (`reading.second`); docs/howto/llm.md says how it is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from arro3.core import RecordBatch

from mutuals import arrow
from mutuals.errors import EndpointFailed, UsageError
from mutuals.reading.language import declared
from mutuals.reading.llm_answers import INSTRUCTIONS, SCHEMA, Answer, Malformed, judged, material, question, said
from mutuals.reading.llm_endpoint import Endpoint, Unanswered
from mutuals.schema import READ_ACT

NO_USE = "the model gave no usable answer"
NO_ANSWER = "the model's server gave no answer"
_IN_A_ROW = 3
"""Messages without an answer after which a server is given up."""


@dataclass(slots=True)
class Tally:
    """What a reader sent and got so far.

    Attributes:
        read: Messages with a usable answer.
        unread: Messages without one, those without words left out.
        kept: Claims that stand.
        invented: Claims whose quote is not in the message.
        unfit: Claims with an act that is not in the list, or with a quote that is none.
        characters: Characters of everything that was asked.
        tokens_sent: Tokens of it, as far as the server counted them; None when it never did.
        tokens_answered: Tokens of the answers, likewise.
    """

    read: int = 0
    unread: int = 0
    kept: int = 0
    invented: int = 0
    unfit: int = 0
    characters: int = 0
    tokens_sent: int | None = None
    tokens_answered: int | None = None


class LlmReader:
    """Reads by asking a language model over an OpenAI-compatible chat endpoint, one message at a time.

    Attributes:
        endpoint: Where it asks.
        model: Which model.
        tally: What was sent and came back since the reader was made.
        languages: Empty: which languages a model reads is not known, and it is asked whatever the language.
    """

    name = "llm"
    languages: frozenset[str] = frozenset()

    def __init__(self, endpoint: Endpoint, model: str, *, key: str | None = None) -> None:
        """Name the model; nothing is sent before something is read.

        Args:
            endpoint: Where to ask.
            model: The name that its server knows the model by.
            key: Sent to that server alone; kept nowhere.

        Raises:
            UsageError: The key or the model's name cannot be sent.
        """
        if not model.strip() or not model.isprintable():
            raise UsageError("The model has no name that can be sent. Give the name that its server lists.")
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
            raise UsageError("MUTUALS_LLM_KEY holds letters that no key has. Set it anew, without line ends or spaces.")
        self.endpoint = endpoint
        self.model = model
        self.tally = Tally()
        self._key = key
        self._silent = 0
        asked = json.dumps([INSTRUCTIONS, SCHEMA]).encode()
        self.version = f"{model}-{hashlib.sha256(asked).hexdigest()[:8]}"

    @property
    def label(self) -> str:
        """Name and version, as the tables keep them."""
        return f"{self.name} {self.version}"

    def read(self, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
        """What the words of each message do; see `reading.Reader.read`. One batch a message, as the answers come.

        Of a message of more than 12,000 characters the first 12,000 are sent. A message without words is `unread`
        ("no text") and is not sent; one to which no usable answer came, twice, is `unread` as well.

        Raises:
            EndpointFailed: The server cannot be asked at all, or gave no answer to three messages in a row. What was
                yielded before stands.
        """
        for batch in batches:
            for row in arrow.rows(batch):
                yield arrow.batch(self._read(row), READ_ACT)

    def size_of(self, row: Mapping[str, Any]) -> tuple[int, int]:
        """Characters that asking about a message sends, and how many of them are people's words."""
        words = material(row)
        theirs = sum(len(part) for part in words.values() if isinstance(part, str))
        return _characters(question(row)), theirs

    def _read(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        base = {"utterance": row["utterance"], "lang": declared(row["lang"]) or "und", "outcome": "read", "reason": ""}
        if not (row["text"] or "").strip():
            return [base | {"outcome": "unread", "reason": "no text"}]
        try:
            answer = self._answer(row)
        except Malformed:
            self._silent = 0
            self.tally.unread += 1
            return [base | {"outcome": "unread", "reason": NO_USE}]
        except Unanswered as error:
            self._silent += 1
            self.tally.unread += 1
            if self._silent >= _IN_A_ROW:
                raise EndpointFailed(
                    f"{self.endpoint.where} gave no answer to several messages in a row; the last time: {error}. "
                    "What was read before is kept."
                ) from error
            return [base | {"outcome": "unread", "reason": NO_ANSWER}]
        self._silent = 0
        self._count(answer)
        claims = [
            base | {"act": c.act, "sub_kind": c.sub_kind, "start": c.start, "end": c.end, "certainty": "likely"}
            for c in answer.claims
        ]
        return claims or [base]

    def _answer(self, row: Mapping[str, Any]) -> Answer:
        """The model's answer; asked once more where the first is no use."""
        try:
            return self._asked(row, again=False)
        except Malformed:
            return self._asked(row, again=True)

    def _asked(self, row: Mapping[str, Any], *, again: bool) -> Answer:
        chat = question(row, again=again)
        body = {
            "model": self.model, "messages": chat, "temperature": 0, "stream": False,
            "response_format": {
                "type": "json_schema", "json_schema": {"name": "claims", "strict": True, "schema": SCHEMA},
            },
        }  # fmt: skip
        self.tally.characters += _characters(chat)
        content, tokens = said(self.endpoint.ask(json.dumps(body).encode(), self._key))
        if tokens is not None:
            self.tally.tokens_sent = (self.tally.tokens_sent or 0) + tokens[0]
            self.tally.tokens_answered = (self.tally.tokens_answered or 0) + tokens[1]
        return judged(content, str(material(row)["message"]))

    def _count(self, answer: Answer) -> None:
        self.tally.read += 1
        self.tally.kept += len(answer.claims)
        self.tally.invented += answer.invented
        self.tally.unfit += answer.unfit


def _characters(chat: list[dict[str, str]]) -> int:
    return sum(len(turn["content"]) for turn in chat)
