"""Looking does not touch: no GET writes, and an agent's call conditional on a revision holds whoever looks."""

from pathlib import Path

import pytest

from functions import local as served_locally
from shared.settings import Settings
from shared.storage.sqlite import SQLiteStore
from tests.applications import Api, served
from tests.blocking import Blocking

KINDS = [
    {"env_id": "LunarLander-v3", "render_mode": "rgb_array"},
    {"env_id": "HalfCheetah-v5", "render_mode": "rgb_array"},
    {"env_id": "CartPole-v1", "render_mode": "rgb_array_list"},
    {"env_id": "FrozenLake-v1", "render_mode": "ansi"},
]
ENDLESS = "/v1/envs/{instance_id}/monitor/stream/", "/v1/monitor/frames/"
"""Their pictures come of copies too; under Lambda they end."""


def everything_stored(store: Blocking[SQLiteStore]) -> dict[str, object]:
    return {entry.key: store.get(entry.key) for entry in store.list("")}


def look_at_everything(api: Api, instance: str) -> set[int]:
    """Every GET of the application; the statuses."""
    paths = [
        endpoint.path
        for module in (*served_locally.MODULES, *served_locally.LOCAL_MODULES)
        for endpoint in module.router.endpoints
        if endpoint.method == "GET"
    ]
    assert "/v1/envs/{instance_id}/monitor/render/" in paths
    name = instance.rpartition("/")[2]
    looked = [path.replace("{instance_id}", name) for path in paths if path not in ENDLESS]
    return {api.get(path).status for path in looked}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["env_id"])
def test_no_get_writes_and_a_conditional_step_follows(kind: dict[str, str], settings: Settings) -> None:
    store = Blocking(SQLiteStore(Path(settings.store.removeprefix("sqlite:///"))))
    with served("local", settings) as client:
        api = Api(client)
        instance = api.create(**kind)
        api.get(f"{instance}/monitor/render/")
        api.post(f"{instance}/reset/", {"seed": 1})
        before = everything_stored(store)
        for _ in range(2):
            assert 200 in look_at_everything(api, instance)
            assert api.get(f"{instance}/monitor/render/").status == 200
        assert everything_stored(store) == before
        action = api.post(f"{instance}/action_space/sample/", **{"If-Match": '"1"'}).json["sample"]
        assert api.post(f"{instance}/step/", {"action": action}, **{"If-Match": '"2"'}).status == 200
    store.close()


def test_what_is_looked_at_is_what_rendering_gives(local: Api) -> None:
    instance = local.create("MountainCar-v0", render_mode="rgb_array_list")
    local.post(f"{instance}/reset/", {"seed": 3})
    local.post(f"{instance}/step/", {"action": 2})
    looks = [local.get(f"{instance}/monitor/render/") for _ in range(2)]
    rendered = local.post(f"{instance}/render/")
    assert looks[0].json == looks[1].json == rendered.json
    assert [reply.headers["etag"] for reply in (*looks, rendered)] == ['"2"', '"2"', '"3"']
    assert local.get(f"{instance}/monitor/render/").json["data"] == []


def test_rendering_is_applied_once_and_on_condition(local: Api) -> None:
    instance = local.create("CartPole-v1", render_mode="rgb_array_list")
    local.post(f"{instance}/reset/", {"seed": 3})
    first, again = (local.post(f"{instance}/render/", **{"Idempotency-Key": "one"}) for _ in range(2))
    assert len(first.json["data"]) == 1
    assert again.json == first.json
    assert again.headers["idempotency-replayed"] == "true"
    assert local.post(f"{instance}/render/", **{"If-Match": '"1"'}).status == 412


def test_one_who_looks_waits_for_no_call_under_way_and_shows_what_another_server_did(settings: Settings) -> None:
    with served("local", settings) as one, served("local", settings) as other:
        instance = Api(one).create("FrozenLake-v1", render_mode="ansi")
        Api(one).post(f"{instance}/reset/", {"seed": 1})
        before = Api(one).get(f"{instance}/monitor/render/").json
        assert Api(other).post(f"{instance}/step/", {"action": 1}).status == 200
        after = Api(one).get(f"{instance}/monitor/render/").json
        assert after == Api(other).get(f"{instance}/monitor/render/").json
        assert after != before
