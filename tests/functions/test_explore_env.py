"""Futures are what rollouts of forks would give, and the environment stays as it is."""

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.settings import Settings
from tests.applications import Api, served

EVERYTHING = ["returns", "steps", "terminations", "truncations", "observations", "actions", "rewards", "infos"]
MODULES = ("ale_py", "tests.shared.snapshot.foreign")
FAMILIES = [
    ("CartPole-v1", {}),
    ("Pendulum-v1", {"wrappers": [{"name": "FrameStackObservation", "kwargs": {"stack_size": 3}}]}),
    ("FrozenLake-v1", {}),
    ("Blackjack-v1", {}),
    ("Taxi-v4", {}),
    ("LunarLander-v3", {}),
    ("HalfCheetah-v5", {}),
    ("ALE/Pong-v5", {"kwargs": {"obs_type": "ram"}}),
    ("ForeignWalk-v0", {}),
    ("ForeignHidden-v0", {}),
    ("CartPole-v1", {"num_envs": 2, "max_episode_steps": 4}),
    ("CartPole-v1", {"autoreset": "NextStep", "max_episode_steps": 4}),
]


def begun(api: Api, env_id: str = "CartPole-v1", **created: Any) -> str:
    instance = api.create(env_id, **{"seed": 3, **created})
    api.post(f"{instance}/reset/")
    return instance


def forked(api: Api, instance: str, **body: Any) -> list[str]:
    return [f"/v1/envs/{each}" for each in api.post(f"{instance}/fork/", body).json["instance_ids"]]


def replayed(api: Api, fork: str, actions: list[Any], **body: Any) -> dict[str, Any]:
    """A future by a rollout of its own."""
    sent = {"actions": actions, "include": EVERYTHING[2:5] + EVERYTHING[6:], **body}
    made = api.post(f"{fork}/rollout/", sent).json
    ends = {name: made[name][-1] for name in ("terminations", "truncations", "observations", "infos")}
    return {**ends, "rewards": made["rewards"], "steps": made["steps"], "actions": actions}


def future(reply: dict[str, Any], index: int) -> dict[str, Any]:
    return {name: reply[name][index] for name in EVERYTHING if name != "returns"}


@pytest.mark.usefixtures("tried_once")
@pytest.mark.parametrize(("env_id", "created"), FAMILIES)
def test_each_future_is_an_independent_replay(settings: Settings, env_id: str, created: dict[str, Any]) -> None:
    with served("local", dataclasses.replace(settings, env_modules=MODULES)) as client:
        api = Api(client)
        instance = begun(api, env_id, record=True, **created)
        api.post(f"{instance}/rollout/", {"policy": "random", "steps": 3, "on_end": "continue"})
        resets = {} if created.get("num_envs") or created.get("autoreset") else {"on_end": "reset"}
        body = {"policy": "random", "count": 5, "steps": 7, "seed": 1, "include": EVERYTHING, **resets}
        reply = api.post(f"{instance}/explore/", body)
        assert reply.status == 200, reply.content
        assert api.post(f"{instance}/explore/", body).content == reply.content
        again = api.post(
            f"{instance}/explore/", {"sequences": reply.json["actions"], "include": EVERYTHING, **resets}
        )
        if all(steps == 7 for steps in reply.json["steps"]):
            assert again.content == reply.content
        for index, fork in enumerate(forked(api, instance, count=5)):
            made = future(reply.json, index)
            assert made == replayed(api, fork, made["actions"], **resets)
        api.post(f"{instance}/rollout/", {"policy": "random", "steps": 3, "on_end": "continue"})
        assert api.post(f"{instance}/explore/", {**body, "from": {"revision": 2}}).content == reply.content


@pytest.mark.parametrize("kind", ["local", "each alone", "lambda"])
def test_nothing_is_written(settings: Settings, kind: str) -> None:
    with served(kind, settings) as client:
        api = Api(client)
        instance = begun(api)
        before, [twin] = api.get(instance).content, forked(api, instance)
        listed = api.get("/v1/envs/").content
        reply = api.post(f"{instance}/explore/", {"policy": "random", "count": 9, "steps": 30})
        assert (reply.status, reply.headers["etag"]) == (200, '"1"')
        assert [*reply.json] == ["returns", "steps", "terminations", "truncations", "kept"]
        assert api.get(instance).content == before
        assert api.get("/v1/envs/").content == listed
        sampled = [api.post(f"{each}/action_space/sample/").json for each in (instance, twin)]
        assert sampled[0] == sampled[1]
        assert api.post(f"{instance}/step/", {"action": 1}).json == api.post(f"{twin}/step/", {"action": 1}).json


def test_the_number_of_processes_changes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.explore.sharing.FEWEST_STEPS", 1)
    replies = []
    for processes in (1, 2, 3):
        with served("local", dataclasses.replace(settings, explore_processes=processes)) as client:
            api = Api(client)
            instance = begun(api, "FrozenLake-v1")
            body = {"policy": "repeat", "probability": 0.5, "count": 20, "steps": 9, "include": EVERYTHING}
            replies.append(api.post(f"{instance}/explore/", {**body, "reseed": 6}).json)
    assert replies[0] == replies[1] == replies[2]


def test_a_future_with_reseed_is_that_of_the_fork_with_its_number(local: Api) -> None:
    instance = begun(local, "FrozenLake-v1")
    sequences = [[1, 2, 1, 2]] * 3
    body = {"sequences": sequences, "reseed": 11, "include": EVERYTHING, "on_end": "reset"}
    reply = local.post(f"{instance}/explore/", body).json
    for index, fork in enumerate(forked(local, instance, count=3, reseed=11)):
        assert future(reply, index) == replayed(local, fork, sequences[index], on_end="reset")
    assert len({str(future(reply, index)) for index in range(3)}) > 1


def test_futures_begin_at_a_checkpoint(local: Api) -> None:
    instance = begun(local)
    checkpoint = local.post(f"{instance}/checkpoints/").json["checkpoint_id"]
    body = {"sequences": [[0, 1]], "include": EVERYTHING}
    before = local.post(f"{instance}/explore/", body).json
    local.post(f"{instance}/step/", {"action": 1})
    assert local.post(f"{instance}/explore/", body).json != before
    assert local.post(f"{instance}/explore/", {**body, "from": {"checkpoint_id": checkpoint}}).json == before
    unknown = "00000000-0000-4000-8000-000000000000"
    assert local.post(f"{instance}/explore/", {**body, "from": {"checkpoint_id": unknown}}).status == 404
    other = begun(local)
    assert local.post(f"{other}/explore/", {**body, "from": {"checkpoint_id": checkpoint}}).status == 404


class TestThePast:
    ACTIONS = (0, 1, 1, 0, 1, 0)

    def played(self, api: Api) -> str:
        """Revision 1 is a reset, 2 a rollout."""
        instance = begun(api, record=True)
        api.post(f"{instance}/rollout/", {"actions": self.ACTIONS})
        return instance

    def test_futures_begin_at_any_place_of_the_log(self, local: Api) -> None:
        instance = self.played(local)
        local.post(f"{instance}/restore/", {"revision": 1})
        local.post(f"{instance}/step/", {"action": 1})  # before it, what was recorded became a segment
        record = local.get(instance).content
        sequences = [[0, 1], [1, 1]]
        for place, before in ((1, 0), ("2.0", 1), ("2.3", 4), (2, 6), ("2.5", 6), (3, 0)):
            body = {"sequences": sequences, "include": EVERYTHING, "from": {"revision": place}}
            reply = local.post(f"{instance}/explore/", body)
            assert (reply.status, reply.headers["etag"]) == (200, '"4"'), place
            for index, sequence in enumerate(sequences):
                fresh = begun(local)
                local.post(f"{fresh}/rollout/", {"actions": self.ACTIONS[:before]})
                assert future(reply.json, index) == replayed(local, fresh, sequence), place
        assert local.get(instance).content == record
        assert local.post(f"{instance}/verify/", {}).json["verified"]

    def test_kept_futures_of_the_past_are_its_forks_that_have_gone_on(self, api: Api) -> None:
        instance, key = self.played(api), {"idempotency-key": "k"}
        body = {"sequences": [[0], [1]], "from": {"revision": "2.3"}, "keep": {"indices": [1]}}
        reply = api.post(f"{instance}/explore/", body, **key)
        assert api.post(f"{instance}/explore/", body, **key).content == reply.content
        kept = f"/v1/envs/{reply.json['kept'][0]['instance_id']}"
        [fork] = forked(api, instance, revision="2.3")
        api.post(f"{fork}/step/", {"action": 1})
        records = [api.get(each).json for each in (kept, fork)]
        for name in ("steps", "episode", "episode_return", "ended", "origin"):
            assert records[0][name] == records[1][name]
        assert api.post(f"{kept}/step/", {"action": 0}).json == api.post(f"{fork}/step/", {"action": 0}).json
        assert api.post(f"{kept}/verify/", {}).json == {"verified": True, "calls": 2, "next": None}

    def test_another_process_comes_to_the_same(self, settings: Settings) -> None:
        body = {"policy": "random", "count": 9, "steps": 9, "include": EVERYTHING, "from": {"revision": "2.3"}}
        replies, instance = [], ""
        for _ in range(2):
            with served("local", settings) as client:
                instance = instance or self.played(Api(client))
                replies.append(Api(client).post(f"{instance}/explore/", body))
        assert replies[0].status == 200
        assert replies[0].content == replies[1].content

    def test_what_was_not_recorded_is_refused(self, local: Api) -> None:
        body = {"sequences": [[0]], "from": {"revision": 9}}
        unknown = local.post(f"{self.played(local)}/explore/", body)
        assert (unknown.status, unknown.json["type"]) == (404, "urn:gym-http:problem:revision-not-found")
        assert (unknown.json["first"], unknown.json["last"]) == (1, 2)
        plain = local.post(f"{begun(local)}/explore/", body)
        assert (plain.status, plain.json["type"]) == (409, "urn:gym-http:problem:not-recorded")
        assert "record/" in plain.json["detail"]

    def test_a_stale_revision_is_412_before_anything_is_replayed(self, local: Api) -> None:
        body = {"sequences": [[0]], "from": {"revision": 9}}
        assert local.post(f"{self.played(local)}/explore/", body, **{"if-match": '"1"'}).status == 412


def test_discounted_returns_weigh_later_rewards_less(local: Api) -> None:
    body = {"sequences": [[0, 1, 0]], "discount": 0.5}
    assert local.post(f"{begun(local)}/explore/", body).json["returns"] == [1.75]


class TestKeeping:
    def test_kept_futures_are_instances_that_have_gone_on(self, api: Api) -> None:
        instance = begun(api)
        [twin] = forked(api, instance)
        body = {"sequences": [[0, 0, 0], [0, 1, 0]], "keep": {"indices": [1]}}
        [kept] = api.post(f"{instance}/explore/", body).json["kept"]
        assert kept["index"] == 1
        api.post(f"{twin}/rollout/", {"actions": [0, 1, 0]})
        path = f"/v1/envs/{kept['instance_id']}"
        records = [api.get(each).json for each in (path, twin)]
        for name in ("steps", "episode", "episode_return", "ended", "env_id", "mechanism", "libraries"):
            assert records[0][name] == records[1][name]
        assert records[0]["origin"] == {"instance_id": instance.rpartition("/")[2], "revision": 1}
        assert api.post(f"{path}/step/", {"action": 1}).json == api.post(f"{twin}/step/", {"action": 1}).json
        assert api.post(f"{path}/reset/").json == api.post(f"{twin}/reset/").json

    def test_the_best_are_kept_in_order_of_return(self, local: Api) -> None:
        instance = begun(local)
        body = {"policy": "random", "count": 30, "steps": 40, "keep": {"best": 3}}
        reply = local.post(f"{instance}/explore/", body).json
        returns = reply["returns"]
        assert [returns[each["index"]] for each in reply["kept"]] == sorted(returns, reverse=True)[:3]
        for each in reply["kept"]:
            record = local.get(f"/v1/envs/{each['instance_id']}").json
            assert record["episode_return"] == returns[each["index"]]

    def test_a_kept_future_of_a_reseeded_exploration_goes_on_with_those_generators(self, local: Api) -> None:
        instance = begun(local, "FrozenLake-v1")
        body = {"sequences": [[1, 2]] * 3, "reseed": 5, "on_end": "reset", "keep": {"indices": [2]}}
        [kept] = local.post(f"{instance}/explore/", body).json["kept"]
        twin = forked(local, instance, count=3, reseed=5)[2]
        local.post(f"{twin}/rollout/", {"actions": [1, 2], "on_end": "reset"})
        steps = [
            local.post(f"{each}/rollout/", {"actions": [1] * 9, "on_end": "reset"}).json["observations"]
            for each in (f"/v1/envs/{kept['instance_id']}", twin)
        ]
        assert steps[0] == steps[1]

    def test_a_repeated_call_keeps_nothing_again(self, api: Api) -> None:
        instance = begun(api)
        body, key = {"policy": "random", "count": 5, "steps": 4, "keep": {"best": 2}}, {"idempotency-key": "k"}
        first = api.post(f"{instance}/explore/", body, **key)
        path = f"/v1/envs/{first.json['kept'][0]['instance_id']}"
        api.post(f"{path}/step/", {"action": 1})
        again = api.post(f"{instance}/explore/", body, **key)
        assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
        assert len(api.get("/v1/envs/").json) == 3
        assert api.get(path).json["revision"] == 1
        assert api.post(f"{instance}/explore/", {**body, "count": 6}, **key).status == 422
        api.post(f"{instance}/step/", {"action": 1})
        gone = api.post(f"{instance}/explore/", body, **key)
        assert (gone.status, gone.json["type"]) == (409, "urn:gym-http:problem:reply-gone")
        assert gone.json["instance_ids"] == [each["instance_id"] for each in first.json["kept"]]

    @pytest.mark.parametrize(("env_id", "reseed"), [("CartPole-v1", None), ("FrozenLake-v1", 5)])
    def test_the_past_of_a_kept_future_begins_with_its_sequence(
        self, local: Api, env_id: str, reseed: int | None
    ) -> None:
        instance = begun(local, env_id, record=True)
        sequences, ends = [[0, 1, 1, 0, 1, 1, 1, 0] * 4, [1, 0, 0, 1, 0, 0, 1, 1] * 4], {"on_end": "reset"}
        body = {"sequences": sequences, "include": EVERYTHING, **ends, "keep": {"indices": [1]}}
        reply = local.post(f"{instance}/explore/", body | ({} if reseed is None else {"reseed": reseed})).json
        kept = f"/v1/envs/{reply['kept'][0]['instance_id']}"
        rows = local.get(f"{kept}/history/").json["rows"]
        assert {row["revision"] for row in rows} == {1}
        assert [row["action"] for row in rows if row["call"] == "step"] == sequences[1]
        assert [row["reward"] for row in rows if row["call"] == "step"] == reply["rewards"][1]
        assert "reset" in {row["call"] for row in rows}
        at = local.get(f"{kept}/at/1.{len(rows) - 1}/").json
        assert (at["observation"], at["info"]) == (reply["observations"][1], reply["infos"][1])
        local.post(f"{kept}/reset/")
        local.post(f"{kept}/step/", {"action": 0})
        assert local.post(f"{kept}/verify/", {}).json["calls"] == len(rows) + 2
        assert local.post(f"{kept}/restore/", {"revision": 0}).status == 200
        assert local.get(kept).json["steps"] == 0  # as the instance was

    @pytest.mark.parametrize("record", [True, False])
    def test_a_kept_future_of_a_checkpoint_records_if_the_instance_does(self, local: Api, record: bool) -> None:
        instance = begun(local, record=record)
        checkpoint = local.post(f"{instance}/checkpoints/").json["checkpoint_id"]
        body = {"sequences": [[0, 1]], "from": {"checkpoint_id": checkpoint}, "keep": {"indices": [0]}}
        [kept] = local.post(f"{instance}/explore/", body).json["kept"]
        verified = local.post(f"/v1/envs/{kept['instance_id']}/verify/", {})
        assert (verified.status, verified.json.get("calls")) == ((200, 2) if record else (409, None))

    def test_over_the_quota_nothing_is_kept(self, settings: Settings) -> None:
        with served("local", dataclasses.replace(settings, max_envs=3)) as client:
            api = Api(client)
            instance = begun(api)
            body = {"policy": "random", "count": 5, "steps": 4, "keep": {"best": 3}}
            assert api.post(f"{instance}/explore/", body).status == 429
            assert len(api.get("/v1/envs/").json) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"sequences": None},
            {"sequences": []},
            {"sequences": [[]]},
            {"sequences": [[0], [0, 1]]},
            {"sequences": [0, 1]},
            {"sequences": "01"},
            {"sequences": [[0]], "policy": "random", "count": 1, "steps": 1},
            {"sequences": [[0]], "steps": 1},
            {"policy": "random", "count": 3},
            {"policy": "random", "steps": 3},
            {"policy": "best", "count": 3, "steps": 3},
            {"policy": "repeat", "count": 3, "steps": 3},
            {"policy": "random", "count": 3, "steps": 3, "probability": 0.5},
            {"policy": "repeat", "count": 3, "steps": 3, "probability": 1.5},
            {"policy": "random", "count": 0, "steps": 3},
            {"policy": "random", "count": 3, "steps": 0},
            {"policy": "random", "count": 100_001, "steps": 1},
            {"policy": "random", "count": 3, "steps": 1e300},
            {"policy": "random", "count": 1001, "steps": 1000},
            {"policy": "random", "count": 1, "steps": 10_001},
            {"sequences": [[0]], "discount": 1.5},
            {"sequences": [[0]], "discount": "NaN"},
            {"sequences": [[0]], "on_end": "continue"},
            {"sequences": [[0]], "include": ["states"]},
            {"sequences": [[0]], "keep": {}},
            {"sequences": [[0]], "keep": {"best": 1, "indices": [0]}},
            {"sequences": [[0]], "keep": {"best": 2}},
            {"sequences": [[0]], "keep": {"indices": [1]}},
            {"sequences": [[0]], "from": {}},
            {"sequences": [[0]], "from": {"revision": "../1"}},
            {"sequences": [[0]], "from": {"revision": -1}},
            {"sequences": [[0]], "from": {"revision": 1, "checkpoint_id": "a"}},
            {"sequences": [[0]], "reseed": -1},
            {"sequences": [[[0]]]},
            {"sequences": {"dtype": "int64", "shape": [1, 1], "data": "!"}},
        ],
    )
    def test_a_body_of_another_form_is_422(self, local: Api, body: dict[str, Any]) -> None:
        reply = local.post(f"{begun(local)}/explore/", body)
        assert (reply.status, bool(reply.json["detail"])) == (422, True)

    def test_an_action_outside_the_space_is_422_with_sequence_and_index(self, api: Api) -> None:
        reply = api.post(f"{begun(api)}/explore/", {"sequences": [[0, 1], [1, 2]]})
        assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-action")
        assert (reply.json["sequence"], reply.json["index"], reply.json["action"]) == (1, 1, 2)
        assert reply.json["detail"].startswith("sequences[1][1] is 2")

    def test_an_instance_that_was_not_reset_is_409(self, api: Api) -> None:
        reply = api.post(f"{api.create()}/explore/", {"sequences": [[0]]})
        assert (reply.status, reply.json["type"]) == (409, "urn:gym-http:problem:reset-needed")

    def test_an_unknown_instance_is_404(self, api: Api) -> None:
        path = "/v1/envs/00000000-0000-4000-8000-000000000000/explore/"
        assert api.post(path, {"sequences": [[0]]}).status == 404

    def test_a_stale_revision_is_412(self, local: Api) -> None:
        instance = begun(local)
        for revision, status in (('"0"', 412), ('"1"', 200)):
            assert (
                local.post(f"{instance}/explore/", {"sequences": [[0]]}, **{"if-match": revision}).status == status
            )

    def test_over_the_deadline_there_is_no_reply_and_nothing_is_kept(self, settings: Settings) -> None:
        with served("local", dataclasses.replace(settings, max_call_seconds=0.4)) as client:
            api = Api(client)
            instance = begun(api, "Pendulum-v1", max_episode_steps=10**6)
            body = {"policy": "random", "count": 900, "steps": 1000, "keep": {"best": 1}, "include": []}
            reply = api.post(f"{instance}/explore/", body)
            assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:call-too-long")
            assert len(api.get("/v1/envs/").json) == 1
            assert api.post(f"{instance}/explore/", {**body, "count": 1, "steps": 5}).status == 200


def test_an_episode_that_has_ended_has_no_futures_until_it_is_reset(local: Api) -> None:
    instance = begun(local, max_episode_steps=1)
    local.post(f"{instance}/step/", {"action": 1})
    body = {"sequences": [[0]], "include": EVERYTHING}
    reply = local.post(f"{instance}/explore/", body).json
    assert (reply["steps"], reply["observations"], reply["rewards"]) == ([0], [None], [[]])
    assert local.post(f"{instance}/explore/", {**body, "on_end": "reset"}).json["steps"] == [1]


def test_sequences_and_replies_are_typed_arrays_in_msgpack(api: Api) -> None:
    instance = begun(api, "Pendulum-v1")
    actions = np.linspace(-2, 2, 6, dtype=np.float32).reshape(2, 3, 1)
    typed = {"dtype": "float32", "shape": [2, 3, 1], "data": actions.tobytes()}
    headers = {"content-type": "application/msgpack", "accept": "application/msgpack"}
    packed = msgspec.msgpack.encode({"sequences": typed, "include": ["returns", "observations"]})
    reply = msgspec.msgpack.decode(api.post(f"{instance}/explore/", packed, **headers).content)
    listed = api.post(f"{instance}/explore/", {"sequences": actions.tolist(), "include": ["returns"]}).json
    assert reply["observations"]["shape"] == [2, 3]
    assert np.frombuffer(reply["returns"]["data"]).tolist() == listed["returns"]
