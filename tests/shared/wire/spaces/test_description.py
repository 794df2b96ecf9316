import json
import math
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest
from gymnasium import Space, spaces
from hypothesis import given, settings

from shared.errors import InvalidValue
from shared.wire.spaces.description import describe, rebuild
from tests.shared.wire.strategies import any_space


def sent(space: Space[Any]) -> str:
    return msgspec.json.encode(describe(space)).decode()


def returned(space: Space[Any]) -> Space[Any]:
    return rebuild(json.loads(json.dumps(describe(space), allow_nan=False)))


def test_cartpole_is_described_as_the_predecessor_does_with_more_keys() -> None:
    assert sent(gymnasium.make("CartPole-v1").observation_space) == (
        '{"name":"Box","shape":[4],'
        '"low":[-4.800000190734863,"-Infinity",-0.41887903213500977,"-Infinity"],'
        '"high":[4.800000190734863,"Infinity",0.41887903213500977,"Infinity"],'
        '"dtype":"float32"}'
    )


@pytest.mark.parametrize(
    ("space", "text"),
    [
        (
            gymnasium.make("FrozenLake-v1").observation_space,
            '{"name":"Discrete","n":16,"shape":[],"dtype":"int64","start":0}',
        ),
        (
            gymnasium.make("Blackjack-v1").observation_space,
            '{"name":"Tuple","shape":null,"spaces":['
            '{"name":"Discrete","n":32,"shape":[],"dtype":"int64","start":0},'
            '{"name":"Discrete","n":11,"shape":[],"dtype":"int64","start":0},'
            '{"name":"Discrete","n":2,"shape":[],"dtype":"int64","start":0}]}',
        ),
        (
            spaces.Box(-math.inf, math.inf, (1, 2), np.float64),
            '{"name":"Box","shape":[1,2],"low":[["-Infinity","-Infinity"]],"high":[["Infinity","Infinity"]],'
            '"dtype":"float64"}',
        ),
        (
            spaces.Box(0, 255, (2,), np.uint8),
            '{"name":"Box","shape":[2],"low":[0,0],"high":[255,255],"dtype":"uint8"}',
        ),
        (spaces.MultiBinary(3), '{"name":"MultiBinary","n":3,"shape":[3],"dtype":"int8"}'),
        (spaces.MultiBinary([3, 2]), '{"name":"MultiBinary","n":[3,2],"shape":[3,2],"dtype":"int8"}'),
        (
            spaces.MultiDiscrete(np.array([[2, 3]]), start=np.array([[-1, 0]])),
            '{"name":"MultiDiscrete","shape":[1,2],"nvec":[[2,3]],"dtype":"int64","start":[[-1,0]]}',
        ),
        (
            spaces.Text(5, charset="ba"),
            '{"name":"Text","shape":null,"min_length":1,"max_length":5,"charset":"ba"}',
        ),
        (
            spaces.Sequence(spaces.Text(1, charset="x"), stack=True),
            '{"name":"Sequence","shape":null,"feature_space":'
            '{"name":"Text","shape":null,"min_length":1,"max_length":1,"charset":"x"},"stack":true}',
        ),
    ],
)
def test_the_description_is_exactly(space: Space[Any], text: str) -> None:
    assert sent(space) == text


@settings(deadline=None)
@given(any_space)
def test_every_space_is_rebuilt_equal(space: Space[Any]) -> None:
    rebuilt = returned(space)
    assert type(rebuilt) is type(space)
    assert rebuilt == space
    # Box.__eq__ compares its bounds only nearly; the description is exact.
    assert describe(rebuilt) == describe(space)


@settings(deadline=None)
@given(any_space)
def test_a_rebuilt_space_samples_the_same_with_the_same_seed(space: Space[Any]) -> None:
    rebuilt = returned(space)
    space.seed(1)
    rebuilt.seed(1)
    assert str(rebuilt.sample()) == str(space.sample())


@pytest.mark.parametrize("dtype", [np.int64, np.uint64, np.int8, np.float16, np.float32, np.float64])
def test_bounds_at_the_ends_of_the_dtype_are_exact(dtype: Any) -> None:
    info = np.iinfo(dtype) if np.dtype(dtype).kind in "iu" else np.finfo(dtype)
    low, high = np.array([info.min, 0], dtype), np.array([info.max, info.max], dtype)
    rebuilt = returned(spaces.Box(low, high, dtype=dtype))
    assert isinstance(rebuilt, spaces.Box)
    assert rebuilt.dtype == low.dtype
    assert rebuilt.low.tobytes() == low.tobytes()
    assert rebuilt.high.tobytes() == high.tobytes()


def test_an_unbounded_integer_box_stays_unbounded() -> None:
    space = spaces.Box(-math.inf, math.inf, (2,), np.int32)
    assert describe(space)["low"] == [-(2**31)] * 2
    rebuilt = returned(space)
    assert isinstance(rebuilt, spaces.Box)
    assert not rebuilt.is_bounded("below")
    assert not rebuilt.is_bounded("above")


def test_a_bounded_box_says_nothing_of_boundedness() -> None:
    assert "bounded_below" not in describe(spaces.Box(-1, 1))


def test_a_box_without_axes_or_elements_is_rebuilt() -> None:
    for shape in [(), (0, 3), (2, 0)]:
        space = spaces.Box(-1, 1, shape)
        assert returned(space).shape == space.shape


def test_the_order_of_keys_survives_a_parser_that_sorts_them() -> None:
    space = spaces.Dict([("z", spaces.Discrete(2)), ("a", spaces.Discrete(3))])
    rebuilt = rebuild(json.loads(json.dumps(describe(space), sort_keys=True)))
    assert isinstance(rebuilt, spaces.Dict)
    assert list(rebuilt.spaces) == ["z", "a"]


def test_integer_keys_stay_integers() -> None:
    space: Space[Any] = spaces.Dict([(1, spaces.Discrete(2)), ("b", spaces.Discrete(2))])  # type: ignore[list-item]
    assert returned(space) == space


def test_the_order_of_characters_survives() -> None:
    rebuilt = returned(spaces.Text(3, charset="cab"))
    assert isinstance(rebuilt, spaces.Text)
    assert rebuilt.character_list == ("c", "a", "b")


def test_empty_containers_are_rebuilt() -> None:
    containers: list[Space[Any]] = [spaces.Tuple(()), spaces.Dict({}), spaces.Dict({"a": spaces.Tuple(())})]
    for space in containers:
        assert returned(space) == space


def test_a_subclass_is_described_as_its_nearest_gymnasium_class() -> None:
    class Steering(spaces.Box):
        pass

    assert describe(Steering(-1, 1))["name"] == "Box"


def test_a_space_of_no_known_class_is_described_by_name_shape_and_dtype() -> None:
    class Rotations(Space[Any]):
        pass

    assert describe(Rotations((3, 3), np.float32)) == {
        "name": "Rotations",
        "shape": [3, 3],
        "dtype": "float32",
    }


def test_rebuilding_an_unknown_class_names_it() -> None:
    with pytest.raises(InvalidValue, match="Rotations"):
        rebuild({"name": "Rotations", "shape": [3, 3], "dtype": "float32"})


def test_a_vector_environments_spaces_are_described() -> None:
    envs = gymnasium.make_vec("Blackjack-v1", num_envs=2, vectorization_mode="sync")
    assert returned(envs.action_space) == envs.action_space
    assert returned(envs.observation_space) == envs.observation_space
    envs.close()


def test_keys_that_are_neither_text_nor_integers_come_back_as_they_are() -> None:
    space = spaces.Dict([((0, 1), spaces.Discrete(2)), (0.5, spaces.Discrete(3)), ("a", spaces.Discrete(4))])  # type: ignore[list-item]
    described = json.loads(json.dumps(describe(space)))
    assert described["keys"] == ["(0, 1)", "0.5", "a"]
    assert described["key_values"] == [[0, 1], 0.5, "a"]
    assert [*rebuild(described).spaces] == [(0, 1), 0.5, "a"]  # type: ignore[attr-defined]
    assert "key_values" not in describe(spaces.Dict({"a": spaces.Discrete(2)}))
