"""The monitor where replies end: pages in a bucket, the API in Lambda's own runtime behind the gateway."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from playwright.sync_api import expect

from infra.emulator.gateway import Gateway
from infra.s3.seaweedfs import SeaweedFS
from tests.applications import Api, Reply
from tests.fixtures_lambda import deployment, listening
from tests.static.browser import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]


class Remote:
    """A client of the gateway at an address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        answer = httpx2.request(method, self._url + path, content=content, headers=headers, timeout=60)
        return Reply(answer.status_code, dict(answer.headers), answer.content)


def test_frames_are_polled_and_follow_every_change(
    visitor: Visitor, other_origin: str, seaweedfs_server: SeaweedFS, tmp_path: Path
) -> None:
    asked: list[dict[str, list[str]]] = []
    visitor.context.on(
        "request",
        lambda sent: (
            asked.append(parse_qs(urlsplit(sent.url).query, keep_blank_values=True))
            if "/v1/monitor/frames" in sent.url
            else None
        ),
    )
    gateway = Gateway(deployment(), seaweedfs_server.environment, tmp_path, sandboxes=2)
    with listening(gateway) as url:
        api = Api(Remote(url))
        instance = api.create("CartPole-v1", render_mode="rgb_array")
        assert api.post(f"{instance}/reset/", {"seed": 1}).status == 200
        page = visitor.open(f"{other_origin}/monitor.html?api={url}")
        page.get_by_role("button", name="Use it").click()
        tile = page.locator(f'.tile[data-id="{instance.rpartition("/")[2]}"]')
        picture = tile.locator("canvas[data-frames]:not(.spark)")
        expect(picture).to_be_visible()
        for number in range(1, 4):
            before = int(picture.get_attribute("data-frames") or 0)
            assert api.post(f"{instance}/step/", {"action": 1}).status == 200
            expect(tile.locator("dd")).to_have_text(["1", str(number), str(number)])
            expect(picture).not_to_have_attribute("data-frames", str(before))
        polls = [each["since"][0] for each in asked if each.get("width") != ["0"] and "since" in each]
        assert polls[0] == ""
        assert any(polls), "what is asked for goes on from a cursor"
        assert api.delete(instance).status == 200
        expect(tile).to_have_count(0)
        page.close()  # it would go on asking a gateway that has ended
