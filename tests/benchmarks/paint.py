"""How soon each page paints something, in Chromium, with nothing in its cache: the entries of Paint Timing."""

import statistics
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.servers import uvicorn
from tests.static.chromium import FLAGS, executable

PAGES = ("index", "agent", "monitor", "docs")
_READY = {"agent": "body[data-ready]"}


class Paint(NamedTuple):
    """Seconds from the click to a page's first paint with content and to its being ready: medians."""

    page: str
    first: float
    ready: float


def paints(folder: Path, times: int) -> list[Paint]:
    """The pages of a server on loopback.

    Raises:
        FileNotFoundError: there is no Chromium.
    """
    path = executable()
    if path is None:
        raise FileNotFoundError("There is no Chromium; install Debian's package chromium-headless-shell.")
    with (
        uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        _once(browser, server.url, "index")  # the browser's own beginnings
        measured = {name: [_once(browser, server.url, name) for _ in range(times)] for name in PAGES}
        browser.close()
    return [
        Paint(name, statistics.median(first for first, _ in each), statistics.median(ready for _, ready in each))
        for name, each in measured.items()
    ]


def _once(browser: Browser, url: str, name: str) -> tuple[float, float]:
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{url}/{name}.html")
        page.locator(_READY.get(name, "#health[data-state=up]")).wait_for(state="attached")
        ready: float = page.evaluate("performance.now()")
        first: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        return first / 1000, ready / 1000
