"""The list of recordings in a real browser, against a real server."""

import re

from playwright.sync_api import expect

from tests.applications import Api
from tests.servers import Server
from tests.static.browser import Visitor


def recorded(api: Api, env_id: str, name: str, actions: list[int]) -> str:
    """An instance with two episodes of these actions, the second under way."""
    instance = api.create(env_id, record=True, name=name)
    for _ in range(2):
        api.post(f"{instance}/reset/", {"seed": 1})
        api.post(f"{instance}/rollout/", {"actions": actions, "include": []})
    return instance[-36:]


def test_recordings_are_found_unfolded_and_deleted(visitor: Visitor, pages_server: Server) -> None:
    api = Api(pages_server)
    for each in api.get("/v1/recordings/").json["recordings"]:
        api.delete(f"/v1/envs/{each['instance_id']}/history/")
        api.delete(f"/v1/envs/{each['instance_id']}/")
        api.delete(f"/v1/envs/{each['instance_id']}/history/")
    page = visitor.open(f"{pages_server.url}/recordings.html")
    expect(page.locator("#count")).to_have_text("0 recordings")
    expect(page.locator("#empty")).to_contain_text(f"curl -s {pages_server.url}/v1/envs/")

    short = recorded(api, "CartPole-v1", "<b>short</b>", [0, 1])
    recorded(api, "CartPole-v1", "long", [0, 1] * 5)
    lake = recorded(api, "FrozenLake-v1", "", [0])
    api.delete(f"/v1/envs/{short}/")
    page.reload()
    expect(page.locator("#count")).to_have_text("3 recordings")
    expect(page.locator("#empty")).to_be_hidden()
    page.locator("#sort").select_option("return")
    expect(page.locator("#recordings > li strong")).to_have_text(["long", "<b>short</b>", "FrozenLake-v1"])
    page.locator("#filter").fill("cartpole short")
    expect(page.locator("#count")).to_have_text("1 of 3 recordings")
    entry = page.locator(f'#recordings [data-id="{short}"]')
    expect(entry).to_contain_text("2 episodes · the last with 2 steps and return 2 · closed")
    entry.get_by_text("Episodes", exact=True).click()
    expect(entry.locator("li")).to_have_text(
        [re.compile(r"Episode 1 return 2 · 2 steps · ended by a reset"), re.compile("Episode 2 return 2")]
    )
    link = str(entry.get_by_role("link", name="Episode 1").get_attribute("href"))
    assert link.endswith(f"/replay.html?instance={short}&episode=1")

    entry.get_by_role("button", name="Delete <b>short</b>").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("dialog")).to_have_count(0)
    entry.get_by_role("button", name="Delete <b>short</b>").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#said")).to_have_text("Deleted.")
    expect(page.locator("#count")).to_have_text("0 of 2 recordings")
    assert api.get(f"/v1/envs/{short}/history/").status == 404
    page.locator("#filter").fill(lake[:8])
    page.get_by_role("button", name="Delete FrozenLake-v1").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#said")).to_contain_text("The environment still lives")
    assert api.get(f"/v1/envs/{lake}/history/").json["rows"] == []
