"""The monitor in a real browser, against a real server."""

import json
import re
import time
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.applications import Api
from tests.servers import Server, uvicorn
from tests.static.browser import Visitor
from tests.static.waiting import until


def monitor(visitor: Visitor, url: str, rest: str = "") -> Page:
    page = visitor.open(f"{url}/monitor.html{rest}")
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def id_of(instance: str) -> str:
    return instance.rpartition("/")[2]


def tile(page: Page, instance: str) -> Locator:
    return page.locator(f'.tile[data-id="{id_of(instance)}"]')


def made(api: Api, env_id: str = "CartPole-v1", render_mode: str | None = "rgb_array") -> str:
    instance = api.create(env_id, render_mode=render_mode)
    assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
    return instance


def frames(of: Locator) -> int:
    """How many pictures a tile, or the enlarged one, has shown."""
    return int(of.locator("canvas:not(.spark)").get_attribute("data-frames") or 0)


def step(api: Api, instance: str) -> None:
    assert api.post(f"{instance}/step/", {"action": 1}).status == 200


@pytest.fixture
def api(pages_server: Server) -> Api:
    """The page's server, with nothing running."""
    api = Api(pages_server)
    for instance_id in api.get("/v1/envs/").json:
        api.delete(f"/v1/envs/{instance_id}")
    return api


def test_an_environment_comes_live_moves_and_goes(visitor: Visitor, pages_server: Server, api: Api) -> None:
    page = monitor(visitor, pages_server.url)
    expect(page.locator("#empty")).to_contain_text(f"curl -s {pages_server.url}/v1/envs/")
    instance = made(api)
    it = tile(page, instance)
    expect(it).to_contain_text("CartPole-v1")
    expect(it).to_contain_text(id_of(instance)[:8])
    expect(page.locator("#empty")).to_be_hidden()
    until(page, lambda: frames(it) > 0)
    for _ in range(3):
        before = frames(it)
        step(api, instance)
        until(page, lambda before=before: frames(it) > before)  # type: ignore[misc]
    expect(it.locator("dd")).to_have_text(["1", "3", "3"])
    expect(page.locator("#total-count")).to_have_text("1")
    api.delete(instance)
    expect(it).to_have_count(0)
    expect(page.locator("#empty")).to_be_visible()


def test_a_tile_without_a_picture_says_why_and_text_is_one(
    visitor: Visitor, pages_server: Server, api: Api
) -> None:
    blind, lake = made(api, render_mode=None), made(api, "FrozenLake-v1", "ansi")
    waiting = api.create("CartPole-v1", render_mode="rgb_array")
    page = monitor(visitor, pages_server.url)
    expect(tile(page, blind)).to_contain_text("created without render_mode")
    expect(tile(page, waiting)).to_contain_text("Waiting for the first reset")
    expect(tile(page, lake).locator("pre mark")).to_have_text("S")
    api.post(f"{waiting}/reset/")
    until(page, lambda: frames(tile(page, waiting)) > 0)


def test_one_is_enlarged_linked_to_forked_and_closed(visitor: Visitor, pages_server: Server, api: Api) -> None:
    instance, other = made(api), made(api, "MountainCar-v0")
    page = monitor(visitor, pages_server.url)
    tile(page, instance).get_by_role("button", name="CartPole-v1", exact=True).click()
    large = page.get_by_role("dialog")
    expect(large).to_contain_text(instance.rpartition("/")[2])
    until(page, lambda: frames(large) > 0)
    assert page.locator("#enlarged-picture").evaluate("canvas => canvas.width") == 600
    expect(page).to_have_url(re.compile(f"#{id_of(instance)}$"))
    opens = page.locator("#enlarged-open").get_attribute("href")
    assert opens == f"{pages_server.url}/agent.html?instance={id_of(instance)}"

    page.get_by_role("button", name="Fork").click()
    expect(large).to_contain_text(re.compile(r"Forked as [0-9a-f]{8}\."))
    assert len(api.get("/v1/envs/").json) == 3

    page.get_by_role("button", name="Close environment").click()
    page.get_by_role("button", name="Keep it").click()
    assert api.get(instance).status == 200
    page.get_by_role("button", name="Close environment").click()
    page.get_by_role("button", name="Close it").click()
    expect(tile(page, instance)).to_have_count(0)
    assert api.get(instance).status == 404
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page).to_have_url(re.compile("^[^#]*$"))

    linked = monitor(visitor, pages_server.url, f"#{id_of(other)}")
    expect(linked.get_by_role("dialog")).to_contain_text("MountainCar-v0")
    linked.keyboard.press("Escape")
    expect(linked.locator("dialog[open]")).to_have_count(0)
    gone = monitor(visitor, pages_server.url, f"#{id_of(instance)}")
    expect(gone.locator("#said")).to_contain_text("was closed or has expired")


def test_filter_order_and_size_are_kept_in_the_address(visitor: Visitor, pages_server: Server, api: Api) -> None:
    first, second, third = made(api, "Pendulum-v1"), made(api), made(api, "Acrobot-v1")

    def ordered(page: Page, *instances: str) -> None:
        order = "tiles => tiles.map(tile => tile.dataset.id)"
        expected = [id_of(each) for each in instances]
        until(page, lambda: page.locator(".tile").evaluate_all(order) == expected)

    page = monitor(visitor, pages_server.url)
    ordered(page, first, second, third)
    page.locator("#sort").select_option("name")
    ordered(page, third, second, first)
    page.locator("#filter").fill("CART")
    ordered(page, second)
    page.locator("#density").select_option("large")
    expect(page).to_have_url(re.compile("density=large"))
    again = monitor(visitor, pages_server.url, page.url.partition("monitor.html")[2])
    expect(again.locator("#filter")).to_have_value("CART")
    ordered(again, second)
    expect(again.locator("#wall")).to_have_attribute("data-density", "large")
    again.locator("#filter").fill("nothing has this")
    expect(again.locator("#unmatched")).to_be_visible()


def test_paused_nothing_is_asked_and_going_on_catches_up(visitor: Visitor, pages_server: Server, api: Api) -> None:
    instance = made(api)
    page = monitor(visitor, pages_server.url)
    until(page, lambda: frames(tile(page, instance)) > 0)
    page.get_by_role("button", name="Pause").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    shown = frames(tile(page, instance))
    step(api, instance)
    page.wait_for_timeout(1500)
    assert [url for url in asked if "/v1/envs/" in url or "/frames/" in url] == []
    assert frames(tile(page, instance)) == shown
    page.get_by_role("button", name="Resume").click()
    until(page, lambda: frames(tile(page, instance)) > shown)


def test_a_restart_of_the_server_is_survived(visitor: Visitor, tmp_path: Path) -> None:
    visitor.expected = ["Failed to load resource", "net::ERR", "ERR_"]
    store = f"sqlite:///{tmp_path}/snapshots.db"
    with uvicorn(GYM_HTTP_STORE=store) as first:
        instance = made(Api(first))
        page = monitor(visitor, first.url)
        until(page, lambda: frames(tile(page, instance)) > 0)
        first.kill()
        expect(page.locator("#banner")).to_contain_text("Trying again in")
        expect(page.locator("body")).to_have_attribute("data-connected", "false")
        shown = frames(tile(page, instance))
        with uvicorn(options=["--port", first.url.rpartition(":")[2]], GYM_HTTP_STORE=store) as second:
            expect(page.locator("#banner")).to_be_hidden()
            step(Api(second), instance)
            until(page, lambda: frames(tile(page, instance)) > shown)
            expect(tile(page, instance).locator("dd").nth(1)).to_have_text("1")


def test_a_key_is_asked_for_where_keys_are_set(visitor: Visitor, tmp_path: Path) -> None:
    visitor.expected = ["401"]
    keys = "ann:first-secret,bob:second-secret"
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db", GYM_HTTP_API_KEYS=keys) as server:
        reply = Api(server).post(
            "/v1/envs/",
            {"env_id": "CartPole-v1", "render_mode": "rgb_array"},
            authorization="Bearer first-secret",
        )
        page = visitor.open(f"{server.url}/monitor.html")
        expect(page.locator("#banner")).to_contain_text("only with an API key")
        page.get_by_role("button", name="API key").click()
        page.get_by_label("API key").last.fill("first-secret")
        page.get_by_role("button", name="Use this key").click()
        expect(tile(page, reply.json["instance_id"])).to_contain_text("CartPole-v1")
        expect(page.locator("#banner")).to_be_hidden()
        page.close()  # it would go on asking a server that has ended


def test_a_tile_says_what_its_environment_does(visitor: Visitor, pages_server: Server, api: Api) -> None:
    stepping, waiting = made(api), made(api, "MountainCar-v0")
    page = monitor(visitor, pages_server.url)
    until(page, lambda: frames(tile(page, stepping)) > 0)
    it, active = tile(page, stepping).locator(".state"), page.locator("#total-active")

    def seen_stepping() -> bool:
        # A busy machine may look only when the last step is no longer news. An episode of one step never ends.
        api.post(f"{stepping}/reset/", {"seed": 1})
        step(api, stepping)
        return (it.inner_text(), active.inner_text()) == ("stepping", "1")

    until(page, seen_stepping)
    expect(tile(page, waiting).locator(".state")).to_have_text("waiting")
    while not api.post(f"{stepping}/step/", {"action": 1}).json["terminated"]:
        pass
    expect(tile(page, stepping).locator(".state")).to_have_text("ended")
    expect(page.locator("#total-active")).to_have_text("0")


def test_nothing_is_wider_than_the_window(visitor: Visitor, pages_server: Server, api: Api) -> None:
    instance = made(api)
    made(api, "Taxi-v4", "ansi")
    page = monitor(visitor, pages_server.url)
    until(page, lambda: tile(page, instance).count() > 0 and frames(tile(page, instance)) > 0)
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for width, scheme in product((390, 1440), schemes):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        assert not page.evaluate(too_wide), (width, scheme)
        tile(page, instance).get_by_role("button", name="CartPole-v1", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert not page.evaluate(too_wide), (width, scheme)
        assert page.locator("#enlarged").evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.slow
def test_two_hundred_that_are_stepped_leave_half_of_the_main_thread(
    visitor: Visitor, pages_server: Server, api: Api
) -> None:
    instances = [made(api) for _ in range(200)]
    page = monitor(visitor, pages_server.url, "?density=small")
    page.set_viewport_size({"width": 1920, "height": 3000})
    expect(page.locator(".tile")).to_have_count(200)
    until(page, lambda: page.locator("canvas[data-frames]").count() == 200)
    measured = page.context.new_cdp_session(page)
    measured.send("Performance.enable", {"timeDomain": "threadTicks"})

    def state() -> tuple[float, int]:
        metrics = {each["name"]: each["value"] for each in measured.send("Performance.getMetrics")["metrics"]}
        shown = page.locator("canvas[data-frames]").evaluate_all("all => all.map(each => +each.dataset.frames)")
        return metrics["TaskDuration"], sum(shown)

    calls = [{"instance_id": id_of(each), "action": number % 2} for number, each in enumerate(instances)]
    busy, shown = state()
    began = time.monotonic()
    while time.monotonic() - began < 10:
        assert api.post("/v1/batch/step/", {"calls": calls}).status == 200
        page.wait_for_timeout(50)
    elapsed = time.monotonic() - began
    busy_after, shown_after = state()
    print(
        json.dumps({"busy": (busy_after - busy) / elapsed, "pictures_a_second": (shown_after - shown) / elapsed})
    )
    assert shown_after > shown
    assert busy_after - busy < elapsed / 2
