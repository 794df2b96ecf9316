"""Where environments come from: made on a server, or continued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium
from gymnasium.vector import AutoresetMode

from gymnasium_http import exact
from gymnasium_http.connection import DEFAULT_URL, Connection, new_key
from gymnasium_http.environment import HTTPEnv
from gymnasium_http.interface import Interface
from gymnasium_http.vector import HTTPVectorEnv

Wrapper = str | Mapping[str, Any]
"""The name of one of `gymnasium.wrappers`, or `{"name": ..., "kwargs": {...}}`."""


def make(
    env_id: str,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float = 30.0,
    connection: Connection | None = None,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    wrappers: Sequence[Wrapper] = (),
    autoreset: AutoresetMode | str | None = None,
    seed: int | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> gymnasium.Env[Any, Any]:
    """Make an environment on the server, as `gymnasium.make` does in process.

    Args:
        env_id: As the server has registered it.
        url: The server.
        api_key: The secret, where the server has API keys.
        timeout: Seconds for each try of a call.
        patience: Seconds after whose passing a failed call is not tried again.
        connection: One that exists, in place of the four before.
        render_mode: As the environment has them. "human" opens a window here, on the server's frames.
        max_episode_steps: In place of the registered limit; -1 for none.
        wrappers: Those that are to be applied on the server, innermost first.
        autoreset: What follows an episode's end on the server, as `gymnasium.vector.AutoresetMode` has it; by
            default nothing does.
        seed: Seeds the spaces' generators, and the first reset unless that brings a seed of its own.
        env_kwargs: Arguments of the environment's constructor whose names are taken here.
        **kwargs: Arguments of the environment's constructor.

    Returns:
        A `HTTPEnv`; for "human" in Gymnasium's `HumanRendering`, as `gymnasium.make` has it.

    Raises:
        NotCreatable: Gymnasium, a wrapper or the environment's constructor refused.
        ServerGone: there is no server at the URL.
        VersionMismatch: the server is of another version than this client.
    """
    shown = render_mode == "human"
    body = {
        "env_id": env_id,
        "render_mode": "rgb_array" if shown else render_mode,
        "max_episode_steps": max_episode_steps,
        "wrappers": [{"name": each} if isinstance(each, str) else dict(each) for each in wrappers],
        "autoreset": None if autoreset is None else AutoresetMode(autoreset).value,
        "seed": seed,
        "kwargs": {**kwargs, **(env_kwargs or {})},
    }
    env = _create(connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience), body)
    assert isinstance(env, HTTPEnv)
    return gymnasium.wrappers.HumanRendering(env) if shown else env


def make_vec(
    env_id: str,
    num_envs: int = 1,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float = 30.0,
    connection: Connection | None = None,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    wrappers: Sequence[Wrapper] = (),
    autoreset: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    seed: int | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> HTTPVectorEnv:
    """Make a vector of environments on the server, as `gymnasium.vector.SyncVectorEnv` does in process.

    The arguments are those of `make`; `wrappers` are applied to each environment.

    Raises:
        NotCreatable: Gymnasium, a wrapper or the environment's constructor refused.
        ServerGone: there is no server at the URL.
        VersionMismatch: the server is of another version than this client.
    """
    body = {
        "env_id": env_id,
        "num_envs": num_envs,
        "render_mode": render_mode,
        "max_episode_steps": max_episode_steps,
        "wrappers": [{"name": each} if isinstance(each, str) else dict(each) for each in wrappers],
        "autoreset": AutoresetMode(autoreset).value,
        "seed": seed,
        "kwargs": {**kwargs, **(env_kwargs or {})},
    }
    env = _create(connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience), body)
    assert isinstance(env, HTTPVectorEnv)
    return env


def attach(
    instance_id: str,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float = 30.0,
    connection: Connection | None = None,
) -> HTTPEnv | HTTPVectorEnv:
    """Continue an environment that exists, of this client or any other, where it is.

    Raises:
        InstanceNotFound: there is none of this id.
        ServerGone: there is no server at the URL.
        VersionMismatch: the server is of another version than this client.
    """
    connection = connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience)
    told = connection.call("GET", f"/v1/envs/{instance_id}/interface/", exactly=True)
    interface = Interface.of(told, lambda env_id: Remake(connection, env_id))
    kind = HTTPEnv if interface.num_envs is None else HTTPVectorEnv
    return kind(connection, instance_id, interface)


@dataclass(frozen=True)
class Remake:
    """The entry point of a spec: makes further environments like it, on the same server.

    Without a limit of steps and wrappers there, since `gymnasium.make` puts those of the spec around it here.
    """

    connection: Connection
    env_id: str

    def __call__(self, render_mode: str | None = None, **kwargs: Any) -> gymnasium.Env[Any, Any]:
        """As `gymnasium.make` calls an entry point."""
        return make(
            self.env_id,
            connection=self.connection,
            render_mode=render_mode,
            max_episode_steps=-1,
            env_kwargs=kwargs,
        )


def _create(connection: Connection, body: Mapping[str, Any]) -> HTTPEnv | HTTPVectorEnv:
    given = {**body, "kwargs": exact.plain(body["kwargs"]), "wrappers": exact.plain(body["wrappers"])}
    content = exact.pack({name: value for name, value in given.items() if value is not None})
    instance_id = connection.call("POST", "/v1/envs/", content, key=new_key())["instance_id"]
    env = attach(instance_id, connection=connection)
    if body["seed"] is not None:
        env.action_space.seed(body["seed"])
        env.observation_space.seed(body["seed"])
    return env
