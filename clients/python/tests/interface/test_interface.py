"""What the client knows of an environment is what the server describes, or an error that says why not."""

from typing import Any

import pytest
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import AutoresetMode
from gymnasium_http import Connection, VersionMismatch
from gymnasium_http.interface.interface import Interface
from gymnasium_http.making import Remake

ACTIONS = {"name": "Discrete", "n": 2, "shape": [], "dtype": "int64", "start": 0}
BOX = {"name": "Box", "shape": [1], "low": [0], "high": ["Infinity"], "dtype": "float32"}


def described(**others: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "id": "Env-v0",
        "entry_point": "package:Env",
        "reward_threshold": None,
        "nondeterministic": False,
        "max_episode_steps": 9,
        "order_enforce": True,
        "disable_env_checker": False,
        "kwargs": {},
        "additional_wrappers": [],
        "vector_entry_point": None,
    }
    spaces = {"action_space": ACTIONS, "observation_space": BOX}
    told = {"spec": spec, "metadata": {}, "render_mode": None, "num_envs": None, "spaces": spaces}
    return {**told, **others}


def interface(**others: Any) -> Interface:
    return Interface.of(described(**others), lambda spec: Remake.of(Connection(), spec))


def test_it_has_the_spaces_the_spec_and_the_metadata() -> None:
    told = interface(metadata={"autoreset_mode": "SameStep"})
    assert told.spaces == {"action_space": Discrete(2), "observation_space": Box(0, float("inf"), (1,))}
    assert (told.spec.id, told.spec.max_episode_steps) == ("Env-v0", 9)
    assert told.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert not told.changing


def test_changed_spaces_replace_those_of_their_names() -> None:
    told = interface()
    changed = told.changed({"action_space": {**ACTIONS, "n": 3}})
    assert changed.spaces == {**told.spaces, "action_space": Discrete(3)}
    assert changed.changing
    assert told.spaces["action_space"] == Discrete(2)


@pytest.mark.parametrize(
    "others", [{"spec": {}}, {"spaces": {"action_space": {"name": "Box"}}}, {"metadata": None}]
)
def test_a_description_that_is_not_understood_is_a_mismatch_of_versions(others: dict[str, Any]) -> None:
    with pytest.raises(VersionMismatch, match="install the gymnasium-http of the server's version"):
        interface(**others)
