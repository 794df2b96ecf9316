"""Futures are what forks of the environment would come to, in one call that leaves it as it is."""

from typing import Any

import gymnasium_http
import numpy as np
import pytest
from gymnasium_http import Connection, HTTPEnv, InvalidAction, InvalidValue, RevisionNotFound
from sameness import same

EVERYTHING: Any = (
    "returns",
    "steps",
    "terminations",
    "truncations",
    "observations",
    "actions",
    "rewards",
    "infos",
)


def made(connection: Connection, env_id: str = "CartPole-v1", **options: Any) -> HTTPEnv:
    env = gymnasium_http.make(env_id, connection=connection, **options)
    assert isinstance(env, HTTPEnv)
    env.reset(seed=4)
    return env


def test_a_future_is_the_rollout_of_a_fork(connection: Connection) -> None:
    env = made(connection, "Pendulum-v1")
    plans = np.linspace(-2, 2, 12, dtype=np.float32).reshape(3, 4, 1)
    futures = env.explore(plans, include=EVERYTHING)
    for index, fork in enumerate(env.fork(3)):
        rolled = fork.rollout(plans[index], include=["observations", "rewards", "actions", "infos"])
        assert same(futures.observations[index], rolled.observations[-1])
        assert same(futures.rewards[index], rolled.rewards)
        assert same(futures.actions[index], rolled.actions)
        assert same(futures.infos[index], rolled.infos[-1])
        assert futures.returns[index] == sum(rolled.rewards.tolist())
    assert futures.steps.tolist() == [4, 4, 4]
    assert futures.kept == {}
    assert env.record()["revision"] == 1


def test_kept_futures_are_environments_that_have_gone_there(connection: Connection) -> None:
    env = made(connection)
    futures = env.explore([[0, 1], [1, 1], [1, 0]], keep=[2, 0])
    [fork] = env.fork()
    fork.rollout([1, 0])
    assert [*futures.kept] == [2, 0]
    assert same(futures.kept[2].step(1), fork.step(1))
    [best] = env.explore([[0, 1], [1, 1]], discount=0.5, keep=1).kept
    assert best == 0


def test_futures_begin_at_a_checkpoint_and_have_generators_of_their_own(connection: Connection) -> None:
    env = made(connection, "FrozenLake-v1")
    before = env.checkpoint()
    here = env.explore([[1, 2, 1]] * 8, include=["observations"]).observations
    env.step(1)
    assert same(env.explore([[1, 2, 1]] * 8, include=["observations"], checkpoint_id=before).observations, here)
    assert len(set(here.tolist())) == 1
    reseeded = env.explore([[1, 2, 1]] * 8, reseed=1 << 70, include=["observations"], on_end="reset").observations
    assert len(set(reseeded.tolist())) > 1


def test_futures_begin_at_a_recorded_revision(connection: Connection) -> None:
    env = made(connection)
    env.recording()
    env.rollout([0, 1, 1])
    before = env.explore([[0, 1]], include=EVERYTHING)
    then = env.record()["revision"]
    env.step(0)
    assert same(env.explore([[0, 1]], include=EVERYTHING, revision=then).observations, before.observations)
    assert same(
        env.explore([[1]], include=EVERYTHING, revision=f"{then}.1").observations[0], env.at(then)["observation"]
    )
    with pytest.raises(RevisionNotFound):
        env.explore([[0]], revision=99)


def test_drawn_futures_are_the_seeds(connection: Connection) -> None:
    env = made(connection)
    drawn = {"policy": "repeat", "probability": 0.8, "count": 5, "steps": 6, "include": ["actions"]}
    one, again, other = (env.explore(**drawn, seed=seed).actions for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert same(one, again)
    assert not same(one, other)


def test_a_vectors_futures_are_batches(connection: Connection) -> None:
    envs = gymnasium_http.make_vec("CartPole-v1", num_envs=2, connection=connection)
    envs.reset(seed=1)
    futures = envs.explore(np.ones((3, 2, 2), int))
    assert futures.returns.tolist() == [[2.0, 2.0]] * 3


def test_refusals_say_which_action_or_bound(connection: Connection) -> None:
    env = made(connection)
    with pytest.raises(InvalidAction) as refused:
        env.explore([[0, 1], [0, 2]])
    assert (refused.value.problem["sequence"], refused.value.problem["index"]) == (1, 1)
    with pytest.raises(InvalidValue) as bounded:
        env.explore(policy="random", count=100_000, steps=10_000)
    assert bounded.value.problem["limit"] == 1_000_000
    for arguments in ({}, {"sequences": [[0]], "policy": "random"}):
        with pytest.raises(ValueError, match="either sequences or a policy"):
            env.explore(**arguments)  # type: ignore[arg-type]


def test_a_rollout_repeats_actions_too(connection: Connection) -> None:
    held = made(connection).rollout(policy="repeat", probability=1.0, steps=5, include=["actions"])
    assert len(set(held.actions.tolist())) == 1
