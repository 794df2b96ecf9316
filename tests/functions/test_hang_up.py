"""A client that hangs up leaves no trial behind: its child ends at once, and its place goes to others."""

import http.client
import json
import time
from pathlib import Path

import pytest

from tests.servers import Server, uvicorn

_SECONDS = 20
"""Within which something happens that happens at once on a machine with nothing else to do."""


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/envs/", {"env_id": "Sleeping-v0"}),
        ("POST", "/legacy/v1/envs/", {"env_id": "Sleeping-v0"}),
        ("GET", "/v1/catalog/?env_id=Sleeping-v0", {}),
    ],
)
def test_the_child_of_a_client_that_hangs_up_ends(
    tmp_path: Path, method: str, path: str, body: dict[str, str]
) -> None:
    variables = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db", "GYM_HTTP_ENV_MODULES": "tests.harmful"}
    with uvicorn(**variables) as server:
        host, port = server.url.removeprefix("http://").split(":")
        client = http.client.HTTPConnection(host, int(port))
        client.request(method, path, json.dumps(body))
        assert becomes(server, 1)
        client.close()
        assert becomes(server, 0)
        assert server.send("GET", "/v1/envs/").status == 200


def becomes(server: Server, children: int) -> bool:
    """Whether the server soon has so many child processes."""
    deadline = time.monotonic() + _SECONDS
    threads = Path(f"/proc/{server.process.pid}/task")
    while sum(len(each.read_text().split()) for each in threads.glob("*/children")) != children:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
