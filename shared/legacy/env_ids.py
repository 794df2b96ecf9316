"""Ids of environments that were registered once: which version has taken an old one's place."""

import gymnasium
from gymnasium.envs.registration import parse_env_id

_ATARI = "ALE"
"""Where Atari's games are registered; before, they had no namespace."""


def newest_version(env_id: str) -> str | None:
    """The newest registered version of the id's environment, if it is newer than the id's own.

    A game of Atari without a namespace is looked for among ALE's too.
    """
    try:
        namespace, name, version = parse_env_id(env_id)
    except gymnasium.error.Error:
        return None
    versions = [
        (spec.version, spec.id)
        for spec in gymnasium.registry.values()
        if spec.name == name and spec.namespace in (namespace, namespace or _ATARI) and spec.version is not None
    ]
    newest, newest_id = max(versions, default=(-1, ""))
    return newest_id if version is not None and newest > version else None
