"""What an environment returns and raises is told, whatever it is; or refused with its name, and never a 500."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.codec import exact
from shared.settings import Settings
from tests import odd_values
from tests.applications import Api, served

REWARDS: tuple[Any, ...] = (0.5, [1.0, -1.0], [1, -1], 1.0, None, 0.25, 0.25, 1.0)
"""Those of `odd_values.REWARDS`, as JSON tells them."""

pytestmark = pytest.mark.usefixtures("forked_trials")


@pytest.fixture
def odd(settings: Settings) -> Iterator[Api]:
    with served("local", dataclasses.replace(settings, env_modules=(odd_values.__name__,))) as client:
        yield Api(client)


def test_rewards_are_told_and_summed_in_every_form_and_dialect(odd: Api) -> None:
    instance = odd.create("odd/Rewarded-v0")
    odd.post(f"{instance}/reset/", {"seed": 1})
    steps = [odd.post(f"{instance}/step/", {"action": action}).json for action in range(len(REWARDS))]
    assert [each["reward"] for each in steps] == [*REWARDS]
    record = odd.get(instance).json
    assert (record["episode_return"], record["vector_return"]) == (3.0, None)

    actions = [1, 1]
    odd.post(f"{instance}/reset/", {"seed": 1})
    rolled = odd.post(f"{instance}/rollout/", {"actions": actions}).json
    assert (rolled["rewards"], rolled["terminations"]) == ([[1.0, -1.0]] * 2, [False] * 2)
    record = odd.get(instance).json
    assert (record["episode_return"], record["vector_return"]) == (0.0, [2.0, -2.0])
    mixed = odd.post(f"{instance}/rollout/", {"actions": [*range(len(REWARDS))]}).json
    assert mixed["rewards"] == [*REWARDS]

    call = {"instance_id": instance.rpartition("/")[2], "action": 2}
    [batched] = odd.post("/v1/batch/step/", {"calls": [call]}).json["results"]
    assert batched["reward"] == [1, -1]
    packed = odd.post(f"{instance}/step/", {"action": 1}, accept="application/msgpack")
    assert msgspec.msgpack.decode(packed.content)["reward"]["data"] == np.array([1.0, -1.0]).tobytes()
    for action, reward in enumerate(odd_values.REWARDS[:5]):
        same = exact.decode(odd.post(f"{instance}/step/", {"action": action}, accept=exact.MEDIA_TYPE).content)
        assert type(same["reward"]) is type(reward), "an exact reply has the reward as it was given"

    old = f"/legacy/v1/envs/{odd.post('/legacy/v1/envs/', {'env_id': 'odd/Rewarded-v0'}).json['instance_id']}"
    odd.post(f"{old}/reset/")
    for action, reward in enumerate(REWARDS):
        told = odd.post(f"{old}/step/", {"action": action}).json
        assert (told["reward"], told["done"]) == (reward, False)


def test_an_episode_of_two_agents_ends_with_the_second_of_them(odd: Api) -> None:
    instance = odd.create("odd/TwoAgents-v0")
    odd.post(f"{instance}/reset/", {"seed": 1})
    step = odd.post(f"{instance}/step/", {"action": 0}).json
    assert (step["reward"], step["terminated"], step["truncated"]) == ([1.0, 2.0], [True, False], [False, False])
    assert not odd.get(instance).json["ended"]
    rolled = odd.post(f"{instance}/rollout/", {"policy": "random", "steps": 9}).json
    assert (rolled["steps"], rolled["terminations"]) == (2, [[True, False], [True, True]])
    record = odd.get(instance).json
    assert (record["ended"], record["vector_return"], record["episode_return"]) == (True, [3.0, 6.0], 9.0)


def test_values_that_no_encoder_knows_are_told_as_numpy_tells_them(odd: Api) -> None:
    instance = odd.create("odd/OddInfo-v0")
    odd.post(f"{instance}/reset/", {"seed": 1})
    third = 1 / 3
    expected = {
        "masked": [1.0, "Infinity", None],
        "long": third,
        "longs": [third, 2 / 3],
        "records": [[1, 0.5]],
        "north": 1,
        "(0, 1)": 2,
        "3": 3,
    }
    assert odd.post(f"{instance}/step/", {"action": 0}).json["info"] == expected
    for query in ("?arrays=base64", "?arrays=lists"):
        info = odd.post(f"{instance}/step/{query}", {"action": 0}).json["info"]
        assert info["masked"] == expected["masked"]
    same = exact.decode(odd.post(f"{instance}/step/", {"action": 0}, accept=exact.MEDIA_TYPE).content)["info"]
    assert same["masked"].tolist() == [1.0, np.inf, None]
    assert same["long"] == np.longdouble(1) / 3
    for path, body in (("rollout/", {"actions": [0], "include": ["infos"]}), ("step/", {"action": 0})):
        assert odd.post(f"{instance}/{path}", body, accept="application/msgpack").status == 200
    call = {"instance_id": instance.rpartition("/")[2], "action": 1}
    [batched] = odd.post("/v1/batch/step/", {"calls": [call]}).json["results"]
    assert batched["info"] == expected


def test_keys_that_are_no_text_are_told_as_text_and_by_their_values(odd: Api) -> None:
    instance = odd.create("odd/GridKeys-v0")
    space = odd.get(f"{instance}/observation_space/").json
    assert (space["keys"], space["key_values"]) == (["(0, 1)", "0.5", 7], [[0, 1], 0.5, 7])
    assert odd.post(f"{instance}/reset/").json["observation"] == {"(0, 1)": 0, "0.5": 1, "7": 2}
    same = exact.decode(odd.get(f"{instance}/interface/", accept=exact.MEDIA_TYPE).content)
    assert same["spaces"]["observation_space"]["key_values"] == [(0, 1), 0.5, 7]
    refused = odd.post("/v1/envs/", {"env_id": "odd/KeysOfOneText-v0"})
    assert (refused.status, refused.json["type"]) == (400, "urn:gym-http:problem:not-creatable")
    assert "The observation_space has the keys 1 and '1', which are one text in JSON" in refused.json["detail"]


def test_whatever_an_environment_raises_is_a_422_that_changes_nothing(odd: Api) -> None:
    instance = odd.create("odd/Raises-v0")
    odd.post(f"{instance}/reset/", {"seed": 1})
    last = len(odd_values.ENDINGS)
    for action, ending in enumerate(odd_values.ENDINGS):
        for raised in (
            odd.post(f"{instance}/step/", {"action": action}),
            odd.post(f"{instance}/rollout/", {"actions": [last, action]}),
        ):
            assert (raised.status, raised.headers["content-type"]) == (422, "application/problem+json")
            assert raised.json["exception"] == type(ending).__name__
        call = {"instance_id": instance.rpartition("/")[2], "action": action}
        [batched] = odd.post("/v1/batch/step/", {"calls": [call]}).json["results"]
        assert batched["problem"]["exception"] == type(ending).__name__
    assert "name ?.txt" in odd.post(f"{instance}/step/", {"action": 3}).json["detail"]
    assert odd.get(instance).json["revision"] == 1
    assert odd.post(f"{instance}/step/", {"action": last}).json["observation"] == [1.0]

    old = f"/legacy/v1/envs/{odd.post('/legacy/v1/envs/', {'env_id': 'odd/Raises-v0'}).json['instance_id']}"
    odd.post(f"{old}/reset/")
    for action in range(last):
        refused = odd.post(f"{old}/step/", {"action": action})
        assert (refused.status, [*refused.json]) == (400, ["message"])


def test_a_constructor_that_leaves_the_process_is_refused_in_its_words(odd: Api) -> None:
    refused = odd.post("/v1/envs/", {"env_id": "odd/EndsInItsConstructor-v0"})
    assert (refused.status, refused.json["type"]) == (400, "urn:gym-http:problem:not-creatable")
    assert refused.json["detail"] == "Its code raised SystemExit: no licence"


@pytest.mark.parametrize(
    ("env_id", "told"),
    [
        ("odd/RewardByName-v0", "The environment's reward is a value of type dict"),
        ("odd/FourValues-v0", "The environment's step returned a tuple of 4"),
    ],
)
def test_what_cannot_be_told_is_refused_at_creation_by_its_name(odd: Api, env_id: str, told: str) -> None:
    refused = odd.post("/v1/envs/", {"env_id": env_id})
    assert (refused.status, refused.json["type"]) == (400, "urn:gym-http:problem:not-exact")
    assert told in refused.json["detail"]
