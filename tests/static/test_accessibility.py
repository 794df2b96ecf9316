"""axe-core finds at most minor faults on any page, in both colour schemes and in a wide and a narrow window."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.servers import Server

SETTLED = {
    "index": "#health[data-state=up]",
    "agent": "body[data-ready]",
    "monitor": ".tile[data-state=waiting] canvas[data-frames]",
    "docs": ".opblock >> nth=20",
    "recordings": "#recordings > li",
    "replay": "#picture[data-frames]",
    "join": "#join:not([hidden])",
}
QUERY = {"join": "#name=student-01&key=secret", "replay": "?instance={made}&episode=1"}
FAULTS = ("moderate", "serious", "critical")


@pytest.fixture(scope="module")
def axe(javascript_packages: Path) -> str:
    return (javascript_packages / "axe-core" / "axe.min.js").read_text()


def faults(page: Page, axe: str) -> list[str]:
    if not page.evaluate("Boolean(globalThis.axe)"):
        page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in FAULTS
    ]


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Pages into which axe can be put, which their policy forbids to everyone else."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce", has_touch=True)
    yield context
    context.close()


def opened(context: BrowserContext, server: Server, name: str, made: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/{name}.html{QUERY.get(name, '').format(made=made)}")
    page.locator(SETTLED[name]).first.wait_for(state="attached")
    return page


def enlarge(page: Page) -> None:
    page.locator(".tile h2 button").first.click()
    page.locator("#enlarged[open]").wait_for()


def play(page: Page) -> None:
    page.locator("#play").click()
    page.locator("#screen.playing canvas:not([hidden])").wait_for()


def unfold(page: Page) -> None:
    page.locator("#recordings summary").first.click()
    page.locator("#recordings .episodes a").first.wait_for()


THEN = {"monitor": enlarge, "agent": play, "recordings": unfold}


@pytest.mark.parametrize("name", SETTLED)
def test_no_page_has_more_than_minor_faults(
    name: str, context: BrowserContext, pages_server: Server, axe: str
) -> None:
    body = json.dumps({"env_id": "CartPole-v1", "render_mode": "rgb_array", "record": True}).encode()
    made = pages_server.send("POST", "/v1/envs/", body).json["instance_id"]
    pages_server.send("POST", f"/v1/envs/{made}/reset/", b"{}")
    page = opened(context, pages_server, name, made)
    found = both(page, axe)
    if name in THEN:
        THEN[name](page)
        found |= {f"{which}, then": each for which, each in both(page, axe).items()}
    page.close()
    assert {which: each for which, each in found.items() if each} == {}


PAINTED = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < 5000);
  await Promise.allSettled(ending.map(({ finished }) => finished));
}"""
"""Waits until a page has heard of another scheme, and its transitions are over."""


def both(page: Page, axe: str) -> dict[str, list[str]]:
    """What is found in either scheme and width: colours do not depend on the width."""
    found = {}
    for which, scheme, width in (("light", "light", 390), ("dark", "dark", 1280)):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate(PAINTED)
        found[which] = faults(page, axe)
    return found


def test_every_page_is_looked_at() -> None:
    assert set(SETTLED) == {each.stem for each in (Path(__file__).parents[2] / "static").glob("*.html")}


def test_a_fault_would_be_found(context: BrowserContext, pages_server: Server, axe: str) -> None:
    page = opened(context, pages_server, "index")
    page.locator(".lead p").evaluate("words => words.style.color = '#ddd'")
    assert any(fault.startswith("color-contrast") for fault in faults(page, axe))
    page.close()
