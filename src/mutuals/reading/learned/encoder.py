"""The encoder: word pieces in, one score an act out, on all cores with bounded memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutuals.reading.learned.inputs import PAD, Unit, pieces

_ROWS = 32
"""Units of one run: larger ones wait for the longest, smaller ones do not fill a core."""


class Encoder:
    """A quantised network with its tokenizer; both are loaded when the first unit is read."""

    def __init__(self, folder: Path, cores: int | None = None) -> None:
        """Name the files.

        Args:
            folder: Holds `encoder.onnx` and `tokenizer.json`.
            cores: How many runs go on at the same time; by default as many as the process may use.
        """
        self._folder = folder
        self._cores = cores or _available()

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # 60 MB and a third of a second, which reading by cues alone need not spend

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the runs themselves go side by side
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self._folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._folder / "tokenizer.json"))

    def scores(self, units: Sequence[Unit]) -> NDArray[np.float32]:
        """Raw scores (units, heads), in the order of the units; probabilities are made by `Settings`."""
        if not units:
            return np.zeros((0, 0), np.float32)
        rows = pieces(
            units, lambda texts: [found.ids for found in self._tokenizer.encode_batch(texts, add_special_tokens=False)]
        )
        order = sorted(range(len(rows)), key=lambda number: len(rows[number][0]))
        runs = [order[at : at + _ROWS] for at in range(0, len(order), _ROWS)]
        with ThreadPoolExecutor(self._cores) as pool:
            scored = np.concatenate(list(pool.map(lambda run: self._run([rows[number] for number in run]), runs)))
        found = np.empty_like(scored)
        found[order] = scored
        return found

    def _run(self, rows: Sequence[tuple[list[int], int]]) -> NDArray[np.float32]:
        ids = np.full((len(rows), max(len(row) for row, _ in rows)), PAD, np.int64)
        mask, kinds = np.zeros_like(ids), np.zeros_like(ids)
        for number, (row, own) in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
            kinds[number, own : len(row)] = 1
        (scores,) = self._session.run(None, {"ids": ids, "mask": mask, "kinds": kinds})
        return np.asarray(scores, np.float32)


def _available() -> int:
    """How many cores the process may use; on systems that do not tell, how many there are."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
