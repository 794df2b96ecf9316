"""The playground's documents in several tabs, each in a process of its own, which notice each other."""

import json

from playwright.sync_api import expect

from tests.servers import Server
from tests.static.agent.documents.editing import TEXTS, listed, names, reload, stored, write_and_store
from tests.static.agent.documents.left import LEAVE
from tests.static.browser import Visitor
from tests.static.test_playground import code, playground, write
from tests.static.waiting import eventually, until


def test_two_tabs_on_one_document_notice_each_other_and_lose_nothing(
    visitor_of_tabs: Visitor, pages_server: Server
) -> None:
    one = playground(visitor_of_tabs, pages_server.url)
    write_and_store(one, "// one")
    other = visitor_of_tabs.open(one.url)
    other.locator("body[data-ready]").wait_for(state="attached")
    for page in (one, other):
        expect(page.locator("#document-state")).to_contain_text("Open in another tab too")
    write(other, "// other")
    expect(one.locator("#editor .cm-content")).to_have_text("// other")
    write(one, "// one again")
    expect(other.locator("#editor .cm-content")).to_have_text("// one again")
    assert names(one) == ["CartPole: balance by a rule"]


CHANGED_ELSEWHERE = """() => new Promise((resolve) => {
  const request = indexedDB.open("gym-http.playground", 1);
  request.onsuccess = () => {
    const documents = request.result.transaction("documents", "readwrite").objectStore("documents");
    documents.getAll().onsuccess = ({ target }) => {
      const [document] = target.result;
      const theirs = { ...document, code: "// theirs", revision: document.revision + 1 };
      documents.put(theirs).onsuccess = () => resolve();
    };
  };
})"""


def test_what_two_tabs_type_at_once_stays_in_two_documents(visitor_of_tabs: Visitor, pages_server: Server) -> None:
    page = playground(visitor_of_tabs, pages_server.url)
    write_and_store(page, "// before")
    page.evaluate(CHANGED_ELSEWHERE)
    write(page, "// ours")
    expect(page.locator("#document-state")).to_contain_text("changed or deleted in another tab")
    assert names(page) == ["CartPole: balance by a rule (2)", "CartPole: balance by a rule"]
    reload(page)
    assert code(page) == "// ours"
    page.locator("#documents").click()
    listed(page, "Open", "CartPole: balance by a rule")
    expect(page.locator("#editor .cm-content")).to_have_text("// theirs")


def test_a_document_deleted_in_one_tab_is_not_lost_in_another(
    visitor_of_tabs: Visitor, pages_server: Server
) -> None:
    one = playground(visitor_of_tabs, pages_server.url)
    write_and_store(one, "// kept")
    other = visitor_of_tabs.open(one.url)
    other.locator("body[data-ready]").wait_for(state="attached")
    other.locator("#documents").click()
    listed(other, "Delete", "CartPole: balance by a rule")
    other.get_by_role("button", name="Delete it").click()
    expect(other.locator("#editor .cm-content")).to_contain_text("Balances to 500")
    expect(one.locator("#document-state")).to_contain_text("Deleted in another tab")
    write(one, "// kept and changed")
    expect(one.locator("#document-state")).to_contain_text("what you typed is in")
    reload(one)
    assert code(one) == "// kept and changed"


def test_what_another_process_stores_after_the_page_has_looked_is_shown(
    visitor_of_tabs: Visitor, pages_server: Server
) -> None:
    ended = visitor_of_tabs.open(f"{pages_server.url}/join.html")
    document = {"id": "0123456789abcdef", "name": "Late", "code": "// late", "changed": 1, "revision": 0}
    page = playground(visitor_of_tabs, pages_server.url, f"#doc={document['id']}")
    expect(page.locator("#said")).to_contain_text("This browser has no such document")
    assert names(page) == []
    left = json.dumps({**document, "versions": [], "unread": False})
    ended.evaluate("left => localStorage.setItem('gym-http.left.0123456789abcdef', left)", left)
    expect(page.locator("#editor .cm-content")).to_have_text("// late")
    expect(page.locator("#said")).to_be_empty()
    write(page, "// touched")
    other = json.dumps({**document, "versions": [], "unread": False, "code": "// later"})
    ended.evaluate("left => localStorage.setItem('gym-http.left.0123456789abcdef', left)", other)
    # A page of another process sees later what is in localStorage, so that it is empty tells nothing yet.
    until(page, lambda: set(page.evaluate(TEXTS)) == {"// touched", "// later"})
    eventually(page, "!Object.keys(localStorage).length")
    assert code(page) == "// touched"
    assert set(names(page)) == {"Late", "Late (2)"}


def test_two_tabs_that_find_the_same_text_left_make_one_copy_of_it(
    visitor_of_tabs: Visitor, pages_server: Server
) -> None:
    page = playground(visitor_of_tabs, pages_server.url)
    document = write_and_store(page, "// mine")
    tabs = [playground(visitor_of_tabs, pages_server.url) for _ in range(2)]
    page.evaluate(LEAVE, [document, "// another's", 0])
    stored(page, "// another's")
    for tab in tabs:
        eventually(tab, "!Object.keys(localStorage).length")
    assert len(names(tabs[0])) == 2
