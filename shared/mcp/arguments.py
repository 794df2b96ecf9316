"""The arguments of the tools: the bodies of `/v1`, with what there stands in the path and in headers."""

from typing import Annotated

from pydantic import BaseModel, Field

from shared.wire.messages.create import CreateBody
from shared.wire.messages.explore import ExploreBody
from shared.wire.messages.reset import ResetBody
from shared.wire.messages.rollout import RolloutBody
from shared.wire.messages.states import CheckpointBody, ForkBody, RestoreBody
from shared.wire.messages.step import Action

InstanceId = Annotated[
    str,
    Field(max_length=64, description="What `make` returned.", examples=["5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"]),
]
Key = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=255,
        description="A word of your own for this call. If its reply is lost, send it again with the same key: it "
        "is then not applied twice.",
    ),
]


class Arguments(BaseModel):
    """The arguments of a tool that may be repeated."""

    key: Key = None


class Named(Arguments):
    """The arguments of a tool that is applied to an instance."""

    instance_id: InstanceId


class Asked(BaseModel):
    """The arguments of a tool that changes nothing."""

    instance_id: InstanceId


class MakeArguments(Arguments, CreateBody):
    """What to make."""


class ResetArguments(Named, ResetBody):
    """Which episode to begin."""


class StepArguments(Named):
    """The action."""

    action: Action


class RolloutArguments(Named, RolloutBody):
    """The actions."""


class ExploreArguments(Named, ExploreBody):
    """The futures."""


class ForkArguments(Named, ForkBody):
    """How many copies."""


class CheckpointArguments(Named, CheckpointBody):
    """The checkpoint's name."""


class RestoreArguments(Named, RestoreBody):
    """The checkpoint."""
