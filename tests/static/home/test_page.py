"""The landing page in a real browser."""

import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.servers import ROOT, Server
from tests.static.browser import Visitor
from tests.static.waiting import until


def instances(server: Server) -> set[str]:
    return set(server.send("GET", "/v1/envs/").json)


def test_it_says_that_the_service_answers_and_what_exists(visitor: Visitor, pages_server: Server) -> None:
    page = visitor.open(pages_server.url)
    page.locator("#health[data-state=up]").wait_for()
    pages_server.send("POST", "/v1/envs/", b'{"env_id": "CartPole-v1"}')
    page.locator("#instances li", has_text="CartPole-v1").get_by_role("link").click()
    page.get_by_role("dialog").get_by_text("created without render_mode").wait_for()


def test_a_pole_is_balanced_by_calls_to_the_service(visitor: Visitor, pages_server: Server) -> None:
    before = instances(pages_server)
    page = visitor.open(pages_server.url)
    page.locator("#health[data-state=up]").wait_for()
    assert instances(pages_server) <= before, "without motion it waits to be begun"
    page.get_by_role("button", name="Balance it").click()
    [live] = until(page, lambda: instances(pages_server) - before)
    expect(page.locator("#live-call")).to_contain_text(re.compile(r"return ([3-9]\d|\d{3})"))
    record = pages_server.send("GET", f"/v1/envs/{live}/").json
    assert record["steps"] >= 30
    assert not record["ended"]
    assert page.locator("#live-picture").evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    )
    page.locator("#live-play").click()
    until(page, lambda: instances(pages_server) <= before)
    expect(page.locator("#live-play")).to_have_text("Balance it")


def test_one_who_does_not_mind_motion_sees_it_at_once_and_leaves_nothing(
    browser: Browser, pages_server: Server
) -> None:
    before = instances(pages_server)
    with browser.new_context(reduced_motion="no-preference") as context:
        page = context.new_page()
        page.goto(pages_server.url)
        expect(page.locator("#live-call")).to_contain_text(re.compile(r"return ([5-9]|\d\d)"))
        page.goto(f"{pages_server.url}/docs.html")
        until(page, lambda: instances(pages_server) <= before)


def test_the_code_of_each_tab_runs_and_arrow_keys_choose_one(
    visitor: Visitor, pages_server: Server, node: str, tmp_path: Path
) -> None:
    page = visitor.open(pages_server.url)
    page.locator("#health[data-state=up]").wait_for()
    page.get_by_role("tab", name="Python").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="curl")).to_be_focused()
    expect(page.locator("#curl")).to_be_visible()
    expect(page.locator("#python")).to_be_hidden()
    for language, command in (("Python", sys.executable), ("JavaScript", node), ("curl", "bash")):
        page.get_by_role("tab", name=language).click()
        panel = page.get_by_role("tabpanel")
        expect(panel).to_have_count(1)
        code = panel.inner_text()
        assert len(code.splitlines()) == 3
        # Node imports no module over HTTP.
        code = code.replace(f"{pages_server.url}/gymnasium.js", f"{ROOT}/static/gymnasium.js")
        file = tmp_path / "code.mjs"
        file.write_text(code)
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "clients/python/src")}
        done = subprocess.run(
            [command, file], env=environment, capture_output=True, text=True, timeout=120, check=True
        )
        assert "0.0273956" in done.stdout, language
        assert done.stderr == "", language


def test_a_page_is_sent_with_its_policy_and_cannot_be_framed_by_others(pages_server: Server) -> None:
    headers = pages_server.send("GET", "/").headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert headers["x-content-type-options"] == "nosniff"


def test_another_service_is_confirmed_before_it_is_called(newcomer: Visitor, pages_server: Server) -> None:
    other = pages_server.url.replace("127.0.0.1", "localhost")
    asked: list[str] = []
    newcomer.context.on("request", lambda request: asked.append(request.url))
    page = newcomer.open(f"{pages_server.url}/?api={other}/")
    page.get_by_role("dialog").wait_for()
    assert not any(url.startswith(other) for url in asked)
    page.get_by_role("button", name="Use it").click()
    page.locator("#health[data-state=up]", has_text="localhost").wait_for()
    again = newcomer.open(f"{pages_server.url}/?api={other}")
    again.locator("#health[data-state=up]", has_text="localhost").wait_for()
    assert f"api={other}".replace(":", "%3A").replace("/", "%2F") in str(
        again.locator("a.name").get_attribute("href")
    )
