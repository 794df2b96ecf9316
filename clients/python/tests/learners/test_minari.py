"""A dataset of recorded episodes has what an uninterrupted environment returns, value by value."""

from pathlib import Path
from typing import Any

import gymnasium
import gymnasium_http
import minari
import numpy as np
import pytest
from gymnasium_http import Connection
from gymnasium_http import minari as export


@pytest.fixture(autouse=True)
def _datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))


def recorded(connection: Connection, episodes: int, seed: int, name: str | None = None) -> str:
    """The id of a closed environment that recorded so many episodes of random actions."""
    env: Any = gymnasium_http.make("FrozenLake-v1", connection=connection)
    env.recording(name=name)
    env.reset(seed=seed)
    env.rollout(policy="random", steps=40 * episodes, on_end="reset")
    env.close()
    return str(env.instance_id)


@pytest.mark.filterwarnings("ignore")
def test_it_is_what_an_uninterrupted_environment_returns(connection: Connection) -> None:
    instances = [recorded(connection, 3, seed) for seed in (1, 2)]
    export.export("", instances, "lake/test-v0", connection=connection, author="a", description="d")
    dataset = minari.load_dataset("lake/test-v0")
    assert dataset.spec.env_spec.id == "FrozenLake-v1"
    assert dataset.total_episodes > 6
    env, seeds = gymnasium.make("FrozenLake-v1"), 0
    for episode in dataset.iterate_episodes():
        seed = next(iter(dataset.storage.get_episode_metadata([episode.id]))).get("seed")
        seeds += seed is not None
        observations = [env.reset(seed=None if seed is None else int(seed))[0]]
        rewards = []
        for action in episode.actions:
            observation, reward, terminated, truncated, _ = env.step(int(action))
            observations.append(observation)
            rewards.append(reward)
        np.testing.assert_array_equal(episode.observations, observations)
        np.testing.assert_array_equal(episode.rewards, rewards)
        assert (bool(episode.terminations[-1]), bool(episode.truncations[-1])) == (terminated, truncated)
        assert not episode.terminations[:-1].any()
    assert seeds == 2


@pytest.mark.filterwarnings("ignore")
def test_the_command_takes_recordings_by_their_name(
    connection: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(connection, 1, 5, name="to be exported")
    export.main(["lake/named-v0", "--name", "to be exported", "--url", connection.url])
    assert capsys.readouterr().out.startswith("lake/named-v0: ")
    assert "lake/named-v0" in minari.list_local_datasets()


def test_nothing_is_no_dataset(connection: Connection) -> None:
    with pytest.raises(ValueError, match="No environment"):
        export.export("", [], "lake/none-v0", connection=connection)
    with gymnasium_http.make("FrozenLake-v1", connection=connection) as env:
        served: Any = env
        served.recording()
        env.reset()
        with pytest.raises(ValueError, match="No such episode"):
            export.export("", [served.instance_id], "lake/none-v0", connection=connection)
