"""What replies tell of a space, of an environment's interface and of the environments there are."""

from typing import Any, NotRequired

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.wire.spaces.schemas import SpaceReply


class SpecReply(TypedDict):
    """The fields of `gymnasium.envs.registration.EnvSpec`; an entry point that is no text is null."""

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
    """What stands in for an environment; `num_envs` is null for one that is no vector."""

    spec: SpecReply
    metadata: dict[str, Any]
    render_mode: str | None
    num_envs: int | None
    spaces: dict[str, SpaceReply]


class KeyReply(TypedDict):
    """Keys that are held together, and the action that they mean."""

    codes: list[list[str]]
    action: Any
    meaning: str | None


class CatalogEntry(TypedDict):
    """What `gymnasium.spec` and a made environment tell of an id; `keys` only where one is asked for alone."""

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
    """The environments by id; one that is not in the shipped table is described when asked for alone."""

    environments: list[CatalogEntry]
