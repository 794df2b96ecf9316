"""The replay of an episode in a real browser, against a real server."""

import io
import re

import numpy as np
from playwright.sync_api import Page, expect

from tests.applications import Api
from tests.servers import Server
from tests.static.browser import Visitor
from tests.static.waiting import eventually

NOTE_NAMES = """() => {
  const button = document.getElementById("replay");
  globalThis.names = [];
  const note = () => names.push(button.getAttribute("aria-label"));
  new MutationObserver(note).observe(button, { attributeFilter: ["aria-label"] });
}"""
"""Eight steps are played in less time than a busy machine takes to look once."""


def shown(page: Page, count: int) -> None:
    """The picture was drawn at least so often."""
    picture = page.locator("#picture")
    expect(picture).to_be_visible()
    expect(picture).to_have_attribute("data-frames", re.compile(rf"^({count}|\d\d+)$"))


def test_an_episode_that_is_over_is_seen_played_downloaded_and_branched_from(
    visitor: Visitor, pages_server: Server
) -> None:
    api = Api(pages_server)
    instance = api.create("CartPole-v1", record=True, name="a lost one")
    for actions in ([1, 0, 1], [0, 1] * 4, [1]):
        api.post(f"{instance}/reset/", {"seed": 7})
        api.post(f"{instance}/rollout/", {"actions": actions, "include": []})
    expected = api.get(f"{instance}/at/4.4/").json["observation"]
    api.delete(instance)
    query = f"instance={instance[-36:]}&episode=2&step=5"
    page = visitor.open(f"{pages_server.url}/replay.html?{query}")
    page.locator("body[data-ready]").wait_for(state="attached")
    expect(page.locator("h1")).to_have_text("a lost one, episode 2")
    expect(page.locator("#told")).to_contain_text("return 8 · 8 steps · ended by a reset · seed 7")
    slider = page.get_by_role("slider", name="Step")
    expect(slider).to_have_attribute("aria-valuemax", "8")
    expect(slider).to_have_attribute("aria-valuetext", "episode 2, step 5, reward 1")
    expect(page.locator("#reading-return")).to_have_text("5")
    expect(page.locator("#reading-action")).to_have_text("push left (0)")
    expect(page.locator("#reading-observation")).to_contain_text(f"{expected[1]:.4g}".replace("-", "\u2212"))
    shown(page, 1)

    slider.press("Home")
    expect(page.locator("#reading-step")).to_have_text("0")
    slider.press("End")
    expect(page.locator("#reading-step")).to_have_text("8")
    page.evaluate(NOTE_NAMES)
    slider.press(" ")
    eventually(page, "names.includes('Pause what is played') && names.at(-1) === 'Play what was'")
    expect(page.locator("#reading-step")).to_have_text("8")
    page.locator("#full").click()
    expect(page.locator("#episode:fullscreen")).to_be_visible()
    page.locator("#full").click()
    expect(page.locator("#episode:fullscreen")).to_have_count(0)

    with page.expect_download() as downloading:
        page.locator("#arrays").click()
    assert downloading.value.suggested_filename == "episode-2.npz"
    with np.load(io.BytesIO(downloading.value.path().read_bytes())) as arrays:
        assert arrays["observations"].shape == (9, 4)
        np.testing.assert_array_equal(arrays["actions"], [0, 1] * 4)
    with page.expect_download() as downloading:
        page.locator("#film").click()
    assert downloading.value.suggested_filename in ("episode-2.mp4", "episode-2.webp")
    assert downloading.value.path().stat().st_size > 1000

    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(page.locator("#reading-step")).to_have_text("6")
    page.locator("#link").click()
    expect(page).to_have_url(re.compile(r"&step=6$"))
    page.locator("#branch").click()
    page.wait_for_url(re.compile(r"/agent\.html\?instance="))
    page.locator("body[data-ready]").wait_for(state="attached")
    expect(page.locator("#reading-step")).to_have_text("6")


def test_a_fork_s_episode_begins_with_its_log_and_what_is_not_there_is_told(
    visitor: Visitor, pages_server: Server
) -> None:
    api = Api(pages_server)
    page = visitor.open(f"{pages_server.url}/replay.html")
    expect(page.locator("#picture-none")).to_contain_text("The address names no episode")
    instance = api.create("CartPole-v1", record=True)
    api.post(f"{instance}/reset/", {"seed": 1})
    api.post(f"{instance}/step/", {"action": 0})
    [fork] = api.post(f"{instance}/fork/", {}).json["instance_ids"]
    api.post(f"/v1/envs/{fork}/rollout/", {"actions": [1, 0, 1], "include": []})
    page.goto(f"{pages_server.url}/replay.html?instance={fork}&episode=3")
    expect(page.locator("#picture-none")).to_contain_text("There is no episode 3")
    page.goto(f"{pages_server.url}/replay.html?instance={fork}&episode=1&step=3")
    expect(page.get_by_role("slider", name="Step")).to_have_attribute("aria-valuenow", "1")
    expect(page.locator("#reading-step")).to_have_text("3")
    shown(page, 1)
