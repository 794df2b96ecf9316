"""Arguments of a constructor are refused where they would name files, take gigabytes or end the process."""

import inspect
from typing import Any

import gymnasium
import pytest

from shared.errors import NotCreatable
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.arguments import (
    are_modest,
    check_kwargs,
    check_repeats,
    constructor_kwargs,
    reach_native_code,
)
from shared.snapshot.making.make import register_environments


@pytest.mark.parametrize(
    ("env_id", "kwargs", "num_envs", "words"),
    [
        ("FrozenLake-v1", {"desc": ["F" * 1000] * 1000}, 1, "16384 is the most here"),
        ("FrozenLake-v1", {"desc": ["F" * 50] * 50}, 256, "256 is the most here. Send less, or fewer num_envs"),
        ("Ant-v5", {"width": 100_000}, 1, "width is 100000; 4096 is the most"),
        ("Ant-v5", {"width": 4096, "height": 1025}, 1, "has 4198400 pixels; 4194304 is the most"),
        ("Maze-v0", {"view": {"obs_width": 2049, "obs_height": 2048}}, 1, "obs_width 2049 and obs_height 2048"),
        ("Ant-v5", {"max_geom": 10**9}, 1, "max_geom is 1000000000; 65536 is the most"),
        ("Ant-v5", {"frame_skip": 10**9}, 1, "frame_skip is 1000000000; 1024 is the most"),
        ("Grid-v0", {"a": [{"grid_size": 1e300}]}, 1, "grid_size is 1e"),
    ],
)
def test_arguments_that_ask_for_too_much_are_refused(
    env_id: str, kwargs: dict[str, Any], num_envs: int, words: str
) -> None:
    with pytest.raises(NotCreatable, match=words):
        check_kwargs(env_id, kwargs, num_envs)


def test_arguments_as_they_are_used_are_accepted() -> None:
    check_kwargs("FrozenLake-v1", {"desc": ["S" * 100] * 100, "is_slippery": False})
    check_kwargs("Ant-v5", {"width": 4096, "height": 1024})
    check_kwargs("Ant-v5", {"width": 4096, "obs_height": 4096})
    check_kwargs("Ant-v5", {"width": 1920, "height": 1080, "max_geom": 10_000, "frame_skip": 5, "reward": 9e9})


@pytest.mark.parametrize(
    "kwargs",
    [
        {"xml_file": "ant.xml"},
        {"xml_file": 3},
        {"model_path": "a"},
        {"data": {"rom": "pong"}},
        {"data": ["a", "/etc/passwd"]},
        {"data": "..\\secret"},
        {"data": "~root"},
        {"data": "a\0b"},
        {"data": "model.xml"},
        {"Directory": "a"},
    ],
    ids=str,
)
def test_an_argument_that_names_a_file_is_refused_however_deep(kwargs: dict[str, Any]) -> None:
    with pytest.raises(NotCreatable, match="names a file") as raised:
        check_kwargs("Ant-v5", kwargs)
    assert raised.value.evidence == {"env_id": "Ant-v5"}


@pytest.mark.parametrize(
    "kwargs", [{"profile": "a"}, {"map_name": "4x4"}, {"desc": ["SFF", "FHG"]}, {"chrome": "a b"}, {"g": 9.81}]
)
def test_a_name_that_only_contains_a_files_is_accepted(kwargs: dict[str, Any]) -> None:
    check_kwargs("FrozenLake-v1", kwargs)


def test_a_familys_own_refusal_and_form_apply_to_its_ids_alone() -> None:
    register_environments(["ale_py"])
    with pytest.raises(NotCreatable, match="game"):
        check_kwargs("ALE/Pong-v5", {"game": "combat"})
    check_kwargs("CartPole-v1", {"game": "combat"})
    assert constructor_kwargs("ale_py:ALE/Pong-v5", {"frameskip": [2, 5]}) == {"frameskip": (2, 5)}
    assert constructor_kwargs("CartPole-v1", {"frameskip": [2, 5]}) == {"frameskip": [2, 5]}


@pytest.mark.parametrize(
    ("kwargs", "modest"),
    [
        ({}, True),
        ({"a": 1000, "b": [-1000.0], "c": "x" * 64}, True),
        ({"a": 1001}, False),
        ({"a": {"b": -1e9}}, False),
        ({"a": "x" * 65}, False),
        ({"a": [0] * 64}, True),
        ({"a": [0] * 65}, False),
    ],
    ids=range(7),
)
def test_arguments_are_modest_if_they_are_few_and_small(kwargs: dict[str, Any], modest: bool) -> None:
    assert are_modest(kwargs) is modest


@pytest.mark.parametrize("name", [*list(inspect.signature(gymnasium.make).parameters)[:-1], "render_mode"])
def test_what_make_takes_itself_is_refused_among_the_constructors_arguments(name: str) -> None:
    for env_id in ("HalfCheetah-v5", "FrozenLake-v1", "Unknown-v0"):
        with pytest.raises(NotCreatable, match=f"kwargs cannot have {name}"):
            check_kwargs(env_id, {name: "human"})


def test_an_argument_reaches_native_code_by_the_familys_table() -> None:
    assert reach_native_code("Ant-v5", {"camera_id": 0})
    assert not reach_native_code("Ant-v5", {"ctrl_cost_weight": 1.0})
    assert not reach_native_code("Unknown-v0", {"camera_id": 0})


def test_wrappers_that_repeat_a_step_without_end_are_refused() -> None:
    repeat = WrapperRecipe("RepeatAction", {"num_repeats": 64})
    check_repeats(Recipe("CartPole-v1", wrappers=(repeat, repeat)))
    with pytest.raises(NotCreatable, match="262144 steps of one; 4096 is the most"):
        check_repeats(Recipe("CartPole-v1", max_episode_steps=-1, wrappers=(repeat,) * 3))
