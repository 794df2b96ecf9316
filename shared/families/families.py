"""The families that the service knows. To add one, write its file here and put it into `FAMILIES`."""

from collections.abc import Iterator

from shared.families.atari import ATARI
from shared.families.box2d import BOX2D
from shared.families.classic_control import CLASSIC_CONTROL
from shared.families.family import Family
from shared.families.jax import JAX
from shared.families.mujoco import MUJOCO
from shared.families.toy_text import TOY_TEXT

FAMILIES: tuple[Family, ...] = (CLASSIC_CONTROL, TOY_TEXT, BOX2D, MUJOCO, ATARI, JAX)


def family_of(entry_point: object) -> Family | None:
    """The family of an `EnvSpec.entry_point` (`module:Class`) or of a class's module; None if no family has it.

    Gymnasium also allows a function as entry point, which belongs to no family.
    """
    if not isinstance(entry_point, str):
        return None
    module = entry_point.partition(":")[0]
    return next((family for family in FAMILIES if family.holds(module)), None)


def registering_modules(*, installed: bool = True) -> Iterator[str]:
    """The modules that register the ids of families other than Gymnasium's, by default those installed.

    They are imported before any environment is made: Gymnasium iterates over its registry to make one, and would
    fail if another thread registered more at that moment.
    """
    return (
        family.registered_by
        for family in FAMILIES
        if family.registered_by is not None and (family.is_installed() or not installed)
    )
