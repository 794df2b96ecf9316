"""The comparison of trainers tells a single other bit, shown by a toy trainer that needs no torch."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode
from training.comparison import Numbers, Run, compare, differences, line, run
from training.places import Place, in_process, on_server
from training.recording import Recording, digest


def climb(place: Place) -> Numbers:
    """Hill climbing of a linear policy, in one environment and then in a vector."""
    random = np.random.default_rng(3)
    env, envs = place.make(), place.make_vec(2, AutoresetMode.DISABLED)
    best, weights, returns = -1.0, np.zeros(4), []
    for episode in range(4):
        tried = weights + random.normal(size=4)
        observation, _ = env.reset(seed=episode)
        gained, done = 0.0, False
        while not done:
            observation, reward, terminated, truncated, _ = env.step(int(observation @ tried > 0))
            gained, done = gained + float(reward), terminated or truncated
        returns.append(gained)
        best, weights = (gained, tried) if gained > best else (best, weights)
    seen, _ = envs.reset(seed=5)
    for _ in range(30):
        seen, _, terminations, truncations, _ = envs.step((seen @ weights > 0).astype(np.int64))
        if (ended := terminations | truncations).any():
            seen, _ = envs.reset(options={"reset_mask": ended})
    return {"weights": weights, "returns": np.array(returns), "seen": seen}


def test_a_trainer_that_learns_the_same_on_the_server_passes(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("toy", climb, in_process(), on_server(url))
    told = capsys.readouterr().out
    assert told.startswith("toy: ")
    assert "numbers are the same, " in told


def test_another_bit_in_what_was_learnt_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    runs = 0

    def nearly(place: Place) -> Numbers:
        nonlocal runs
        runs += 1
        learnt = dict(climb(place))
        if runs == 2:
            learnt["weights"] = np.nextafter(learnt["weights"], 9.0)
        return learnt

    assert not compare("toy", nearly, in_process(), in_process())
    assert "are DIFFERENT in weights (" in capsys.readouterr().out


def test_another_call_is_told_though_the_same_was_learnt() -> None:
    def curious(place: Place) -> Numbers:
        env = place.make()
        env.reset(seed=1)
        env.step(1)
        return {"weights": np.ones(3)}

    def more_curious(place: Place) -> Numbers:
        learnt = curious(place)
        place.make().reset(seed=2)
        return learnt

    one, other = run(curious, in_process()), run(more_curious, in_process())
    assert differences(one, one) == []
    assert differences(one, other) == ["call 3 of 2 in process and 3 on the server"]


@pytest.mark.parametrize(
    "other",
    [np.zeros(2, np.float32), np.zeros((2, 1)), np.array([0.0, -0.0]), None],
    ids=["type", "shape", "sign", "missing"],
)
def test_arrays_are_the_same_only_with_type_shape_and_bits(other: Any) -> None:
    one = Run([b"call"], {"weights": np.zeros(2)}, 1.0)
    found = Run([b"call"], {} if other is None else {"weights": other}, 1.0)
    assert differences(one, found) == differences(found, one) == ["weights"]


def test_a_line_names_at_most_three_that_differ() -> None:
    one, other = (Run([], {name: np.full(1, of) for name in "abcde"}, 1.0) for of in (0.0, 1.0))
    assert "DIFFERENT in a, b, c and 2 more (" in line("toy", one, other)


def test_a_trainer_that_does_nothing_is_no_proof() -> None:
    with pytest.raises(ValueError, match="idle made 0 calls and learnt 0 arrays"):
        compare("idle", lambda place: {}, in_process(), in_process())


def test_the_environments_are_closed_also_if_the_trainer_fails(url: str) -> None:
    place, made = on_server(url), list[Any]()

    def fails(place: Place) -> Numbers:
        made.append(place.make())
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        run(fails, place)
    assert made[0].closed


def test_a_recorded_environment_is_the_same_object_and_does_the_same() -> None:
    env, alone = gymnasium.make("CartPole-v1"), gymnasium.make("CartPole-v1")
    recording = Recording()
    recording.follow(env)
    assert digest(env.reset(seed=1)) == digest(alone.reset(seed=1))
    assert digest(env.step(1)) == digest(alone.step(1))
    assert len(recording.digests) == 2
