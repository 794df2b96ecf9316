"""A future is what an environment of its own would have come to, whatever was walked before on the same copy."""

import itertools
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.errors import EnvironmentRaised, InvalidValue, ResetNeeded
from shared.session.explore.future import Future
from shared.session.explore.prefixes import Prefixes
from shared.session.explore.rules import Rules
from shared.session.explore.sequences import keys_of
from shared.session.explore.walk import Walk
from shared.session.live.environment import LiveEnvironment
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.explore.copies import copy_of, finished, rules, snapshot

EVERY_TURN = [[np.int64(action) for action in actions] for actions in itertools.product((0, 1), repeat=6)]


def walked(live: LiveEnvironment, loaded: Loaded, sequences: Any, chosen: Rules, *, shared: bool) -> list[Future]:
    keys = keys_of(live.env.action_space, sequences) if shared else None
    walk = Walk(live, loaded, chosen)
    found: list[Future] = finished(walk.futures(range(len(sequences)), sequences, Prefixes(keys, len(sequences))))
    return found


def told(futures: list[Future]) -> list[Any]:
    return [(each.steps, each.total, each.terminated, np.asarray(each.observation).tolist()) for each in futures]


def test_a_walk_from_common_beginnings_gives_what_each_gives_by_itself() -> None:
    loaded = snapshot()
    live = copy_of(loaded)
    apart = walked(live, loaded, EVERY_TURN, rules(), shared=False)
    assert told(walked(live, loaded, EVERY_TURN, rules(), shared=True)) == told(apart)
    env = gymnasium.make("CartPole-v1")
    for actions, future in zip(EVERY_TURN, apart, strict=True):
        env.reset(seed=5)
        for action in actions:
            observation, *_ = env.step(action)
        assert future.observation.tolist() == observation.tolist()


def test_a_common_beginning_is_walked_once() -> None:
    loaded = snapshot()
    live = copy_of(loaded)
    made: list[Any] = []
    step = live.step

    def counted(action: Any) -> Any:
        made.append(action)
        return step(action)

    live.step = counted
    walk = Walk(live, loaded, rules())
    sequences = [EVERY_TURN[0]] * 50 + [EVERY_TURN[1]]
    finished(walk.futures(range(51), sequences, Prefixes(keys_of(live.env.action_space, sequences), 51)))
    assert len(made) == 6 + 1


def test_sequences_that_end_alike_share_their_end() -> None:
    loaded = snapshot(Recipe("CartPole-v1", max_episode_steps=3))
    live = copy_of(loaded)
    futures = walked(live, loaded, EVERY_TURN, rules(), shared=True)
    assert {future.steps for future in futures} == {3}
    assert told(futures) == told(walked(live, loaded, EVERY_TURN, rules(), shared=False))


def test_a_return_is_discounted_by_the_step() -> None:
    loaded = snapshot()
    [future] = walked(copy_of(loaded), loaded, EVERY_TURN[:1], rules(discount=0.5), shared=False)
    assert future.total == 1 + 1 / 2 + 1 / 4 + 1 / 8 + 1 / 16 + 1 / 32
    assert future.rewards == [1.0] * 6


def test_an_episode_that_ends_is_reset_before_the_next_action_where_that_is_asked_for() -> None:
    loaded = snapshot(Recipe("CartPole-v1", max_episode_steps=3))
    env = gymnasium.make("CartPole-v1", max_episode_steps=3)
    env.reset(seed=5)
    for number in range(6):
        if number == 3:
            env.reset()
        observation, *_ = env.step(1)
    [future] = walked(copy_of(loaded), loaded, EVERY_TURN[-1:], rules(on_end="reset"), shared=True)
    assert (future.steps, future.truncated) == (6, True)
    assert future.observation.tolist() == observation.tolist()


def test_a_vectors_futures_have_an_array_for_each_of_its_environments() -> None:
    loaded = snapshot(Recipe("CartPole-v1", num_envs=2, autoreset="NextStep"))
    actions = [[np.array([0, 1])] * 3]
    [future] = walked(copy_of(loaded), loaded, actions, rules(), shared=True)
    assert (future.total.tolist(), future.observation.shape) == ([3.0, 3.0], (2, 4))


def test_what_the_environment_raises_is_told_with_sequence_and_index(monkeypatch: pytest.MonkeyPatch) -> None:
    from gymnasium.envs.classic_control.cartpole import CartPoleEnv

    loaded = snapshot()
    live = copy_of(loaded)
    step: Any = CartPoleEnv.step
    monkeypatch.setattr(CartPoleEnv, "step", lambda env, action: step(env, action) if action == 0 else 1 / 0)
    with pytest.raises(EnvironmentRaised) as refused:
        walked(live, loaded, [EVERY_TURN[0], EVERY_TURN[2]], rules(), shared=False)
    assert (refused.value.evidence["sequence"], refused.value.evidence["index"]) == (1, 4)


def test_what_is_included_is_bounded() -> None:
    loaded = snapshot()
    with pytest.raises(InvalidValue, match="GYM_HTTP_MAX_REPLY_BYTES"):
        walked(copy_of(loaded), loaded, EVERY_TURN, rules(most_bytes=500), shared=True)


def test_an_environment_that_was_not_reset_has_no_futures() -> None:
    loaded = snapshot()
    unset = snapshot(seed=None)
    with pytest.raises(ResetNeeded):
        walked(copy_of(loaded), unset, EVERY_TURN, rules(), shared=True)


def test_the_end_of_a_future_is_the_state_that_its_steps_leave() -> None:
    loaded = snapshot()
    live = copy_of(loaded)
    end = finished(Walk(live, loaded, rules()).end(0, EVERY_TURN[9]))
    assert (end.progress.steps, end.progress.episode_return) == (6, 6.0)
    other = copy_of(loaded)
    other.subject.restore(end.body)
    [future] = walked(live, loaded, EVERY_TURN[9:10], rules(), shared=False)
    assert np.asarray(other.env.unwrapped.state, np.float32).tolist() == future.observation.tolist()  # type: ignore[attr-defined]
