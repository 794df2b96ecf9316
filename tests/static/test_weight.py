"""What a page loads is bounded, in bytes as they go over a compressed connection."""

import gzip
import re

import pytest
from playwright.sync_api import Response, Route

from tests.servers import Server
from tests.static.browser import Visitor
from tests.static.waiting import eventually

MOST_BYTES = {
    "index": 60_000,
    "agent": 250 * 1024,
    "monitor": 60_000,
    "recordings": 50_000,
    "replay": 60_000,
    "join": 40_000,
}


@pytest.mark.parametrize("name", MOST_BYTES)
def test_a_page_is_no_heavier_than_its_budget(name: str, newcomer: Visitor, pages_server: Server) -> None:
    page = newcomer.context.new_page()
    loaded: list[Response] = []
    page.on("response", lambda response: loaded.append(response))
    page.goto(f"{pages_server.url}/{name}.html")
    page.locator("#health[data-state=up]").wait_for()
    if name == "agent":
        page.locator("body[data-ready]").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    files = {each.url: each for each in loaded if "/v1/" not in each.url}
    assert len(files) > 5
    sizes = {url: len(gzip.compress(each.body(), 6)) for url, each in files.items()}
    assert sum(sizes.values()) <= MOST_BYTES[name], sizes


def test_what_runs_agents_is_loaded_once_the_visitor_does_anything(
    newcomer: Visitor, pages_server: Server
) -> None:
    page = newcomer.context.new_page()
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    page.goto(f"{pages_server.url}/agent.html")
    page.locator("body[data-ready]").wait_for(state="attached")
    page.wait_for_load_state("networkidle")
    assert not [url for url in loaded if "/agent/thread/" in url or "/agent/run/sandbox" in url]
    with page.expect_response("**/agent/thread/program.js"), page.expect_response("**/agent/run/sandbox.js"):
        page.mouse.move(100, 100)


def test_the_playground_is_painted_before_any_script_has_come(newcomer: Visitor, pages_server: Server) -> None:
    page = newcomer.context.new_page()
    held: list[Route] = []
    page.route(re.compile(r"\.js$"), lambda route: held.append(route))
    page.goto(f"{pages_server.url}/agent.html", wait_until="commit")
    page.get_by_role("button", name="Run").wait_for()
    eventually(page, "performance.getEntriesByName('first-contentful-paint').length")
    assert held
    for route in held:
        route.abort()
    newcomer.expected.append("net::ERR_FAILED")
