"""Writes in the playground's editor, and reads what its browser has stored."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.static.test_playground import write
from tests.static.waiting import until

TEXTS = """() => new Promise((resolve) => {
  indexedDB.open("gym-http.playground").onsuccess = ({ target }) => {
    const documents = target.result.transaction("documents").objectStore("documents");
    documents.getAll().onsuccess = ({ target }) => resolve(target.result.map(({ code }) => code));
  };
})"""
"""The texts of all documents that the database has."""


def stored(page: Page, text: str) -> None:
    """Wait until the database has the text, and the browser the address, which a page sets a moment earlier."""
    until(page, lambda: text in page.evaluate(TEXTS))
    expect(page).to_have_url(re.compile("#doc=[0-9a-f]{16}$"))


def write_and_store(page: Page, text: str) -> str:
    """Write, wait until it is stored, and return the document's id."""
    write(page, text)
    stored(page, text)
    return urlsplit(page.url).fragment.removeprefix("doc=")


def reload(page: Page) -> None:
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")


def names(page: Page) -> list[str]:
    page.locator("#documents").click()
    page.locator("dialog .documents li").first.wait_for()
    found = [field.input_value() for field in page.locator("dialog .documents input").all()]
    page.locator("dialog").get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)
    return found


def listed(page: Page, action: str, name: str) -> None:
    page.locator("dialog").get_by_role("button", name=f"{action}: {name}", exact=True).click()
