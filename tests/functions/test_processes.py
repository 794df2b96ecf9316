"""An environment outlives its server: killed and started again, served in turns, over SQLite and over S3."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Any

import gymnasium
import httpx2
import numpy as np
import pytest
from PIL import Image

from infra.s3.seaweedfs import SeaweedFS
from shared.storage.sqlite import SQLiteStore
from tests.applications import Api
from tests.blocking import Blocking
from tests.fixtures_s3 import BUCKET
from tests.servers import Server, uvicorn

ACTIONS = [1, 1, 0, 1, 0, 0, 1, 1]


@pytest.fixture(scope="module", params=["sqlite", "s3"])
def environment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables that name a store of this file's own."""
    if request.param == "sqlite":
        return {"GYM_HTTP_STORE": f"sqlite:///{tmp_path_factory.mktemp('store')}/snapshots.db"}
    server: SeaweedFS = request.getfixturevalue("seaweedfs_server")
    return {
        **server.environment,
        "GYM_HTTP_STORE": f"s3://{BUCKET}/{secrets.token_hex(8)}",
        "GYM_HTTP_SIGNING_KEYS": secrets.token_hex(16),
    }


@pytest.fixture(scope="module")
def servers(environment: dict[str, str]) -> Iterator[list[Server]]:
    """Three servers over one store, for all tests of this file."""
    with ExitStack() as stack:
        yield [stack.enter_context(uvicorn(**environment)) for _ in range(3)]


def uninterrupted() -> list[list[float]]:
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=42)
    return [[float(value) for value in env.step(action)[0]] for action in ACTIONS]


def test_an_episode_goes_on_after_the_server_was_killed(environment: dict[str, str]) -> None:
    with uvicorn(**environment) as server:
        api = Api(server)
        instance = api.create("CartPole-v1")
        api.post(f"{instance}/reset/", {"seed": 42})
        found = [api.post(f"{instance}/step/", {"action": action}).json["observation"] for action in ACTIONS[:4]]
        server.kill()
    with uvicorn(**environment, PYTHONHASHSEED="7") as server:  # a new interpreter, which hashes otherwise
        api = Api(server)
        assert api.get("/v1/envs/").json[instance.rpartition("/")[2]] == "CartPole-v1"
        found += [api.post(f"{instance}/step/", {"action": action}).json["observation"] for action in ACTIONS[4:]]
    assert found == uninterrupted()


def test_what_expired_while_no_server_ran_is_deleted_by_the_next(tmp_path: Path) -> None:
    environment = {"GYM_HTTP_STORE": f"sqlite:///{tmp_path}/snapshots.db"}
    with uvicorn(**environment) as server:
        path = Api(server).create("CartPole-v1")
        server.kill()
    with uvicorn(**environment, GYM_HTTP_IDLE_TTL_S="0.001") as server:
        assert Api(server).get(path).status == 404
        assert Api(server).get("/v1/envs/").json == {}
        store = Blocking(SQLiteStore(tmp_path / "snapshots.db"))
        deadline = time.monotonic() + 60
        while store.list("state/") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert store.list("state/") == []
        store.close()


def test_two_servers_serve_one_episode_in_turns(servers: list[Server]) -> None:
    one, other, _ = map(Api, servers)
    instance = one.create("CartPole-v1")
    other.post(f"{instance}/reset/", {"seed": 42})
    found = [
        api.post(f"{instance}/step/", {"action": action}).json["observation"]
        for api, action in zip(cycle([one, other]), ACTIONS, strict=False)
    ]
    assert found == uninterrupted()


def test_an_instance_moves_between_three_servers_without_a_refusal(servers: list[Server]) -> None:
    """Each comes back after 1, 31, 32, 33, 40 and 100 calls of another; a header remembers 32."""
    apis = cycle(map(Api, servers))
    instance = next(apis).create("CartPole-v1")
    calls: list[tuple[str, Any]] = [
        ("step/", {"action": 0}),
        ("reset/", {"seed": 2}),
        ("action_space/sample/", None),
        ("rollout/", {"actions": [0, 1]}),
    ]
    statuses = [api.post(f"{instance}/reset/", {"seed": 1}).status for api in (next(apis) for _ in range(3))]
    for others, (path, body) in zip([1, 31, 32, 33, 40, 100], cycle(calls), strict=False):
        busy = next(apis)
        resets = {"calls": [{"instance_id": instance.rpartition("/")[2]}] * others}
        results = busy.post("/v1/batch/reset/", resets).json["results"]
        statuses += [result["status"] for result in results]
        for _ in range(3):
            keyed = {"Idempotency-Key": secrets.token_hex(8)} if others % 2 else {}
            statuses.append(next(apis).post(f"{instance}/{path}", body, **keyed).status)
    revision = next(apis).get(f"{instance}/").json["revision"]
    assert set(statuses) == {200}
    assert revision == len(statuses)


@pytest.mark.slow
@pytest.mark.aws
def test_an_instance_moves_between_two_sandboxes_without_a_refusal(emulated: Api) -> None:
    """Each function is a process of its own: the one that steps comes back after calls of the one that samples."""
    instance = emulated.create("CartPole-v1")
    statuses = [emulated.post(f"{instance}/reset/", {"seed": 1}).status]
    for others in (0, 1, 31, 32, 33, 40, 500):
        statuses += [emulated.post(f"{instance}/action_space/sample/").status for _ in range(others)]
        statuses.append(emulated.post(f"{instance}/step/", {"action": 1}).status)
    statuses.append(emulated.post(f"{instance}/reset/", {"seed": 1}).status)
    assert set(statuses) == {200}
    assert emulated.get(f"{instance}/").json["revision"] == len(statuses)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the streams of this file."""
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path_factory.mktemp('streams')}/snapshots.db") as running:
        yield running


class Watcher:
    """An `<img>` on a stream: it keeps the pictures and tells when there is a new one."""

    def __init__(self, url: str) -> None:
        self.pictures: list[bytes] = []
        self.content_type = ""
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._watch, args=(url,), daemon=True)
        self._thread.start()

    def _watch(self, url: str) -> None:
        with httpx2.stream("GET", url, timeout=60) as reply:
            self.content_type = reply.headers["content-type"]
            buffer = b""
            for chunk in reply.iter_bytes():
                buffer += chunk
                # As a browser does: a part counts once the boundary after it has come.
                *parts, buffer = buffer.split(b"--frame\r\n")
                for part in filter(None, parts):
                    head, _, picture = part.partition(b"\r\n\r\n")
                    assert b"Content-Type: image/jpeg" in head
                    with self._news:
                        self.pictures.append(picture.removesuffix(b"\r\n"))
                        self._news.notify_all()

    def wait_for(self, ready: Callable[[], bool]) -> bool:
        """Whether the condition came true; a minute is for a machine that is very busy."""
        with self._news:
            return self._news.wait_for(ready, timeout=60)

    def ended(self) -> bool:
        """Whether the stream has ended, within a minute."""
        self._thread.join(60)
        return not self._thread.is_alive()


def test_a_stream_shows_every_change_and_ends_with_the_instance(server: Server) -> None:
    """A picture when it begins, one more after a step, none while nothing happens."""
    import io

    api = Api(server)
    instance = api.create("CartPole-v1", render_mode="rgb_array")
    api.post(f"{instance}/reset/", {"seed": 3})
    revision = api.get(instance).headers["etag"]
    watcher = Watcher(f"{server.url}{instance}/monitor/stream/")
    assert watcher.wait_for(lambda: len(watcher.pictures) == 1)
    assert watcher.content_type == "multipart/x-mixed-replace; boundary=frame"
    for count in range(2, 5):
        api.post(f"{instance}/step/", {"action": 1})
        assert watcher.wait_for(lambda count=count: len(watcher.pictures) >= count)  # type: ignore[misc]
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=3)
    for _ in range(3):
        env.step(1)
    shown = np.asarray(Image.open(io.BytesIO(watcher.pictures[-1])), np.int16)
    difference = np.abs(shown - np.asarray(env.render(), np.int16))
    assert difference.mean() < 2  # JPEG is not exact; another position of the cart differs by more than 5
    assert int(api.get(instance).headers["etag"].strip('"')) == int(revision.strip('"')) + 3
    api.delete(instance)
    assert watcher.ended()


def test_watching_changes_nothing(server: Server) -> None:
    api = Api(server)
    instance = api.create("CartPole-v1", render_mode="rgb_array")
    watcher = Watcher(f"{server.url}{instance}/monitor/stream/")
    api.post(f"{instance}/reset/", {"seed": 42})
    assert watcher.wait_for(lambda: bool(watcher.pictures))
    found = [api.post(f"{instance}/step/", {"action": action}).json["observation"] for action in ACTIONS]
    assert found == uninterrupted()
    api.delete(instance)
    assert watcher.ended()
