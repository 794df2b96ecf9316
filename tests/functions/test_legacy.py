"""The dialect of openai/gym-http-api: what its clients send and what they rely on."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import pytest

from functions import legacy
from shared.legacy import instances
from shared.legacy.instance_ids import full_id
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api, Reply, alone, served

UPLOAD = {"training_dir": "/tmp/run", "api_key": "k"}


class Old(Api):
    """The old server's paths, wherever they are served."""

    prefix = ""

    def create(self, env_id: str = "CartPole-v0", **body: Any) -> str:
        reply = self.post(f"{self.prefix}/v1/envs/", {"env_id": env_id, **body})
        assert reply.status == 200, reply.content
        return f"{self.prefix}/v1/envs/{reply.json['instance_id']}"

    def send(self, method: str, path: str, body: bytes | None = None) -> Reply:
        """A request as simple clients make it."""
        return self.client.send(method, path, body, {"content-type": "application/json"})


@pytest.fixture(params=["local", "each alone", "lambda", "at the root"])
def old(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Old]:
    """The dialect under /legacy in every mode, and by its own application at the root."""
    with ExitStack() as stack:
        if request.param == "at the root":
            app = create_app(legacy.root, legacy.router, settings=settings)
            yield Old(stack.enter_context(alone(app)))
        else:
            api = Old(stack.enter_context(served(request.param, settings)))
            api.prefix = "/legacy"
            yield api


@pytest.fixture
def one(settings: Settings) -> Iterator[Old]:
    """The dialect beside /v1, for what does not depend on how it is served."""
    with served("local", replace(settings, env_modules=("ale_py",))) as client:
        api = Old(client)
        api.prefix = "/legacy"
        yield api


def message(reply: Reply) -> str:
    """The error of a reply that has nothing else."""
    assert reply.status == 400, reply.content
    assert reply.headers["content-type"] == "application/json"
    assert [*reply.json] == ["message"]
    return str(reply.json["message"])


def test_creation_replies_with_eight_hexadecimal_digits_and_nothing_else(old: Old) -> None:
    """A client casts the whole reply to a map of texts."""
    reply = old.post(f"{old.prefix}/v1/envs/", {"env_id": "CartPole-v0"})
    assert (reply.status, [*reply.json]) == (200, ["instance_id"])
    assert re.fullmatch(r"[0-9a-f]{8}", reply.json["instance_id"])
    assert "warning" not in reply.headers


def test_a_list_is_a_map_of_a_map_of_texts(old: Old) -> None:
    cart, lake = old.create("CartPole-v0"), old.create("FrozenLake-v1")
    assert old.get(f"{old.prefix}/v1/envs/").json == {
        "all_envs": {cart.rpartition("/")[2]: "CartPole-v0", lake.rpartition("/")[2]: "FrozenLake-v1"}
    }


def test_an_episode_has_the_numbers_of_the_environment_in_process(old: Old) -> None:
    env = gymnasium.make("CartPole-v0")
    instance = old.create("CartPole-v0", seed=42)
    observation, _ = env.reset(seed=42)
    assert old.post(f"{instance}/reset/").json == {"observation": observation.astype(float).tolist()}
    done = False
    while not done:
        observation, reward, terminated, truncated, info = env.step(1)
        done = terminated or truncated
        assert old.post(f"{instance}/step/", {"action": 1}).json == {
            "observation": observation.astype(float).tolist(),
            "reward": reward,
            "done": done,
            "info": info,
        }


def test_the_types_of_a_step_are_those_that_clients_check(old: Old) -> None:
    instance = old.create("FrozenLake-v1")
    assert type(old.post(f"{instance}/reset/").json["observation"]) is int
    reply = old.post(f"{instance}/step/", {"action": 1}).json
    types = {name: type(value) for name, value in reply.items()}
    assert types == {"observation": int, "reward": float, "done": bool, "info": dict}


def test_done_is_true_where_an_episode_is_cut_off(one: Old) -> None:
    instance = one.create("MountainCar-v0", seed=1)
    one.post(f"{instance}/reset/")
    done = [one.post(f"{instance}/step/", {"action": 1}).json["done"] for _ in range(200)]
    assert done == [False] * 199 + [True]


@pytest.mark.parametrize("body", [None, b"", b"null", b'""', b"{}", b"[]", b"{broken", b'{"unknown": 1}'])
def test_what_is_sent_where_nothing_is_needed_does_not_matter(one: Old, body: bytes | None) -> None:
    """Python and Rust send null, Lua and Ruby a text, Go an object, Matlab a list, C++ and Swift nothing."""
    instance = one.create()
    assert one.send("POST", f"{instance}/reset/", body).status == 200
    assert one.send("GET", f"{instance}/action_space/sample", body).status == 200
    for path in ("monitor/close/", "close/"):
        reply = one.send("POST", f"{instance}/{path}", body)
        assert (reply.status, reply.content) == (204, b"")


@pytest.mark.parametrize("body", [b"", b"null", b"{broken", b"\xff", b"[" * 100_000])
def test_where_a_parameter_is_needed_no_json_is_refused(old: Old, body: bytes) -> None:
    instance = old.create()
    for path in (f"{old.prefix}/v1/envs/", f"{instance}/step/", f"{instance}/monitor/start/"):
        assert message(old.send("POST", path, body)) == "Request is not a valid json"


@pytest.mark.parametrize("given", ["{}", "[]", '""', '{"NAME": null}', '{"NAME": ""}', '{"NAME": []}', "5"])
def test_null_and_empty_texts_and_lists_count_as_missing(one: Old, given: str) -> None:
    instance = one.create()
    paths = {
        "env_id": "/legacy/v1/envs/",
        "action": f"{instance}/step/",
        "directory": f"{instance}/monitor/start/",
    }
    for name, path in paths.items():
        reply = one.send("POST", path, given.replace("NAME", name).encode())
        assert message(reply) == f"A required request parameter '{name}' was not provided"


def test_zero_counts_as_given_and_unknown_parameters_do_not_count(old: Old) -> None:
    instance = old.create(wrappers="unknown", render_mode=5)
    old.post(f"{instance}/reset/")
    assert old.post(f"{instance}/step/", {"action": 0, "unknown": {}}).status == 200


def test_an_unknown_instance_is_400_by_every_method(old: Old) -> None:
    calls = [
        ("POST", "reset/"),
        ("POST", "step/"),
        ("GET", "action_space/"),
        ("GET", "action_space/sample"),
        ("GET", "action_space/contains/1"),
        ("GET", "observation_space/"),
        ("POST", "observation_space/contains"),
        ("POST", "monitor/start/"),
        ("POST", "monitor/close/"),
        ("POST", "close/"),
    ]
    for unknown in ("deadbeef", "DEADBEEF", "bad_id", "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"):
        for method, path in calls:
            reply = old.send(method, f"{old.prefix}/v1/envs/{unknown}/{path}", b'{"action": 0, "directory": "d"}')
            assert message(reply) == f"Instance_id {unknown} unknown"


def test_a_closed_instance_is_unknown(old: Old) -> None:
    instance = old.create()
    assert old.send("POST", f"{instance}/close/").status == 204
    assert message(old.post(f"{instance}/reset/")).endswith(" unknown")
    assert old.get(f"{old.prefix}/v1/envs/").json == {"all_envs": {}}


@pytest.mark.parametrize("env_id", ["bad string", "Nothing-v0", "CartPole-v7", "os:CartPole-v1", "🎲-v0"])
def test_an_id_that_names_nothing_is_malformed(one: Old, env_id: str) -> None:
    reply = one.post("/legacy/v1/envs/", {"env_id": env_id})
    assert message(reply) == f"Attempted to look up malformed environment ID '{env_id}'"


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ("FrozenLake-v0", "FrozenLake-v1"),
        ("Pendulum-v0", "Pendulum-v1"),
        ("LunarLander-v2", "LunarLander-v3"),
        ("Taxi-v3", "Taxi-v4"),
        ("Hopper-v2", "Hopper-v5"),  # still registered, but made by another package
        ("Pong-v2", "ALE/Pong-v5"),
    ],
)
def test_an_old_id_makes_the_newest_version_and_says_so(one: Old, asked: str, made: str) -> None:
    reply = one.post("/legacy/v1/envs/", {"env_id": asked})
    assert (reply.status, [*reply.json]) == (200, ["instance_id"])
    assert reply.headers["warning"].startswith(f'299 - "{made} was made')
    assert one.get("/legacy/v1/envs/").json["all_envs"] == {reply.json["instance_id"]: made}


def test_blackjack_is_the_card_game_and_not_ataris(one: Old) -> None:
    reply = one.post("/legacy/v1/envs/", {"env_id": "Blackjack-v0"})
    assert reply.headers["warning"].startswith('299 - "Blackjack-v1 was made,')


@pytest.mark.parametrize(
    ("env_id", "shape", "told"),
    [
        ("Pong-ram-v0", [128], "obs_type=ram, frameskip=[2, 5], repeat_action_probability=0.25"),
        ("PongDeterministic-v4", [210, 160, 3], "obs_type=rgb, frameskip=4, repeat_action_probability=0.0"),
        ("Breakout-ram-v0", [128], "obs_type=ram"),
    ],
)
def test_an_atari_id_that_spelled_out_its_arguments_is_made_with_them_and_told(
    one: Old, env_id: str, shape: list[int], told: str
) -> None:
    reply = one.post("/legacy/v1/envs/", {"env_id": env_id})
    assert reply.status == 200, reply.content
    assert told in reply.headers["warning"]
    assert reply.headers["warning"].startswith('299 - "ALE/')
    instance = f"/legacy/v1/envs/{reply.json['instance_id']}"
    assert one.get(f"{instance}/observation_space/").json["info"]["shape"] == shape
    one.post(f"{instance}/reset/")
    assert one.post(f"{instance}/step/", {"action": 0}).status == 200


@pytest.mark.parametrize("env_id", ["Copy-v0", "FetchReach-v1", "NChain-v0"])
def test_an_id_that_no_longer_exists_says_so(one: Old, env_id: str) -> None:
    assert "no longer exists" in message(one.post("/legacy/v1/envs/", {"env_id": env_id}))


def test_a_reply_without_content_has_a_type_as_flasks_had(old: Old) -> None:
    instance = old.create()
    for path in ("monitor/start/", "monitor/close/", "close/"):
        reply = old.post(f"{instance}/{path}", {"directory": "d"})
        assert (reply.status, reply.content) == (204, b"")
        assert reply.headers["content-type"] == "text/html; charset=utf-8"


def test_an_upload_without_a_key_is_told_by_that_name_first(old: Old) -> None:
    for body in ({}, {"training_dir": "/tmp/run"}, {"api_key": ""}, {"api_key": None}):
        told = message(old.post(f"{old.prefix}/v1/upload/", body))
        assert told == "A required request parameter 'api_key' was not provided"


@pytest.mark.parametrize("env_id", ["CartPole-v0", "CartPole-v1", "Pong-v0", "Breakout-v4"])
def test_an_id_that_is_registered_makes_that_very_version(one: Old, env_id: str) -> None:
    reply = one.post("/legacy/v1/envs/", {"env_id": env_id})
    assert (reply.status, "warning" in reply.headers) == (200, False)


def test_a_discrete_space_has_n_and_an_empty_shape(old: Old) -> None:
    assert old.get(f"{old.create()}/action_space/").json == {"info": {"name": "Discrete", "n": 2, "shape": []}}


def test_bounds_are_flat_and_infinity_is_a_number(old: Old) -> None:
    info = old.get(f"{old.create()}/observation_space/").json["info"]
    assert info["low"] == [-4.800000190734863, -1e100, -0.41887903213500977, -1e100]
    assert info["high"] == [4.800000190734863, 1e100, 0.41887903213500977, 1e100]
    assert (info["name"], info["shape"]) == ("Box", [4])


def test_bounds_have_as_many_numbers_as_the_product_of_the_shape(one: Old) -> None:
    info = one.get(f"{one.create('CliffWalking-v1')}/observation_space/").json["info"]
    assert info == {"name": "Discrete", "n": 48, "shape": []}
    pictures = one.get(f"{one.create('Pong-v0')}/observation_space/").json["info"]
    assert len(pictures["low"]) == len(pictures["high"]) == np.prod(pictures["shape"])


def test_a_tuple_space_names_its_parts(one: Old) -> None:
    info = one.get(f"{one.create('Blackjack-v1')}/observation_space/").json["info"]
    assert (info["name"], [part["n"] for part in info["spaces"]]) == ("Tuple", [32, 11, 2])


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_path_is_answered_with_and_without_its_last_slash(old: Old, slash: str) -> None:
    created = old.post(f"{old.prefix}/v1/envs{slash}", {"env_id": "CartPole-v0"})
    instance = f"{old.prefix}/v1/envs/{created.json['instance_id']}"
    calls = [
        ("GET", "action_space", 200),
        ("GET", "action_space/sample", 200),
        ("GET", "action_space/contains/1", 200),
        ("GET", "observation_space", 200),
        ("POST", "observation_space/contains", 200),
        ("POST", "monitor/start", 204),
        ("POST", "reset", 200),
        ("POST", "step", 200),
        ("POST", "monitor/close", 204),
        ("POST", "close", 204),
    ]
    for method, path, status in calls:
        body = b'{"name": "Box"}' if path.startswith("observation") else b'{"action": 1, "directory": "d"}'
        assert old.send(method, f"{instance}/{path}{slash}", body).status == status
    assert old.get(f"{old.prefix}/v1/envs{slash}").json == {"all_envs": {}}


def test_samples_are_actions(old: Old) -> None:
    instance = old.create()
    actions = {old.get(f"{instance}/action_space/sample").json["action"] for _ in range(20)}
    assert actions == {0, 1}
    [force] = old.get(f"{old.create('Pendulum-v1')}/action_space/sample").json["action"]
    assert -2 <= force <= 2


@pytest.mark.parametrize(
    ("x", "member"), [("0", True), ("1", True), ("2", False), ("-1", False), ("9" * 18, False)]
)
def test_contains_answers_for_an_integer_in_the_path(old: Old, x: str, member: bool) -> None:
    assert old.get(f"{old.create()}/action_space/contains/{x}").json == {"member": member}


@pytest.mark.parametrize("x", ["one", "1.5", "9" * 5000, "%F0%9F%8E%B2"])
def test_contains_refuses_what_is_no_integer(one: Old, x: str) -> None:
    assert "integer" in message(one.get(f"{one.create()}/action_space/contains/{x}"))


def test_an_integer_is_no_member_of_a_box(one: Old) -> None:
    assert one.get(f"{one.create('Pendulum-v1')}/action_space/contains/1").json == {"member": False}


def test_a_description_is_compared_key_by_key(old: Old) -> None:
    instance = old.create()
    whole = old.get(f"{instance}/observation_space/").json["info"]
    for part, member in [
        ({"name": "Box", "shape": [4]}, True),
        (whole, True),
        ({}, True),
        ({"shape": [3]}, False),
        ({"n": 2}, False),
        ({"name": None}, False),
    ]:
        assert old.post(f"{instance}/observation_space/contains", part).json == {"member": member}


@pytest.mark.parametrize("body", ["null", "[]", '"Box"'])
def test_a_description_that_is_no_object_is_refused(one: Old, body: str) -> None:
    assert message(one.send("POST", f"{one.create()}/observation_space/contains", body.encode()))


def test_render_in_a_step_does_nothing_and_says_so(old: Old) -> None:
    instance = old.create()
    old.post(f"{instance}/reset/")
    assert "warning" not in old.post(f"{instance}/step/", {"action": 1, "render": False}).headers
    reply = old.post(f"{instance}/step/", {"action": 1, "render": True})
    assert (reply.status, [*reply.json]) == (200, ["observation", "reward", "done", "info"])
    assert "no screen" in reply.headers["warning"]


@pytest.mark.parametrize("body", [{"action": 7}, {"action": "left"}, {"action": [1]}, {"action": {}}])
def test_an_action_outside_the_space_is_400_and_changes_nothing(one: Old, body: Any) -> None:
    instance = one.create(seed=1)
    one.post(f"{instance}/reset/")
    assert message(one.post(f"{instance}/step/", body))
    assert one.get(record(instance)).json["steps"] == 0


def test_a_number_that_json_has_not_reaches_the_environment_and_comes_back_as_a_word(one: Old) -> None:
    """As with the original server, whose JSON was Python's."""
    instance = one.create("Pendulum-v1")
    one.post(f"{instance}/reset/")
    reply = one.send("POST", f"{instance}/step/", b'{"action": [NaN]}')
    assert (reply.status, reply.json["reward"]) == (200, "NaN")


def test_a_step_before_the_first_reset_is_400(old: Old) -> None:
    assert "reset" in message(old.post(f"{old.create()}/step/", {"action": 1}))


def test_a_body_over_the_limit_is_400(settings: Settings) -> None:
    with served("local", replace(settings, max_body_bytes=64)) as client:
        assert "64 bytes" in message(Old(client).post("/legacy/v1/envs/", {"env_id": "x" * 100}))


def test_an_upload_and_a_shutdown_are_refused_in_words_and_the_server_stays(old: Old) -> None:
    """Go shows the message of any reply, the others that of a 400."""
    assert "Nothing was uploaded" in message(old.post(f"{old.prefix}/v1/upload/", UPLOAD))
    assert "cannot shut" in message(old.send("POST", f"{old.prefix}/v1/shutdown/", b"null"))
    assert old.get(f"{old.prefix}/v1/envs/").status == 200


def record(instance: str) -> str:
    """The path of the same instance in /v1."""
    return f"/v1/envs/{instance.rpartition('/')[2]}-0000-4000-8000-6c6567616379/"


def test_an_instance_is_one_of_v1_whose_id_begins_with_the_same_digits(one: Old) -> None:
    instance = one.create("CartPole-v0", seed=3)
    one.post(f"{instance}/reset/")
    one.post(f"{instance}/step/", {"action": 1})
    [full] = one.get("/v1/envs/").json
    assert full.startswith(instance.rpartition("/")[2])
    assert one.get(f"/v1/envs/{full}/").json["steps"] == 1
    twins = one.post(f"/v1/envs/{full}/fork/").json["instance_ids"]
    assert one.post(f"/v1/envs/{twins[0]}/step/", {"action": 0}).status == 200


def test_an_instance_of_v1_is_not_in_the_list(one: Old) -> None:
    """Its id has more than eight digits, and its render modes or wrappers are none that these clients know."""
    one.post("/v1/envs/", {"env_id": "CartPole-v1"})
    assert one.get("/legacy/v1/envs/").json == {"all_envs": {}}


def test_an_instance_outlives_its_server(settings: Settings) -> None:
    with served("local", settings) as client:
        first = Old(client)
        first.prefix = "/legacy"
        instance = first.create(seed=5)
        first.post(f"{instance}/reset/")
    env = gymnasium.make("CartPole-v0")
    env.reset(seed=5)
    with served("local", settings) as client:
        observation = Old(client).post(f"{instance}/step/", {"action": 1}).json["observation"]
    assert observation == env.step(1)[0].astype(float).tolist()


def test_two_instances_never_share_the_same_digits(one: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second draws again; where every draw is taken it is told so."""
    draws = iter(["aaaaaaaa", "aaaaaaaa", *["bbbbbbbb"] * 20])
    monkeypatch.setattr(instances, "token_hex", lambda _: next(draws))
    first, second = one.create("CartPole-v0"), one.create("FrozenLake-v1")
    assert (first[-8:], second[-8:]) == ("aaaaaaaa", "bbbbbbbb")
    assert one.get("/legacy/v1/envs/").json == {
        "all_envs": {"aaaaaaaa": "CartPole-v0", "bbbbbbbb": "FrozenLake-v1"}
    }
    assert "try again" in message(one.post("/legacy/v1/envs/", {"env_id": "CartPole-v0"}))


def test_two_creations_at_once_with_the_same_digits_make_one_instance(
    one: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the other had come between the look and the write: it stays, and this one is told so."""
    monkeypatch.setattr(instances, "token_hex", lambda _: "aaaaaaaa")
    instance = one.create("FrozenLake-v1")
    one.post(f"{instance}/reset/")

    async def free(*_: object) -> str:
        return full_id("aaaaaaaa")

    monkeypatch.setattr(instances, "free_id", free)
    assert "try again" in message(one.post("/legacy/v1/envs/", {"env_id": "CartPole-v0"}))
    assert one.get("/legacy/v1/envs/").json == {"all_envs": {"aaaaaaaa": "FrozenLake-v1"}}
    assert one.post(f"{instance}/step/", {"action": 1}).status == 200


def test_owners_do_not_see_one_another(settings: Settings) -> None:
    keyed = replace(settings, api_keys=(("ann", "a" * 16), ("bob", "b" * 16)))
    with served("local", keyed) as client:
        api = Old(client)
        ann, bob = ({"authorization": f"Bearer {letter * 16}"} for letter in "ab")
        assert api.post("/legacy/v1/envs/", {"env_id": "CartPole-v0"}).status == 401
        name = api.post("/legacy/v1/envs/", {"env_id": "CartPole-v0"}, **ann).json["instance_id"]
        assert api.get("/legacy/v1/envs/", **bob).json == {"all_envs": {}}
        reply = api.post(f"/legacy/v1/envs/{name}/reset/", **bob)
        assert message(reply) == f"Instance_id {name} unknown"


def play(api: Old, instance: str) -> int:
    """An episode to its end; how many steps it had."""
    api.post(f"{instance}/reset/")
    steps, done = 0, False
    while not done:
        steps, done = steps + 1, api.post(f"{instance}/step/", {"action": 1}).json["done"]
    return steps


def test_a_monitor_keeps_the_episodes_that_end_while_it_runs(one: Old) -> None:
    instance = one.create(seed=1)
    assert one.get(record(instance)).json["statistics"] is None
    play(one, instance)
    start = one.post(f"{instance}/monitor/start/", {"directory": "/etc", "force": "true", "video_callable": False})
    assert (start.status, start.content) == (204, b"")
    lengths = [play(one, instance), play(one, instance)]
    one.post(f"{instance}/reset/")
    one.post(f"{instance}/step/", {"action": 1})
    assert one.send("POST", f"{instance}/monitor/close/").status == 204
    play(one, instance)
    kept = one.get(record(instance)).json["statistics"]
    assert (kept["running"], kept["episodes"]) == (False, 2)
    assert [(each["steps"], each["episode_return"]) for each in kept["latest"]] == [(n, float(n)) for n in lengths]
    assert all(each["ended"].startswith("20") for each in kept["latest"])


@pytest.mark.parametrize(
    ("resume", "episodes"), [(True, 2), ("true", 2), (False, 1), ("false", 1), ("False", 1), (None, 1)]
)
def test_a_monitor_goes_on_where_it_is_told_to_resume(one: Old, resume: Any, episodes: int) -> None:
    instance = one.create(seed=1)
    for _ in range(2):
        body = {"directory": "d", "resume": resume}
        assert one.post(f"{instance}/monitor/start/", body).status == 204
        play(one, instance)
        one.send("POST", f"{instance}/monitor/close/")
    assert one.get(record(instance)).json["statistics"]["episodes"] == episodes


def test_a_step_after_the_end_is_no_further_episode(one: Old) -> None:
    instance = one.create(seed=1)
    one.post(f"{instance}/monitor/start/", {"directory": "d"})
    play(one, instance)
    one.post(f"{instance}/step/", {"action": 1})
    assert one.get(record(instance)).json["statistics"]["episodes"] == 1
