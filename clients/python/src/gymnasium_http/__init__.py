"""Gymnasium environments that live on a server: an `Env` and a `VectorEnv` over HTTP.

    env = gymnasium_http.make("CartPole-v1", url="http://127.0.0.1:5000")
    env = await gymnasium_http.make_async("CartPole-v1", url="http://127.0.0.1:5000")  # an `AsyncEnv`

Importing this package registers `http/Env-v0`, for `gymnasium.make`.
"""

from gymnasium_http.asynchronous.environment import AsyncEnv
from gymnasium_http.asynchronous.making import (
    attach_async,
    from_snapshot_async,
    instances_async,
    make_async,
    make_vec_async,
)
from gymnasium_http.asynchronous.recorded import AsyncRecorded, recordings_async
from gymnasium_http.asynchronous.vector import AsyncVectorEnv
from gymnasium_http.calls.explore import Futures
from gymnasium_http.calls.rollout import Reset, Rollout
from gymnasium_http.environment import HTTPEnv
from gymnasium_http.errors import (
    BodyTooLarge,
    CallTooLong,
    CheckpointNotFound,
    Contended,
    EnvironmentRaised,
    EpisodeNotFound,
    GymHTTPError,
    HistoryDamaged,
    InstanceNotFound,
    InvalidAction,
    InvalidRequest,
    InvalidSnapshot,
    InvalidValue,
    JournalFull,
    KeyReused,
    NoServer,
    NotCreatable,
    NotEncodable,
    NotExact,
    NotFound,
    NotInstalled,
    NotRecorded,
    NotRenderable,
    NotServed,
    NotVerified,
    QuotaExceeded,
    ReplyGone,
    ReplyTooLarge,
    ResetNeeded,
    RevisionNotFound,
    ServerFailed,
    ServerGone,
    ServiceUnavailable,
    SnapshotTooLarge,
    SnapshotUnusable,
    StaleRevision,
    TimedOut,
    TrialNotFound,
    Unauthorized,
    UnknownArgument,
    VersionMismatch,
)
from gymnasium_http.listing import instances
from gymnasium_http.making import attach, make, make_vec
from gymnasium_http.recorded import Recorded, recordings
from gymnasium_http.registration import register
from gymnasium_http.snapshot import from_snapshot
from gymnasium_http.transport.async_connection import AsyncConnection
from gymnasium_http.transport.connection import Connection
from gymnasium_http.vector import HTTPVectorEnv
from gymnasium_http.version import VERSION as __version__

__all__ = [
    "AsyncConnection",
    "AsyncEnv",
    "AsyncRecorded",
    "AsyncVectorEnv",
    "BodyTooLarge",
    "CallTooLong",
    "CheckpointNotFound",
    "Connection",
    "Contended",
    "EnvironmentRaised",
    "EpisodeNotFound",
    "Futures",
    "GymHTTPError",
    "HTTPEnv",
    "HTTPVectorEnv",
    "HistoryDamaged",
    "InstanceNotFound",
    "InvalidAction",
    "InvalidRequest",
    "InvalidSnapshot",
    "InvalidValue",
    "JournalFull",
    "KeyReused",
    "NoServer",
    "NotCreatable",
    "NotEncodable",
    "NotExact",
    "NotFound",
    "NotInstalled",
    "NotRecorded",
    "NotRenderable",
    "NotServed",
    "NotVerified",
    "QuotaExceeded",
    "Recorded",
    "ReplyGone",
    "ReplyTooLarge",
    "Reset",
    "ResetNeeded",
    "RevisionNotFound",
    "Rollout",
    "ServerFailed",
    "ServerGone",
    "ServiceUnavailable",
    "SnapshotTooLarge",
    "SnapshotUnusable",
    "StaleRevision",
    "TimedOut",
    "TrialNotFound",
    "Unauthorized",
    "UnknownArgument",
    "VersionMismatch",
    "__version__",
    "attach",
    "attach_async",
    "from_snapshot",
    "from_snapshot_async",
    "instances",
    "instances_async",
    "make",
    "make_async",
    "make_vec",
    "make_vec_async",
    "recordings",
    "recordings_async",
]

register()
