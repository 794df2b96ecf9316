"""The bodies of requests, as they are parsed and as the OpenAPI document shows them.

Members of spaces are `Any`, as their form depends on the instance's space; `members` reads them. Keys that are not
named here are ignored, as gymnasium-http-api does.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

_DEEPEST = 32
_MOST_SEED_BITS = 4096
_DECIMAL = re.compile(r"0|[1-9]\d{0,1300}", re.ASCII)


def _integral(value: Any) -> Any:
    """Accept 1.0 for 1, as some languages have only doubles; refuse what pydantic would round or parse."""
    if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"{value!r} is not an integer")
    return int(value) if isinstance(value, float) else value


def _storable(value: Any, depth: int = 0) -> Any:
    """Refuse what a snapshot's header cannot store: integers over 64 bits and very deep nesting."""
    if depth > _DEEPEST:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"an integer of {value.bit_length()} bits is over 64")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _storable(item, depth + 1)
    return value


def _seed(value: Any) -> Any:
    """Accept decimal text too, since MessagePack and many languages have no integers over 64 bits."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and value.bit_length() > _MOST_SEED_BITS:
        raise ValueError(f"a seed has at most {_MOST_SEED_BITS} bits here, not {value.bit_length()}")
    return _integral(value)


Seed = Annotated[
    int,
    # The bound comes first; after a validator, pydantic would not write it into the JSON Schema.
    Field(
        ge=0,
        description="As `Env.reset(seed=...)` takes it. One over 64 bits may also be its decimal text.",
        examples=[42],
    ),
    BeforeValidator(_seed),
]
Revision = Annotated[int, Field(ge=0, lt=1 << 63), BeforeValidator(_integral)]
PlaceText = Annotated[str, Field(pattern=r"^[0-9]{1,16}([.][0-9]{1,9})?$")]
RecordingName = Annotated[str, Field(max_length=200)]
RECORDED = "A revision that was recorded, or `R.k` for call k within it."
Keywords = Annotated[dict[str, Any], BeforeValidator(_storable)]


Policy = Literal["random", "repeat"]
POLICIES = (
    "`random`: each action is drawn as `action_space/sample/` draws it. `repeat`: each is the one before it again "
    "with `probability`, else drawn, as sticky actions are."
)
Probability = Annotated[float, Field(ge=0, le=1, examples=[0.25])]
REPEATS = "With the policy `repeat`: how probable it is that an action is the one before it again."


def check_probability(policy: Policy | None, probability: float | None) -> None:
    """Check that the policy that repeats actions, and no other, says how often."""
    if (policy == "repeat") is (probability is None):
        raise ValueError("it takes probability with the policy repeat, and only with that one")


class WrapperBody(BaseModel):
    """One wrapper of `gymnasium.wrappers`."""

    name: str = Field(max_length=64, examples=["FrameStackObservation"])
    kwargs: Keywords = Field(default_factory=dict, examples=[{"stack_size": 4}])


class CreateBody(BaseModel):
    """The arguments of `gymnasium.make`, wrappers, and the first seed."""

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
    record: bool = Field(False, description="Record every call, so that all of them can be had again.")
    name: RecordingName = Field("", description="What people call the recording.", examples=["lost at the door"])


class ResetBody(BaseModel):
    """The arguments of `Env.reset`. An empty body and null mean no arguments."""

    seed: Seed | Annotated[list[Seed | None], Field(max_length=256)] | None = Field(
        None, description="A list has one for each environment of a vector.", examples=[42]
    )
    options: dict[str, Any] | None = Field(None, description="As the environment documents them.")


class StepBody(BaseModel):
    """The argument of `Env.step`."""

    action: Any = Field(description="A member of the action space, as JSON.", examples=[1, [0.5], {"arm": [0, 1]}])


class RolloutBody(BaseModel):
    """Either `actions`, or a `policy` and its number of `steps`."""

    actions: Any = Field(
        None,
        description="A list of members of the action space, or one typed array with a first axis over them.",
        examples=[[0, 1, 1, 0]],
    )
    policy: Policy | None = Field(None, description=POLICIES)
    probability: Probability | None = Field(None, description=REPEATS)
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
        check_probability(self.policy, self.probability)
        return self


class KeepBody(BaseModel):
    """Which futures become instances."""

    best: Annotated[int, Field(ge=1, le=100), BeforeValidator(_integral)] | None = Field(
        None, description="So many of the highest returns; of equal ones, the first.", examples=[5]
    )
    indices: list[Annotated[int, Field(ge=0, le=99_999), BeforeValidator(_integral)]] | None = Field(
        None, min_length=1, max_length=100, description="Those of these indices.", examples=[[3, 17]]
    )

    @model_validator(mode="after")
    def _one_choice(self) -> "KeepBody":
        if (self.best is None) is (self.indices is None):
            raise ValueError("it takes either best or indices")
        return self


class FromBody(BaseModel):
    """Where the futures begin."""

    checkpoint_id: str = Field(max_length=64, examples=["0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42"])


class ExploreBody(BaseModel):
    """Either `sequences`, or a `policy` with `count` and `steps`."""

    sequences: Any = Field(
        None,
        description="Lists of members of the action space, all of one length, or one typed array with the first "
        "two axes over the sequences and their actions.",
        examples=[[[0, 1, 1], [1, 1, 0]]],
    )
    policy: Policy | None = Field(None, description=POLICIES)
    count: Annotated[int, Field(ge=1), BeforeValidator(_integral)] | None = Field(None, examples=[1000])
    steps: Annotated[int, Field(ge=1), BeforeValidator(_integral)] | None = Field(None, examples=[20])
    seed: Seed = Field(
        0,
        description="Sequence i is drawn from numpy.random.SeedSequence(seed, spawn_key=(i,)), and not by the "
        "instance's own generators.",
    )
    probability: Probability | None = Field(None, description=REPEATS)
    from_: FromBody | None = Field(
        None, alias="from", description="A checkpoint of the instance; by default its current state."
    )
    on_end: Literal["stop", "reset"] | None = Field(
        None,
        description="What follows the end of an episode: the future is over (`stop`, the default), or an unseeded "
        "reset and the next action (`reset`). A vector always goes on.",
    )
    discount: float = Field(1.0, ge=0, le=1, description="The weight of each reward against the one before.")
    reseed: Seed | None = Field(
        None, description="Gives future i the generators that fork i with this reseed would have."
    )
    include: list[
        Literal["returns", "steps", "terminations", "truncations", "observations", "actions", "rewards", "infos"]
    ] = Field(
        ["returns", "steps", "terminations", "truncations"],
        max_length=8,
        description="What the reply has of each future. Observations and infos are the last ones.",
    )
    keep: KeepBody | None = Field(None, description="Futures that become instances, as forks that have gone on.")

    @model_validator(mode="after")
    def _one_source(self) -> "ExploreBody":
        drawn = (self.policy, self.count, self.steps)
        if (self.sequences is None) is None in drawn or (
            self.sequences is not None and drawn != (None, None, None)
        ):
            raise ValueError("it takes either sequences, or policy, count and steps")
        check_probability(self.policy, self.probability)
        return self


class ContainsBody(BaseModel):
    """A value that may be a member of a space."""

    value: Any = Field(description="As an action or observation is sent.", examples=[1])


class SampleBody(BaseModel):
    """The arguments of `Space.sample`, of which one at most is given."""

    mask: Any = Field(
        None,
        description="As Gymnasium's space takes it, with lists for arrays and tuples: 1 for what may be drawn.",
        examples=[[1, 0]],
    )
    probability: Any = Field(None, description="The same with the probability of each.")

    @model_validator(mode="after")
    def _one_of_both(self) -> "SampleBody":
        if self.mask is not None and self.probability is not None:
            raise ValueError("it takes a mask or a probability, not both")
        return self


class ForkBody(BaseModel):
    """The number of forks, and a seed if their generators are to differ."""

    count: Annotated[int, Field(ge=1, le=1000), BeforeValidator(_integral)] = 1
    reseed: Seed | None = Field(
        None,
        description="Makes fork i's generators anew from numpy.random.SeedSequence(reseed, spawn_key=(i,)).",
    )
    revision: PlaceText | Revision | None = Field(None, description=RECORDED, examples=[17])


class RecordBody(BaseModel):
    """Whether calls are recorded from now on, and the recording's name."""

    on: bool
    name: RecordingName | None = Field(None, description="By default it keeps the name that it has.")


class VerifyBody(BaseModel):
    """Where to begin."""

    from_: Revision | None = Field(
        None,
        alias="from",
        description="The `next` of the reply before; by default the log's beginning.",
        examples=[1024],
    )


class TicketBody(BaseModel):
    """What the ticket is for."""

    scope: Literal["watch", "session"] = Field(
        "watch",
        description="`watch`: looking at the environment by `monitor/`. `session`: opening a session, in which "
        "every call on the environment can be made.",
    )


class CheckpointBody(BaseModel):
    """A name for people to read."""

    name: str = Field("", max_length=200, examples=["before the door"])


class RestoreBody(BaseModel):
    """The checkpoint to go back to, or a recorded revision."""

    checkpoint_id: str | None = Field(None, max_length=64, examples=["0a9b2c1e-53c6-4c1f-9f43-1c5a2e1f7d42"])
    revision: PlaceText | Revision | None = Field(None, description=RECORDED, examples=[17])

    @model_validator(mode="after")
    def _one_state(self) -> "RestoreBody":
        if (self.checkpoint_id is None) is (self.revision is None):
            raise ValueError("it takes either checkpoint_id or revision")
        return self
