"""The playground's documents in a real browser: each way in which a visitor's code could be lost, and is not."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.servers import Server
from tests.static.browser import Visitor
from tests.static.test_playground import playground, write
from tests.static.waiting import eventually, until

ADDRESS_OF_A_DOCUMENT = "/^#doc=[0-9a-f]{16}$/.test(location.hash)"

TEXTS = """() => new Promise((resolve) => {
  indexedDB.open("gym-http.playground").onsuccess = ({ target }) => {
    const documents = target.result.transaction("documents").objectStore("documents");
    documents.getAll().onsuccess = ({ target }) => resolve(target.result.map(({ code }) => code));
  };
})"""
"""The texts of all documents that the database has."""


def code(page: Page) -> str:
    lines: list[str] = page.locator("#editor .cm-line").all_inner_texts()
    return "\n".join(line.rstrip("\n") for line in lines)


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


def test_code_that_is_typed_becomes_a_document_with_an_address_and_a_name(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// mine")
    eventually(page, ADDRESS_OF_A_DOCUMENT)
    page.locator("#document-name").fill("Balance")
    page.locator("#document-name").press("Enter")
    reload(page)
    assert code(page) == "// mine"
    expect(page.locator("#document-name")).to_have_value("Balance")
    other = playground(visitor, pages_server.url)
    expect(other.locator("#editor .cm-content")).to_have_text("// mine")
    expect(other).to_have_url(page.url)


def test_code_typed_just_before_a_reload_is_stored(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// first")
    expect(page).to_have_url(re.compile("#doc="))
    page.locator("#editor .cm-content").press_sequentially("abc")
    reload(page)
    expect(page.locator("#editor .cm-content")).to_contain_text("abc")


def test_choosing_another_example_after_a_reload_keeps_the_draft(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// an evening's work")
    reload(page)
    page.locator("#example").select_option("frozenlake")
    expect(page.locator("#editor .cm-content")).to_contain_text("Learns to cross")
    write(page, "// another evening's")
    page.locator("#example").select_option("mountaincar")
    assert names(page) == ["FrozenLake: learn by a table", "CartPole: balance by a rule"]
    page.locator("#documents").click()
    listed(page, "Open", "CartPole: balance by a rule")
    expect(page.locator("#editor .cm-content")).to_have_text("// an evening's work")
    page.go_back()
    expect(page.locator("#editor .cm-content")).to_contain_text("Climbs the hill")


def test_a_link_and_an_instance_open_beside_the_draft(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// shared")
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#share").click()
    expect(page.locator("#said")).to_contain_text("copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert page.evaluate(ADDRESS_OF_A_DOCUMENT)
    write(page, "// the draft")
    made = pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1"}').json["instance_id"]
    linked = visitor.open(link)
    linked.locator("body[data-ready]").wait_for(state="attached")
    assert code(linked) == "// shared"
    write_and_store(linked, "// shared and changed")
    continued = playground(visitor, pages_server.url, f"?instance={made}")
    expect(continued.locator("#editor .cm-content")).to_contain_text("Continues the environment")
    write_and_store(continued, "// continued")
    reload(continued)
    assert code(continued) == "// continued"
    reload(page)
    assert code(page) == "// the draft"
    assert set(names(page)) == {"CartPole: balance by a rule", "From a link", "Continue an environment"}


def test_the_warning_stays_with_linked_code_until_it_is_run(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, 'console.log("hello");')
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#share").click()
    expect(page.locator("#said")).to_contain_text("copied")
    linked = visitor.open(page.evaluate("navigator.clipboard.readText()"))
    warning = linked.locator("#unread")
    expect(warning).to_contain_text("Read it before you run it")
    linked.locator("#editor .cm-content").press("End")
    linked.keyboard.type(" // read")
    eventually(linked, ADDRESS_OF_A_DOCUMENT)
    expect(warning).to_be_visible()
    reload(linked)
    expect(warning).to_contain_text("Read it before you run it")
    linked.locator("#run").click()
    expect(linked.locator("#console")).to_contain_text("hello")
    expect(warning).to_be_hidden()
    reload(linked)
    expect(warning).to_be_hidden()


def test_undo_on_a_fresh_page_never_empties_the_editor(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    shown = code(page)
    page.locator("#editor .cm-content").focus()
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert code(page) == shown
    write(page, "// mine")
    reload(page)
    page.locator("#editor .cm-content").focus()
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert code(page) == "// mine"
    page.locator("#example").select_option("random")
    page.locator("#editor .cm-content").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#editor .cm-content")).to_contain_text("Acts at random")


def test_the_last_ten_versions_can_be_gone_back_to(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    for number in range(12):
        write(page, f"console.log({number});")
        page.locator("#run").click()
        # The last run says that it has finished until this one begins.
        expect(page.locator("#console [data-level=log]")).to_have_text(str(number))
        expect(page.locator("#console")).to_contain_text("has finished")
        expect(page.locator("#state")).to_have_text("Ready")
    write(page, "")
    reload(page)
    page.locator("#versions").click()
    versions = page.locator("dialog .documents li")
    expect(versions).to_have_count(10)
    assert versions.last.locator("pre").text_content() == "console.log(2);"
    versions.first.get_by_role("button").click()
    assert code(page) == "console.log(11);"
    page.locator("#editor .cm-content").focus()
    page.keyboard.press("Control+z")
    assert code(page) == ""


def test_two_tabs_on_one_document_notice_each_other_and_lose_nothing(
    visitor: Visitor, pages_server: Server
) -> None:
    one = playground(visitor, pages_server.url)
    write_and_store(one, "// one")
    other = visitor.open(one.url)
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


def test_what_two_tabs_type_at_once_stays_in_two_documents(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
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


def test_a_document_deleted_in_one_tab_is_not_lost_in_another(visitor: Visitor, pages_server: Server) -> None:
    one = playground(visitor, pages_server.url)
    write_and_store(one, "// kept")
    other = visitor.open(one.url)
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


def test_documents_are_renamed_duplicated_deleted_downloaded_and_uploaded(
    visitor: Visitor, pages_server: Server, tmp_path: Path
) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// alpha ✓")
    page.locator("#documents").click()
    field = page.locator("dialog .documents input").first
    field.fill("Alpha")
    field.press("Tab")
    listed(page, "Duplicate", "Alpha")
    expect(page.locator("dialog .documents li")).to_have_count(2)
    with page.expect_download() as downloading:
        listed(page, "Download", "Alpha")
    assert downloading.value.suggested_filename == "Alpha.js"
    assert Path(downloading.value.path()).read_text() == "// alpha ✓"
    listed(page, "Delete", "Alpha (2)")
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("dialog .documents li")).to_have_count(1)
    (tmp_path / "beta.js").write_text("// beta")
    (tmp_path / "no.js").write_bytes(b"\xff\xfe\x00")
    page.get_by_label("Upload a file").set_input_files(tmp_path / "no.js")
    expect(page.locator("dialog")).to_contain_text("is not a text file")
    page.get_by_label("Upload a file").set_input_files(tmp_path / "beta.js")
    expect(page.locator("#document-name")).to_have_value("beta")
    assert code(page) == "// beta"
    assert set(names(page)) == {"Alpha", "beta"}


def test_a_draft_of_earlier_pages_is_taken_over_once(visitor: Visitor, pages_server: Server) -> None:
    page = visitor.open(f"{pages_server.url}/docs.html")
    draft = {"code": "// years ago", "env": "Acrobot-v1", "example": "cartpole", "speed": "2", "every": "5"}
    page.evaluate("draft => localStorage.setItem('gym-http.playground', draft)", json.dumps(draft))
    page.goto(f"{pages_server.url}/agent.html")
    page.locator("body[data-ready]").wait_for(state="attached")
    assert code(page) == "// years ago"
    expect(page.locator("#environment")).to_have_value("Acrobot-v1")
    expect(page.locator("#every")).to_have_value("5")
    reload(page)
    assert names(page) == ["My agent"]
    assert page.evaluate("localStorage.getItem('gym-http.playground')") is None


def test_picking_an_environment_asks_before_it_shows_another_agent(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// mine")
    for answer, shown in (("Keep mine here", "// mine"), ("Show it", "Acts at random")):
        page.locator("#environment").fill("acrobot")
        page.keyboard.press("Enter")
        page.get_by_role("button", name=answer).click()
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator("#editor .cm-content")).to_contain_text(shown)
    assert names(page) == ["CartPole: balance by a rule"]


def test_restoring_an_example_asks_and_keeps_the_code_as_a_version(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// mine")
    page.locator("#restore-example").click()
    page.get_by_role("button", name="Keep mine").click()
    assert code(page) == "// mine"
    page.locator("#restore-example").click()
    page.get_by_role("button", name="Restore it").click()
    expect(page.locator("#editor .cm-content")).to_contain_text("Balances to 500")
    page.locator("#versions").click()
    assert page.locator("dialog pre").first.text_content() == "// mine"


def test_an_unknown_document_is_told_and_nothing_is_made(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url, "#doc=0123456789abcdef")
    expect(page.locator("#said")).to_contain_text("This browser has no such document")
    assert names(page) == []


def test_every_example_explains_itself_in_full_above_the_editor(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    about = page.locator("#about")
    for file in page.locator("#example option:not([disabled])").evaluate_all("all => all.map(({value}) => value)"):
        page.locator("#example").select_option(file)
        expect(about).to_be_visible()
        first = (page.locator("#editor .cm-line").first.inner_text()).removeprefix("// ")
        expect(about).to_have_text(first)
        assert about.evaluate("about => about.scrollWidth <= about.clientWidth")


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


FULL_DISK = """() => {
  const { put } = IDBObjectStore.prototype;
  globalThis.mend = () => (IDBObjectStore.prototype.put = put);
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  };
}"""


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
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    assert code(page) == "// mine"
    expect(page).to_have_url(re.compile("#doc="))
    page.goto(f"{pages_server.url}/docs.html")
    page.goto(f"{pages_server.url}/agent.html#{example}")
    for _ in range(2):
        expect(page.locator("#editor .cm-content")).to_contain_text("Balances to 500")
        reload(page)
    assert names(page) == ["CartPole: balance by a rule"]


def test_what_another_process_stores_after_the_page_has_looked_is_shown(
    visitor: Visitor, pages_server: Server
) -> None:
    ended = visitor.open(f"{pages_server.url}/join.html")
    document = {"id": "0123456789abcdef", "name": "Late", "code": "// late", "changed": 1, "revision": 0}
    page = playground(visitor, pages_server.url, f"#doc={document['id']}")
    expect(page.locator("#said")).to_contain_text("This browser has no such document")
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


def test_two_tabs_that_find_the_same_text_left_make_one_copy_of_it(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    document = write_and_store(page, "// mine")
    tabs = [playground(visitor, pages_server.url) for _ in range(2)]
    page.evaluate(LEAVE, [document, "// another's", 0])
    stored(page, "// another's")
    for tab in tabs:
        eventually(tab, "!Object.keys(localStorage).length")
    assert len(names(tabs[0])) == 2


LEAVE = """([id, code, sent]) => {
  const left = { id, name: "Newer", code, changed: Date.now(), revision: 0, versions: [], unread: false };
  localStorage.setItem(`gym-http.left.${id}`, JSON.stringify({ ...left, sent, copy: "fedcba9876543210" }));
}"""
"""What a page leaves whose last write arrived in the database after its end."""

CHANGED = """(id) => new Promise((resolve) => {
  indexedDB.open("gym-http.playground").onsuccess = ({ target }) => {
    const documents = target.result.transaction("documents").objectStore("documents");
    documents.get(id).onsuccess = ({ target }) => resolve(target.result.changed);
  };
})"""


@pytest.mark.parametrize("text", ["// mine", "// mine, and more"])
def test_a_page_that_did_not_hear_of_its_last_write_leaves_the_same_document(
    visitor: Visitor, pages_server: Server, text: str
) -> None:
    page = playground(visitor, pages_server.url)
    document = write_and_store(page, "// mine")
    reload(page)
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


def test_nothing_is_typed_before_there_is_an_agent_to_change(newcomer: Visitor, pages_server: Server) -> None:
    waiting: list[Route] = []
    held = True
    newcomer.context.route(
        "**/agent/examples/*.js", lambda route: waiting.append(route) if held else route.continue_()
    )
    page = newcomer.open(f"{pages_server.url}/agent.html")
    editor = page.locator("#editor .cm-content")
    expect(editor).to_have_attribute("contenteditable", "false")
    # The browser may not have told of all yet.
    held = False
    for route in waiting:
        route.continue_()
    page.locator("body[data-ready]").wait_for(state="attached")
    expect(editor).to_have_attribute("contenteditable", "true")
