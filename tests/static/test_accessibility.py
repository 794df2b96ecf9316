"""axe-core finds no serious fault on any page, in both colour schemes and in a wide and a narrow window."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.servers import Server

SETTLED = {
    "index": "#health[data-state=up]",
    "agent": "body[data-ready]",
    "monitor": ".tile[data-state=waiting] canvas[data-frames]",
    "docs": ".opblock >> nth=20",
    "join": "#join:not([hidden])",
}
QUERY = {"join": "#name=student-01&key=secret"}
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def axe(javascript_packages: Path) -> str:
    return (javascript_packages / "axe-core" / "axe.min.js").read_text()


def faults(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]


def opened(browser: Browser, server: Server, name: str, scheme: Any, width: int) -> Page:
    # axe is put into the page, which its policy forbids to everyone else.
    context = browser.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": 844},
        bypass_csp=True,
        reduced_motion="reduce",
        has_touch=width < 500,
    )
    page = context.new_page()
    page.goto(f"{server.url}/{name}.html{QUERY.get(name, '')}")
    page.locator(SETTLED[name]).first.wait_for(state="attached")
    return page


# Colours do not depend on the width, so each of both is seen once.
@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_no_page_has_a_serious_fault(
    scheme: str, width: int, browser: Browser, pages_server: Server, axe: str
) -> None:
    body = json.dumps({"env_id": "CartPole-v1", "render_mode": "rgb_array"}).encode()
    made = pages_server.send("POST", "/v1/envs/", body).json["instance_id"]
    pages_server.send("POST", f"/v1/envs/{made}/reset/", b"{}")
    found = {}
    for name in SETTLED:
        page = opened(browser, pages_server, name, scheme, width)
        found[name] = faults(page, axe)
        if name == "monitor":
            page.locator(".tile h2 button").first.click()
            found["enlarged"] = faults(page, axe)
        if name == "agent":
            page.locator("#play").click()
            page.locator("#screen.playing canvas:not([hidden])").wait_for()
            found["playing"] = faults(page, axe)
        page.context.close()
    assert {name: each for name, each in found.items() if each} == {}
    assert set(SETTLED) == {each.stem for each in (Path(__file__).parents[2] / "static").glob("*.html")}


def test_a_serious_fault_would_be_found(browser: Browser, pages_server: Server, axe: str) -> None:
    page = opened(browser, pages_server, "index", "light", 1280)
    page.locator(".lead p").evaluate("words => words.style.color = '#ddd'")
    assert any(fault.startswith("color-contrast") for fault in faults(page, axe))
    page.context.close()
