"""The bodies and replies of batches."""

from typing import Any, Required

from pydantic import BaseModel, Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from shared.wire.messages.fields import Revision
from shared.wire.messages.problem import Problem
from shared.wire.messages.reset import ResetBody
from shared.wire.messages.step import Action

_MOST_CALLS = 1000
"""The most calls of one batch."""


class BatchCall(BaseModel):
    """One call of a batch. `if_match` makes it conditional on the instance's revision."""

    instance_id: str = Field(max_length=64, examples=["5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"])
    if_match: Revision | None = None


class BatchStepCall(BatchCall):
    """One step of a batch."""

    action: Action


class BatchResetCall(BatchCall, ResetBody):
    """One reset of a batch."""


class BatchStepBody(BaseModel):
    """Steps of any instances. Those of one instance are made in this order."""

    calls: list[BatchStepCall] = Field(max_length=_MOST_CALLS)


class BatchResetBody(BaseModel):
    """Resets of any instances. Those of one instance are made in this order."""

    calls: list[BatchResetCall] = Field(max_length=_MOST_CALLS)


class BatchResult(TypedDict, total=False):
    """The result of one call: the new revision and the reply, or a problem."""

    instance_id: Required[str]
    status: Required[int]
    revision: int
    replayed: bool
    warning: str
    problem: Problem


class BatchResetResult(BatchResult, total=False):
    """The result of one reset."""

    observation: Any
    info: dict[str, Any]
    spaces: dict[str, Any]


class BatchStepResult(BatchResetResult, total=False):
    """The result of one step."""

    reward: Any
    terminated: bool | list[bool]
    truncated: bool | list[bool]


class BatchResetReply(TypedDict):
    """The results, in the order of the calls."""

    results: list[BatchResetResult]


class BatchStepReply(TypedDict):
    """The results, in the order of the calls."""

    results: list[BatchStepResult]
