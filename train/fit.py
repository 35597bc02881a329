"""Fine-tunes the encoder: one output an act, and nothing said of what a set does not annotate.

`python -m train.fit --out DIR [--fold K] [--after RUN] [--epochs N]` writes `DIR/weights.pt` and `DIR/run.json` (heads,
seeds, counts, hashes of the data, seconds). The start weights are MiniLM-L6 (Apache-2.0).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from mutuals.reading.learned.inputs import PAD, Unit, pieces
from train import annotations
from train.data import (
    FEWER,
    FEWER_POSITIVES,
    FOLDS,
    MOST,
    MOST_POSITIVES,
    SETS,
    TIER_A,
    Example,
    capped,
    digest,
    load,
)
from train.start import START

SEED = 20261125
HEADS = (
    "asks", "request", "clarify", "rhetorical", "answers", "advises", "thanks", "praises", "comforts", "experience",
    "agrees", "acks", "adds", "offers", "did", "corrects", "concedes", "welcomes", "greets", "announces", "disagrees",
    "jokes", "sarcasm", "amused", "dismisses", "promotes", "credits", "vouches", "defends", "rallies", "worked",
    "did_not_work", "apologises", "confides",
)  # fmt: skip
LAST = (600, 1500)
"""Examples a label and a set in the last round, which brings the sets' wider notions down to our own."""
OURS, OURS_LAST = 2.0, 2.5
RATE = 1.5e-4
"""How much an example of our own annotations counts: they are of the places that are read."""


class Net(nn.Module):
    """MiniLM with one linear output a head over [CLS] and the mean of the message's own pieces."""

    def __init__(self, heads: int, attention: str = "sdpa") -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(str(START), add_pooling_layer=False, attn_implementation=attention)
        self.drop = nn.Dropout(0.1)
        self.out = nn.Linear(2 * self.bert.config.hidden_size, heads)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
        """Logits of each head; `kinds` is 1 for the pieces of the parent."""
        hidden = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        own = (mask * (1 - kinds)).unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * own).sum(1) / own.sum(1).clamp(min=1)
        return self.out(self.drop(torch.cat([hidden[:, 0], mean], 1)))


def encoder_of() -> Tokenizer:
    """The tokenizer of the start weights without truncation and padding."""
    tokenizer = Tokenizer.from_file(str(START / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, units: list[Unit]) -> list[tuple[list[int], int]]:
    """Word pieces of the units."""
    return pieces(
        units,
        lambda texts: [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)],
    )


def batch(rows: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids, mask and kinds of equally long rows."""
    longest = -(-max(len(ids) for ids, _ in rows) // 8) * 8  # few shapes: each new one costs the kernels a set-up
    ids = np.full((len(rows), longest), PAD, np.int64)
    mask, kinds = np.zeros_like(ids), np.zeros_like(ids)
    for number, (row, own) in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
        kinds[number, own : len(row)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(kinds)


def varied(unit: Unit, chance: random.Random) -> Unit:
    """The unit as it might also have come: without its parent, its mark of a question, or what is known of it."""
    text, parent, who, relation = unit.text, unit.parent, unit.who, unit.relation
    if chance.random() < 0.1:
        text = text.rstrip(" ?") or text
    if parent and chance.random() < 0.1:
        parent, relation = "", "unknown"
    if chance.random() < 0.15:
        who = "unknown"
    return Unit(text=text, parent=parent, who=who, relation=relation)


def targets_of(examples: list[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets, and the weight of each: zero where a set says nothing."""
    truth = torch.zeros(len(examples), len(HEADS))
    weight = torch.zeros(len(examples), len(HEADS))
    for row, example in enumerate(examples):
        for head, value in example.targets.items():
            truth[row, HEADS.index(head)] = value
            weight[row, HEADS.index(head)] = example.weight
    return truth, weight


def gather(fold: int | None, chance: random.Random, *, last: bool = False) -> list[Example]:
    """All that is learned from, without what a fold leaves out; in the last round less of the sets and more of ours."""
    left_out = () if fold is None else FOLDS[fold]
    most = LAST if last else (MOST_POSITIVES, MOST) if fold is None else (FEWER_POSITIVES, FEWER)
    found: list[Example] = []
    for name in SETS:
        if name not in left_out:
            found += capped(load(name, "train"), chance, *most)
    for example in annotations.load():
        if example.fold != fold:
            example.weight = OURS_LAST if last else OURS
            found.append(example)
    invented = annotations.invented()
    for example in invented:
        example.weight = OURS_LAST if last else 1.0
    return found + invented


def positive_weights(truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """How much a positive counts beside a negative: the root of how rare it is, at most 6."""
    carried, known = (truth * weight).sum(0), weight.sum(0)
    return (((known - carried) / carried.clamp(min=1)).sqrt()).clamp(1, 6)


def fit(examples: list[Example], *, epochs: int, rate: float = RATE, after: Path | None = None) -> Net:
    """Train on the examples; the same examples and seed give the same weights up to rounding of two threads.

    With a run to come after, its weights are where it starts.
    """
    chance = random.Random(SEED)
    truth, weight = targets_of(examples)
    return train(
        units_of=lambda: [varied(example.unit, chance) for example in examples],
        truth=truth, weight=weight, epochs=epochs, rate=rate, chance=chance,
        balance=positive_weights(truth, weight), after=after,
    )  # fmt: skip


def train(
    *,
    units_of: Callable[[], list[Unit]],
    truth: torch.Tensor,
    weight: torch.Tensor,
    balance: torch.Tensor,
    epochs: int,
    rate: float,
    chance: random.Random,
    size: int = 48,
    after: Path | None = None,
) -> Net:
    """Train a new net.

    Args:
        units_of: Gives the units of an epoch, in the order of the targets.
        truth: (units, heads) of 0 and 1.
        weight: (units, heads); 0 where nothing is known.
        balance: (heads), how much a positive counts beside a negative.
        epochs: How often each unit is seen.
        rate: Highest learning rate; it rises for 6 % of the steps and then falls in a line.
        chance: Where the order comes from.
        size: Units a step.
        after: Run whose weights are where it starts; without one the pinned start weights.
    """
    torch.manual_seed(SEED)
    tokenizer, net = encoder_of(), Net(truth.shape[1])
    if after is not None:
        net.load_state_dict(torch.load(after / "weights.pt", weights_only=True))
    for weights in net.bert.embeddings.word_embeddings.parameters():
        weights.requires_grad = False  # half of all weights and a third of the time of a step
    moving = [p for p in net.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": [p for p in moving if p.ndim > 1], "weight_decay": 0.01},
         {"params": [p for p in moving if p.ndim <= 1], "weight_decay": 0.0}], rate
    )  # fmt: skip
    steps = epochs * -(-len(truth) // size)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, step / (0.06 * steps)) * max(0.02, 1 - step / steps)
    )
    net.train()
    started, step, total = time.perf_counter(), 0, 0.0
    for epoch in range(epochs):
        rows = encode(tokenizer, units_of())
        for numbers in batches(rows, chance, size):
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(*batch([rows[number] for number in numbers]))
            known = weight[numbers]
            loss = nn.functional.binary_cross_entropy_with_logits(
                logits.float(), truth[numbers], weight=known, pos_weight=balance, reduction="sum"
            ) / known.sum().clamp(min=1)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(moving, 1.0)
            optimiser.step()
            schedule.step()
            total, step = total + loss.item(), step + 1
            if step % 100 == 0:
                pace = step * size / (time.perf_counter() - started)
                print(f"epoch {epoch} step {step}/{steps} loss {total / 100:.4f} {pace:.0f}/s", flush=True)
                total = 0.0
    net.eval()
    return net


def batches(rows: list[tuple[list[int], int]], chance: random.Random, size: int) -> list[list[int]]:
    """Numbers of the rows in steps of about equal length, in a random order."""
    order = list(range(len(rows)))
    chance.shuffle(order)
    chunks = [
        sorted(order[at : at + size * 40], key=lambda number: len(rows[number][0]))
        for at in range(0, len(order), size * 40)
    ]
    found = [chunk[at : at + size] for chunk in chunks for at in range(0, len(chunk), size)]
    chance.shuffle(found)
    return found


@torch.inference_mode()
def scores(net: Net, units: list[Unit], size: int = 64) -> np.ndarray:
    """Probabilities (units, heads) as the net gives them, not calibrated."""
    rows = encode(encoder_of(), units)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    found = np.zeros((len(rows), net.out.out_features), np.float32)
    for at in range(0, len(order), size):
        numbers = order[at : at + size]
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(*batch([rows[number] for number in numbers]))
        found[numbers] = torch.sigmoid(logits.float()).numpy()
    return found


def main() -> None:
    """Train, and write the weights and what they were made of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=range(len(FOLDS)))
    parser.add_argument("--after", type=Path, help="a run whose weights to go on from, for the last round")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=RATE)
    options = parser.parse_args()
    started = time.time()
    torch.set_num_threads(2)
    examples = gather(options.fold, random.Random(SEED), last=options.after is not None)
    counts = Counter(example.source for example in examples)
    print(dict(counts), len(examples), flush=True)
    net = fit(examples, epochs=options.epochs, rate=options.rate, after=options.after)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(net.state_dict(), options.out / "weights.pt")
    used = [name for name in SETS if options.fold is None or name not in FOLDS[options.fold]]
    made_of = {
        "heads": HEADS, "seed": SEED, "fold": options.fold, "epochs": options.epochs, "rate": options.rate,
        "examples": dict(counts),
        "seconds": round(time.time() - started),
        "after": json.loads((options.after / "run.json").read_text("utf-8")) if options.after else None,
        "data": digest([TIER_A / f"{name}.jsonl.zst" for name in used]) | annotations.digests(),
    }  # fmt: skip
    (options.out / "run.json").write_text(json.dumps(made_of, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
