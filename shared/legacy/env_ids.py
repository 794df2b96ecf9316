"""Environment ids of older releases of Gym, and the versions that replaced them."""

import gymnasium
from gymnasium.envs.registration import parse_env_id

_ATARI = "ALE"
"""The namespace of the Atari games. Gym registered them without one."""


def newest_version(env_id: str) -> str | None:
    """The newest registered version of the environment, if it is newer than the one `env_id` names.

    An id without a namespace also finds the Atari games of ALE.
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
