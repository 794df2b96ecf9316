"""Every environment that Gymnasium and ale-py register belongs to the family that says how it is treated."""

import tomllib
from importlib.util import find_spec

import gymnasium
import pytest

from shared.families.families import FAMILIES, family_of, registering_modules
from shared.snapshot.making.make import register_environments
from tests.servers import ROOT


def test_an_entry_point_and_a_classs_module_lead_to_the_family() -> None:
    assert getattr(family_of("gymnasium.envs.box2d.lunar_lander:LunarLander"), "name", None) == "box2d"
    assert getattr(family_of("ale_py.env"), "name", None) == "atari"
    assert getattr(family_of("gymnasium.envs.phys2d.cartpole"), "name", None) == "jax"


@pytest.mark.parametrize(
    "entry_point",
    [None, print, "", "gymnasium.envs.box2d_more:Env", "ale_python:Env", "my_envs:Walk", "gymnasium"],
)
def test_what_only_looks_like_a_family_is_of_none(entry_point: object) -> None:
    assert family_of(entry_point) is None


def test_no_two_families_claim_the_same_package_or_mechanism() -> None:
    packages = [package for family in FAMILIES for package in family.packages]
    mechanisms = [name for family in FAMILIES for name in family.mechanisms]
    assert len({*packages}) == len(packages)
    assert len({*mechanisms}) == len(mechanisms)


def test_every_environment_of_gymnasium_has_a_family() -> None:
    """A release that adds a package of environments fails here until it has a file."""
    entry_points = [str(spec.entry_point) for spec in gymnasium.registry.values()]
    gymnasiums = {each for each in entry_points if each.startswith("gymnasium.envs.") and ":" in each}
    assert [each for each in gymnasiums if family_of(each) is None] == []


def test_the_registering_modules_register_every_family() -> None:
    modules = [*registering_modules()]
    assert modules == (["ale_py"] if find_spec("ale_py") else [])
    register_environments(modules)
    found = {family_of(spec.entry_point) for spec in [*gymnasium.registry.values()]}
    assert {family.name for family in FAMILIES if family.is_installed()} <= {each.name for each in found if each}


def test_a_familys_name_is_the_extra_that_installs_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    assert {family.name for family in FAMILIES} <= extras.keys()
    for family in FAMILIES:
        first = extras[family.name][0]
        assert f"[{family.name}]" in first or not first.startswith("gymnasium"), "Gymnasium's extra of that name"
    [everything] = extras["all"]
    for family in FAMILIES:
        assert (family.name in everything) is bool(family.mechanisms), family.name
