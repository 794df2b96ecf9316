"""One Chromium for all files in a row that open pages: the plug-in that `tests/conftest.py` loads."""

import os
import shutil
from collections.abc import Generator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

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

# A process for each tab, as a visitor has it, takes a seventh more. Origins may do no more to each other in one;
# what one tab hears of another is not the same.
ONE_PROCESS = "--renderer-process-limit=1"


def executable() -> str | None:
    """The path of Chromium without windows, which takes two thirds of the other's time, or else of the other."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


class _Chromiums:
    """Chromiums, each of which begins when a test first wants it.

    Playwright keeps an event loop running in this thread, so they end before a file that opens no pages.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._playwright: Playwright | None = None
        self._running: dict[tuple[str, ...], Browser] = {}

    def browser(self, *flags: str) -> Browser:
        """The one with these flags besides."""
        if flags not in self._running:
            if self._playwright is None:
                self._playwright = self._stack.enter_context(sync_playwright())
            started = self._playwright.chromium.launch(executable_path=_required(), args=[*FLAGS, *flags])
            self._stack.callback(started.close)
            self._running[flags] = started
        return self._running[flags]

    def close(self) -> None:
        self._playwright = None
        self._running.clear()
        self._stack.close()


_chromiums = _Chromiums()


def _required() -> str:
    path = executable()
    if path is None:
        reason = "There is no Chromium to open the pages in; install Debian's package chromium-headless-shell."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def browser() -> Browser:
    """Chromium; the tests of each file have contexts of their own in it. The tabs of one share a process."""
    return _chromiums.browser(ONE_PROCESS)


@pytest.fixture(scope="module")
def browser_of_processes() -> Browser:
    """Another, each of whose tabs has a process of its own, for what one tab hears of another."""
    return _chromiums.browser()


def opens_pages(item: pytest.Item) -> bool:
    """Whether the test asks for a Chromium."""
    return not {"browser", "browser_of_processes"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that open pages: they take longest, and one that begins last ends alone."""
    browsing = {item.path for item in items if opens_pages(item)}
    items.sort(key=lambda item: item.path not in browsing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Close it once the file's contexts are closed, unless the next file begins by opening a page."""
    try:
        return (yield)
    finally:
        if nextitem is None or (nextitem.path != item.path and not opens_pages(nextitem)):
            _chromiums.close()
