"""Making environments on a server, and attaching to those that exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium
from gymnasium.envs.registration import VectorizeMode
from gymnasium.vector import AutoresetMode

from gymnasium_http.environment import HTTPEnv
from gymnasium_http.errors import GymHTTPError, ServerGone
from gymnasium_http.interface import Interface
from gymnasium_http.transport import exact
from gymnasium_http.transport.connection import DEFAULT_URL, Connection, new_key
from gymnasium_http.vector import HTTPVectorEnv

Wrapper = str | Mapping[str, Any]
"""The name of one of `gymnasium.wrappers`, or `{"name": ..., "kwargs": {...}}`."""


def make(
    env_id: str,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
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
        env_id: An id that is registered on the server.
        url: The server's address.
        api_key: The secret, if the server requires API keys.
        timeout: Seconds for each attempt of a call.
        patience: Seconds after a call's first failure during which it is tried again. By default 30, and 1 until
            a server has answered.
        connection: An existing connection, instead of the four arguments before.
        render_mode: One of the environment's. "human" opens a window on this machine, with the server's frames.
        max_episode_steps: Replaces the registered limit; -1 for none.
        wrappers: Wrappers to apply on the server, innermost first.
        autoreset: What the server does after an episode's end, as in `gymnasium.vector.AutoresetMode`. Nothing by
            default.
        seed: Seeds the spaces, and the first reset if that has no seed.
        env_kwargs: Constructor arguments whose names are arguments of this function too.
        **kwargs: Arguments of the environment's constructor.

    Returns:
        An `HTTPEnv`, for "human" wrapped in Gymnasium's `HumanRendering`.

    Raises:
        NotCreatable: Gymnasium, a wrapper or the environment's constructor raised.
        UnknownArgument: the constructor takes no such argument.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    shown = render_mode == "human"
    env = _create(
        connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience),
        env_id=env_id,
        render_mode="rgb_array" if shown else render_mode,
        max_episode_steps=max_episode_steps,
        wrappers=wrappers,
        autoreset=autoreset,
        seed=seed,
        kwargs={**kwargs, **(env_kwargs or {})},
    )
    assert isinstance(env, HTTPEnv)
    return gymnasium.wrappers.HumanRendering(env) if shown else env


def make_vec(
    env_id: str,
    num_envs: int = 1,
    vectorization_mode: VectorizeMode | str | None = None,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: Connection | None = None,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    wrappers: Sequence[Wrapper] = (),
    autoreset: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    seed: int | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> HTTPVectorEnv:
    """Make a vector environment on the server, as `gymnasium.vector.SyncVectorEnv` does in process.

    It is what `gymnasium.make_vec(env_id, vectorization_mode="sync")` makes. Without a mode that function uses an
    environment's vector entry point, such as CartPole's, whose episodes differ from those of single environments.

    `vectorization_mode` may be "sync" or "async", which return the same: a step of all is one call. The other
    arguments are those of `make`. `wrappers` are applied to each sub-environment.

    Raises:
        ValueError: the mode is "vector_entry_point", or none of Gymnasium's.
        NotCreatable: Gymnasium, a wrapper or the environment's constructor raised.
        UnknownArgument: the constructor takes no such argument.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    if vectorization_mode is not None and VectorizeMode(vectorization_mode) is VectorizeMode.VECTOR_ENTRY_POINT:
        raise ValueError(
            "The server makes vectors of single environments, and none by a vector entry point; "
            'pass vectorization_mode="sync", or none.'
        )
    env = _create(
        connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience),
        env_id=env_id,
        num_envs=num_envs,
        render_mode=render_mode,
        max_episode_steps=max_episode_steps,
        wrappers=wrappers,
        autoreset=autoreset,
        seed=seed,
        kwargs={**kwargs, **(env_kwargs or {})},
    )
    assert isinstance(env, HTTPVectorEnv)
    return env


def attach(
    instance_id: str,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: Connection | None = None,
) -> HTTPEnv | HTTPVectorEnv:
    """Continue an existing environment, whichever client made it.

    Raises:
        InstanceNotFound: there is none with this id.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    connection = connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience)
    described = connection.call("GET", f"/v1/envs/{instance_id}/interface/", exactly=True)
    interface = Interface.of(described, lambda spec: Remake.of(connection, spec))
    kind = HTTPEnv if interface.num_envs is None else HTTPVectorEnv
    return kind(connection, instance_id, interface)


@dataclass(frozen=True)
class Remake:
    """The entry point in a spec: makes another such environment on the same server.

    It has no step limit or wrappers on the server, since `gymnasium.make` applies those of the spec here.
    """

    connection: Connection
    env_id: str
    entry_point: str | None
    vector_entry_point: str | None

    @classmethod
    def of(cls, connection: Connection, spec: Mapping[str, Any]) -> "Remake":
        """The entry point for a spec that the server described."""
        return cls(connection, spec["id"], spec["entry_point"], spec["vector_entry_point"])

    def __call__(self, render_mode: str | None = None, **kwargs: Any) -> gymnasium.Env[Any, Any]:
        """Make the environment; called by `gymnasium.make`."""
        return make(
            self.env_id,
            connection=self.connection,
            render_mode=render_mode,
            max_episode_steps=-1,
            env_kwargs=kwargs,
        )


def _create(
    connection: Connection,
    *,
    wrappers: Sequence[Wrapper],
    autoreset: AutoresetMode | str | None,
    kwargs: Mapping[str, Any],
    seed: int | None,
    **plain: Any,
) -> HTTPEnv | HTTPVectorEnv:
    """Send the creation's body, without what is None, and attach to what it made."""
    body = {
        **plain,
        "wrappers": exact.plain([{"name": each} if isinstance(each, str) else dict(each) for each in wrappers]),
        "autoreset": None if autoreset is None else AutoresetMode(autoreset).value,
        "kwargs": exact.plain(kwargs),
        "seed": exact.seed(seed),
    }
    content = exact.pack({name: value for name, value in body.items() if value is not None})
    instance_id = connection.call("POST", "/v1/envs/", content, key=new_key())["instance_id"]
    try:
        env = attach(instance_id, connection=connection)
    except BaseException as error:
        delete_unused(connection, instance_id, error)
        raise
    if seed is not None:
        env.action_space.seed(int(seed))
        env.observation_space.seed(int(seed))
    return env


def delete_unused(connection: Connection, instance_id: str, because: BaseException) -> None:
    """Delete an environment that the caller gets no object for. If that fails, add a note to the error."""
    try:
        if isinstance(because, ServerGone):
            raise because
        connection.call("DELETE", f"/v1/envs/{instance_id}/", key=new_key())
    except GymHTTPError as error:
        because.add_note(f"The environment {instance_id} was made and is still there ({type(error).__name__}).")
