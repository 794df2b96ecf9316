"""One Chromium for all files in a row that open pages: the plug-in that `tests/conftest.py` loads."""

import os
import shutil
from collections.abc import Generator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright

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


def executable() -> str | None:
    """The path of Chromium without windows, which takes two thirds of the other's time, or else of the other."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


class _Chromium:
    """A Chromium that begins when a test first wants it.

    Playwright keeps an event loop running in this thread, so it ends before a file that opens no pages.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._browser: Browser | None = None

    def browser(self, path: str) -> Browser:
        if self._browser is None:
            playwright = self._stack.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            self._stack.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        self._browser = None
        self._stack.close()


_chromium = _Chromium()


@pytest.fixture(scope="module")
def browser() -> Browser:
    """Chromium; the tests of each file have contexts of their own in it."""
    path = executable()
    if path is None:
        reason = "There is no Chromium to open the pages in; install Debian's package chromium-headless-shell."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return _chromium.browser(path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Close it once the file's contexts are closed, unless the next file begins by opening a page."""
    try:
        return (yield)
    finally:
        if nextitem is None or (
            nextitem.path != item.path and "browser" not in getattr(nextitem, "fixturenames", ())
        ):
            _chromium.close()
