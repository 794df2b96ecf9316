"""The bodies of openai/gym-http-api's requests and replies."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.wire.messages.requests import Seed


def _given(body: Any) -> dict[str, Any]:
    """The parameters that count as given: null, an empty text and an empty list stand for a missing one.

    Some languages send an empty list or text where they mean an object without members.
    """
    parameters = body if isinstance(body, dict) else {}
    return {name: value for name, value in parameters.items() if value not in (None, "", [])}


def _yes(value: Any) -> bool:
    """A flag as languages without a JSON library of their own write it."""
    return value.strip().lower() not in ("false", "f", "no", "0") if isinstance(value, str) else bool(value)


Flag = Annotated[bool, BeforeValidator(_yes)]


class _Create(BaseModel):
    """Which environment to make."""

    env_id: str = Field(max_length=256, examples=["CartPole-v0"])
    seed: Seed | None = None


class _Step(BaseModel):
    """What to do in the environment."""

    action: Any = Field(examples=[1, [0.5]])
    render: Flag = Field(False, description="Accepted; there is no screen.")


class _Monitor(BaseModel):
    """What the monitor is to keep."""

    directory: Any = Field(description="Required and not used: statistics are kept with the instance.")
    force: Flag = Field(False, description="Begin anew, which is also the default.")
    resume: Flag = Field(False, description="Add to the statistics that there are.")
    video_callable: Any = Field(False, description="Accepted; no video is made.")


CreateBody = Annotated[_Create, BeforeValidator(_given)]
StepBody = Annotated[_Step, BeforeValidator(_given)]
MonitorBody = Annotated[_Monitor, BeforeValidator(_given)]


class LegacyInstance(TypedDict):
    """The new instance: eight hexadecimal digits."""

    instance_id: str


class LegacyInstances(TypedDict):
    """The environments' ids by instance."""

    all_envs: dict[str, str]


class LegacyObservation(TypedDict):
    """The first observation of an episode."""

    observation: Any


class LegacyStep(TypedDict):
    """What a step came to."""

    observation: Any
    reward: float
    done: bool
    info: dict[str, Any]


class LegacySpace(TypedDict, total=False):
    """A space: Discrete has `n`, Box has flat bounds, in which 1e100 is infinity."""

    name: str
    shape: list[int]
    n: int
    low: list[Any]
    high: list[Any]
    nvec: list[int]
    spaces: Any


class LegacySpaceInfo(TypedDict):
    """A space under the key that clients look for."""

    info: LegacySpace


class LegacyAction(TypedDict):
    """A random action."""

    action: Any


class LegacyMember(TypedDict):
    """Whether it is one."""

    member: bool


class LegacyError(TypedDict):
    """What went wrong."""

    message: str
