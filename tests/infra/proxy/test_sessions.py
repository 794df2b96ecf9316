"""Both proxies pass on a session."""

import json
from pathlib import Path

from websockets.sync.client import connect

from tests.applications import Api
from tests.functions.test_call_limit import answered
from tests.infra.proxy.proxies import serving
from tests.servers import supervised


def test_a_session_goes_through_a_proxy(tmp_path: Path) -> None:
    with supervised(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/snapshots.db", GYM_HTTP_LOG="off") as server:
        assert answered(server, "/v1/health/")
        path = Api(server).create()
        for revision, name in enumerate(("nginx", "haproxy"), start=1):
            folder = tmp_path / name
            folder.mkdir()
            with (
                serving(name, folder, [server.url.removeprefix("http://")]) as address,
                connect(f"ws://{address}{path}/session/", open_timeout=60) as session,
            ):
                session.send(json.dumps({"id": 1, "call": "reset", "seed": 1}))
                assert json.loads(session.recv(60))["revision"] == revision
