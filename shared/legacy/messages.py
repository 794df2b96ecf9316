"""The bodies of openai/gym-http-api's requests and replies."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.wire.messages.fields import Seed


def _given(body: Any) -> dict[str, Any]:
    """The parameters that were given. Null, an empty string and an empty list count as missing.

    Clients in some languages send an empty list or string where they mean an empty object.
    """
    parameters = body if isinstance(body, dict) else {}
    return {name: value for name, value in parameters.items() if value not in (None, "", [])}


def _yes(value: Any) -> bool:
    """A flag, which clients without a JSON library send as a string."""
    return value.strip().lower() not in ("false", "f", "no", "0") if isinstance(value, str) else bool(value)


Flag = Annotated[bool, BeforeValidator(_yes)]


class _Create(BaseModel):
    """The environment to create."""

    env_id: str = Field(max_length=256, examples=["CartPole-v0"])
    seed: Seed | None = None


class _Step(BaseModel):
    """The action to apply."""

    action: Any = Field(examples=[1, [0.5]])
    render: Flag = Field(False, description="Accepted and ignored: there is no screen.")


class _Monitor(BaseModel):
    """How statistics are to be recorded."""

    directory: Any = Field(description="Required and ignored: statistics are stored with the instance.")
    force: Flag = Field(False, description="Discard earlier statistics. This is the default.")
    resume: Flag = Field(False, description="Add to earlier statistics.")
    video_callable: Any = Field(False, description="Accepted and ignored: no video is made.")


class _Upload(BaseModel):
    """What was to be uploaded."""

    api_key: Any = Field(description="Required, as it was by the site that took results.")
    training_dir: Any = Field(None, description="Ignored: nothing is uploaded.")


UploadBody = Annotated[_Upload, BeforeValidator(_given)]
CreateBody = Annotated[_Create, BeforeValidator(_given)]
StepBody = Annotated[_Step, BeforeValidator(_given)]
MonitorBody = Annotated[_Monitor, BeforeValidator(_given)]


class LegacyInstance(TypedDict):
    """The new instance: eight hexadecimal digits."""

    instance_id: str


class LegacyInstances(TypedDict):
    """Environment ids by instance id."""

    all_envs: dict[str, str]


class LegacyObservation(TypedDict):
    """The first observation of an episode."""

    observation: Any


class LegacyStep(TypedDict):
    """The result of a step."""

    observation: Any
    reward: Any
    done: bool
    info: dict[str, Any]


class LegacySpace(TypedDict, total=False):
    """A space. Discrete has `n`; Box has flat bounds, in which 1e100 stands for infinity."""

    name: str
    shape: list[int]
    n: int
    low: list[Any]
    high: list[Any]
    nvec: list[int]
    spaces: Any


class LegacySpaceInfo(TypedDict):
    """A space, under the key that clients look for."""

    info: LegacySpace


class LegacyAction(TypedDict):
    """A random action."""

    action: Any


class LegacyMember(TypedDict):
    """Whether it is a member."""

    member: bool


class LegacyError(TypedDict):
    """What went wrong."""

    message: str
