"""Spaces that packages have and Gymnasium's own environments have not."""

from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from every_space import Part
from gymnasium_http import Connection, VersionMismatch
from gymnasium_http.spaces import rebuild


def test_members_of_an_enum_are_keys_and_parts_keep_their_order(connection: Connection) -> None:
    local = gymnasium.make("Unsorted-v0", disable_env_checker=True)
    remote = gymnasium_http.make("Unsorted-v0", connection=connection)
    action = {Part.WHEEL: 2, Part.ARM: 1}
    for env in (local, remote):
        observation, _ = env.reset(seed=1)
        assert observation in env.observation_space
        observation = env.step(action)[0]
        assert observation in env.observation_space
        assert list(observation) == [Part.WHEEL, Part.ARM]
        assert observation[Part.WHEEL].tolist() == [2, 2]
    remote.close()


def test_wrappers_stack_the_parts_in_the_order_in_process(connection: Connection) -> None:
    """Features that are permuted train, and play another game in process."""
    local = gymnasium.make("Unsorted-v0", disable_env_checker=True)
    remote = gymnasium_http.make("Unsorted-v0", connection=connection)
    flat: list[Any] = []
    for env in (local, remote):
        stacked: Any = gymnasium.wrappers.FrameStackObservation(env, 2)
        assert list(stacked.observation_space) == [Part.WHEEL, Part.ARM]
        wrapped: Any = gymnasium.wrappers.FlattenObservation(stacked)
        wrapped.reset(seed=1)
        flat.append(wrapped.step({Part.WHEEL: 2, Part.ARM: 1})[0])
    assert flat[0].tolist() == flat[1].tolist()
    remote.close()


def test_a_space_that_is_unknown_is_named_and_leaves_no_environment_behind(connection: Connection) -> None:
    before = connection.call("GET", "/v1/envs/")
    with pytest.raises(VersionMismatch, match="'Wheel', which this client cannot build"):
        gymnasium_http.make("OwnSpace-v0", connection=connection)
    assert connection.call("GET", "/v1/envs/") == before


@pytest.mark.parametrize("keys", [["b", "a"], ["a", "b"], [2, 1, "a"], [10, 9]])
def test_a_dict_has_the_order_in_which_it_is_described(keys: list[Any]) -> None:
    part = {"name": "Discrete", "n": 2, "dtype": "int64", "start": 0, "shape": []}
    space: Any = rebuild({"name": "Dict", "shape": None, "spaces": {str(key): part for key in keys}, "keys": keys})
    assert list(space) == keys
    batched: Any = gymnasium.vector.utils.batch_space(space, 2)
    assert list(batched) == keys
    assert np.array_equal(batched[keys[0]].nvec, [2, 2])
