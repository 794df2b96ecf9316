"""An instance unknown to the drawn requests: whatever they do to others, it continues as if alone."""

from typing import Any

import gymnasium

from tests.fuzz.api import Api


class Sentinel:
    """A CartPole under the service, and the same one in this process."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._env = gymnasium.make("CartPole-v1", max_episode_steps=-1)
        created = self._send("create_env", None, env_id="CartPole-v1", max_episode_steps=-1)
        self._id = created["instance_id"]
        expected, _ = self._env.reset(seed=11)
        assert self._send("reset_env", self._id, seed=11)["observation"] == expected.tolist()

    def step(self) -> None:
        """Step both; AssertionError if they differ in any bit."""
        observation, reward, terminated, _, _ = self._env.step(1)
        if terminated:
            self._env.reset(seed=11)
            self._send("reset_env", self._id, seed=11)
            observation, reward, terminated, _, _ = self._env.step(1)
        reply = self._send("step_env", self._id, action=1)
        assert (reply["observation"], reply["reward"]) == (observation.tolist(), reward)

    def _send(self, name: str, instance: str | None, **body: Any) -> Any:
        parameters = {} if instance is None else {"instance_id": instance}
        response = self._api.send(name, path_parameters=parameters, body=body, media_type="application/json")
        assert response.status_code == 200, response.text
        return response.json()
