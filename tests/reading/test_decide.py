"""From probabilities and cues to acts: each rule with made-up probabilities, no weights needed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mutuals.reading.cues import CueReader
from mutuals.reading.learned.decide import Scored, decide
from mutuals.reading.learned.inputs import parts
from mutuals.reading.learned.settings import Limit, Settings
from mutuals.reading.rules import Found
from tests.reading.messages import message

HEADS = ("asks", "thanks", "praises", "answers", "advises", "worked", "rhetorical", "sarcasm", "clarify", "disagrees",
         "vouches", "experience")  # fmt: skip
SETTINGS = Settings(
    heads=HEADS,
    slope=np.ones(len(HEADS), np.float32),
    shift=np.zeros(len(HEADS), np.float32),
    limits=dict.fromkeys(HEADS, Limit(shown=0.9, with_cue=0.6, perhaps=0.4)),
    skip=np.zeros(len(HEADS), np.float32),
)
CUES = CueReader()


def said(text: str, who: str = "x", **chances: float) -> list[Found]:
    """The acts for these words when the encoder gives these probabilities, 0 for all others."""
    row = message(text, who)
    looked = CUES.look({key: value for key, value in row.items() if key != "names"}, lambda: row["names"])
    assert looked.message is not None
    cut = parts(looked.message.masked, looked.message.sentences)
    scores = np.zeros((len(cut), len(HEADS)), np.float32)
    for head, chance in chances.items():
        scores[:, HEADS.index(head)] = chance
    return decide(Scored(looked.message, looked.found, cut, scores, SETTINGS, lambda part, _: part))


def certainties(found: list[Found], act: str) -> list[str]:
    """How sure each claim of an act is."""
    return [one.certainty for one in found if one.act == act]


@pytest.mark.parametrize(
    ("chance", "expected"),
    [(0.95, ["sure"]), (0.7, ["likely"]), (0.5, ["perhaps"]), (0.1, [])],
)
def test_a_cue_needs_the_encoder(chance: float, expected: list[str]) -> None:
    """Where a cue stands a lower probability is enough to say the act; far below it is not even perhaps so."""
    assert expected == certainties(said("Thank you Ben, that saved the queen.", thanks=chance), "thanks")


@pytest.mark.parametrize(("chance", "expected"), [(0.95, ["likely"]), (0.7, ["perhaps"]), (0.1, [])])
def test_the_encoder_alone_needs_more(chance: float, expected: list[str]) -> None:
    """Where no cue stands only a high probability says the act."""
    assert expected == certainties(said("you absolute hero, the queen lives", thanks=chance), "thanks")


def test_tier_three_is_never_said_by_these_two() -> None:
    """An act on which trained people do not agree stays perhaps, however sure the encoder is."""
    assert ["perhaps"] == certainties(said("No, that is not how bees work.", disagrees=1.0), "disagrees")


def test_a_rhetorical_question_asks_nothing() -> None:
    """What is put for effect is perhaps, with its kind."""
    (ask,) = [one for one in said("Who needs bees in winter?", asks=0.95, rhetorical=0.8) if one.act == "asks"]

    assert ("perhaps", "rhetorical") == (ask.certainty, ask.sub_kind)


def test_sarcasm_turns_thanks_round() -> None:
    """Thanks that are likely meant the other way are only perhaps thanks."""
    assert ["perhaps"] == certainties(said("Thanks a lot for the flood.", thanks=0.95, sarcasm=0.7), "thanks")


def test_asking_back_is_told_by_its_head() -> None:
    """A question by somebody else that asks back gets that kind; who opens a conversation asks nobody back."""
    (back,) = [one for one in said("Which way does the valve turn?", asks=0.95, clarify=0.9) if one.act == "asks"]
    (first,) = [one for one in said("Which way does the valve turn?", "O", asks=0.95, clarify=0.9) if one.act == "asks"]

    assert "clarify" == back.sub_kind
    assert "clarify" != first.sub_kind


def test_answers_are_states_for_the_structure() -> None:
    """What answers is handed on as `states`: sure where it advises, likely where it only tells."""
    advice = said("Leave the tap dripping at night.", advises=0.95, answers=0.5)
    told = said("It froze at the elbow.", answers=0.95)
    unsure = said("It froze at the elbow.", answers=0.5)
    opening = said("It froze at the elbow.", "O", answers=0.95)

    assert ["sure"] == certainties(advice, "states")
    assert ["likely"] == certainties(told, "states")
    assert ["perhaps"] == certainties(unsure, "states")
    assert [] == certainties(opening, "states")


def test_what_says_of_whom_names_them() -> None:
    """A recommendation of a person without a name in the words is perhaps one."""
    assert ["perhaps"] == certainties(said("she really knows roofs", vouches=0.99), "vouches")


def test_thanks_in_a_signature_stay_out() -> None:
    """However sure the encoder is, thanks that close a message after a question are no thanks."""
    assert [] == certainties(said("How do I free the pump?\n\nThanks,\nNoor", "O", thanks=0.95, asks=0.9), "thanks")


def test_a_long_message_is_read_in_parts() -> None:
    """Runs of whole sentences, none of which is left out at the front; a short one is one part."""
    text = " ".join(f"This is sentence number {number} about the frozen pump." for number in range(20))
    row = message(text)
    looked = CUES.look({key: value for key, value in row.items() if key != "names"}, lambda: None)
    assert looked.message is not None
    cut = parts(looked.message.masked, looked.message.sentences)

    assert 3 <= len(cut) <= 6
    assert (0, len(text)) == (cut[0][0], cut[-1][1])
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(cut))
    assert 1 == len(parts("Short.", [(0, 6)]))
    assert [] == parts("", [])
