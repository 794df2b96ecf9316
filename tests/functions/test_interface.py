"""An interface is all that a client needs to stand in for the environment."""

import dataclasses

import gymnasium

from shared.wire.spaces.description import rebuild
from tests.applications import Api


def test_an_interface_is_that_of_the_environment_in_process(api: Api) -> None:
    options = {"max_episode_steps": 9, "kwargs": {"is_slippery": False}, "render_mode": "ansi"}
    instance = api.create("FrozenLake-v1", wrappers=[{"name": "RecordEpisodeStatistics"}], **options)
    env = gymnasium.wrappers.RecordEpisodeStatistics(
        gymnasium.make("FrozenLake-v1", render_mode="ansi", max_episode_steps=9, is_slippery=False)
    )
    told = api.get(f"{instance}/interface/").json
    assert env.spec is not None
    assert told["spec"] == {
        **{field: getattr(env.spec, field) for field in told["spec"]},
        "additional_wrappers": [dataclasses.asdict(wrapper) for wrapper in env.spec.additional_wrappers],
    }
    assert (told["metadata"], told["render_mode"], told["num_envs"]) == (env.metadata, "ansi", None)
    assert rebuild(told["spaces"]["action_space"]) == env.action_space
    assert rebuild(told["spaces"]["observation_space"]) == env.observation_space
