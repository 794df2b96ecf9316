"""A real browser for the tests of the pages, against a real server."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.servers import ROOT, Server, uvicorn

# Chromium of its own accord calls home; a test's browser talks to the test's server alone.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# Playwright keeps an event loop running in this thread, so it lasts no longer than the file that needs it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file; each has a context of its own in it."""
    executable = shutil.which("chromium")
    if executable is None:
        reason = "There is no Chromium to open the pages in; install Debian's package chromium."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of the pages and the API for the tests of one file."""
    folder: Path = tmp_path_factory.mktemp("store")
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{folder}/snapshots.db") as running:
        yield running


@pytest.fixture
def other_origin() -> Iterator[str]:
    """The address of the pages on a host that serves files, as a bucket does: no API and no headers."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(ROOT / "static"))) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{files.server_address[1]}"
        files.shutdown()


@dataclass
class Visitor:
    """A visitor with a browser profile of their own, who notes what the console complains of."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    """Parts of complaints that a test brings about: a browser notes each call that fails."""

    def open(self, url: str) -> Page:
        """A new tab at the address."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(url)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """A new visitor; a complaint in the console that the test did not expect fails it."""
    yield from _visit(browser, {"viewport": {"width": 1440, "height": 900}})


@pytest.fixture
def phone(browser: Browser) -> Iterator[Visitor]:
    """A new visitor with a telephone: a narrow window, and fingers."""
    yield from _visit(browser, {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True})


def _visit(browser: Browser, device: dict[str, Any]) -> Iterator[Visitor]:
    context = browser.new_context(**device, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    one = Visitor(context)
    yield one
    context.close()
    assert [each for each in one.complaints if not any(part in each for part in one.expected)] == []
