"""What the playground offers to play, to pick and to read, in a real browser."""

from playwright.sync_api import Page, expect

from tests.servers import Server
from tests.static.browser import Visitor

TWO_EPISODES = """
const env = await Env.make("CartPole-v1");
for (let i = 0; i < 2; i++) {
  await env.reset({ seed: 1 });
  while (!(await env.step(1)).terminated);
}
"""


def opened(visitor: Visitor, server: Server) -> Page:
    page = visitor.open(f"{server.url}/agent.html")
    page.locator("body[data-ready]").wait_for(state="attached")
    return page


def pick(page: Page, words: str) -> None:
    page.locator("#environment").fill(words)
    page.keyboard.press("Enter")


def test_play_is_offered_where_keys_can_and_the_reason_is_told_else(
    visitor: Visitor, pages_server: Server
) -> None:
    page = opened(visitor, pages_server)
    expect(page.locator("#play")).to_be_enabled()
    pick(page, "HalfCheetah-v5")
    expect(page.locator("#play-none")).to_have_text(
        "This environment cannot be played with keys: its action is 6 numbers from \u22121 to 1."
    )
    expect(page.locator("#play")).to_be_disabled()
    pick(page, "FrozenLake-v1")
    expect(page.locator("#play")).to_be_enabled()
    expect(page.locator("#play-none")).to_be_hidden()


def test_the_newest_version_is_the_first_that_is_found(visitor: Visitor, pages_server: Server) -> None:
    page = opened(visitor, pages_server)
    page.locator("#environment").fill("ant-v")
    found = page.locator("#environments [data-env]").evaluate_all("rows => rows.map(row => row.dataset.env)")
    assert found[0] == "Ant-v5"
    assert found.index("Ant-v4") > found.index("Ant-v5")
    pick(page, "cartpole")
    expect(page.locator("#environment")).to_have_value("CartPole-v1")


def test_a_notice_moves_nothing(visitor: Visitor, pages_server: Server) -> None:
    page = opened(visitor, pages_server)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = [page.locator(part).bounding_box() for part in ("#run", "#share", "#screen")]
    page.locator("#share").click()
    expect(page.locator("#said")).to_contain_text("copied")
    assert [page.locator(part).bounding_box() for part in ("#run", "#share", "#screen")] == before


def test_the_legend_of_the_curve_tells_the_last_episode(visitor: Visitor, pages_server: Server) -> None:
    page = opened(visitor, pages_server)
    page.locator("#editor .cm-content").fill(TWO_EPISODES)
    page.locator("#run").click()
    values = page.locator("#curve .u-legend .u-value")
    expect(values.nth(0)).to_have_text("2")
    expect(values.nth(1)).not_to_have_text("--")
    page.locator("#curve .u-over").hover()
    page.locator("h2#curve-title").hover()
    expect(values.nth(0)).to_have_text("2")


def test_the_choices_stand_in_one_row_of_a_window_of_1280_pixels(visitor: Visitor, pages_server: Server) -> None:
    page = opened(visitor, pages_server)
    page.set_viewport_size({"width": 1280, "height": 800})
    boxes = [page.locator(part).bounding_box() for part in ("#environment", "#example", "#share", "#copy-curl")]
    ends = [box["y"] + box["height"] for box in boxes if box]
    assert len(ends) == 4
    assert max(ends) - min(ends) < 1
