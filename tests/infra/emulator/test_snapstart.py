"""With SnapStart a function has no key but a token for credentials, and serves with those.

The emulator itself keeps no snapshots: it has no answer for a runtime that asks whether it was restored.
"""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from infra.aws.template import Route
from infra.emulator import event as lambda_event
from infra.emulator.sandbox import Sandbox
from infra.s3.seaweedfs import SeaweedFS
from tests.fixtures_lambda import deployment

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]

TOKEN = "of-this-sandbox"


@pytest.fixture
def credentials(seaweedfs_server: SeaweedFS) -> Iterator[str]:
    """The address at which Lambda gives credentials to who brings the token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("authorization") == TOKEN
            self.send_response(200 if known else 403)
            self.send_header("content-type", "application/json")
            self.end_headers()
            given = {
                "AccessKeyId": seaweedfs_server.access_key,
                "SecretAccessKey": seaweedfs_server.secret_key,
                "Token": "",
                "Expiration": "2099-01-01T00:00:00Z",
            }
            self.wfile.write(json.dumps(given if known else {}).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/credentials"
        server.shutdown()


def test_a_function_with_a_token_in_place_of_a_key_serves(
    seaweedfs_server: SeaweedFS, credentials: str, tmp_path: Path
) -> None:
    [create] = [function for function in deployment().functions if function.endpoint == "create_env"]
    variables = {
        name: value
        for name, value in seaweedfs_server.environment.items()
        if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    variables |= {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": credentials,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
    }
    sandbox = Sandbox(create, variables, tmp_path / "log")
    event = lambda_event.event(
        Route("POST", "/v1/envs"),
        "/v1/envs",
        headers=[("content-type", "application/json")],
        content=b'{"env_id": "CartPole-v1"}',
    )
    answer = lambda_event.reply(sandbox.invoke(event))
    sandbox.stop()
    assert answer.status == 200, answer
