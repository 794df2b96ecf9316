"""Waiting for a condition itself. A busy machine is no fault of a page, so each is waited for for long."""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.static.browser import PATIENCE_MS

_PAUSE_MS = 50


def until(page: Page, ask: Callable[[], Any]) -> Any:
    """Ask until the answer is a true one, which is returned; the page goes on meanwhile."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not (answer := ask()):
        assert time.monotonic() < deadline, answer
        page.wait_for_timeout(_PAUSE_MS)
    return answer


def eventually(page: Page, condition: str) -> None:
    """Ask the page until the expression is true; its policy forbids Playwright to evaluate one again and again."""
    until(page, lambda: page.evaluate(condition))
