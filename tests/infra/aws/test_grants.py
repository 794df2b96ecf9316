"""Functions do to the bucket what the template lets them, and little else is granted."""

import asyncio
import dataclasses
import secrets
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from functions import local
from infra.aws.template import Function, Grant, read
from infra.s3.seaweedfs import SeaweedFS
from shared.session.inventory.sweep import sweep
from shared.settings import Settings
from shared.snapshot.conformance.selection import Verdict
from shared.web.app.routing import Router
from shared.web.service.service import open_service
from tests.applications import Api, Client, Reply, router_of, served
from tests.fixtures_s3 import BUCKET
from tests.functions.test_long_replies import FRAMES
from tests.servers import ROOT
from tests.shared.storage.cloud.wire import Answer, running_wire

FUNCTIONS = {
    function.endpoint: function
    for function in read({"SnapshotBucket": "snapshots", "SigningKey": "arn"}).functions
}
ENDPOINT_OF: dict[Router, str] = {module.router: module.__name__.rpartition(".")[2] for module in local.MODULES}
ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
PAST = (
    "history/",
    "at/1/",
    "at/1/render/",
    "frames/?from=1",
    "episodes/",
    "episodes/1/",
    "lineage/",
    "episodes/1/video/?format=webp",
)
DENIED = Answer(403, "AccessDenied")

UNUSED = {
    # An instance has no entry in the index where its creation broke off.
    ("close_env", "ListBucket", "index/*"),
    # A close that other calls overtook, beyond the revision that it was conditional on, takes its tombstone back.
    ("close_env", "DeleteObject", "closed/*"),
    # Forks that were written are taken back when a later one fails.
    ("fork_env", "DeleteObject", "state/*"),
    ("fork_env", "DeleteObject", "index/*"),
    ("fork_env", "DeleteObject", "checkpoints/*"),
    ("fork_env", "ListBucket", "index/*"),
    # Futures that were kept are taken back when a later one fails.
    ("explore_env", "DeleteObject", "state/*"),
    ("explore_env", "DeleteObject", "index/*"),
    ("explore_env", "DeleteObject", "checkpoints/*"),
    ("explore_env", "ListBucket", "index/*"),
    # The same by tools.
    ("mcp", "DeleteObject", "closed/*"),
    ("mcp", "ListBucket", "index/*"),
    # A server ended between an instance and its entry in the index.
    ("sweep", "PutObject", "index/*"),
}
"""Grants for what goes wrong, which the calls below do not."""


class Guard:
    """IAM in miniature: S3 as the function that is running may use it, and a record of what it used."""

    def __init__(self, prefix: str) -> None:
        self.function: Function | None = None
        self.used: set[tuple[str, str, str]] = set()
        self.refused: set[tuple[str, str, str]] = set()
        self._prefix = prefix

    def refusal(self, method: str, target: str) -> Answer | None:
        """What S3 answers instead, if the function may not make this request."""
        return None if self._granted(self._action(method, target), self._key(target)) else DENIED

    def answered(self, method: str, target: str, status: int) -> Answer | None:
        """What S3 answers instead: it tells only those that an object is missing who may list it."""
        if status != 404 or self._granted("ListBucket", self._key(target)):
            return None
        return DENIED

    def _granted(self, action: str, key: str) -> bool:
        assert self.function is not None
        granted = {grant for grant in self.function.grants if grant.action == f"s3:{action}"}
        fitting = {grant for grant in granted if fnmatchcase(key, grant.keys)}
        self.used |= {(self.function.endpoint, action, grant.keys) for grant in fitting}
        if not fitting:
            self.refused.add((self.function.endpoint, action, key))
        return bool(fitting)

    def _action(self, method: str, target: str) -> str:
        return "ListBucket" if "list-type=2" in urlsplit(target).query else ACTIONS[method]

    def _key(self, target: str) -> str:
        listed = parse_qs(urlsplit(target).query).get("prefix")
        key = listed[0] if listed else unquote(urlsplit(target).path).removeprefix(f"/{BUCKET}/")
        return key.removeprefix(self._prefix)


@dataclasses.dataclass
class EachWithItsRole:
    """Lambda functions, each with its own rights."""

    guard: Guard
    functions: Client

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        self.guard.function = FUNCTIONS[ENDPOINT_OF[router_of(method, path)]]
        return self.functions.send(method, path, content, headers)


@pytest.fixture
def settings(aws_environment: SeaweedFS) -> Settings:
    return Settings(
        store=f"s3://{BUCKET}/{secrets.token_hex(8)}",
        signing_keys=("k" * 32,),
        env_modules=("tests.shared.snapshot.foreign",),
    )


@pytest.fixture
def guard(settings: Settings, aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    guard = Guard(settings.store.removeprefix(f"s3://{BUCKET}/") + "/")
    with running_wire(aws_environment.endpoint, guard) as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wire.endpoint)
        yield guard


@pytest.fixture
def api(settings: Settings, guard: Guard) -> Iterator[Api]:
    with served("lambda", settings) as functions:
        yield Api(EachWithItsRole(guard, functions))


def call_everything(api: Api) -> None:
    """Every endpoint with an instance that is there, and with one that is not."""
    for probe in ("health", "livez", "readyz"):
        api.get(f"/v1/{probe}/")
    api.get("/v1/catalog/")
    api.create("ForeignWalk-v0")
    frames = api.create("CartPole-v1", render_mode="rgb_array_list")
    api.post(f"{frames}/reset/")
    api.get(f"{frames}/monitor/render/")
    api.post(f"{frames}/render/")
    api.post(f"{frames}/checkpoints/")
    instance = api.create("CartPole-v1", render_mode="rgb_array")
    keyed, forked, explored = ({"idempotency-key": secrets.token_hex(8)} for _ in range(3))
    api.post("/v1/envs/", {"env_id": "CartPole-v1"}, **keyed)
    unknown = "/v1/envs/00000000-0000-4000-8000-000000000000"
    for path in (instance, unknown):
        api.post(f"{path}/reset/", {"seed": 1})
        api.post(f"{path}/step/", {"action": 1})
        api.post(f"{path}/rollout/", {"actions": [1]})
        calls = [{"instance_id": path.rpartition("/")[2], "action": 1}]
        api.post("/v1/batch/step/", {"calls": calls})
        api.post("/v1/batch/reset/", {"calls": calls})
        api.get(path)
        api.get(f"{path}/interface/")
        api.get(f"{path}/monitor/render/")
        api.post(f"{path}/render/")
        api.get(f"{path}/monitor/stream/")
        api.post(f"{path}/monitor/ticket/")
        api.get(f"/v1/monitor/frames/?ids={path.rpartition('/')[2]}")
        for space in ("action_space", "observation_space"):
            api.get(f"{path}/{space}/")
            api.post(f"{path}/{space}/sample/")
            api.post(f"{path}/{space}/contains/", {"value": 1})
        api.post(f"{path}/fork/")
        for _ in range(2):
            api.post(f"{path}/fork/", {"count": 2}, **forked)
        for _ in range(2):
            api.post(f"{path}/explore/", {"sequences": [[1]], "keep": {"best": 1}}, **explored)
        made = api.post(f"{path}/checkpoints/").json.get("checkpoint_id", unknown[-36:])
        api.get(f"{path}/checkpoints/")
        api.get(f"{path}/snapshot/")
        for each in (made, unknown[-36:]):
            api.get(f"{path}/snapshot/?checkpoint_id={each}")
            api.post(f"{path}/explore/", {"sequences": [[1]], "from": {"checkpoint_id": each}})
        api.post(f"{path}/restore/", {"checkpoint_id": made})
        api.post(f"{path}/restore/", {"checkpoint_id": unknown[-36:]})
        api.post(f"{path}/record/", {"on": False})
        for each in PAST:
            api.get(f"{path}/{each}")
        api.delete(f"{path}/history/")
        api.post(f"{path}/verify/", {})
        api.delete(f"{path}/checkpoints/{made}/")
        api.delete(f"{path}/checkpoints/{made}/")
    call_the_past(api)
    api.post(f"{instance}/checkpoints/")
    kept = api.post(f"{instance}/checkpoints/", **keyed).json["checkpoint_id"]
    for _ in range(2):
        api.delete(f"{instance}/checkpoints/{kept}/", **keyed)
    api.get("/v1/envs/")
    for _ in range(2):
        api.delete(instance, **keyed)
    api.delete(instance)
    api.delete(unknown, **keyed)
    call_the_legacy_dialect(api)
    call_the_tools(api)


def call_the_past(api: Api) -> None:
    """Every call that may seal a log: refused after it has, and made again, when the segment is there."""
    past = api.create("CartPole-v1", record=True, render_mode="rgb_array")
    api.post(f"{past}/reset/")
    calls: list[tuple[str, dict[str, Any]]] = [
        ("reset/", {}),
        ("step/", {"action": 1}),
        ("rollout/", {"actions": [1]}),
        ("render/", {}),
        ("action_space/sample/", {}),
        ("observation_space/sample/", {}),
        ("record/", {"on": False}),
        ("record/", {"on": True}),
        ("restore/", {"revision": 1}),
    ]
    for path, body in calls:
        api.post(f"{past}/restore/", {"revision": 1})  # a keyframe is due
        api.post(f"{past}/{path}", body, **{"if-match": '"999"'})
        api.post(f"{past}/{path}", body)
    for kind in ("reset", "step"):
        api.post(f"{past}/restore/", {"revision": 1})
        call = {"instance_id": past.rpartition("/")[2], "action": 1}
        for if_match in (999, None):
            api.post(f"/v1/batch/{kind}/", {"calls": [call | ({"if_match": if_match} if if_match else {})]})
    for path in (*PAST, "at/0/"):
        api.get(f"{past}/{path}")
    api.post(f"{past}/verify/", {})
    call_for_a_long_episode(api)
    api.post(f"{past}/explore/", {"sequences": [[1]], "keep": {"best": 1}})
    api.post(f"{past}/fork/", {"revision": 1})
    api.get(f"{past}/lineage/")
    api.post(f"{past}/explore/", {"sequences": [[1]], "from": {"revision": 1}, "keep": {"best": 1}})
    api.get(f"{past}/snapshot/?revision=1")
    api.post(f"{past}/restore/", {"revision": 1})
    api.delete(f"{past}/history/")
    api.post(f"{past}/step/", {"action": 1})
    api.delete(past)
    api.get(f"{past}/history/")
    api.get("/v1/recordings/")
    api.create("CartPole-v1", record=True)


def call_for_a_long_episode(api: Api) -> None:
    """One that Lambda cannot carry, which is copied into the bucket."""
    packed = {"accept": "application/msgpack"}
    long = api.create("CartPole-v1", render_mode="rgb_array", wrappers=FRAMES, record=True)
    api.post(f"{long}/reset/", **packed)
    for _ in range(2):
        api.post(f"{long}/step/", {"action": 1}, **packed)
    assert api.get(f"{long}/episodes/1/", **packed).status == 303


def call_the_legacy_dialect(api: Api) -> None:
    """What is made, used and closed there, with a checkpoint that is deleted with it."""
    api.post("/legacy/v1/envs/", {"env_id": "ForeignForgetful-v0"})
    [name] = api.get("/legacy/v1/envs/").json["all_envs"]
    for path in (f"/legacy/v1/envs/{name}", "/legacy/v1/envs/00000000"):
        api.post(f"{path}/reset/")
    [full] = [each for each in api.get("/v1/envs/").json if each.startswith(name)]
    api.post(f"/v1/envs/{full}/checkpoints/")
    api.post(f"/legacy/v1/envs/{name}/close/")


def call_the_tools(api: Api) -> None:
    """Every tool, and each that has a key twice with it."""

    def call(tool: str, **arguments: object) -> dict[str, Any]:
        params = {"name": tool, "arguments": arguments}
        sent = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        content: dict[str, Any] = api.post("/mcp", sent).json["result"]["structuredContent"]
        return content

    call("make", env_id="ForeignForgetful-v0", max_episode_steps=9)  # a kind that was not tried before
    for _ in range(2):
        made = call("make", env_id="CartPole-v1", render_mode="rgb_array", key="made")
        call("fork", **made, count=2, key="forked")
        kept = call("checkpoint", **made, key="kept")["checkpoint_id"]
    call("reset", **made)
    call("restore", **made, checkpoint_id=kept)
    call("explore", **made, sequences=[[1]], **{"from": {"checkpoint_id": kept}})
    for tool in ("render", "spaces", "history"):
        call(tool, **made)
    recorded = call("make", env_id="CartPole-v1", record=True)["instance_id"]
    call("reset", instance_id=recorded)
    for _ in range(2):
        call("restore", instance_id=recorded, revision=1)
        call("step", instance_id=recorded, action=1)
    call("explore", instance_id=recorded, sequences=[[1]], **{"from": {"revision": 1}})
    for _ in range(2):
        call("close", **made, key="closed")
    api.post(
        "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "gymnasium://catalog"}}
    )


def sweep_everything(settings: Settings, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is kept for longer than a moment."""
    guard.function = FUNCTIONS["sweep"]
    for wait in ("GRACE_S", "LEEWAY_S", "LIFETIME_S"):
        monkeypatch.setattr(f"shared.session.inventory.merge.{wait}", 0)
    time.sleep(1.1)  # S3 tells times in whole seconds
    swept = asyncio.run(
        sweep(open_service(dataclasses.replace(settings, idle_ttl_s=0.01)).session.snapshots, history_ttl_s=0.01)
    )
    assert swept is not None
    assert swept.instances > 0


def test_functions_do_what_they_are_granted_and_no_grant_is_idle(
    api: Api, settings: Settings, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the trial of an environment comes to is kept; the trial itself takes seconds and no store.
    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", lambda *_: Verdict("object-graph", {}))
    call_everything(api)
    sweep_everything(settings, guard, monkeypatch)
    assert not guard.refused, "grant these in template.yaml"
    granted = {
        (function.endpoint, grant.action.removeprefix("s3:"), grant.keys)
        for function in FUNCTIONS.values()
        for grant in function.grants
    }
    assert granted - guard.used == UNUSED


def test_a_function_without_its_grants_is_503_and_says_what_to_grant(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = api.create("CartPole-v1")
    bare = dataclasses.replace(FUNCTIONS["reset_env"], grants=frozenset({Grant("s3:GetObject", "state/*")}))
    monkeypatch.setitem(FUNCTIONS, "reset_env", bare)
    reply = api.post(f"{instance}/reset/")
    assert (reply.status, reply.json["type"]) == (503, "urn:gym-http:problem:store-unavailable")
    assert "s3:PutObject" in reply.json["detail"]
    unknown = "/v1/envs/00000000-0000-4000-8000-000000000000"
    assert "s3:ListBucket" in api.post(f"{unknown}/reset/").json["detail"]


def test_the_table_of_what_functions_may_do_is_the_templates() -> None:
    notes = (ROOT / "infra" / "README.md").read_text()
    for function in FUNCTIONS.values():
        cells = []
        for action in ("GetObject", "PutObject", "DeleteObject", "ListBucket"):
            keys = sorted(
                grant.keys.partition("/")[0] for grant in function.grants if grant.action == f"s3:{action}"
            )
            cells.append(", ".join(dict.fromkeys(keys)))
        assert f"| `{function.endpoint}` | {' | '.join(cells)} |" in notes
