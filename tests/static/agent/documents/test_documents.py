"""The playground's documents in a real browser: what a visitor types is kept, and is shown again."""

import json
import re
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.servers import Server
from tests.static.agent.documents.editing import listed, names, reload, write_and_store
from tests.static.browser import Visitor
from tests.static.test_playground import code, playground, write
from tests.static.waiting import eventually

ADDRESS_OF_A_DOCUMENT = "/^#doc=[0-9a-f]{16}$/.test(location.hash)"


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


def test_code_typed_just_before_a_reload_stays_when_another_example_is_chosen(
    visitor: Visitor, pages_server: Server
) -> None:
    page = playground(visitor, pages_server.url)
    write(page, "// an evening's work")
    expect(page).to_have_url(re.compile("#doc="))
    page.locator("#editor .cm-content").press_sequentially("abc")
    reload(page)
    draft = code(page)
    assert "abc" in draft
    page.locator("#example").select_option("frozenlake")
    expect(page.locator("#editor .cm-content")).to_contain_text("Learns to cross")
    write(page, "// another evening's")
    page.locator("#example").select_option("mountaincar")
    assert names(page) == ["FrozenLake: learn by a table", "CartPole: balance by a rule"]
    page.locator("#documents").click()
    listed(page, "Open", "CartPole: balance by a rule")
    expect(page.locator("#editor .cm-content")).to_have_text(draft)
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
    page = visitor.open(f"{pages_server.url}/join.html")
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


def test_what_replaces_code_asks_before_it_does(visitor: Visitor, pages_server: Server) -> None:
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
    page.locator("dialog").get_by_role("button", name="Close").click()
    write(page, "// mine again")
    for answer, shown in (("Keep mine here", "// mine again"), ("Show it", "Acts at random")):
        page.locator("#environment").fill("acrobot")
        page.keyboard.press("Enter")
        page.get_by_role("button", name=answer).click()
        expect(page.locator("dialog")).to_have_count(0)
        expect(page.locator("#editor .cm-content")).to_contain_text(shown)
    assert names(page) == ["CartPole: balance by a rule"]


def test_every_example_explains_itself_in_full_above_the_editor(visitor: Visitor, pages_server: Server) -> None:
    page = playground(visitor, pages_server.url)
    about = page.locator("#about")
    for file in page.locator("#example option:not([disabled])").evaluate_all("all => all.map(({value}) => value)"):
        page.locator("#example").select_option(file)
        expect(about).to_be_visible()
        first = (page.locator("#editor .cm-line").first.inner_text()).removeprefix("// ")
        expect(about).to_have_text(first)
        assert about.evaluate("about => about.scrollWidth <= about.clientWidth")


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
