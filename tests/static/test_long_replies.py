"""A page of one origin reads what an API of another is redirected for: a copy in a bucket of a third."""

import asyncio
import dataclasses
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
import yaml

from infra.aws.intrinsics import Loader
from infra.aws.template import PATH
from infra.s3.seaweedfs import SeaweedFS
from shared.settings import Settings
from shared.web.protocol import lambda_limits
from tests.applications import Api, Reply, served
from tests.static.browser import Visitor

RULES: list[dict[str, Any]] = yaml.load(PATH.read_text(), Loader)["Resources"]["SnapshotBucket"]["Properties"][
    "CorsConfiguration"
]["CorsRules"]

# As the client for browsers asks: neither header is one that a page may send without a preflight.
FETCHED = """async (address) => {
    const headers = { "Content-Type": "application/json", Authorization: "Bearer of-the-api-alone" };
    const reply = await fetch(address, { headers }).catch((error) => ({ refused: error.name }));
    const type = reply.headers?.get("Content-Type");
    return reply.refused ?? [reply.redirected, reply.status, type, await reply.text()];
}"""


def bucket(server: SeaweedFS, origins: list[str]) -> str:
    """A new bucket with the deployment's rules for pages of these origins."""
    name = server.create_bucket(f"pages-{secrets.token_hex(8)}")
    rules = [
        {
            "AllowedMethods": rule["AllowedMethods"],
            "AllowedOrigins": origins,
            "AllowedHeaders": rule["AllowedHeaders"],
            "MaxAgeSeconds": rule["MaxAge"],
        }
        for rule in RULES
    ]
    client = boto3.client("s3")
    client.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": rules})
    client.close()
    return name


def redirected(settings: Settings) -> tuple[Reply, Reply]:
    """What a server replies for an episode, and what a function does that cannot carry as much.

    For a thread in which no event loop runs.
    """
    with asyncio.Runner() as runner, served("local", settings) as server:
        runner.get_loop()  # the functions', which Mangum would make and leave open
        api = Api(server)
        instance = api.create("Pendulum-v1", record=True)
        api.post(f"{instance}/reset/", {"seed": 1})
        api.post(f"{instance}/rollout/", {"actions": [[0.5]] * 200})
        episode = f"{instance}/episodes/1/"
        asked = {"accept": "application/json", "accept-encoding": "identity"}
        with served("lambda", settings) as functions:
            return api.get(episode, **asked), Api(functions).get(episode, **asked)


@pytest.fixture
def behind_a_gateway(leaving: Callable[[], None]) -> Iterator[Callable[[Reply], str]]:
    """The address of a server that gives a reply as API Gateway does, to pages of any origin."""
    servers: list[ThreadingHTTPServer] = []

    def address(reply: Reply) -> str:
        class Gateway(BaseHTTPRequestHandler):
            def do_OPTIONS(self) -> None:
                self._answer(204, {"access-control-allow-headers": "authorization,content-type"})

            def do_GET(self) -> None:
                self._answer(reply.status, {"location": reply.headers["location"]})

            def _answer(self, status: int, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "access-control-allow-origin": "*", "content-length": "0"}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield address
    leaving()
    for each in servers:
        each.shutdown()
        each.server_close()


@pytest.mark.parametrize("every_origin", [True, False])
def test_a_page_follows_an_episode_into_a_bucket_that_answers_every_origin_and_into_no_other(
    aws_environment: SeaweedFS,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    behind_a_gateway: Callable[[Reply], str],
    other_origin: str,
    visitor: Visitor,
    every_origin: bool,
) -> None:
    """After a redirect to a third origin a browser names none (`Origin: null`), so no list of origins would do."""
    monkeypatch.setattr(lambda_limits, "LARGEST_REPLY", 16_384 + 1000)
    [allowed] = {*RULES[0]["AllowedOrigins"]}
    name = bucket(aws_environment, [allowed] if every_origin else [other_origin])
    chosen = dataclasses.replace(settings, store=f"s3://{name}", signing_keys=("k" * 32,))
    with ThreadPoolExecutor(1) as beside_playwrights_loop:
        whole, reply = beside_playwrights_loop.submit(redirected, chosen).result()
    assert reply.status == 303
    # The host of the page has no icon, and what is refused is told too.
    visitor.expected += ["Failed to load resource", *([] if every_origin else ["CORS"])]
    page = visitor.open(f"{other_origin}/gymnasium.js")
    found = page.evaluate(FETCHED, behind_a_gateway(reply))
    assert found == ([True, 200, "application/json", whole.content.decode()] if every_origin else "TypeError")
