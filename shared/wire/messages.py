"""The bodies of requests and replies: what is parsed and what the API's document shows.

Values of spaces are `Any` here: their form follows from the instance's space, which only a live environment
knows (`spaces.py`, `values.py`). Keys that are not named are ignored, as the predecessor did.
"""

from typing import Annotated, Any, Literal, Required

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

_DEEPEST = 32


def _integral(value: Any) -> Any:
    """Refuse what would be rounded or read into a number: 1.0 is 1 in languages that only have doubles."""
    if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"{value!r} is not an integer")
    return int(value) if isinstance(value, float) else value


def _storable(value: Any, depth: int = 0) -> Any:
    """Refuse what a snapshot's header cannot hold: integers over 64 bits and very deep nesting."""
    if depth > _DEEPEST:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"an integer of {value.bit_length()} bits is over 64")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _storable(item, depth + 1)
    return value


Seed = Annotated[
    int,
    # The bounds come first: after a validator they would not be told in JSON Schema's words.
    Field(ge=0, lt=1 << 63, description="As `Env.reset(seed=...)` takes it.", examples=[42]),
    BeforeValidator(_integral),
]
Keywords = Annotated[dict[str, Any], BeforeValidator(_storable)]


class WrapperBody(BaseModel):
    """One wrapper of `gymnasium.wrappers`."""

    name: str = Field(max_length=64, examples=["FrameStackObservation"])
    kwargs: Keywords = Field(default_factory=dict, examples=[{"stack_size": 4}])


class CreateBody(BaseModel):
    """What `gymnasium.make` takes, the wrappers around it and the first seed."""

    env_id: str = Field(max_length=256, description="An id of Gymnasium's registry.", examples=["CartPole-v1"])
    render_mode: str | None = Field(None, max_length=64, examples=["rgb_array"])
    kwargs: Keywords = Field(
        default_factory=dict,
        description="Arguments of the environment's constructor.",
        examples=[{"sutton_barto_reward": True}],
    )
    max_episode_steps: Annotated[int, Field(ge=-1, lt=1 << 40), BeforeValidator(_integral)] | None = Field(
        None, description="As `gymnasium.make` takes it; -1 for no limit.", examples=[500]
    )
    wrappers: list[WrapperBody] = Field(default_factory=list, max_length=16, description="Innermost first.")
    num_envs: Annotated[int, Field(ge=1, le=256), BeforeValidator(_integral)] | None = Field(
        None, description="Makes a `gymnasium.vector.SyncVectorEnv` of so many; everything is a batch then."
    )
    autoreset: Literal["NextStep", "SameStep", "Disabled"] | None = Field(
        None,
        description="As `gymnasium.vector.AutoresetMode` names them; by default Disabled, with num_envs NextStep.",
    )
    seed: Seed | None = Field(
        None,
        description="Seeds the spaces, and the first reset if that brings no seed of its own.",
    )


class ResetBody(BaseModel):
    """What `Env.reset` takes; an empty body and null mean neither."""

    seed: Seed | Annotated[list[Seed | None], Field(max_length=256)] | None = Field(
        None, description="A list has one for each environment of a vector.", examples=[42]
    )
    options: dict[str, Any] | None = Field(None, description="As the environment documents them.")


class StepBody(BaseModel):
    """What `Env.step` takes."""

    action: Any = Field(description="A member of the action space, as JSON.", examples=[1, [0.5], {"arm": [0, 1]}])


class RolloutBody(BaseModel):
    """Either `actions`, or a `policy` and how many `steps` it makes."""

    actions: Any = Field(
        None,
        description="A list of members of the action space, or one typed array with a first axis over them.",
        examples=[[0, 1, 1, 0]],
    )
    policy: Literal["random"] | None = Field(
        None, description="`random`: each action is drawn as `action_space/sample/` draws it."
    )
    steps: Annotated[int, Field(ge=0), BeforeValidator(_integral)] | None = Field(None, examples=[100])
    include: list[Literal["observations", "rewards", "terminations", "truncations", "infos", "actions"]] = Field(
        ["observations", "rewards", "terminations", "truncations"],
        max_length=6,
        description="What the reply has of each step.",
    )
    on_end: Literal["stop", "reset", "continue"] | None = Field(
        None,
        description="What follows the end of an episode: nothing more is applied (`stop`), an unseeded reset and "
        "the next action (`reset`), the next action (`continue`). By default stop; a vector always goes on.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> "RolloutBody":
        if (self.actions is None) is (self.policy is None) or (self.policy is None) is not (self.steps is None):
            raise ValueError("it takes either actions, or policy and steps")
        return self


Revision = Annotated[int, Field(ge=0, lt=1 << 63), BeforeValidator(_integral)]


class BatchCall(BaseModel):
    """One call of a batch; `if_match` makes it conditional on the instance's revision."""

    instance_id: str = Field(max_length=64, examples=["5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"])
    if_match: Revision | None = None


class BatchStepCall(BatchCall, StepBody):
    """One step of a batch."""


class BatchResetCall(BatchCall, ResetBody):
    """One reset of a batch."""


MOST_CALLS = 1000
"""The most calls of one batch."""


class BatchStepBody(BaseModel):
    """Steps of any instances; those of one instance are made in this order."""

    calls: list[BatchStepCall] = Field(max_length=MOST_CALLS)


class BatchResetBody(BaseModel):
    """Resets of any instances; those of one instance are made in this order."""

    calls: list[BatchResetCall] = Field(max_length=MOST_CALLS)


class ContainsBody(BaseModel):
    """A value that may be a member of a space."""

    value: Any = Field(description="As an action or observation is sent.", examples=[1])


class ForkBody(BaseModel):
    """How many twins, and whether their generators are to differ."""

    count: Annotated[int, Field(ge=1, le=1000), BeforeValidator(_integral)] = 1
    reseed: Seed | None = Field(
        None,
        description="Makes fork i's generators anew from numpy.random.SeedSequence(reseed, spawn_key=(i,)).",
    )


class CheckpointBody(BaseModel):
    """A checkpoint's name, for people."""

    name: str = Field("", max_length=200, examples=["before the door"])


class RestoreBody(BaseModel):
    """Which checkpoint to go back to."""

    checkpoint_id: str = Field(max_length=64, examples=["0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42"])


class CreateReply(TypedDict):
    """The new instance."""

    instance_id: str


class ResetReply(TypedDict):
    """What `Env.reset` returns. Non-finite floats are "Infinity", "-Infinity" and "NaN"."""

    observation: Any
    info: dict[str, Any]


class StepReply(TypedDict):
    """What `Env.step` returns. Non-finite floats are "Infinity", "-Infinity" and "NaN"."""

    observation: Any
    reward: Any
    terminated: bool | list[bool]
    truncated: bool | list[bool]
    info: dict[str, Any]


class RolloutReset(TypedDict):
    """What a reset within a rollout returned, after `index` of its steps."""

    index: int
    observation: Any
    info: dict[str, Any]


class RolloutReply(TypedDict, total=False):
    """What was asked for of each step, as one array over the steps where it can be one; else as a list."""

    steps: Required[int]
    observations: Any
    rewards: Any
    terminations: Any
    truncations: Any
    infos: list[dict[str, Any]]
    actions: Any
    resets: Required[list[RolloutReset]]


class TicketReply(TypedDict):
    """A ticket for `?ticket=`, and when it ends, ISO 8601 in UTC."""

    ticket: str
    expires: str


class MessageReply(TypedDict):
    """A sentence that says what was done."""

    message: str


class ForkReply(TypedDict):
    """The new instances; with `reseed` the i-th has the i-th generators."""

    instance_ids: list[str]


class CheckpointReply(TypedDict):
    """A checkpoint; `revision` is the instance's when it was made. Times are ISO 8601 in UTC."""

    checkpoint_id: str
    name: str
    created: str
    revision: int
    episode: int
    steps: int
    episode_return: Any


class CheckpointsReply(TypedDict):
    """The instance's checkpoints, oldest first."""

    checkpoints: list[CheckpointReply]


class SpaceReply(TypedDict, total=False):
    """A space without loss: `name` and `shape` always, the others as its kind has them."""

    name: str
    shape: list[int] | None
    dtype: str | None
    n: int | list[int]
    start: int | list[Any]
    low: Any
    high: Any
    nvec: list[Any]
    min_length: int
    max_length: int
    charset: str
    spaces: Any
    keys: list[str | int]
    feature_space: Any
    stack: bool
    node_space: Any
    edge_space: Any


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


class SampleReply(TypedDict):
    """A random member of the space."""

    sample: Any


class ContainsReply(TypedDict):
    """Whether the value is a member."""

    contains: bool


class RenderReply(TypedDict):
    """A picture: base64 of a PNG, a list of these, or text; a list of such for a vector environment."""

    render_mode: str
    content_type: Literal["image/png", "text/plain"]
    encoding: Literal["base64", "utf-8"]
    data: str | list[str] | list[list[str]]


class Origin(TypedDict):
    """Of which instance this one is a fork, and at which revision."""

    instance_id: str
    revision: int


class EpisodeReply(TypedDict):
    """One episode that ended."""

    steps: int
    episode_return: Any
    ended: str


class StatisticsReply(TypedDict):
    """What a monitor kept: how many episodes ended while it ran, and the last 1,000 of them, oldest first."""

    running: bool
    episodes: int
    latest: list[EpisodeReply]


class InstanceReply(TypedDict):
    """An instance's record. Times are ISO 8601 in UTC."""

    instance_id: str
    env_id: str
    render_mode: str | None
    kwargs: dict[str, Any]
    max_episode_steps: int | None
    wrappers: list[dict[str, Any]]
    num_envs: int | None
    autoreset: str
    seed: int | None
    episode: int
    steps: int
    episode_return: Any
    ended: bool
    created: str
    used: str
    revision: int
    origin: Origin | None
    statistics: StatisticsReply | None
    mechanism: str
    libraries: dict[str, str]
    cpu: str


class CatalogEntry(TypedDict):
    """What `gymnasium.spec` and a made environment tell of an id."""

    env_id: str
    max_episode_steps: int | None
    reward_threshold: float | None
    nondeterministic: bool
    action_space: dict[str, Any] | None
    observation_space: dict[str, Any] | None
    render_modes: list[str] | None
    render_fps: float | None
    action_meanings: list[str] | None
    mechanism: str | None


class CatalogReply(TypedDict):
    """The environments by id; one that is not in the shipped table is described when asked for alone."""

    environments: list[CatalogEntry]


class HealthReply(TypedDict):
    """Whether the store answers, and what is served."""

    status: Literal["ok"]
    store: str
    version: str
    gymnasium: str


class Problem(TypedDict, total=False):
    """An error, as RFC 9457 defines it; further members hold the evidence."""

    type: str
    title: str
    status: int
    detail: str


class BatchResult(TypedDict, total=False):
    """What came of one call: the revision that it made and its reply, or a problem."""

    instance_id: Required[str]
    status: Required[int]
    revision: int
    replayed: bool
    warning: str
    problem: Problem


class BatchResetResult(BatchResult, total=False):
    """What came of one reset."""

    observation: Any
    info: dict[str, Any]


class BatchStepResult(BatchResetResult, total=False):
    """What came of one step."""

    reward: Any
    terminated: bool | list[bool]
    truncated: bool | list[bool]


class BatchResetReply(TypedDict):
    """The calls' results in their order."""

    results: list[BatchResetResult]


class BatchStepReply(TypedDict):
    """The calls' results in their order."""

    results: list[BatchStepResult]
