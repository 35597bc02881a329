"""The parts that come with mutuals, offered through the same doors as anyone's."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from mutuals.reading import Reader
from mutuals.sources import Source

hookimpl = pluggy.HookimplMarker("mutuals")


@hookimpl
def mutuals_sources() -> Sequence[Source]:
    """Discourse, Reddit, ConvoKit and mail, most particular first."""
    from mutuals.sources import convokit, discourse, mail, reddit

    return (discourse.SOURCE, reddit.SOURCE, convokit.SOURCE, mail.SOURCE)


@hookimpl
def mutuals_readers() -> Sequence[Reader]:
    """The learned reader, which is in use unless another is chosen, and that of explicit cues."""
    from mutuals.reading import cues
    from mutuals.reading.learned import reader

    return (reader.LearnedReader(), cues.CueReader())
