"""The environment class does what TRL's trainer asks of one: the contract as its GRPOTrainer has it in 1.16."""

import gc
import inspect
import re
from typing import Any, get_type_hints

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from gymnasium_http.trl import as_text, environment

PLAIN = {"is_slippery": False}
WAY = ("DOWN", "down", "right", "RIGHT", " down ", "2")


def tools_of(instance: Any) -> list[Any]:
    """As the trainer finds them: the public methods of the class but `reset` and `get_reward`."""
    found = inspect.getmembers(type(instance), predicate=inspect.isfunction)
    names = [name for name, _ in found if name not in ("reset", "get_reward") and not name.startswith("_")]
    return [getattr(instance, name) for name in names]


def test_a_model_that_knows_the_way_crosses_the_ice(url: str) -> None:
    factory = environment("FrozenLake-v1", url, env_kwargs=PLAIN)
    instance = factory()
    [act] = tools_of(instance)
    first = instance.reset(prompt=[{"role": "user", "content": "Cross."}], seed=1)
    assert first == "[S]FFF\nFHFH\nFFFH\nHFFG", "what a terminal marks by a colour is marked"
    told = [act(action=action) for action in WAY]
    assert told[0].startswith("  (Down)\nSFFF\n[F]HFH\n")
    assert all(text.endswith("Reward: 0") for text in told[:-1])
    assert told[-1].endswith("Reward: 1\nThe episode is over, with the return 1.")
    assert instance.get_reward() == 1.0
    with pytest.raises(ValueError, match="over, with the return 1"):
        act(action="left")
    instance.reset()
    assert instance.get_reward() == 0.0


def test_the_tool_is_described_as_a_chat_template_wants_it(url: str) -> None:
    """transformers reads a description, types and a line for each argument, in Google's form."""
    [act] = tools_of(environment("FrozenLake-v1", url, tool="move")())
    assert act.__name__ == "move"
    assert get_type_hints(act) == {"action": str, "return": str}
    described = re.search(r"\n\s*Args:\n\s*action: (.*?)\n\n", inspect.getdoc(act) or "", re.DOTALL)
    assert described
    assert described[1] == "One of the actions: left or down or right or up."


def test_numbers_are_told_where_there_is_no_text_and_actions_without_names_are_json(url: str) -> None:
    env = gymnasium.make("Pendulum-v1")
    instance = environment("Pendulum-v1", url)()
    [act] = tools_of(instance)
    observation, _ = env.reset(seed=3)
    assert instance.reset(seed=3) == as_text(observation)
    observation, reward, *_ = env.step(np.array([1.5], np.float32))
    assert act("[1.5]") == f"{as_text(observation)}\nReward: {float(reward):g}"
    assert instance.get_reward() == float(reward)


@pytest.mark.parametrize("action", ["jump", "4", "-1", "1.5", "[1]", "", "null", '{"a": 1}'])
def test_what_is_no_action_is_refused_with_those_that_are(url: str, action: str) -> None:
    instance = environment("FrozenLake-v1", url)()
    instance.reset()
    with pytest.raises(gymnasium.error.InvalidAction, match="left or down or right or up"):
        tools_of(instance)[0](action)


def test_pictures_are_refused_when_the_class_is_made(url: str) -> None:
    with pytest.raises(ValueError, match="pictures"):
        environment("ALE/Pong-v5", url)
    with pytest.raises(gymnasium_http.NotCreatable):
        environment("Nothing-v0", url)
    with pytest.raises(gymnasium_http.NoServer):
        environment("CartPole-v1", "http://127.0.0.1:9")


def test_an_instance_that_nobody_holds_is_closed_on_the_server(url: str) -> None:
    gc.collect()
    before = gymnasium_http.instances(url=url)
    instance = environment("CartPole-v1", url)()
    assert len(gymnasium_http.instances(url=url)) == len(before) + 1
    del instance
    gc.collect()
    assert gymnasium_http.instances(url=url) == before


def test_actions_of_a_family_have_the_names_of_its_keys(url: str) -> None:
    names = environment("LunarLander-v3", url)._names
    assert names == ["nothing", "fire left engine", "fire main engine", "fire right engine"]
    assert environment("CartPole-v1", url)._names == ["left", "right"]
