"""The playground's timeline in a real browser, against a real server."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.servers import Server
from tests.static.browser import Visitor
from tests.static.test_playground import tap
from tests.static.waiting import until

PUSHES_RIGHT = """
const env = await Env.make("CartPole-v1");
await env.reset({ seed: 1 });
for (;;) {
  const { terminated } = await env.step(1);
  if (terminated) await env.reset();
}
"""


@pytest.fixture
def server(pages_server: Server) -> Server:
    """A server with no environments."""
    for instance_id in send(pages_server, "GET", "/v1/envs/"):
        send(pages_server, "DELETE", f"/v1/envs/{instance_id}/")
    return pages_server


def opened(visitor: Visitor, server: Server, rest: str = "") -> Page:
    page = visitor.open(f"{server.url}/agent.html{rest}")
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def stepped(page: Page, times: int) -> list[str]:
    """Make an agent's first steps one by one; the picture after each."""
    page.locator("#editor .cm-content").fill(PUSHES_RIGHT)
    pictures = []
    for number in range(1, times + 1):
        page.locator("#step").click()
        expect(page.locator("#scrubber")).to_have_attribute("aria-valuenow", str(number))
        expect(page.locator("#picture")).to_have_attribute("data-frames", str(number + 1))
        pictures.append(picture(page))
    return pictures


def picture(page: Page) -> str:
    drawn: str = page.locator("#picture").evaluate("canvas => canvas.toDataURL()")
    return drawn


def at(page: Page, step: int) -> None:
    expect(page.locator("#reading-step")).to_have_text(str(step))


def send(server: Server, method: str, path: str, body: Any = None) -> Any:
    return server.send(method, path, None if body is None else json.dumps(body).encode()).json


def only_instance(server: Server) -> str:
    [instance] = send(server, "GET", "/v1/envs/")
    return f"/v1/envs/{instance}"


def test_every_step_is_gone_back_to_by_keys_and_pointer_and_the_run_goes_on_from_a_branch(
    visitor: Visitor, server: Server
) -> None:
    page = opened(visitor, server)
    slider = page.locator("#scrubber")
    expect(page.get_by_role("slider", name="Step")).to_have_attribute("aria-disabled", "true")
    pictures = stepped(page, 6)
    origin = only_instance(server)
    expect(page.locator("#now")).to_be_disabled()
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    at(page, 4)
    expect(slider).to_have_attribute("aria-valuetext", "episode 1, step 4, reward 1")
    expect(page.locator("#place")).to_have_text("episode 1, step 4, reward 1")
    expect(page.locator("#reading-return")).to_have_text("4")
    shown(page, pictures[3])
    first = send(server, "GET", f"{origin}/at/1/")["observation"]
    slider.press("Home")
    at(page, 0)
    expect(page.locator("#reading-observation")).to_contain_text(f"[{first[0]:.4g}".replace("-", "\u2212"))
    slider.press("ArrowRight")
    shown(page, pictures[0])
    slider.press(" ")
    at(page, 6)
    shown(page, pictures[5])
    expect(page.locator("#now")).to_be_disabled()
    drag(page, slider, 0.5)
    at(page, 3)
    shown(page, pictures[2])

    page.locator("#branch").click()
    expect(page.locator("#console")).to_contain_text("Goes on from episode 1, step 3, in the fork")
    expect(slider).to_have_attribute("aria-valuemax", "3")
    page.locator("#step").click()
    expect(slider).to_have_attribute("aria-valuemax", "4")
    at(page, 4)
    fork = str(page.locator("#console a").get_attribute("href")).rpartition("=")[2]
    assert send(server, "GET", f"/v1/envs/{fork}/")["origin"] == {"instance_id": origin[9:], "revision": 4}
    assert [row["step"] for row in send(server, "GET", f"/v1/envs/{fork}/history/")["rows"]] == [4]
    assert send(server, "GET", f"{origin}/")["steps"] == 6
    slider.press("Home")
    at(page, 0)
    page.locator("#stop").click()
    expect(page.locator("#state")).to_have_text("Ready")
    until(page, lambda: not send(server, "GET", "/v1/envs/"))

    # What it made is closed, and what was recorded goes on all the same.
    page.locator("#branch").click()
    expect(page.locator("#console a")).to_have_count(2)
    expect(slider).to_have_attribute("aria-valuemax", "0")
    page.locator("#play").click()
    expect(page.locator("#screen")).to_be_focused()
    tap(page, "ArrowLeft")
    at(page, 1)
    page.keyboard.press("Escape")
    expect(page.locator("#state")).to_have_text("Ready")


def shown(page: Page, expected: str) -> None:
    """The picture is the one that was seen at this step."""
    until(page, lambda: picture(page) == expected)


def drag(page: Page, slider: Locator, share: float) -> None:
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 9, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, y, steps=4)
    page.mouse.up()


def test_looking_back_holds_who_plays_and_what_is_not_recorded_is_no_branch(
    visitor: Visitor, server: Server
) -> None:
    page = opened(visitor, server)
    slider = page.locator("#scrubber")
    page.locator("#play").click()
    expect(page.locator("#screen")).to_be_focused()
    for number in (1, 2):
        tap(page, "ArrowRight")
        at(page, number)
    expect(slider).to_have_attribute("aria-valuenow", "2")
    slider.press("ArrowLeft")
    at(page, 1)
    expect(page.locator("#state")).to_have_text("Paused")
    page.locator("#now").click()
    at(page, 2)
    expect(page.locator("#state")).to_have_text("Running")
    with page.expect_response(lambda reply: reply.url.endswith("/record/")):
        page.locator("#record").uncheck()
    instance = only_instance(server)
    page.locator("#screen").focus()
    tap(page, "ArrowRight")
    at(page, 3)
    expect(page.locator("#branch")).to_be_disabled()
    expect(page.locator("#branch")).to_have_attribute("title", "This step was not recorded.")
    rows = send(server, "GET", f"{instance}/history/")["rows"]
    assert [row["call"] for row in rows] == ["reset", "step", "step", None]
    page.locator("#stop").click()
    expect(page.locator("#play")).to_have_text("Play with the keyboard")
    page.locator("#play").click()
    expect(page.locator("#screen")).to_be_focused()
    at(page, 0)
    refused = server.send("GET", f"{only_instance(server)}/history/")
    assert (refused.status, refused.json["type"]) == (409, "urn:gym-http:problem:not-recorded")
    page.keyboard.press("Escape")


def test_the_log_of_somebodys_environment_is_its_timeline(visitor: Visitor, server: Server) -> None:
    body = {"env_id": "CartPole-v1", "record": True}
    made = send(server, "POST", "/v1/envs/", body)["instance_id"]
    send(server, "POST", f"/v1/envs/{made}/reset/", {"seed": 1})
    send(server, "POST", f"/v1/envs/{made}/rollout/", {"actions": [0, 1, 0, 1]})
    page = opened(visitor, server, f"?instance={made}")
    slider = page.locator("#scrubber")
    expect(slider).to_have_attribute("aria-valuemax", "4")
    expect(page.locator("#record")).to_be_checked()
    expected = send(server, "GET", f"/v1/envs/{made}/at/2.2/")["observation"]
    slider.press("ArrowLeft")
    at(page, 3)
    expect(page.locator("#reading-observation")).to_contain_text(f", {expected[1]:.4g},".replace("-", "\u2212"))
    expect(page.locator("#reading-action")).to_have_text("push left (0)")
    # It has no render mode, and its pictures are drawn all the same.
    expect(page.locator("#picture")).to_be_visible()
    later = picture(page)
    slider.press("Home")
    at(page, 0)
    until(page, lambda: picture(page) != later)
    with page.expect_download() as downloading:
        page.locator("#film").click()
    assert re.fullmatch(r"episode-1\.(mp4|webp)", downloading.value.suggested_filename)
    assert send(server, "GET", f"/v1/envs/{made}/")["revision"] == 2
