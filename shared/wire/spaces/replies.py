"""Replies about an environment's interface and about the catalogue."""

from typing import Any, NotRequired

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.wire.spaces.schemas import SpaceReply


class SpecReply(TypedDict):
    """The fields of `gymnasium.envs.registration.EnvSpec`. An entry point that is not text is null."""

    id: str
    entry_point: str | None
    reward_threshold: float | None
    nondeterministic: bool
    max_episode_steps: int | None
    order_enforce: bool
    disable_env_checker: bool
    kwargs: dict[str, Any]
    additional_wrappers: list[dict[str, Any]]
    vector_entry_point: str | None


class InterfaceReply(TypedDict):
    """What a client needs to stand in for an environment. `num_envs` is null unless it is a vector."""

    spec: SpecReply
    metadata: dict[str, Any]
    render_mode: str | None
    num_envs: int | None
    spaces: dict[str, SpaceReply]


class KeyReply(TypedDict):
    """Keys that are held down together, and their action."""

    codes: list[list[str]]
    action: Any
    meaning: str | None


class CatalogEntry(TypedDict):
    """What `gymnasium.spec` and an environment say about an id. `keys` are sent only for a single id."""

    env_id: str
    max_episode_steps: int | None
    reward_threshold: float | None
    nondeterministic: bool
    action_space: SpaceReply | None
    observation_space: SpaceReply | None
    render_modes: list[str] | None
    render_fps: float | None
    action_meanings: list[str] | None
    mechanism: str | None
    keys: NotRequired[list[KeyReply] | None]


class CatalogReply(TypedDict):
    """The environments by id. One that is not in the shipped table is described only when asked for by its id."""

    environments: list[CatalogEntry]
