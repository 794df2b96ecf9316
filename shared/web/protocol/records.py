"""The record of an instance or a checkpoint: its header in the form of a reply."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.session.history.passage import place_of
from shared.session.history.recordings import Recording
from shared.session.history.rows import Row
from shared.session.record.episodes import Episode
from shared.session.stored.header import Header
from shared.session.stored.statistics import Statistics, VectorReturn
from shared.wire.messages.records import CheckpointReply, InstanceReply, StatisticsReply

INSTANCE_EXAMPLE: dict[str, Any] = {
    "instance_id": "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11",
    "env_id": "CartPole-v1",
    "render_mode": None,
    "kwargs": {},
    "max_episode_steps": None,
    "wrappers": [],
    "num_envs": None,
    "autoreset": "Disabled",
    "seed": None,
    "drawn_seed": 1608637542,
    "episode": 1,
    "steps": 1,
    "episode_return": 1.0,
    "vector_return": None,
    "ended": False,
    "created": "2026-01-31T12:00:00.104881+00:00",
    "used": "2026-01-31T12:00:00.126412+00:00",
    "revision": 2,
    "origin": None,
    "name": "",
    "statistics": None,
    "mechanism": "classic-control",
    "libraries": {"gymnasium": "1.4.0", "numpy": "2.4.6"},
    "cpu": "X86_V3 X86_V4",
}

EPISODE_EXAMPLE: dict[str, Any] = {
    "number": 1,
    "start": "reset",
    "end": "terminated",
    "seed": 42,
    "steps": 2,
    "return": 2.0,
    "first": "1",
    "last": "2.1",
    "began": "2026-01-31T12:00:00.104000+00:00",
    "ended": "2026-01-31T12:00:00.126000+00:00",
}

RECORDING_EXAMPLE: dict[str, Any] = {
    name: INSTANCE_EXAMPLE[name]
    for name in (
        *("instance_id", "env_id", "name", "num_envs", "episode", "steps", "episode_return", "ended"),
        *("created", "used", "revision", "origin"),
    )
} | {"recording": True, "closed": False}

RELATIVE_EXAMPLE: dict[str, Any] = {
    name: RECORDING_EXAMPLE[name]
    for name in ("instance_id", "env_id", "name", "origin", "created", "revision", "closed")
}

ROW_EXAMPLE: dict[str, Any] = {
    "revision": 2,
    "index": None,
    "episode": 1,
    "step": 1,
    "call": "step",
    "action": 1,
    "reward": 1.0,
    "terminated": False,
    "truncated": False,
    "arguments": None,
    "time": "2026-01-31T12:00:00.126000+00:00",
}


def instance_record(header: Header) -> InstanceReply:
    """The record of an instance."""
    recipe, progress = header.recipe, header.progress
    return {
        "instance_id": header.instance_id,
        "env_id": recipe.env_id,
        "render_mode": recipe.render_mode,
        "kwargs": recipe.kwargs,
        "max_episode_steps": recipe.max_episode_steps,
        "wrappers": [msgspec.structs.asdict(wrapper) for wrapper in recipe.wrappers],
        "num_envs": recipe.num_envs,
        "autoreset": recipe.autoreset,
        "seed": recipe.seed,
        "drawn_seed": header.drawn_seed,
        "episode": progress.episode,
        "steps": progress.steps,
        "episode_return": progress.episode_return,
        "vector_return": _vector(progress.vector_return),
        "ended": progress.ended,
        "created": iso(header.created),
        "used": iso(header.used),
        "revision": header.revision,
        "origin": None
        if header.origin is None
        else {"instance_id": header.origin[0], "revision": header.origin[1]},
        "name": header.name,
        "statistics": None if progress.statistics is None else _statistics(progress.statistics),
        "mechanism": header.mechanism,
        "libraries": header.libraries,
        "cpu": header.cpu,
    }


def checkpoint_record(header: Header) -> CheckpointReply:
    """The record of a checkpoint. The revision is the instance's when the checkpoint was made."""
    return {
        "checkpoint_id": header.checkpoint_id,
        "name": header.checkpoint_name,
        "created": iso(header.created),
        "revision": header.revision,
        "episode": header.progress.episode,
        "steps": header.progress.steps,
        "episode_return": header.progress.episode_return,
        "vector_return": _vector(header.progress.vector_return),
    }


def row_record(row: Row) -> dict[str, Any]:
    """The record of a call in a log."""
    return {
        "revision": row.place.revision,
        "index": row.place.k,
        "episode": row.episode,
        "step": row.step,
        "call": row.call,
        "action": row.action,
        "reward": row.reward,
        "terminated": row.terminated,
        "truncated": row.truncated,
        "arguments": row.arguments,
        "time": iso(row.time),
    }


def episode_record(episode: Episode) -> dict[str, Any]:
    """The record of an episode in a log."""
    return {
        "number": episode.number,
        "start": episode.start,
        "end": episode.end,
        "seed": episode.seed,
        "steps": episode.steps,
        "return": episode.total,
        "first": str(place_of(episode.first)),
        "last": str(place_of(episode.last)),
        "began": iso(episode.began / 1000),
        "ended": iso(episode.ended / 1000),
    }


def relative_record(relative: Recording) -> dict[str, Any]:
    """The record of an ancestor or a descendant."""
    record = recording_record(relative)
    return {name: record[name] for name in RELATIVE_EXAMPLE}


def recording_record(recording: Recording) -> dict[str, Any]:
    """The record of an instance that has recorded calls."""
    record, log = instance_record(recording.header), recording.header.log
    told = {name: value for name, value in record.items() if name in RECORDING_EXAMPLE}
    return told | {"recording": log is not None and log.on and not recording.closed, "closed": recording.closed}


def _statistics(kept: Statistics) -> StatisticsReply:
    return {
        "running": kept.running,
        "episodes": kept.episodes,
        "latest": [
            {
                "steps": each.steps,
                "episode_return": each.episode_return,
                "vector_return": _vector(each.vector_return),
                "ended": iso(each.ended),
            }
            for each in kept.latest
        ],
    }


def _vector(returns: VectorReturn) -> list[float] | None:
    return [*returns] or None


def iso(seconds: float) -> str:
    """A time since the epoch in ISO 8601, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
