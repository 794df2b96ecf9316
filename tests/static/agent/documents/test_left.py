"""What the database does not take, or takes late: the page says so, and no code is lost with its end."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.servers import Server
from tests.static.agent.documents.editing import TEXTS, names, reload, write_and_store
from tests.static.agent.documents.left import LEAVE
from tests.static.browser import Visitor
from tests.static.test_playground import code, playground, write

FULL_DISK = """() => {
  const { put } = IDBObjectStore.prototype;
  globalThis.mend = () => (IDBObjectStore.prototype.put = put);
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  };
}"""

CHANGED = """(id) => new Promise((resolve) => {
  indexedDB.open("gym-http.playground").onsuccess = ({ target }) => {
    const documents = target.result.transaction("documents").objectStore("documents");
    documents.get(id).onsuccess = ({ target }) => resolve(target.result.changed);
  };
})"""


def test_a_browser_that_stores_nothing_says_so_and_lists_what_was_typed(
    newcomer: Visitor, pages_server: Server
) -> None:
    newcomer.context.add_init_script(
        """Object.defineProperty(globalThis, "indexedDB", {
             get() { throw new DOMException("It is forbidden.", "SecurityError"); },
           });"""
    )
    page = playground(newcomer, pages_server.url)
    write(page, "// mine")
    expect(page.locator("#document-state")).to_contain_text("the code is lost when the page closes")
    page.locator("#example").select_option("random")
    assert names(page) == ["CartPole: balance by a rule"]


def test_a_write_that_fails_is_told_and_tried_again(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    page.evaluate(FULL_DISK)
    write(page, "// first")
    state = page.locator("#document-state")
    expect(state).to_contain_text("Not stored: The disk is full. Download the code")
    page.evaluate("void mend()")
    write(page, "// second")
    expect(state).to_have_text("")
    write(page, "// third")
    expect(page).to_have_url(re.compile("#doc="))
    reload(page)
    assert code(page) == "// third"


def test_what_the_database_did_not_take_before_the_page_ended_is_there_again(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    write_and_store(page, "// before")
    page.evaluate(FULL_DISK)
    write(page, "// after")
    expect(page.locator("#document-state")).to_contain_text("Not stored")
    reload(page)
    assert code(page) == "// after"
    assert names(page) == ["CartPole: balance by a rule"]
    assert page.evaluate("Object.keys(localStorage)") == []


def test_a_reload_at_the_address_of_before_shows_what_was_typed(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    example = urlsplit(page.url).fragment
    page.evaluate("void (History.prototype.replaceState = () => {})")
    write(page, "// mine")
    reload(page)
    assert code(page) == "// mine"
    expect(page).to_have_url(re.compile("#doc="))
    page.goto(f"{pages_server.url}/join.html")
    page.goto(f"{pages_server.url}/agent.html#{example}")
    expect(page.locator("#editor .cm-content")).to_contain_text("Balances to 500")
    reload(page)
    expect(page.locator("#editor .cm-content")).to_contain_text("Balances to 500")
    assert names(page) == ["CartPole: balance by a rule"]


def test_what_another_page_leaves_of_a_document_outlives_what_is_stored_of_it(
    visitor: Visitor, pages_server: Server
) -> None:
    """A page hears of it only later; the same page's own write to localStorage is never heard of."""
    page = playground(visitor, pages_server.url)
    document = write_and_store(page, "// mine")
    page.evaluate(LEAVE, [document, "// another's", 0])
    write_and_store(page, "// mine, and more")
    reload(page)
    assert code(page) == "// mine, and more"
    assert len(names(page)) == 2
    assert not page.evaluate("Object.keys(localStorage).length")


def test_two_pages_that_end_with_texts_of_one_document_leave_both(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    document = write_and_store(page, "// mine")
    page.evaluate(FULL_DISK)
    page.evaluate(LEAVE, [document, "// another's", 0])
    write(page, "// mine, and more")
    expect(page.locator("#document-state")).to_contain_text("Not stored")
    page.evaluate("void dispatchEvent(new Event('pagehide'))")
    reload(page)
    assert code(page) == "// mine, and more"
    assert set(page.evaluate(TEXTS)) == {"// mine, and more", "// another's"}
    assert not page.evaluate("Object.keys(localStorage).length")


def test_a_page_that_did_not_hear_of_its_last_write_leaves_the_same_document(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    document = write_and_store(page, "// mine")
    reload(page)
    for text in ("// mine", "// mine, and more"):
        page.evaluate(LEAVE, [document, text, page.evaluate(CHANGED, document)])
        reload(page)
        assert code(page) == text
        expect(page.locator("#document-name")).to_have_value("Newer")
        assert names(page) == ["Newer"]


def test_code_whose_versions_find_no_room_at_the_end_is_left_without_them(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    write_and_store(page, "// before")
    page.evaluate(FULL_DISK)
    page.evaluate("void (localStorage.filling = 'x'.repeat(5 * 2 ** 20 - 1000))")
    write(page, "// after")
    expect(page.locator("#document-state")).to_contain_text("Not stored")
    reload(page)
    assert code(page) == "// after"
    page.locator("#versions").click()
    expect(page.locator("dialog pre").last).to_contain_text("Balances to 500")
