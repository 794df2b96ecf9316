"""The family of an environment id, as Gymnasium's registry tells it."""

import gymnasium

from shared.families.families import family_of
from shared.families.family import Family


def registered_family(env_id: str) -> Family | None:
    """The family of `Name-v0` or `module:Name-v0`; None if the id is not registered or of no family."""
    spec = gymnasium.registry.get(env_id.rpartition(":")[2])
    return None if spec is None else family_of(spec.entry_point)
