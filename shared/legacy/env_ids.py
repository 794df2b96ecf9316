"""Environment ids of older releases of Gym, and the versions that replaced them."""

import gymnasium
from gymnasium.envs.registration import parse_env_id

from shared.families.families import FAMILIES


def newest_version(env_id: str) -> str | None:
    """The newest registered version of the environment, if it is newer than the one `env_id` names.

    An id without a namespace is also looked up in the families' namespaces: `Pong-v0` has become `ALE/Pong-v5`.
    """
    try:
        namespace, name, version = parse_env_id(env_id)
    except gymnasium.error.Error:
        return None
    namespaces = {namespace} if namespace is not None else {None, *(family.namespace for family in FAMILIES)}
    versions = [
        (spec.version, spec.id)
        for spec in gymnasium.registry.values()
        if spec.name == name and spec.namespace in namespaces and spec.version is not None
    ]
    newest, newest_id = max(versions, default=(-1, ""))
    return newest_id if version is not None and newest > version else None
