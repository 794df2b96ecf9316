"""Forks are twins, checkpoints go back, and neither restores an environment."""

from typing import Any

import numpy as np
import pytest

from shared.settings import Settings
from tests.applications import Api, served


def started(api: Api, env_id: str = "CartPole-v1", steps: int = 3, **body: Any) -> str:
    instance = api.create(env_id, **body)
    api.post(f"{instance}/reset/", {"seed": 7})
    for _ in range(steps):
        api.post(f"{instance}/step/", {"action": 1})
    return instance


def forked(api: Api, instance: str, **body: Any) -> list[str]:
    reply = api.post(f"{instance}/fork/", body)
    assert reply.status == 200, reply.content
    return [f"/v1/envs/{each}" for each in reply.json["instance_ids"]]


def played(api: Api, instance: str) -> list[Any]:
    """Steps, a draw, an unseeded reset and steps again."""
    steps = [api.post(f"{instance}/step/", {"action": action}).json for action in (0, 1, 1)]
    draws = [api.post(f"{instance}/action_space/sample/").json for _ in range(8)]
    return [*steps, *draws, api.post(f"{instance}/reset/").json, api.post(f"{instance}/step/", {"action": 0}).json]


def test_a_fork_goes_on_as_its_origin_does(api: Api) -> None:
    instance = started(api)
    twins = forked(api, instance, count=2)
    expected = played(api, instance)
    assert [played(api, twin) for twin in twins] == [expected, expected]


def test_a_fork_tells_of_its_origin_and_counts_its_own_revisions(api: Api) -> None:
    instance = started(api)
    [twin] = forked(api, instance)
    record = api.get(twin).json
    assert record["origin"] == {"instance_id": instance.rpartition("/")[2], "revision": 4}
    assert (record["revision"], record["steps"], record["episode_return"]) == (0, 3, 3.0)
    assert set(api.get("/v1/envs/").json) == {each.rpartition("/")[2] for each in (instance, twin)}


def test_reseeded_forks_differ_from_one_another_and_reproducibly(api: Api) -> None:
    instance = started(api)
    first, again = forked(api, instance, count=3, reseed=5), forked(api, instance, count=3, reseed=5)
    plays = [played(api, twin) for twin in first]
    assert plays == [played(api, twin) for twin in again]
    resets = [play[11]["observation"] for play in plays]
    assert len({tuple(observation) for observation in resets}) == 3
    assert played(api, instance)[:3] == plays[0][:3]  # CartPole's steps draw nothing


def test_a_reseeded_fork_has_the_generator_of_numpys_seed_sequence(local: Api) -> None:
    [_, second] = forked(local, started(local), count=2, reseed=5)
    [child, *_] = np.random.SeedSequence(5, spawn_key=(1,)).spawn(3)
    expected = np.random.Generator(np.random.PCG64(child)).uniform(-0.05, 0.05, size=4).astype(np.float32)
    observation = local.post(f"{second}/reset/").json["observation"]
    assert observation == [float(value) for value in expected]


def test_reseeded_forks_of_a_sticky_game_go_apart_under_the_same_actions(local: Api) -> None:
    """Pong itself draws nothing from numpy, but ALE draws which of its actions stick."""
    pytest.importorskip("ale_py")
    instance = started(local, "ALE/Pong-v5", kwargs={"obs_type": "ram"})
    ways = [
        local.post(f"{fork}/rollout/", {"actions": [2, 3, 3, 2] * 10}).json["observations"]
        for reseed in (5, 5, 6)
        for fork in forked(local, instance, count=2, reseed=reseed)
    ]
    assert ways[:2] == ways[2:4]
    assert len({str(way) for way in ways}) == 4


def test_a_fork_of_a_fork_that_was_not_called_is_reseeded_alike(local: Api) -> None:
    [one] = forked(local, started(local), reseed=5)
    [twin] = forked(local, one)
    assert played(local, one) == played(local, twin)


def test_an_environment_goes_back_to_its_checkpoints(api: Api) -> None:
    instance = started(api)
    made = api.post(f"{instance}/checkpoints/", {"name": "here"}).json
    assert (made["name"], made["steps"], made["revision"]) == ("here", 3, 4)
    first = played(api, instance)
    revision = api.get(instance).json["revision"]
    for _ in range(2):
        reply = api.post(f"{instance}/restore/", {"checkpoint_id": made["checkpoint_id"]})
        assert (reply.status, reply.json["steps"]) == (200, 3)
        assert reply.json["revision"] > revision
        assert reply.headers["etag"] == f'"{reply.json["revision"]}"'
        assert played(api, instance) == first


def test_checkpoints_are_listed_oldest_first_and_deleted(api: Api) -> None:
    instance = started(api)
    made = [api.post(f"{instance}/checkpoints/", {"name": name}).json for name in ("a", "b", "")]
    assert api.get(f"{instance}/checkpoints/").json == {"checkpoints": made}
    gone = f"{instance}/checkpoints/{made[1]['checkpoint_id']}/"
    assert api.delete(gone).json == {"message": "Checkpoint deleted."}
    assert api.delete(gone).json["type"] == "urn:gym-http:problem:checkpoint-not-found"
    assert api.get(f"{instance}/checkpoints/").json == {"checkpoints": [made[0], made[2]]}


def test_a_checkpoint_of_another_instance_is_404(api: Api) -> None:
    one, other = started(api), started(api)
    checkpoint_id = api.post(f"{one}/checkpoints/").json["checkpoint_id"]
    assert api.post(f"{other}/restore/", {"checkpoint_id": checkpoint_id}).status == 404
    assert api.delete(f"{other}/checkpoints/{checkpoint_id}/").status == 404
    for nonsense in ("", "../" + checkpoint_id, "x"):
        assert api.post(f"{one}/restore/", {"checkpoint_id": nonsense}).status == 404


def test_a_restore_conditional_on_another_revision_is_412(api: Api) -> None:
    instance = started(api)
    checkpoint_id = api.post(f"{instance}/checkpoints/").json["checkpoint_id"]
    reply = api.post(f"{instance}/restore/", {"checkpoint_id": checkpoint_id}, **{"if-match": '"0"'})
    assert (reply.status, reply.json["revision"]) == (412, 4)


def test_a_checkpoint_too_many_is_429_and_says_the_bound(local: Api) -> None:
    instance = started(local, steps=0)
    for _ in range(64):
        assert local.post(f"{instance}/checkpoints/").status == 200
    reply = local.post(f"{instance}/checkpoints/")
    assert (reply.status, reply.json["limit"]) == (429, 64)


def test_a_closed_instance_takes_its_checkpoints_with_it(settings: Settings) -> None:
    from shared.storage.address import StoreAddress
    from shared.storage.open import open_store
    from tests.blocking import Blocking

    with served("local", settings) as client:
        api = Api(client)
        instance = started(api)
        api.post(f"{instance}/checkpoints/")
        api.delete(instance)
        assert api.get(f"{instance}/checkpoints/").status == 404
    store = Blocking(open_store(StoreAddress.parse(settings.store), "process"))
    assert [entry.key for entry in store.list("")] == ["clock/now", "sweep/lease"]
    store.close()


@pytest.mark.parametrize("body", [{"count": 0}, {"count": 1001}, {"count": 1.5}, {"reseed": -1}, {"count": "2"}])
def test_a_count_or_seed_out_of_bounds_is_422(local: Api, body: dict[str, Any]) -> None:
    assert local.post(f"{started(local)}/fork/", body).status == 422
    assert len(local.get("/v1/envs/").json) == 1


def test_a_thousand_forks_are_one_call(local: Api) -> None:
    instance = started(local)
    twins = forked(local, instance, count=1000)
    expected = played(local, instance)
    assert played(local, twins[0]) == played(local, twins[999]) == expected


@pytest.mark.parametrize("switches", [[True], [True, False, True]])
def test_a_reseeded_fork_has_its_generators_whatever_is_switched_before_its_first_call(
    api: Api, switches: list[bool]
) -> None:
    """A switch writes the state, though it calls nothing."""
    instance = api.create()
    api.post(f"{instance}/reset/", {"seed": 1})
    plain, switched = (
        "/v1/envs/" + api.post(f"{instance}/fork/", {"reseed": 5}).json["instance_ids"][0] for _ in range(2)
    )
    for on in switches:
        assert api.post(f"{switched}/record/", {"on": on}).status == 200
    for call in ("action_space/sample", "reset", "reset"):
        replies = [api.post(f"{each}/{call}/", {}).json for each in (plain, switched)]
        assert replies[0] == replies[1]
    assert api.post(f"{switched}/verify/", {}).json == {"verified": True, "calls": 3, "next": None}
