"""Counters that platforms keep of people and messages: likes, karma, followers. None of them comes in."""

from __future__ import annotations

import json
import re
from typing import Any

from mutuals.sources.plain_text import storable

_COUNTERS = re.compile(
    r"(^|_)(score|scores|ups|downs|likes?|karma|gilded|stars?|favou?rites?|followers?|following|friends|upvotes?|"
    r"downvotes?|votes?|views?|reads?|num|count|counts|n|total|rank|rating|reputation|awards?|reposts?|retweets?|"
    r"shares?)(_|$)",
    re.IGNORECASE,
)


def without_counters(meta: Any) -> Any:
    """A JSON value without the entries that count or rate, however deep they lie."""
    if isinstance(meta, dict):
        return {key: without_counters(value) for key, value in meta.items() if not _COUNTERS.search(str(key))}
    if isinstance(meta, list):
        return [without_counters(value) for value in meta]
    return meta


def excerpt_of(record: Any) -> str:
    """The beginning of a JSON value for a `Problem`, without its counters."""
    return storable(json.dumps(without_counters(record), ensure_ascii=False)[:200])
