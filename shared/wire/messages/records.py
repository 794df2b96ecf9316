"""Replies about what is stored of an instance and of its checkpoints."""

from typing import Any

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12


class Origin(TypedDict):
    """The instance that this one is a fork of, and its revision at the fork."""

    instance_id: str
    revision: int


class EpisodeReply(TypedDict):
    """One episode that ended, with its returns as in `InstanceReply`."""

    steps: int
    episode_return: Any
    vector_return: list[Any] | None
    ended: str


class StatisticsReply(TypedDict):
    """A monitor's statistics: the number of episodes that ended while it ran, and the last 1,000, oldest first."""

    running: bool
    episodes: int
    latest: list[EpisodeReply]


class InstanceReply(TypedDict):
    """An instance's record. Times are ISO 8601 in UTC.

    `drawn_seed` is what the first reset takes where neither it nor the creation brings a seed: a reset with it as
    its `seed` begins the same episode. It is null where the creation brought a seed, and for a fork with new
    generators.
    """

    instance_id: str
    env_id: str
    render_mode: str | None
    kwargs: dict[str, Any]
    max_episode_steps: int | None
    wrappers: list[dict[str, Any]]
    num_envs: int | None
    autoreset: str
    seed: int | None
    drawn_seed: int | None
    episode: int
    steps: int
    episode_return: Any
    vector_return: list[Any] | None
    ended: bool
    created: str
    used: str
    revision: int
    origin: Origin | None
    name: str
    statistics: StatisticsReply | None
    mechanism: str
    libraries: dict[str, str]
    cpu: str


class CheckpointReply(TypedDict):
    """A checkpoint. `revision` is the instance's at that time. Times are ISO 8601 in UTC."""

    checkpoint_id: str
    name: str
    created: str
    revision: int
    episode: int
    steps: int
    episode_return: Any
    vector_return: list[Any] | None


class CheckpointsReply(TypedDict):
    """The instance's checkpoints, oldest first."""

    checkpoints: list[CheckpointReply]
