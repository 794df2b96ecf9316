"""Making environments on a server, and attaching to those that exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium
from gymnasium.envs.registration import VectorizeMode
from gymnasium.vector import AutoresetMode

from gymnasium_http.calls.making import Maker, Wrapper, autoreset_of, check_mode
from gymnasium_http.environment import HTTPEnv
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.blocking import run
from gymnasium_http.transport.connection import Connection
from gymnasium_http.vector import HTTPVectorEnv


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
    maker = maker_of(connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience))
    created = maker.create(
        env_id=env_id,
        render_mode="rgb_array" if shown else render_mode,
        max_episode_steps=max_episode_steps,
        wrappers=wrappers,
        autoreset=autoreset,
        seed=seed,
        kwargs={**kwargs, **(env_kwargs or {})},
    )
    env = run(created)
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
    vector_kwargs: Mapping[str, Any] | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> HTTPVectorEnv:
    """Make a vector environment on the server, as `gymnasium.vector.SyncVectorEnv` does in process.

    It is what `gymnasium.make_vec(env_id, vectorization_mode="sync")` makes. Without a mode that function uses an
    environment's vector entry point, such as CartPole's, whose episodes differ from those of single environments.

    `vectorization_mode` may be "sync" or "async", which return the same: a step of all is one call. The other
    arguments are those of `make`. `wrappers` are applied to each sub-environment. `autoreset` may also be given as
    Gymnasium has it, `vector_kwargs={"autoreset_mode": ...}`.

    Raises:
        ValueError: the mode is "vector_entry_point", or none of Gymnasium's, or `vector_kwargs` has more.
        NotCreatable: Gymnasium, a wrapper or the environment's constructor raised.
        UnknownArgument: the constructor takes no such argument.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    check_mode(vectorization_mode)
    maker = maker_of(connection or Connection(url, api_key=api_key, timeout=timeout, patience=patience))
    created = maker.create(
        env_id=env_id,
        num_envs=num_envs,
        render_mode=render_mode,
        max_episode_steps=max_episode_steps,
        wrappers=wrappers,
        autoreset=autoreset_of(autoreset, vector_kwargs),
        seed=seed,
        kwargs={**kwargs, **(env_kwargs or {})},
    )
    env = run(created)
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
    return run(maker_of(connection).attach(instance_id))


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


def maker_of(connection: Connection) -> Maker[HTTPEnv, HTTPVectorEnv]:
    """Makes environments whose calls block, over this connection.

    Raises:
        TypeError: it is one whose calls are awaited.
    """
    if not isinstance(connection, Connection):
        raise TypeError("The connection's calls are awaited; pass a Connection, or use make_async.")
    return Maker(connection, HTTPEnv, HTTPVectorEnv, lambda spec: Remake.of(connection, spec))
