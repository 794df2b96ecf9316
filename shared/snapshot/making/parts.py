"""What a recipe puts together, as the table of versions that were proved equal names it."""

import gymnasium

from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.env_ids import registered_family

VECTOR = "vector"
DRAWN = " drawn"


def parts_of(recipe: Recipe) -> tuple[str, ...]:
    """The environment's family or package, its wrappers, and whether it is a vector, sorted.

    A family with frames is a part of its own, `classic-control drawn`: its pictures may change where its steps do
    not. A table that knows a package only in some parts says nothing of the others.
    """
    found = {environment_part(recipe.env_id) + (DRAWN if recipe.draws else "")}
    found |= {wrapper.name for wrapper in recipe.wrappers}
    if recipe.num_envs is not None:
        found.add(VECTOR)
    elif recipe.autoreset != "Disabled":
        found.add("Autoreset")
    return tuple(sorted(found))


def environment_part(env_id: str) -> str:
    """The family of an environment, such as `classic-control`, or the package that it comes from."""
    family = registered_family(env_id)
    if family is not None:
        return family.name
    spec = gymnasium.registry.get(env_id.rpartition(":")[2])
    entry_point = spec.entry_point if spec is not None and isinstance(spec.entry_point, str) else env_id
    return entry_point.partition(":")[0].partition(".")[0]
