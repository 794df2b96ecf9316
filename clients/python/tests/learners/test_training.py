"""What training libraries do with an environment gives the same on the server as in process."""

import sys
from types import ModuleType
from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from gymnasium import wrappers
from gymnasium.utils.env_checker import check_env
from gymnasium_http import Connection
from sameness import same

PIXELS: dict[str, Any] = {"env_id": "CartPole-v1", "render_mode": "rgb_array"}


@pytest.mark.filterwarnings("ignore:.*A Box observation space:UserWarning")
@pytest.mark.filterwarnings("ignore:.*we recommend using a symmetric:UserWarning")
@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "Taxi-v4", "Blackjack-v1"])
def test_gymnasiums_checker_passes(env_id: str, connection: Connection) -> None:
    with gymnasium_http.make(env_id, connection=connection) as env:
        check_env(env, skip_render_check=True)


@pytest.mark.filterwarnings("ignore:.*A Box observation space:UserWarning")
def test_gymnasiums_checker_passes_with_pictures(connection: Connection) -> None:
    with gymnasium_http.make("FrozenLake-v1", connection=connection, render_mode="ansi") as env:
        check_env(env)


WRAPPED: dict[str, Any] = {
    "TimeLimit": lambda env: wrappers.TimeLimit(env, 5),
    "Autoreset": wrappers.Autoreset,
    "OrderEnforcing": wrappers.OrderEnforcing,
    "PassiveEnvChecker": wrappers.PassiveEnvChecker,
    "FrameStackObservation": lambda env: wrappers.FrameStackObservation(env, 3),
    "DelayObservation": lambda env: wrappers.DelayObservation(env, 2),
    "NormalizeObservation": wrappers.NormalizeObservation,
    "NormalizeReward": wrappers.NormalizeReward,
    "FlattenObservation": wrappers.FlattenObservation,
    "TimeAwareObservation": wrappers.TimeAwareObservation,
    "ClipReward": lambda env: wrappers.ClipReward(env, 0, 0.5),
    "RecordEpisodeStatistics": wrappers.RecordEpisodeStatistics,
    "TransformObservation": lambda env: wrappers.TransformObservation(env, lambda seen: seen * 2, None),
    "DtypeObservation": lambda env: wrappers.DtypeObservation(env, np.float64),
    "RenderCollection": wrappers.RenderCollection,
    "AddRenderObservation": wrappers.AddRenderObservation,
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_wrapper_around_it_does_what_it_does_in_process(name: str, connection: Connection) -> None:
    options: dict[str, Any] = {"render_mode": "rgb_array"} if "Render" in name else {}
    local = WRAPPED[name](gymnasium.make("CartPole-v1", disable_env_checker=True, **options))
    remote = WRAPPED[name](gymnasium_http.make("CartPole-v1", connection=connection, **options))
    assert remote.observation_space == local.observation_space
    assert same(_episodes(remote, steps=20), _episodes(local, steps=20))
    remote.unwrapped.close()  # not the wrapper, whose own close is untyped


def _episodes(env: gymnasium.Env[Any, Any], steps: int) -> list[Any]:
    """What a seeded random policy sees."""
    env.action_space.seed(1)
    seen: list[Any] = [env.reset(seed=1)]
    for _ in range(steps):
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        info.get("episode", {}).pop("t", None)  # seconds
        seen.append((observation, reward, terminated, truncated, info))
        if (terminated or truncated) and not isinstance(env, wrappers.Autoreset):
            seen.append(env.reset())
    return seen


def test_a_video_is_recorded(connection: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    frames: list[Any] = []

    class Clip:
        def __init__(self, given: list[Any], fps: float) -> None:
            frames.append((given, fps))

        def write_videofile(self, path: str, logger: Any = None) -> None:
            """The encoder is another package's; what it gets is what counts."""

    for name in ("moviepy", "moviepy.video", "moviepy.video.io", "moviepy.video.io.ImageSequenceClip"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(sys.modules[name], "ImageSequenceClip", Clip, raising=False)
    env = wrappers.RecordVideo(
        gymnasium_http.make("CartPole-v1", connection=connection, render_mode="rgb_array"), tmp_path / "videos"
    )
    env.reset(seed=1)
    steps = 1
    while not env.step(1)[2]:
        steps += 1
    env.close()  # type: ignore[no-untyped-call]
    [(given, fps)] = frames
    assert (len(given), given[0].shape, fps) == (steps + 1, (400, 600, 3), 50)


def test_a_replay_buffer_fills_as_in_process(connection: Connection) -> None:
    """As an off-policy learner collects: reset where an episode ends, and keep what was seen before."""

    def collected(env: gymnasium.Env[Any, Any]) -> list[np.ndarray[Any, Any]]:
        wrapped = wrappers.RecordEpisodeStatistics(env)
        observations, rewards, ends, returns = [], [], [], []
        wrapped.action_space.seed(2)
        observation, _ = wrapped.reset(seed=2)
        for _ in range(300):
            observations.append(observation)
            observation, reward, terminated, truncated, info = wrapped.step(wrapped.action_space.sample())
            rewards.append(reward)
            ends.append((terminated, truncated))
            if terminated or truncated:
                returns.append(info["episode"]["r"])
                observation, _ = wrapped.reset()
        return [np.array(each) for each in (observations, rewards, ends, returns)]

    with gymnasium_http.make("CartPole-v1", connection=connection) as env:
        assert same(collected(env), collected(gymnasium.make("CartPole-v1")))
