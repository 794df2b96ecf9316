"""Making environments whose calls are awaited, and attaching to those that exist."""

from collections.abc import Mapping, Sequence
from typing import Any

from gymnasium.envs.registration import VectorizeMode
from gymnasium.vector import AutoresetMode

from gymnasium_http.asynchronous.environment import AsyncEnv
from gymnasium_http.asynchronous.vector import AsyncVectorEnv
from gymnasium_http.calls.making import Maker, Wrapper, autoreset_of, check_mode, list_instances
from gymnasium_http.making import Remake
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.async_connection import AsyncConnection


async def make_async(
    env_id: str,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: AsyncConnection | None = None,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    wrappers: Sequence[Wrapper] = (),
    autoreset: AutoresetMode | str | None = None,
    seed: int | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> AsyncEnv:
    """Make an environment on the server, as `make` does, with calls that are awaited. The arguments are its own.

    Raises:
        ValueError: the render mode is "human", for which there is no window.
        NotCreatable: Gymnasium, a wrapper or the environment's constructor raised.
        UnknownArgument: the constructor takes no such argument.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    if render_mode == "human":
        raise ValueError('A window is opened by make alone; pass render_mode="rgb_array" for pictures.')
    env = await _maker(
        connection or AsyncConnection(url, api_key=api_key, timeout=timeout, patience=patience)
    ).create(
        env_id=env_id,
        render_mode=render_mode,
        max_episode_steps=max_episode_steps,
        wrappers=wrappers,
        autoreset=autoreset,
        seed=seed,
        kwargs={**kwargs, **(env_kwargs or {})},
    )
    assert isinstance(env, AsyncEnv)
    return env


async def make_vec_async(
    env_id: str,
    num_envs: int = 1,
    vectorization_mode: VectorizeMode | str | None = None,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: AsyncConnection | None = None,
    render_mode: str | None = None,
    max_episode_steps: int | None = None,
    wrappers: Sequence[Wrapper] = (),
    autoreset: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    seed: int | None = None,
    vector_kwargs: Mapping[str, Any] | None = None,
    env_kwargs: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> AsyncVectorEnv:
    """Make a vector environment on the server, as `make_vec` does, with calls that are awaited.

    The arguments are those of `make_vec`.

    Raises:
        ValueError: the mode is "vector_entry_point", or none of Gymnasium's, or `vector_kwargs` has more.
        NotCreatable: Gymnasium, a wrapper or the environment's constructor raised.
        UnknownArgument: the constructor takes no such argument.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    check_mode(vectorization_mode)
    env = await _maker(
        connection or AsyncConnection(url, api_key=api_key, timeout=timeout, patience=patience)
    ).create(
        env_id=env_id,
        num_envs=num_envs,
        render_mode=render_mode,
        max_episode_steps=max_episode_steps,
        wrappers=wrappers,
        autoreset=autoreset_of(autoreset, vector_kwargs),
        seed=seed,
        kwargs={**kwargs, **(env_kwargs or {})},
    )
    assert isinstance(env, AsyncVectorEnv)
    return env


async def attach_async(
    instance_id: str,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: AsyncConnection | None = None,
) -> AsyncEnv | AsyncVectorEnv:
    """Continue an existing environment, whichever client made it, with calls that are awaited.

    Raises:
        InstanceNotFound: there is none with this id.
        NoServer: no server answered at the URL.
        VersionMismatch: the server has another version than this client.
    """
    connection = connection or AsyncConnection(url, api_key=api_key, timeout=timeout, patience=patience)
    return await _maker(connection).attach(instance_id)


async def from_snapshot_async(
    snapshot: bytes,
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: AsyncConnection | None = None,
) -> AsyncEnv | AsyncVectorEnv:
    """Make an environment that continues exactly as the one that the snapshot is of would have.

    The errors are those of `from_snapshot`.
    """
    connection = connection or AsyncConnection(url, api_key=api_key, timeout=timeout, patience=patience)
    return await _maker(connection).from_snapshot(snapshot)


async def instances_async(
    *,
    url: str = DEFAULT_URL,
    api_key: str | None = None,
    timeout: float = 30.0,
    patience: float | None = None,
    connection: AsyncConnection | None = None,
) -> dict[str, str]:
    """Your environments on the server, as `instances` lists them: their ids, and environment ids.

    The errors are those of `instances`.
    """
    connection = connection or AsyncConnection(url, api_key=api_key, timeout=timeout, patience=patience)
    return await list_instances(connection)


def _maker(connection: AsyncConnection) -> Maker[AsyncEnv, AsyncVectorEnv]:
    if not isinstance(connection, AsyncConnection):
        raise TypeError("The connection's calls block; pass an AsyncConnection, or use make.")
    return Maker(connection, AsyncEnv, AsyncVectorEnv, lambda spec: Remake.of(connection.blocking(), spec))
