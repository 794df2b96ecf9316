"""A record and a revision say how far an instance is."""

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
