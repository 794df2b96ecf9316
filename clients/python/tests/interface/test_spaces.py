"""Spaces that packages have and Gymnasium's own environments have not."""

import pickle
from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from every_space import Part
from gymnasium import spaces
from gymnasium.spaces import Discrete
from gymnasium_http import Connection, HTTPEnv, VersionMismatch
from gymnasium_http.interface.spaces import rebuild
from gymnasium_http.transport import exact
from sameness import same

from shared.codec import exact as of_the_server
from shared.wire.spaces.description import describe


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
    with pytest.raises(VersionMismatch, match="of the class 'Wheel', which is not Gymnasium's"):
        gymnasium_http.make("OwnSpace-v0", connection=connection)
    assert connection.call("GET", "/v1/envs/") == before


def test_keys_that_are_neither_text_nor_integers_are_those_of_the_environment() -> None:
    pairs: Any = [((0, 1), Discrete(2)), (0.5, Discrete(3)), (7, Discrete(4))]
    cells = spaces.Dict(pairs)
    described = exact.unpack(of_the_server.encode(describe(cells)))
    assert rebuild(described) == cells
    assert [*rebuild(described).spaces] == [(0, 1), 0.5, 7]  # type: ignore[attr-defined]


def test_a_space_that_a_newer_gymnasium_has_asks_for_a_newer_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spaces, "Ring", Discrete, raising=False)
    with pytest.raises(VersionMismatch, match="install a newer gymnasium-http"):
        rebuild({"name": "Ring"})


def test_the_spaces_follow_those_of_the_environment(connection: Connection) -> None:
    local = gymnasium.make("ChangingSpace-v0", disable_env_checker=True)
    remote = gymnasium_http.make("ChangingSpace-v0", connection=connection)
    assert isinstance(remote, HTTPEnv)
    wrapped = gymnasium.wrappers.TimeLimit(remote, 100)
    sizes = []
    for _ in range(3):
        assert same(wrapped.reset(seed=1), local.reset(seed=1))
        for action in (1, 0, 2, 3, 4, 2):  # more than there were at the beginning
            assert wrapped.action_space == local.action_space
            assert wrapped.observation_space == local.observation_space
            if action in local.action_space:
                assert same(wrapped.step(action), local.step(action))
        sizes.append(remote.action_space.n)  # type: ignore[attr-defined]
    assert len(set(sizes)) == 3
    remote.close()


def test_a_fork_a_pickle_and_a_checkpoint_have_the_spaces_of_their_state(connection: Connection) -> None:
    env = gymnasium_http.make("ChangingSpace-v0", connection=connection)
    assert isinstance(env, HTTPEnv)
    env.reset()
    early = env.checkpoint()
    env.rollout([1, 1, 1], on_end="continue")
    env.reset()
    assert env.action_space == Discrete(4)
    [twin] = env.fork()
    twin.reset()
    elsewhere: HTTPEnv = pickle.loads(pickle.dumps(env))
    assert [each.action_space for each in (env, twin, elsewhere)] == [Discrete(4), Discrete(5), Discrete(4)]
    elsewhere.restore(early)
    assert elsewhere.action_space == Discrete(3)
    for each in (env, twin):
        each.close()


def test_a_fork_of_the_past_and_a_kept_future_have_the_spaces_of_their_state(connection: Connection) -> None:
    env = gymnasium_http.make("ChangingSpace-v0", connection=connection)
    assert isinstance(env, HTTPEnv)
    env.recording()
    env.reset()
    early = env.checkpoint()
    then = env.record()["revision"]
    env.rollout([1, 1, 1], on_end="continue")
    env.reset()
    assert env.action_space == Discrete(4)
    [past] = env.fork(revision=then, reseed=3)
    [future] = env.explore([[1]], checkpoint_id=early, keep=[0]).kept.values()
    assert past.action_space == future.action_space == Discrete(3)
    [again] = env.fork(revision=then, reseed=3)
    assert [past.action_space.sample() for _ in range(20)] == [again.action_space.sample() for _ in range(20)]
    for each in (env, past, future, again):
        each.close()


def test_a_rollout_tells_the_spaces_at_its_end(connection: Connection) -> None:
    env = gymnasium_http.make("ChangingSpace-v0", connection=connection)
    assert isinstance(env, HTTPEnv)
    env.reset()
    env.rollout([2] * 6)
    assert env.action_space == Discrete(4)
    env.close()


def test_the_parts_of_a_batch_tell_changed_spaces_too(connection: Connection) -> None:
    env = gymnasium_http.make("ChangingSpace-v0", connection=connection)
    assert isinstance(env, HTTPEnv)
    call = {"instance_id": env.instance_id}
    content = exact.pack({"calls": [call]})
    [reset] = connection.call("POST", "/v1/batch/reset/", content, key="reset", exactly=True)["results"]
    assert reset["spaces"]["action_space"]["n"] == 3
    content = exact.pack({"calls": [{**call, "action": action} for action in (0, 9)]})
    first, second = connection.call("POST", "/v1/batch/step/", content, key="step", exactly=True)["results"]
    assert "spaces" not in first
    assert second["status"] == 422
    env.close()


@pytest.mark.parametrize("keys", [["b", "a"], ["a", "b"], [2, 1, "a"], [10, 9]])
def test_a_dict_has_the_order_in_which_it_is_described(keys: list[Any]) -> None:
    part = {"name": "Discrete", "n": 2, "dtype": "int64", "start": 0, "shape": []}
    space: Any = rebuild({"name": "Dict", "shape": None, "spaces": {str(key): part for key in keys}, "keys": keys})
    assert list(space) == keys
    batched: Any = gymnasium.vector.utils.batch_space(space, 2)
    assert list(batched) == keys
    assert np.array_equal(batched[keys[0]].nvec, [2, 2])
