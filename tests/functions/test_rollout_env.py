"""A rollout is its steps in one call: the same values, the same state after it, all or nothing."""

import asyncio
import base64
import dataclasses
import threading
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest

from shared.settings import Settings
from tests.applications import Api, served

EVERYTHING = ["observations", "rewards", "terminations", "truncations", "infos", "actions"]


def one_by_one(api: Api, instance: str, actions: list[Any]) -> dict[str, Any]:
    """What single steps give, in a rollout's form."""
    replies = [api.post(f"{instance}/step/", {"action": action}).json for action in actions]
    return {
        f"{name}s": [reply[key] for reply in replies]
        for name, key in [
            ("observation", "observation"),
            ("reward", "reward"),
            ("termination", "terminated"),
            ("truncation", "truncated"),
            ("info", "info"),
        ]
    }


def twins(api: Api, env_id: str, seed: int = 3, **created: Any) -> tuple[str, str]:
    instance = api.create(env_id, seed=seed, **created)
    api.post(f"{instance}/reset/")
    twin = api.post(f"{instance}/fork/").json["instance_ids"][0]
    return instance, f"/v1/envs/{twin}"


def test_a_rollout_gives_what_single_steps_give(api: Api) -> None:
    instance, twin = twins(api, "CartPole-v1")
    actions = [1, 0, 0, 1, 1]
    reply = api.post(f"{instance}/rollout/", {"actions": actions, "include": EVERYTHING})
    expected = one_by_one(api, twin, actions)
    assert reply.json == {"steps": 5, **expected, "actions": actions, "resets": []}
    assert reply.headers["etag"] == '"2"'
    record, other = api.get(instance).json, api.get(twin).json
    assert [record[each] for each in ("steps", "episode_return", "ended")] == [5, 5.0, False]
    assert [other[each] for each in ("steps", "episode_return", "ended")] == [5, 5.0, False]
    assert api.post(f"{instance}/step/", {"action": 1}).json == api.post(f"{twin}/step/", {"action": 1}).json


def test_repeated_actions_are_applied_as_if_they_had_been_sent(api: Api) -> None:
    instance, twin = twins(api, "CartPole-v1")
    body = {"policy": "repeat", "probability": 0.6, "steps": 9, "include": EVERYTHING, "on_end": "continue"}
    reply = api.post(f"{instance}/rollout/", body).json
    sent = {"actions": reply["actions"], "include": EVERYTHING, "on_end": "continue"}
    assert api.post(f"{twin}/rollout/", sent).json == reply


def test_by_default_it_tells_all_but_infos_and_actions(local: Api) -> None:
    instance, _ = twins(local, "CartPole-v1")
    reply = local.post(f"{instance}/rollout/", {"actions": [0]}).json
    assert [*reply] == ["steps", *EVERYTHING[:4], "resets"]
    assert [*local.post(f"{instance}/rollout/", {"actions": [0], "include": []}).json] == ["steps", "resets"]


@pytest.mark.usefixtures("tried_once")
@pytest.mark.parametrize(
    ("env_id", "created", "steps"),
    [
        ("Pendulum-v1", {}, 8),
        ("Taxi-v4", {}, 30),
        ("Blackjack-v1", {}, 4),
        ("LunarLander-v3", {}, 12),
        ("BipedalWalker-v3", {}, 6),
        ("ALE/Pong-v5", {}, 5),
        ("Ant-v5", {}, 4),
        ("ForeignWalk-v0", {}, 6),
        ("ForeignHidden-v0", {}, 6),
        ("Pendulum-v1", {"wrappers": [{"name": "FrameStackObservation", "kwargs": {"stack_size": 3}}]}, 5),
        ("CartPole-v1", {"autoreset": "NextStep", "max_episode_steps": 3}, 8),
        ("CartPole-v1", {"autoreset": "SameStep", "max_episode_steps": 3}, 8),
        ("CartPole-v1", {"num_envs": 3, "max_episode_steps": 4}, 9),
        ("Pendulum-v1", {"num_envs": 2}, 4),
    ],
)
def test_it_is_exact_whatever_carries_the_environment(
    settings: Settings, env_id: str, created: dict[str, Any], steps: int
) -> None:
    with served(
        "each alone", dataclasses.replace(settings, env_modules=("ale_py", "tests.shared.snapshot.foreign"))
    ) as client:
        api = Api(client)
        instance, twin = twins(api, env_id, **created)
        body = {"policy": "random", "steps": steps, "include": EVERYTHING, "on_end": "continue"}
        reply = api.post(f"{instance}/rollout/", body).json
        assert reply["steps"] == steps
        actions = [api.post(f"{twin}/action_space/sample/").json["sample"]]
        expected: dict[str, list[Any]] = {name: [] for name in EVERYTHING[:5]}
        for number in range(steps):
            for name, values in one_by_one(api, twin, [actions[number]]).items():
                expected[name] += values
            actions.append(api.post(f"{twin}/action_space/sample/").json["sample"])
        assert reply["actions"] == actions[:-1]
        assert {name: reply[name] for name in EVERYTHING[:5]} == expected
        # Each endpoint here restores what it continues.
        again = {"actions": actions[:1], "include": EVERYTHING, "on_end": "continue"}
        assert (
            api.post(f"{instance}/rollout/", again).json["observations"]
            == api.post(f"{twin}/rollout/", again).json["observations"]
        )
        record, other = api.get(instance).json, api.get(twin).json
        for each in ("steps", "episode", "episode_return", "ended"):
            assert record[each] == other[each]


class TestTheEndOfAnEpisode:
    @pytest.fixture
    def instance(self, api: Api) -> str:
        """One whose episodes end after three steps."""
        instance = api.create("CartPole-v1", max_episode_steps=3, seed=1)
        api.post(f"{instance}/reset/")
        return instance

    def test_by_default_nothing_more_is_applied(self, api: Api, instance: str) -> None:
        reply = api.post(f"{instance}/rollout/", {"actions": [1, 0, 1, 0, 1]}).json
        assert (reply["steps"], reply["truncations"], reply["resets"]) == (3, [False, False, True], [])
        record = api.get(instance).json
        assert (record["steps"], record["ended"], record["revision"]) == (3, True, 2)
        reply = api.post(f"{instance}/rollout/", {"actions": [1]})
        assert (reply.json["steps"], reply.json["observations"]) == (0, [])
        assert reply.headers["etag"] == '"2"'

    def test_reset_begins_the_next_episode_and_goes_on(self, api: Api, instance: str) -> None:
        env = gymnasium.make("CartPole-v1", max_episode_steps=3)
        env.reset(seed=1)
        observations, resets = [], []
        for number in range(1, 8):
            observations.append([float(x) for x in env.step(1)[0]])
            if number % 3 == 0:
                resets.append({"index": number, "observation": [float(x) for x in env.reset()[0]], "info": {}})
        reply = api.post(f"{instance}/rollout/", {"actions": [1] * 7, "on_end": "reset"}).json
        assert (reply["steps"], reply["observations"], reply["resets"]) == (7, observations, resets)
        record = api.get(instance).json
        assert (record["episode"], record["steps"]) == (3, 1)

    def test_reset_comes_first_where_the_episode_has_ended(self, api: Api, instance: str) -> None:
        api.post(f"{instance}/rollout/", {"actions": [1] * 3})
        reply = api.post(f"{instance}/rollout/", {"actions": [1], "on_end": "reset"}).json
        assert [reset["index"] for reset in reply["resets"]] == [0]
        assert (reply["steps"], api.get(instance).json["episode"]) == (1, 2)

    def test_reset_follows_an_end_at_the_last_action_too(self, api: Api, instance: str) -> None:
        reply = api.post(f"{instance}/rollout/", {"actions": [1] * 3, "on_end": "reset"}).json
        assert [reset["index"] for reset in reply["resets"]] == [3]
        assert api.get(instance).json["ended"] is False

    def test_continue_steps_on_as_in_process(self, api: Api, instance: str) -> None:
        reply = api.post(f"{instance}/rollout/", {"actions": [1] * 5, "on_end": "continue"}).json
        assert (reply["steps"], reply["truncations"]) == (5, [False, False, True, True, True])

    def test_an_instance_that_resets_itself_is_not_reset_by_the_rollout(self, api: Api) -> None:
        instance = api.create("CartPole-v1", autoreset="SameStep", seed=1)
        api.post(f"{instance}/reset/")
        assert api.post(f"{instance}/rollout/", {"actions": [1], "on_end": "reset"}).status == 422
        vector = api.create("CartPole-v1", num_envs=2)
        api.post(f"{vector}/reset/")
        for on_end in ("stop", "reset"):
            assert api.post(f"{vector}/rollout/", {"actions": [[1, 1]], "on_end": on_end}).status == 422


class TestAllOrNothing:
    @pytest.fixture
    def twin_instances(self, api: Api) -> tuple[str, str]:
        return twins(api, "CartPole-v1")

    def unchanged(self, api: Api, twins: tuple[str, str]) -> None:
        instance, twin = twins
        assert api.get(instance).json["revision"] == 1
        assert api.post(f"{instance}/step/", {"action": 1}).json == api.post(f"{twin}/step/", {"action": 1}).json

    def test_an_invalid_action_is_422_with_its_index(self, api: Api, twin_instances: tuple[str, str]) -> None:
        reply = api.post(f"{twin_instances[0]}/rollout/", {"actions": [1, 0, 2, 7]})
        assert (reply.status, reply.json["type"]) == (422, "urn:gym-http:problem:invalid-action")
        assert (reply.json["index"], reply.json["action"]) == (2, 2)
        assert reply.json["detail"].startswith("actions[2] is 2")
        self.unchanged(api, twin_instances)

    def test_an_exception_of_the_environment_leaves_the_state_before_the_rollout(
        self, local: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from gymnasium.envs.classic_control.cartpole import CartPoleEnv

        instance, twin = twins(local, "CartPole-v1")
        step: Any = CartPoleEnv.step
        made: list[Any] = []

        def failing(env: Any, action: Any) -> Any:
            made.append(action)
            if len(made) == 4:
                raise ArithmeticError("overboard")
            return step(env, action)

        with monkeypatch.context() as patched:
            patched.setattr(CartPoleEnv, "step", failing)
            reply = local.post(f"{instance}/rollout/", {"actions": [1] * 6})
        assert (reply.status, reply.json["exception"], reply.json["index"]) == (422, "ArithmeticError", 3)
        self.unchanged(local, (instance, twin))

    def test_a_journal_that_becomes_full_leaves_the_state_before_the_rollout(
        self, local: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        instance, twin = twins(local, "LunarLander-v3")
        with monkeypatch.context() as patched:
            patched.setattr("shared.snapshot.replay.replay.LONGEST_REPLAY_S", 0.0005)
            reply = local.post(f"{instance}/rollout/", {"actions": [0] * 20})
        assert (reply.status, reply.json["type"]) == (409, "urn:gym-http:problem:journal-full")
        assert reply.json["index"] > 0
        self.unchanged(local, (instance, twin))

    def test_more_steps_than_one_call_may_make_are_422(self, settings: Settings) -> None:
        with served("local", dataclasses.replace(settings, max_steps_per_call=5)) as client:
            api = Api(client)
            instances = twins(api, "CartPole-v1")
            for body in ({"actions": [1] * 6}, {"policy": "random", "steps": 6}):
                reply = api.post(f"{instances[0]}/rollout/", body)
                assert (reply.status, reply.json["limit"]) == (422, 5)
                assert "GYM_HTTP_MAX_STEPS_PER_CALL" in reply.json["detail"]
            self.unchanged(api, instances)
            assert api.post(f"{instances[0]}/rollout/", {"actions": [1] * 5}).status == 200

    def test_a_reply_that_grows_too_long_is_422(self, settings: Settings) -> None:
        with served("local", dataclasses.replace(settings, max_reply_bytes=1000)) as client:
            api = Api(client)
            instances = twins(api, "CartPole-v1")
            reply = api.post(f"{instances[0]}/rollout/", {"actions": [1, 0] * 50, "on_end": "continue"})
            assert (reply.status, reply.json["limit"]) == (422, 1000)
            assert "GYM_HTTP_MAX_REPLY_BYTES" in reply.json["detail"]
            self.unchanged(api, instances)

    def test_a_rollout_before_the_first_reset_is_409(self, api: Api) -> None:
        assert api.post(f"{api.create()}/rollout/", {"actions": [1]}).status == 409

    def test_a_repeated_rollout_is_applied_once(self, api: Api) -> None:
        instance, _ = twins(api, "CartPole-v1")
        sent = {"policy": "random", "steps": 4}
        first = api.post(f"{instance}/rollout/", sent, **{"idempotency-key": "a"})
        assert api.post(f"{instance}/rollout/", sent, **{"idempotency-key": "a"}).content == first.content
        assert api.get(instance).json["steps"] == 4

    def test_a_rollout_is_conditional_on_a_revision(self, api: Api) -> None:
        instance, _ = twins(api, "CartPole-v1")
        assert api.post(f"{instance}/rollout/", {"actions": [1]}, **{"if-match": '"0"'}).status == 412
        assert api.post(f"{instance}/rollout/", {"actions": [1]}, **{"if-match": '"1"'}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actions": None},
        {"actions": 1},
        {"actions": "1"},
        {"actions": {"dtype": "int64"}},
        {"actions": [1], "policy": "random", "steps": 1},
        {"policy": "random"},
        {"actions": [1], "steps": 1},
        {"steps": 3},
        {"policy": "best", "steps": 3},
        {"policy": "repeat", "steps": 3},
        {"policy": "random", "steps": 3, "probability": 0.5},
        {"policy": "repeat", "steps": 3, "probability": 1.5},
        {"actions": [1], "probability": 0.5},
        {"policy": "random", "steps": -1},
        {"policy": "random", "steps": 1.5},
        {"actions": [1], "include": ["states"]},
        {"actions": [1], "include": "rewards"},
        {"actions": [1], "on_end": "explode"},
        {"actions": [[1]]},
        {"actions": [None]},
    ],
)
def test_a_body_of_another_form_is_422_and_changes_nothing(local: Api, body: dict[str, Any]) -> None:
    instance = local.create()
    local.post(f"{instance}/reset/")
    assert local.post(f"{instance}/rollout/", body).status == 422
    assert local.get(instance).json["revision"] == 1


def test_no_actions_are_no_steps(api: Api) -> None:
    instance, _ = twins(api, "CartPole-v1")
    assert api.post(f"{instance}/rollout/", {"actions": []}).json["steps"] == 0
    assert api.post(f"{instance}/rollout/", {"policy": "random", "steps": 0}).json["steps"] == 0
    assert api.get(instance).json["revision"] == 1


def test_actions_and_observations_are_single_arrays_in_msgpack(api: Api) -> None:
    instance, twin = twins(api, "Pendulum-v1")
    actions = np.linspace(-2, 2, 5, dtype=np.float32).reshape(5, 1)
    typed = {"dtype": "float32", "shape": [5, 1], "data": actions.tobytes()}
    packed = msgspec.msgpack.encode({"actions": typed, "include": ["observations", "rewards", "actions"]})
    headers = {"content-type": "application/msgpack", "accept": "application/msgpack"}
    reply = msgspec.msgpack.decode(api.post(f"{instance}/rollout/", packed, **headers).content)
    expected = one_by_one(api, twin, actions.astype(float).tolist())
    assert (reply["observations"]["dtype"], reply["observations"]["shape"]) == ("float32", [5, 3])
    observations = np.frombuffer(reply["observations"]["data"], np.float32).reshape(5, 3)
    assert observations.astype(float).tolist() == expected["observations"]
    assert np.frombuffer(reply["rewards"]["data"], np.float64).tolist() == expected["rewards"]
    assert reply["actions"]["data"] == actions.tobytes()
    text = base64.b64encode(actions.tobytes()).decode()
    again = api.post(f"{twin}/rollout/?arrays=base64", {"actions": {**typed, "data": text}}).json
    assert again["observations"]["shape"] == [5, 3]


@pytest.mark.parametrize(("env_id", "limit"), [("CartPole-v1", 3), ("CartPole-v1", 12), ("FrozenLake-v1", 50)])
def test_every_end_is_told_at_its_step(local: Api, env_id: str, limit: int) -> None:
    """An end that is a termination, one that is a truncation, and one that is both or goes on."""
    instance, twin = twins(local, env_id, max_episode_steps=limit)
    actions = [1] * 14
    reply = local.post(f"{instance}/rollout/", {"actions": actions, "on_end": "continue"}).json
    expected = one_by_one(local, twin, actions)
    assert {name: reply[name] for name in EVERYTHING[:4]} == {name: expected[name] for name in EVERYTHING[:4]}
    assert any(reply["terminations"] + reply["truncations"])


def test_the_time_that_it_tells_of_is_that_of_all_its_steps(local: Api) -> None:
    instance, _ = twins(local, "CartPole-v1")
    body = {"policy": "random", "steps": 2000, "on_end": "reset", "include": []}
    timing = local.post(f"{instance}/rollout/", body).headers["server-timing"]
    phases = dict(phase.split(";dur=") for phase in timing.split(", "))
    assert float(phases["env"]) > 2  # a step of CartPole takes some 0.007


def test_many_short_steps_leave_their_kind_on_the_loop(settings: Settings) -> None:
    """What moves a kind to a worker is how long one of its steps takes."""
    from shared.session.calls import operations
    from shared.session.calls.actions import sampled
    from shared.session.calls.rollout import rollout
    from shared.snapshot.contract.recipe import Recipe
    from shared.web.service.service import open_service
    from tests.shared.session.episodes import call as call_on

    async def names_of_threads() -> set[str]:
        session = open_service(settings).session
        reference = (await session.creation.create("public", Recipe("CartPole-v1"), ())).reference
        await call_on(session, reference, operations.reset(1, None))
        for _ in range(6):
            await call_on(session, reference, rollout(sampled(1000, 1000), "reset", [], 1))
        seen = set()
        await call_on(session, reference, lambda live: seen.add(threading.current_thread().name))
        await session.shut_down()
        return seen

    assert asyncio.run(names_of_threads()) == {threading.main_thread().name}


def test_other_calls_are_answered_while_a_rollout_runs(settings: Settings) -> None:
    """As under uvicorn: two requests on one loop, of which the second is not the longer for the first."""
    from shared.session.calls import operations
    from shared.session.calls.actions import sampled
    from shared.session.calls.rollout import rollout
    from shared.snapshot.contract.recipe import Recipe
    from shared.web.service.service import open_service
    from tests.shared.session.episodes import call as call_on

    async def race() -> list[str]:
        session = open_service(settings).session
        done: list[str] = []

        async def call(name: str, operation: Any) -> None:
            await call_on(session, references[name], operation)
            done.append(name)

        references = {}
        for name in ("many", "one"):
            references[name] = (await session.creation.create("public", Recipe("CartPole-v1"), ())).reference
            await call_on(session, references[name], operations.reset(1, None))
        long = rollout(sampled(5000, 5000), "reset", ["rewards"], 1 << 20)
        await asyncio.gather(call("many", long), call("one", operations.Step(1)))
        await session.shut_down()
        return done

    assert asyncio.run(race()) == ["one", "many"]
