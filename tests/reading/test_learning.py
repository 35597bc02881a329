"""Learning from corrections: what helps is kept, what does not is not, and the weights are never touched."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals import arrow
from mutuals.errors import UsageError
from mutuals.library import LEARNED, Library
from mutuals.reading.cues import CueReader
from mutuals.reading.learned.settings import Limit
from mutuals.reading.learning import Lesson, is_clear
from mutuals.reading.learning.examples import SUBJECTS
from mutuals.reading.learning.fit import Verdicts, choose, fit, folds
from mutuals.reading.learning.kept import Change, Learned
from mutuals.schema import MESSAGE, key_of
from mutuals.store import Store
from tests.reading.lessons import (
    HEADS,
    SETTINGS,
    Reply,
    WrittenDown,
    fooled,
    hamlet,
    id_of,
    text_of,
    timid,
    tossed,
    weights,
)


def said_of(library: Library, number: int) -> list[str]:
    """The acts that are shown of a reply."""
    return [
        row["act"]
        for row in arrow.rows(library.query("select act from act where utterance = ?", [key_of(id_of(number))]))
    ]


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """What a folder holds, and since when."""
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in sorted(folder.rglob("*"))}


def test_a_timid_reader_learns_to_say_it(tmp_path: Path) -> None:
    """Limits that lie too high move, more is right on what was held out, and readings change that nobody corrected."""
    with hamlet(weights(tmp_path / "weights"), timid()) as library:
        last, version = len(timid()) - 1, library.reader.version
        assert [] == said_of(library, last)
        [lesson] = library.learn()

        assert ("adds", "limit", (), 48) == (lesson.about, lesson.kind, lesson.missing, lesson.held_out)
        assert lesson.right_after >= lesson.right_before + 10
        assert ["adds"] == said_of(library, last)
        assert version != library.reader.version
        assert [library.reader.version] == [
            row["reader"].split()[1] for row in arrow.rows(library.query("select distinct reader from read"))
        ]


def test_a_fooled_reader_learns_from_the_other_scores(tmp_path: Path) -> None:
    """Where the act's own score cannot tell, the scores for other acts have a say, and only in the act corrected."""
    with hamlet(weights(tmp_path / "weights"), fooled()) as library:
        last = len(fooled()) - 1
        assert {"adds", "announces"} == set(said_of(library, last))
        [lesson] = library.learn()

        assert ("light", 30) == (lesson.kind, lesson.right_before)
        assert lesson.right_after >= 57
        assert ["announces"] == said_of(library, last)


def test_verdicts_by_the_toss_of_a_coin_teach_nothing(tmp_path: Path) -> None:
    """With nothing to learn the reader stays as it came, and the lesson says so."""
    with hamlet(weights(tmp_path / "weights"), tossed()) as library:
        version = library.reader.version
        [lesson] = library.learn()

        assert ("shipped", ()) == (lesson.kind, lesson.missing)
        assert lesson.right_before == lesson.right_after
        assert version == library.reader.version
        assert None is library.store.setting(LEARNED)


@pytest.mark.parametrize(
    ("replies", "missing"),
    [
        ([*timid()[:4], *[r for r in timid() if r.is_so is False][:2]], "A few more corrections are needed."),
        ([r for r in timid() if r.is_so], "Corrections that say that it is not so are needed as well."),
        ([r for r in timid() if r.is_so is False], "Corrections that say that it is so are needed as well."),
        ([Reply(scores=r.scores, is_so=r.is_so, conversation=1) for r in timid()],
         "Corrections in other conversations are needed."),
    ],
)  # fmt: skip
def test_too_few_corrections_say_what_is_missing(tmp_path: Path, replies: list[Reply], missing: str) -> None:
    """With too few, or all of one kind or conversation, nothing is learned, and it is said what is needed."""
    with hamlet(weights(tmp_path / "weights"), replies) as library:
        assert (Lesson(about="adds", kind="shipped", missing=(missing,)),) == library.learn()
        assert None is library.store.setting(LEARNED)


def test_no_corrections_are_no_lessons(tmp_path: Path) -> None:
    """Without a correction there is no lesson."""
    replies = [Reply(scores=r.scores, is_so=None, conversation=r.conversation) for r in timid()]
    with hamlet(weights(tmp_path / "weights"), replies) as library:
        assert () == library.learn()


def test_what_was_learned_can_be_forgotten(tmp_path: Path) -> None:
    """After forgetting everything reads as it came, and the corrections stay."""
    with hamlet(weights(tmp_path / "weights"), timid()) as library:
        version, last = library.reader.version, len(timid()) - 1
        library.learn()

        assert library.forget_learned()
        assert version == library.reader.version
        assert [] == said_of(library, last)
        corrected = next(number for number, reply in enumerate(timid()) if reply.is_so)
        assert ["adds"] == said_of(library, corrected)
        assert not library.forget_learned()


def test_other_weights_set_aside_what_was_learned(tmp_path: Path) -> None:
    """What was learned for other weights is not used, says so, and can be learned again."""
    file, folder = tmp_path / "hamlet.mutuals", weights(tmp_path / "weights")
    with hamlet(folder, timid(), file=file) as library:
        library.learn()
        assert not library.has_stale_lessons
        learned = library.reader.version
        scores = library._shipped._written  # type: ignore[attr-defined]
    weights(folder, "second")
    other = WrittenDown(folder, scores)
    with Library(Store.open(file), other) as library:
        assert library.has_stale_lessons
        assert other.version == library.reader.version

        [lesson] = library.learn()

        assert "limit" == lesson.kind
        assert not library.has_stale_lessons
        assert library.reader.version not in {other.version, learned}
    with Library(Store.open(file), CueReader()) as library:
        assert library.has_stale_lessons


def test_a_reader_of_fixed_rules_cannot_learn() -> None:
    """Where nothing can be learned one is told so, rather than given an empty lesson."""
    with Library(Store.open(":memory:"), CueReader()) as library, pytest.raises(UsageError, match="cannot learn"):
        library.learn()


def test_learning_twice_is_learning_once(tmp_path: Path) -> None:
    """The same corrections teach the same, to the last digit, also after something was learned."""
    with hamlet(weights(tmp_path / "weights"), timid()) as library:
        first, kept = library.learn(), library.store.setting(LEARNED)

        assert first == library.learn()
        assert kept == library.store.setting(LEARNED)


def test_what_is_kept_has_no_words(tmp_path: Path) -> None:
    """Only numbers, names of heads and the fingerprint are kept, and read back as they were."""
    with hamlet(weights(tmp_path / "weights"), fooled()) as library:
        library.learn()
        kept = library.store.setting(LEARNED) or ""

    [change] = json.loads(kept)["changes"].values()
    assert {"kind", "heads", "own", "shift", "others"} == change.keys()
    assert set(HEADS) >= {*change["heads"], *change["others"]}
    assert kept == Learned.read(kept).text


def test_a_verdict_speaks_of_its_own_act_alone() -> None:
    """Which way somebody came back is told by the sub-kind; a way that is not named is not denied."""
    worked, failed = (next(s for s in SUBJECTS if s.heads == (head,)) for head in ("worked", "did_not_work"))

    assert (True, None) == (worked.truth("is", "worked"), failed.truth("is", "worked"))
    assert (True, True) == (worked.truth("is", "partly"), failed.truth("is", "partly"))
    assert (None, None) == (worked.truth("is", None), failed.truth("is", None))
    assert (False, False) == (worked.truth("is_not", None), failed.truth("is_not", None))


@given(st.lists(st.integers(0, 6), min_size=2, max_size=40))
def test_no_conversation_is_on_both_sides(conversations: list[int]) -> None:
    """Each verdict is held out once, together with all of its conversation."""
    groups = np.array(conversations, np.int64)
    parts = list(folds(groups))

    assert (np.ones(len(groups)) == np.sum(parts, axis=0)).all()
    assert all(not set(groups[held]) & set(groups[~held]) for held in parts)
    assert all(held.any() for held in parts)


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_a_fit_is_where_nothing_near_is_better(seed: int, count: int) -> None:
    """Newton's method ends where the penalised loss is lowest, whatever the verdicts; few of them change little."""
    draw = np.random.default_rng(seed)
    verdicts = Verdicts(
        own=draw.normal(0, 3, count), others=draw.normal(0, 1, (count, 4)),
        truth=(draw.random(count) < 0.5).astype(float), groups=np.arange(count),
    )  # fmt: skip
    found = fit("limit", verdicts)

    def cost(shift: float) -> float:
        odds = verdicts.own + shift
        return float(np.logaddexp(0, np.where(verdicts.truth > 0, -odds, odds)).sum() + shift**2 / 2)

    assert cost(found.shift) <= min(cost(found.shift + step) for step in (-0.01, 0.01)) + 1e-9
    assert abs(found.shift) <= count
    light = fit("light", verdicts)
    assert light.own >= 0
    assert np.isfinite([light.shift, *light.others]).all()
    assert choose(verdicts).kind in {"shipped", "limit", "light"}


def test_moved_limits_say_what_moved_odds_would() -> None:
    """A limit moved by a shift is passed just where the odds moved by it pass the old limit; never stays never."""
    change = Change(kind="limit", heads=("adds",), own=1, shift=0.8, others={})
    moved = change.applied(SETTINGS).limits["adds"]
    never = SETTINGS.with_limits({"adds": Limit(shown=2, with_cue=2, perhaps=0)})
    odds = np.linspace(-5, 5, 400)

    assert ((1 / (1 + np.exp(-odds)) >= moved.shown) == (1 / (1 + np.exp(-(odds + 0.8))) >= 0.7)).all()
    assert SETTINGS.limits["jokes"] == change.applied(SETTINGS).limits["jokes"]
    assert never.limits == change.applied(never).limits


@pytest.mark.parametrize("scores", [{"answers": 0.4, "advises": -1.0}, {"answers": -2.0, "advises": 0.6}])
def test_two_heads_of_one_act_change_together(scores: dict[str, float]) -> None:
    """The light head of an act with two heads gives the greater of both just what it would give the greater odds."""
    row = np.array([[scores.get(head, -4.0) for head in HEADS]], np.float32)
    change = Change(kind="light", heads=("answers", "advises"), own=0.5, shift=0.2, others={"jokes": 0.1})
    chances = change.applied(SETTINGS).probabilities(row)[0]
    plain = SETTINGS.probabilities(row)[0]

    expected = 1 / (1 + np.exp(-(0.5 * max(scores.values()) + 0.2 + 0.1 * -4)))
    assert chances[HEADS.index("answers") :].max() == pytest.approx(expected, abs=1e-6)
    assert (chances[: HEADS.index("answers")] == plain[: HEADS.index("answers")]).all()


def test_weighing_says_what_reading_says(tmp_path: Path) -> None:
    """A message that was weighed says under the same settings what reading finds, as often as it is asked."""
    texts = ["Thanks, Ana, that was kind.", text_of(1), "Who has the ladder? " * 30, ""]
    reader = WrittenDown(weights(tmp_path / "weights"), {text_of(1): {"adds": 3.0}, texts[0]: {"announces": 2.0}})
    rows = [
        dict.fromkeys(MESSAGE.names) | {
            "utterance": n, "lang": "en", "text": text, "is_opening": False, "by_opener": False,
            "by_parent_speaker": False, "after_others": True,
        }
        for n, text in enumerate(texts)
    ]  # fmt: skip
    reader._linear = WrittenDown(tmp_path / "weights", {})  # type: ignore[assignment]
    batch = arrow.batch(rows, MESSAGE)
    weighed = reader.weigh(batch)

    read = [row for out in reader.read(iter([batch])) for row in arrow.rows(out) if row["act"]]
    assert [0, 1, 2] == [one.utterance for one in weighed]
    for _ in range(2):
        assert [(r["utterance"], r["act"], r["start"], r["certainty"]) for r in read] == [
            (one.utterance, act.act, act.start, act.certainty) for one in weighed for act in one.says(SETTINGS)
        ]


@pytest.mark.parametrize("replies", [timid(), fooled(), tossed()])
def test_learning_writes_nothing_beside_the_weights(tmp_path: Path, replies: list[Reply]) -> None:
    """Whatever is learned or forgotten, the weights hold the same files with the same bytes and times."""
    folder = weights(tmp_path / "weights")
    before = files(folder)
    with hamlet(folder, replies) as library:
        library.learn()
        library.forget_learned()

    assert before == files(folder)


def test_nothing_is_learned_from_tossed_coins_time_and_again() -> None:
    """Over many tosses what is learned is kept hardly ever: the floor that docs/reading.md speaks of."""
    kept = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        verdicts = Verdicts(
            own=draw.normal(0, 1, 24), others=draw.normal(0, 1, (24, 20)),
            truth=(draw.random(24) < 0.5).astype(float), groups=draw.integers(0, 16, 24),
        )  # fmt: skip
        before, after = verdicts.own > 0.8, np.zeros(24, bool)
        for held in folds(verdicts.groups):
            model, seen = choose(verdicts.only(~held)), verdicts.only(held)
            after[held] = model.own * seen.own + seen.others @ model.others + model.shift > 0.8
        truth = verdicts.truth > 0
        kept += choose(verdicts).kind != "shipped" and is_clear(list(before == truth), list(after == truth))

    assert kept <= 2
