"""The replies to calls, as the OpenAPI document shows them.

Members of spaces are `Any`, as their form depends on the instance's space. So are the descriptions in `spaces`,
which are those of `interface/`.
"""

from typing import Any, Literal, NotRequired, Required

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12


class CreateReply(TypedDict):
    """The new instance."""

    instance_id: str


class TrialReply(TypedDict):
    """How far a trial is."""

    state: Literal["running", "done", "refused"]
    progress: NotRequired[list[str]]
    """While it runs: what it has done, and last what it is at. Empty while it waits, and in another process."""
    mechanism: NotRequired[str]
    """Once it is done: what carries the environment."""
    problem: NotRequired[dict[str, Any]]
    """Once it has refused the environment: the problem that a creation is answered with."""


class ResetReply(TypedDict):
    """What `Env.reset` returns. Non-finite floats are "Infinity", "-Infinity" and "NaN".

    `spaces` describes the spaces that the call has changed; without it, there are none.
    """

    observation: Any
    info: dict[str, Any]
    spaces: NotRequired[dict[str, Any]]


class RolloutReset(TypedDict):
    """What a reset inside a rollout returned, after `index` steps."""

    index: int
    observation: Any
    info: dict[str, Any]


class RolloutReply(TypedDict, total=False):
    """What `include` asked for of each step: one array over the steps where possible, else a list."""

    steps: Required[int]
    observations: Any
    rewards: Any
    terminations: Any
    truncations: Any
    infos: list[dict[str, Any]]
    actions: Any
    resets: Required[list[RolloutReset]]
    spaces: dict[str, Any]


class KeptFuture(TypedDict):
    """A future that has become an instance."""

    index: int
    instance_id: str


class ExploreReply(TypedDict, total=False):
    """What `include` asked for, a value for each future, and the futures that were kept."""

    returns: Any
    steps: Any
    terminations: Any
    truncations: Any
    observations: Any
    actions: list[Any]
    rewards: list[Any]
    infos: list[dict[str, Any] | None]
    kept: Required[list[KeptFuture]]


class RecordReply(TypedDict):
    """Whether calls are recorded."""

    on: bool


class HistoryRow(TypedDict):
    """A recorded call, or a revision that no call of the environment made. `index` is its own within a rollout."""

    revision: int
    index: int | None
    episode: int
    step: int
    call: Literal["reset", "step", "sample", "render", "restore"] | None
    action: Any
    reward: Any
    terminated: Any
    truncated: Any
    arguments: dict[str, Any] | None
    time: str


class HistoryReply(TypedDict):
    """Recorded calls in their order. `next` is what the next page begins behind; null on the last."""

    rows: Any
    next: str | None


class AtReply(TypedDict, total=False):
    """A recorded call, and what it returned: the members of the call's own reply."""

    revision: Required[int]
    index: Required[int | None]
    episode: Required[int]
    step: Required[int]
    call: Required[str | None]
    action: Required[Any]
    arguments: Required[dict[str, Any] | None]
    time: Required[str]
    observation: Any
    reward: Required[Any]
    terminated: Required[Any]
    truncated: Required[Any]
    info: dict[str, Any]
    sample: Any
    render_mode: str
    content_type: str
    encoding: str
    data: Any
    picture: Any


class RecordingReply(TypedDict):
    """An instance that has recorded calls: how far it has come, and whether it records or is closed."""

    instance_id: str
    env_id: str
    name: str
    num_envs: int | None
    episode: int
    steps: int
    episode_return: Any
    ended: bool
    created: str
    used: str
    revision: int
    origin: dict[str, Any] | None
    recording: bool
    closed: bool


class RecordingsReply(TypedDict):
    """Recordings in the order of their ids. `next` is what the next page begins behind; null on the last."""

    recordings: list[RecordingReply]
    next: str | None


class RelativeReply(TypedDict):
    """An ancestor or a descendant."""

    instance_id: str
    env_id: str
    name: str
    origin: dict[str, Any] | None
    created: str
    revision: int
    closed: bool


class LineageReply(TypedDict):
    """Ancestors, nearest first, and descendants, each before its own."""

    ancestors: list[RelativeReply]
    descendants: list[RelativeReply]


_EPISODE: dict[str, Any] = {
    "number": int,
    "start": Literal["reset", "log", "record", "restore"],
    "end": Literal["terminated", "truncated", "reset", "restore", "off"] | None,
    "seed": int | str | None,
    "steps": int,
    "return": float,
    "first": str,
    "last": str,
    "began": str,
    "ended": str,
}

# `return` is a name that a class cannot have.
RecordedEpisode = TypedDict("RecordedEpisode", _EPISODE)  # type: ignore[misc]


class EpisodesReply(TypedDict):
    """Episodes in the order of their numbers. `next` is what the next page begins behind; null on the last."""

    episodes: list[RecordedEpisode]
    next: int | None


class TransitionsReply(TypedDict):
    """An episode and its transitions as columns. There is one observation more than actions; so of `infos`."""

    episode: RecordedEpisode
    observations: Any
    actions: Any
    rewards: Any
    terminations: Any
    truncations: Any
    infos: NotRequired[list[dict[str, Any]]]


class VerifyReply(TypedDict, total=False):
    """How many calls returned what the log says; with `at`, the first that did not, and why."""

    verified: Required[bool]
    calls: Required[int]
    next: Required[int | None]
    at: str
    reason: str


class SampleReply(TypedDict):
    """A random member of the space."""

    sample: Any


class ContainsReply(TypedDict):
    """Whether the value is a member."""

    contains: bool


class RenderReply(TypedDict):
    """A picture: base64 of a PNG, a list of these, or text. A vector environment has a list of pictures."""

    render_mode: str
    content_type: Literal["image/png", "text/plain"]
    encoding: Literal["base64", "utf-8"]
    data: str | list[str] | list[list[str]]


class TicketReply(TypedDict):
    """A ticket for `?ticket=`, and when it expires, ISO 8601 in UTC."""

    ticket: str
    expires: str


class ForkReply(TypedDict):
    """The new instances. With `reseed`, the i-th is the one with spawn key i."""

    instance_ids: list[str]


class MessageReply(TypedDict):
    """A sentence that says what was done."""

    message: str


class ProbeReply(TypedDict):
    """That what was asked for holds; otherwise the reply is a problem."""

    status: Literal["ok"]


class HealthReply(TypedDict):
    """The state of the store and the versions that are served."""

    status: Literal["ok"]
    store: str
    version: str
    gymnasium: str
