"""The bodies and replies of OpenEnv's calls over HTTP, as the OpenAPI document shows them."""

from typing import Any, NotRequired

from pydantic import BaseModel, Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.openenv.episodes import ActionData, ResetData

_EPISODE = Field(None, max_length=255, description="Of the reply to the reset, or the client's own at it.")
_INSTANCE = Field(None, max_length=64, description="Of the metadata of a reply, instead of the episode_id.")


class ResetRequest(ResetData):
    """The arguments of a reset."""


class StepRequest(BaseModel):
    """An action, and whose episode it is for. `timeout_s` and `request_id` are taken and mean nothing here."""

    action: ActionData
    episode_id: str | None = _EPISODE
    instance_id: str | None = _INSTANCE


class ObservationReply(TypedDict):
    """What the environment returned. Its flags are in `observation`, and `done` is either of them."""

    observation: dict[str, Any]
    reward: Any
    done: bool
    metadata: dict[str, str]


class StateReply(TypedDict):
    """Where the episode is."""

    episode_id: str
    step_count: int
    instance_id: str
    env_id: str
    episode: int
    episode_return: Any
    revision: int


class MetadataReply(TypedDict):
    """What the environment is."""

    name: str
    description: str
    version: NotRequired[str]


class SchemaReply(TypedDict):
    """JSON Schema of what is sent and received, with the spaces."""

    action: dict[str, Any]
    observation: dict[str, Any]
    state: dict[str, Any]


class HealthReply(TypedDict):
    """That the server is there."""

    status: str
