"""What a page loads is bounded, in bytes as they go over a compressed connection."""

import gzip

import pytest
from playwright.sync_api import Response

from tests.servers import Server
from tests.static.browser import Visitor

MOST_BYTES = {"index": 60_000, "agent": 250 * 1024, "monitor": 60_000, "join": 40_000}


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
    sizes = {url.rpartition("/")[2]: len(gzip.compress(each.body(), 6)) for url, each in files.items()}
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
    assert not [url for url in loaded if "/agent/thread/" in url]
    with page.expect_response("**/agent/thread/program.js"):
        page.mouse.move(100, 100)
