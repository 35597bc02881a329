"""Makes the picture of the README from the invented village: `.venv/bin/python docs/screenshot.py` (needs Chromium)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parent / "_static" / "today.png"
WIDE, HIGH = 1280, 980
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip


def main() -> None:
    """Grow the village in a folder that is gone afterwards, serve it on this machine, and take Today's picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed on this machine.")
    mutuals = str(Path(sys.executable).with_name("mutuals"))
    PICTURE.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([mutuals, "demo", folder], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        library = str(Path(folder) / "village.mutuals")
        command = [mutuals, "--library", library, "serve", "--port", "8794"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
            assert server.stderr is not None
            found = re.search(r"http://\S+", server.stderr.readline())
            assert found is not None
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            page = browser.new_page(viewport={"width": WIDE, "height": HIGH})
            page.goto(found[0])
            page.screenshot(path=PICTURE)
            browser.close()
            server.terminate()


if __name__ == "__main__":
    main()
