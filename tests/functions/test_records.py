"""A record and a revision say how far an instance is."""

from typing import Any

import pytest

from tests.applications import Api


def test_a_record_tells_how_far_an_instance_is(api: Api) -> None:
    instance = api.create("CartPole-v1", render_mode="rgb_array", seed=3)
    api.post(f"{instance}/reset/")
    for _ in range(3):
        api.post(f"{instance}/step/", {"action": 1})
    record = api.get(instance).json
    assert (record["env_id"], record["render_mode"], record["seed"]) == ("CartPole-v1", "rgb_array", 3)
    assert (record["episode"], record["steps"], record["episode_return"]) == (1, 3, 3.0)
    assert (record["revision"], record["mechanism"]) == (4, "classic-control")
    assert record["created"] < record["used"]


@pytest.mark.parametrize("options", [{}, {"num_envs": 2}])
def test_an_unseeded_episode_is_had_again_by_the_drawn_seed(api: Api, options: dict[str, Any]) -> None:
    instance, again = api.create("CartPole-v1", **options), api.create("CartPole-v1", **options)
    drawn = api.get(instance).json["drawn_seed"]
    assert 0 <= drawn < 2**31
    assert drawn != api.get(again).json["drawn_seed"]
    seen = api.post(f"{instance}/reset/").json
    assert api.post(f"{again}/reset/", {"seed": drawn}).json == seen
    # The generator goes on from there as it would in process.
    assert api.post(f"{instance}/reset/").json == api.post(f"{again}/reset/").json != seen
    assert api.get(instance).json["drawn_seed"] == drawn


def test_no_seed_is_drawn_where_the_creation_or_the_reset_brings_one(api: Api) -> None:
    seeded = api.create("CartPole-v1", seed=3)
    assert api.get(seeded).json["drawn_seed"] is None
    assert api.post(f"{seeded}/reset/").json == api.post(f"{api.create('CartPole-v1')}/reset/", {"seed": 3}).json


def test_forks_before_the_first_reset_share_the_drawn_seed_unless_their_generators_are_new(api: Api) -> None:
    origin = api.create("CartPole-v1")
    [twin] = api.post(f"{origin}/fork/").json["instance_ids"]
    others = api.post(f"{origin}/fork/", {"count": 2, "reseed": 7}).json["instance_ids"]
    seen = api.post(f"{origin}/reset/").json
    assert api.post(f"/v1/envs/{twin}/reset/").json == seen
    first, second = (api.post(f"/v1/envs/{other}/reset/").json for other in others)
    assert first != second
    assert api.get(f"/v1/envs/{others[0]}").json["drawn_seed"] is None


def test_every_reply_about_an_instance_carries_its_revision(api: Api) -> None:
    instance = api.create()
    tags = [
        api.get(instance).headers["etag"],
        api.post(f"{instance}/reset/").headers["etag"],
        api.post(f"{instance}/step/", {"action": 0}).headers["etag"],
        api.get(f"{instance}/action_space/").headers["etag"],
        api.post(f"{instance}/action_space/sample/").headers["etag"],
        api.get(instance).headers["etag"],
    ]
    assert tags == ['"0"', '"1"', '"2"', '"2"', '"3"', '"3"']


def test_a_call_conditional_on_another_revision_is_412_and_not_applied(api: Api) -> None:
    instance = api.create()
    api.post(f"{instance}/reset/")
    reply = api.post(f"{instance}/step/", {"action": 0}, **{"if-match": '"0"'})
    assert (reply.status, reply.json["revision"]) == (412, 1)
    assert api.post(f"{instance}/step/", {"action": 0}, **{"if-match": '"1"'}).status == 200
    assert api.post(f"{instance}/step/", {"action": 0}, **{"if-match": "*"}).status == 200
