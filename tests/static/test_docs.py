"""The documentation of the API in a real browser: read, tried, and from nowhere else than its own host."""

import json
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.servers import Server, uvicorn
from tests.static.browser import Visitor


def docs(visitor: Visitor, url: str) -> Page:
    page = visitor.open(url)
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def operation(page: Page, name: str) -> Locator:
    """The operation's box, opened and ready to be tried."""
    box = page.locator(f'.opblock[id$="-{name}"]')
    box.locator(".opblock-summary-control").click()
    box.get_by_role("button", name="Try it out").click()
    return box


def test_a_call_is_tried_and_nothing_comes_from_elsewhere(newcomer: Visitor, pages_server: Server) -> None:
    hosts: set[str] = set()
    newcomer.context.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    page = docs(newcomer, f"{pages_server.url}/docs")
    expect(page.locator(".opblock")).to_have_count(
        sum(map(len, pages_server.send("GET", "/openapi.json").json["paths"].values()))
    )
    create = operation(page, "create_env")
    create.locator("textarea").fill(json.dumps({"env_id": "CartPole-v1"}))
    create.get_by_role("button", name="Execute").click()
    reply = create.locator(".live-responses-table")
    expect(reply.locator("tbody .response-col_status")).to_have_text("200")
    [made] = pages_server.send("GET", "/v1/envs/").json
    expect(reply).to_contain_text(made)
    assert hosts == {pages_server.url}


def test_the_key_that_was_given_goes_with_a_call(visitor: Visitor, tmp_path: Path) -> None:
    visitor.expected.append("401")
    keyed = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db", "GYM_HTTP_API_KEYS": "me:open-sesame"}
    with uvicorn(**keyed) as server:
        page = docs(visitor, f"{server.url}/docs")
        listing = operation(page, "list_envs")
        listing.get_by_role("button", name="Execute").click()
        status = listing.locator(".live-responses-table tbody .response-col_status")
        expect(status).to_contain_text("401")
        page.get_by_role("button", name="API key").click()
        page.get_by_label("API key").last.fill("open-sesame")
        page.get_by_role("button", name="Use this key").click()
        listing.get_by_role("button", name="Execute").click()
        expect(status).to_have_text("200")
        page.close()  # before its server ends, which would cut what it still loads


def test_it_works_on_another_origin_than_the_api(
    visitor: Visitor, pages_server: Server, other_origin: str
) -> None:
    page = visitor.open(f"{other_origin}/docs.html?api={pages_server.url}")
    page.get_by_role("button", name="Use it").click()
    page.locator("body[data-ready]").wait_for(state="attached")
    health = operation(page, "health")
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".request-url")).to_contain_text(f"{pages_server.url}/v1/health/")
    expect(health.locator(".live-responses-table tbody .response-col_status")).to_have_text("200")
