"""Distils the encoder into the linear reader.

`python -m train.distil OUT` reads `OUT/encoder.onnx` and writes `OUT/linear.npz`.

What it learns from is the encoder's scores of the training messages and of unlabelled ones of the shared archives.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import torch

from mutuals.reading.learned.encoder import Encoder
from mutuals.reading.learned.inputs import Unit, called, parts, plain, standing, summary
from mutuals.reading.learned.linear import SLOTS, features
from mutuals.reading.sentences import mask, sentences
from train.fit import SEED, gather
from train.places import conversations

MANY = {"urho3d": 7000, "r-help": 4000, "irc": 6000, "lean": 5000, "github": 2000, "reddit": 3000}
"""Messages of each archive that are read, chosen at random."""
EPOCHS = 8


def unlabelled(place: str, many: int, chance: random.Random) -> list[Unit]:
    """Parts of random messages of an archive with what they answer."""
    talks = [talk for talk in conversations(place).values() if len(talk) > 1]
    chance.shuffle(talks)
    found: list[Unit] = []
    for talk in talks:
        by_id = {message.id: message for message in talk}
        names = called(tuple(sorted({message.author for message in talk})))
        for message in talk:
            above = by_id.get(message.parent or "")
            who, relation = standing(
                is_opening=message.who == "O", by_opener=message.who == "o", has_parent=above is not None,
                by_parent_speaker=above is not None and above.author == message.author,
            )  # fmt: skip
            masked = mask(message.text[:4000], message.code)
            parent = summary(above.text) if above else ""
            found += [
                Unit(text=plain(masked[start:end], names), parent=parent, who=who, relation=relation)
                for start, end in parts(masked, sentences(masked))[:3]
            ]
        if len(found) >= many:
            break
    return found[:many]


def main(out: Path) -> None:
    """Score, fit, quantise, and print how far the two readers agree on messages kept aside."""
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    chance = random.Random(SEED)
    units = [example.unit for example in gather(None, chance, last=True)]
    for place, many in MANY.items():
        units += unlabelled(place, many, chance)
    chance.shuffle(units)
    scores = Encoder(out).scores(units)
    print(len(units), "units scored", flush=True)
    kept = len(units) // 20
    places = [features(unit) for unit in units]
    heads = scores.shape[1]
    net = torch.nn.EmbeddingBag(SLOTS, heads, mode="sum", sparse=True)
    torch.nn.init.zeros_(net.weight)
    bias = torch.nn.Parameter(torch.from_numpy(np.log1p(np.exp(np.minimum(scores, 20))).mean(0)) * 0 - 4.0)
    optimisers = [torch.optim.SparseAdam(net.parameters(), 0.02), torch.optim.Adam([bias], 0.02)]
    target = torch.from_numpy(1 / (1 + np.exp(-scores)))
    order = list(range(kept, len(units)))

    def forward(numbers: list[int]) -> torch.Tensor:
        flat = torch.tensor([place for number in numbers for place in places[number]])
        lengths = [len(places[number]) for number in numbers]
        offsets = torch.tensor([0, *np.cumsum(lengths)[:-1].tolist()])
        return net(flat, offsets) / torch.tensor(lengths).sqrt().unsqueeze(1) + bias

    for epoch in range(EPOCHS):
        chance.shuffle(order)
        for group in optimisers:
            group.param_groups[0]["lr"] = 0.02 * (1 - epoch / EPOCHS)
        total = 0.0
        for at in range(0, len(order), 256):
            numbers = order[at : at + 256]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(forward(numbers), target[numbers])
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss.backward()
            for optimiser in optimisers:
                optimiser.step()
            total += loss.item()
        with torch.inference_mode():
            aside = torch.nn.functional.binary_cross_entropy_with_logits(forward(list(range(kept))), target[:kept])
        print(f"epoch {epoch} loss {total * 256 / len(order):.4f} aside {aside.item():.4f}", flush=True)
    weights = net.weight.detach().numpy()
    scale = np.abs(weights).max(0) / 127
    np.savez_compressed(
        out / "linear.npz", weights=np.round(weights / scale).astype(np.int8), scale=scale.astype(np.float32),
        bias=bias.detach().numpy().astype(np.float32),
    )  # fmt: skip
    np.savez_compressed(
        out.parent / f"{out.name}.aside.npz", encoder=scores[:kept], linear=forward(list(range(kept))).detach().numpy()
    )
    print((out / "linear.npz").stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
