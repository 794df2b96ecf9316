"""Gymnasium's environments written with JAX. No mechanism knows them: each is tried at its first creation."""

from shared.families.family import Family

JAX = Family("jax", packages=("gymnasium.envs.phys2d", "gymnasium.envs.tabular"), needs="jax")
