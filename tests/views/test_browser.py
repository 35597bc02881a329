"""The pages in a real browser: at the width of a telephone and of a desk, in light and dark, without JavaScript."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mutuals.views.app import create_app
from tests.views.fixture_pages import PATHS, FixturePages
from tests.views.visiting import TOKEN

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDTHS = (320, 1280)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed on this machine"),
    # Playwright leaves its own event loop's pipes to the garbage collector; that is not a warning about us.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

CONTRAST = """() => {
  const part = v => v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const lum = c => { const [r, g, b] = c.map(part);
    return .2126 * r + .7152 * g + .0722 * b; };
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const poor = [];
  for (const el of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || !el.checkVisibility()) continue;
    let at = el, back = null;
    while (at && !back) {
      const c = rgb(getComputedStyle(at).backgroundColor);
      if (c.length < 4 || c[3] > 0) back = c;
      at = at.parentElement;
    }
    const style = getComputedStyle(el);
    const front = rgb(el.closest('svg') ? style.fill : style.color);
    const [a, b] = [lum(front.slice(0, 3)), lum(back.slice(0, 3))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) poor.push(`${el.tagName} ${ratio.toFixed(2)} ${el.textContent.slice(0, 30)}`);
  }
  return poor;
}"""
"""Every element with words of its own whose contrast is under what WCAG 2.2 AA asks of small text."""


class House:
    """The app, served on a free port of this machine."""

    def __init__(self) -> None:
        self.pages = FixturePages()
        app = create_app(self.pages, token=TOKEN)
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> House:
        self._thread.start()
        deadline = time.monotonic() + 20
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)


class Watched:
    """A page that remembers what it complained about and which addresses it asked for."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """One server for all tests of this module."""
    with House() as open_house:
        yield open_house


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of this module."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def state(house: House, browser: Browser) -> object:
    """The cookie that the one-time link gives."""
    context = browser.new_context()
    context.new_page().goto(f"{house.address}/?token={TOKEN}")
    kept = context.storage_state()
    context.close()
    return kept


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_is_legible_and_stays_here(
    house: House, browser: Browser, state: object, width: int, scheme: str
) -> None:
    """Without JavaScript: no sideways scroll, no complaint, enough contrast, and not one request elsewhere."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, storage_state=state)  # type: ignore[arg-type]
    watched = Watched(context)
    wide, pale = [], []
    for path in PATHS:
        answer = watched.page.goto(house.address + path)
        assert answer is not None
        assert 200 == answer.status
        watched.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if watched.page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
        pale += [f"{path} {found}" for found in watched.page.evaluate(CONTRAST)]
    context.close()

    assert [] == wide
    assert [] == pale
    assert [] == watched.complaints
    assert not [url for url in watched.asked if not url.startswith(house.address + "/")]


def test_everything_works_without_javascript(house: House, browser: Browser, state: object) -> None:
    """With JavaScript off a folded reading opens, a correction is kept, and the way leads back."""
    context = browser.new_context(java_script_enabled=False, storage_state=state)  # type: ignore[arg-type]
    watched = Watched(context)
    page = watched.page
    page.goto(house.address + PATHS[9])
    page.get_by_text("thanks", exact=True).first.click()
    page.get_by_role("button", name="This is not thanks").click()
    noted = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="Back to where you were").click()
    back = page.url
    context.close()

    assert "Noted" == noted
    assert [("list:<ana-700@lindenbrook.example>", "thanks", "is_not")] == house.pages.corrections
    assert house.address + PATHS[9] == back
    assert [] == watched.complaints


def test_the_keyboard_finds_the_words(house: House, browser: Browser, state: object) -> None:
    """The first tab stop is the skip link, it is seen when focused, and it leads to the main part."""
    context = browser.new_context(storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(house.address + "/")
    page.keyboard.press("Tab")
    box = page.locator(".skip").bounding_box()
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    context.close()

    assert box is not None
    assert box["y"] >= 0
    assert "main" == focused


def test_the_link_opens_one_browser(house: House, browser: Browser, state: object) -> None:
    """A second use of the one-time link, without the cookie, stays outside."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.address}/?token={TOKEN}")
    words = page.get_by_role("heading", level=1).inner_text()
    context.close()

    assert "This link no longer opens the library" == words
