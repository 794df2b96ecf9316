"""Recorded episodes as a Minari dataset: `python -m gymnasium_http.minari DATASET_ID [INSTANCE_ID...]`.

Minari is the extra `minari`: `pip install gymnasium-http[minari]`.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium.envs.registration import EnvSpec

from gymnasium_http.errors import InstanceNotFound
from gymnasium_http.making import attach
from gymnasium_http.recorded import Recorded, recordings
from gymnasium_http.transport.address import DEFAULT_URL
from gymnasium_http.transport.connection import Connection
from gymnasium_http.vector import HTTPVectorEnv

if TYPE_CHECKING:
    from minari import MinariDataset
    from minari.data_collector import EpisodeBuffer

_OVER = ("terminated", "truncated")


class _Kind(NamedTuple):
    """What the environments of a dataset have in common."""

    spec: EnvSpec
    observation_space: gymnasium.Space[Any]
    action_space: gymnasium.Space[Any]
    num_envs: int


def export(
    url: str,
    instances: Sequence[str],
    dataset_id: str,
    *,
    api_key: str | None = None,
    connection: Connection | None = None,
    unfinished: bool = False,
    infos: bool = False,
    progress: bool | None = None,
    **about: Any,
) -> "MinariDataset":
    """Write a dataset of the episodes that were recorded of some environments, which may be closed.

    Episodes that do not begin with a reset are left out: what was before is in another environment's.

    Args:
        url: The server's address.
        instances: Their ids, as `recordings` tells them. Of a vector, each of its environments is taken.
        dataset_id: As Minari names datasets, such as "cartpole/mine-v0".
        api_key: The secret, if the server requires API keys.
        connection: An existing connection, instead of `url` and `api_key`.
        unfinished: Whether to take also episodes that neither terminated nor were truncated.
        infos: Whether to take infos, whose structure has to be the same everywhere.
        progress: Whether tqdm shows a bar. By default it does on a terminal, if it is installed.
        **about: Further arguments of `minari.create_dataset_from_buffers`, such as `author` and `description`.

    Raises:
        ValueError: there is no such episode, or the environments have different spaces.
        GymHTTPError: the server refused, or did not answer.
    """
    from minari import create_dataset_from_buffers  # an optional dependency

    connection = connection or Connection(url, api_key=api_key)
    kind = _kind_of(connection, instances)
    wanted = [*_wanted(connection, instances, kind, unfinished)]
    buffers = [
        _buffer(number, recorded, episode, env, infos)
        for number, (recorded, episode, env) in enumerate(_shown(wanted, progress))
    ]
    if not buffers:
        raise ValueError("No such episode was recorded of these environments; play some, or take unfinished ones.")
    return create_dataset_from_buffers(
        dataset_id,
        buffers,
        env=kind.spec if kind.spec.id in gymnasium.registry else None,
        observation_space=kind.observation_space,
        action_space=kind.action_space,
        jpeg_encoding=False,  # which is not exact
        **{"algorithm_name": "", "author": "", "author_email": "", "code_permalink": "", **about},
    )


def _wanted(
    connection: Connection, instances: Sequence[str], kind: _Kind, unfinished: bool
) -> Iterator[tuple[Recorded, dict[str, Any], int]]:
    for instance_id in instances:
        recorded = Recorded(connection, instance_id)
        for env in range(kind.num_envs):
            for episode in recorded.episodes(env=env):
                is_whole = episode["start"] == "reset" and episode["steps"] > 0
                if is_whole and (unfinished or episode["end"] in _OVER):
                    yield recorded, episode, env


def _buffer(number: int, recorded: Recorded, episode: Mapping[str, Any], env: int, infos: bool) -> "EpisodeBuffer":
    from minari.data_collector import EpisodeBuffer

    columns = recorded.episode(episode["number"], env=env, infos=infos)
    seed = episode["seed"]
    return EpisodeBuffer(
        id=number,
        seed=None if seed is None else int(seed),
        observations=_columns(columns["observations"]),
        actions=_columns(columns["actions"]),
        rewards=columns["rewards"],
        terminations=columns["terminations"],
        truncations=columns["truncations"],
        infos=_columns(columns["infos"]) if infos else None,
    )


def _columns(values: Any) -> Any:
    """Values of a Dict or Tuple as a dict or tuple of columns, which is how Minari has them."""
    if isinstance(values, np.ndarray):
        return values
    first = values[0]
    if isinstance(first, dict):
        return {key: _columns([value[key] for value in values]) for key in first}
    if isinstance(first, tuple):
        return tuple(_columns([value[index] for value in values]) for index in range(len(first)))
    return [*values]


def _kind_of(connection: Connection, instances: Sequence[str]) -> _Kind:
    kinds = [_kind(connection, instance_id) for instance_id in instances]
    if not kinds:
        raise ValueError("No environment is named; pass the ids of some that were recorded.")
    for other in kinds[1:]:
        if other[1:] != kinds[0][1:]:
            raise ValueError(f"{other.spec.id} has other spaces than {kinds[0].spec.id}; export them one by one.")
    return kinds[0]


def _kind(connection: Connection, instance_id: str) -> _Kind:
    try:
        env: Any = attach(instance_id, connection=connection)
    except InstanceNotFound:  # it is closed: its spaces are those that it would have here
        found = {each["instance_id"]: each for each in recordings(connection=connection)}
        if instance_id not in found:
            raise
        with gymnasium.make(found[instance_id]["env_id"]) as made:
            assert made.spec is not None
            count = found[instance_id]["num_envs"] or 1
            return _Kind(made.spec, made.observation_space, made.action_space, count)
    spec, count = EnvSpec.from_json(env.spec.to_json()), getattr(env, "num_envs", 1)
    single = "single_" if isinstance(env, HTTPVectorEnv) else ""
    observation_space, action_space = (getattr(env, f"{single}{name}_space") for name in ("observation", "action"))
    env.detach()
    return _Kind(spec, observation_space, action_space, count)


def _shown(wanted: Sequence[Any], progress: bool | None) -> Iterator[Any]:
    if progress is False or find_spec("tqdm") is None:
        return iter(wanted)
    from tqdm.auto import tqdm  # an optional dependency

    # By default tqdm shows on terminals only.
    return iter(tqdm(wanted, unit="episode", disable=None if progress is None else False))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a dataset, as the command line says."""
    parser = argparse.ArgumentParser("gymnasium_http.minari", description="Write recorded episodes as a dataset.")
    parser.add_argument("dataset_id", help="such as cartpole/mine-v0")
    parser.add_argument("instances", nargs="*", help="their ids")
    parser.add_argument("--name", help="take all recordings of this name too")
    parser.add_argument("--url", default=DEFAULT_URL)
    parser.add_argument("--api-key")
    parser.add_argument("--infos", action="store_true", help="take infos too")
    parser.add_argument("--unfinished", action="store_true", help="take also episodes that are not over")
    given = parser.parse_args(arguments)
    connection = Connection(given.url, api_key=given.api_key)
    named = [] if given.name is None else recordings(connection=connection)
    instances = [*given.instances, *(each["instance_id"] for each in named if each["name"] == given.name)]
    options = {"connection": connection, "unfinished": given.unfinished, "infos": given.infos}
    dataset = export(given.url, instances, given.dataset_id, **options)
    print(f"{given.dataset_id}: {dataset.total_episodes} episodes, {dataset.total_steps} steps.")


if __name__ == "__main__":
    main()
