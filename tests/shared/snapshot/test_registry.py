"""A mechanism is found by what it carries or by its name, and only then imported."""

import sys
from importlib.metadata import EntryPoint
from typing import Any

import gymnasium
import pytest

from shared.errors import Misconfigured, NotExact, SnapshotIncompatible
from shared.families.families import FAMILIES
from shared.snapshot import registry
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import in_child
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import (
    candidates,
    mechanism_for,
    mechanism_named,
    mechanism_names,
    proved_mechanism,
)

OWN = [
    "classic-control",
    "toy-text",
    "box2d",
    "mujoco",
    "mujoco-drawn",
    "ale",
    "object-graph",
    "journal-since-reset-any",
    "journal-since-reset",
    "journal",
    "journal-drawn",
    "retro",
    "journal-since-reset-alone",
    "journal-alone",
]


class Stray:
    """A mechanism of another package that carries nothing."""

    name = "stray"
    libraries = ()

    def suits(self, env: Any) -> bool:
        return False


STRAY: Any = Stray()


def bring(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Install packages that bring `STRAY` under these names."""
    points = [EntryPoint(name, f"{__name__}:STRAY", registry.ENTRY_POINT_GROUP) for name in names]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    monkeypatch.setattr(registry, "foreign_mechanisms", registry.foreign_mechanisms.__wrapped__)
    monkeypatch.setattr(registry, "mechanism_named", mechanism_named.__wrapped__)


def test_the_families_mechanisms_are_asked_first_and_those_for_anything_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring(monkeypatch, "stray")
    assert mechanism_names() == [*OWN[:6], "stray", *OWN[6:]]


@pytest.mark.parametrize("name", OWN)
def test_a_mechanism_is_found_by_the_name_that_it_writes_into_snapshots(name: str) -> None:
    """Where a family or the registry misspells a place or a name, its snapshots could not be restored."""
    assert mechanism_named(name).name == name


@pytest.mark.parametrize(
    ("env_id", "name"),
    [
        ("CartPole-v1", "classic-control"),
        ("Taxi-v4", "toy-text"),
        ("LunarLander-v3", "box2d"),
        ("Reacher-v5", "mujoco"),
        ("ALE/Pong-v5", "ale"),
        ("ForeignWalk-v0", "object-graph"),
        ("ForeignHidden-v0", "journal-since-reset-any"),
    ],
)
def test_the_first_mechanism_that_claims_an_environment_is_chosen(env_id: str, name: str) -> None:
    register_environments(["ale_py", "tests.shared.snapshot.foreign"])
    assert mechanism_for(make(Recipe(env_id))).name == name
    assert mechanism_for(make(Recipe(env_id, num_envs=2))).name == name


def test_an_environment_that_no_mechanism_claims_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_GENERAL", {})
    register_environments(["tests.shared.snapshot.foreign"])
    env = gymnasium.make("ForeignWalk-v0")
    assert (proved_mechanism(env), candidates(env)) == (None, [])
    with pytest.raises(NotExact, match=r"Walk.*gym_http\.mechanisms"):
        mechanism_for(env)


def test_a_snapshot_of_a_mechanism_that_is_not_installed_says_which_are() -> None:
    with pytest.raises(SnapshotIncompatible, match=r"'lost', which is not installed here. .*classic-control, toy"):
        mechanism_named("lost")


def test_another_packages_mechanism_is_found_by_its_entry_points_name(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, "stray")
    assert registry.mechanism_named("stray") is STRAY


def test_an_entry_point_has_the_name_of_its_mechanism(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot has only the mechanism's name, by which it is to be found without importing the others."""
    bring(monkeypatch, "another")
    with pytest.raises(Misconfigured, match=r"'another' .* gives the mechanism 'stray'"):
        registry.mechanism_named("another")


@pytest.mark.parametrize("names", [("stray", "stray"), ("ale",), ("journal",)])
def test_a_name_is_used_once(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, *names)
    with pytest.raises(Misconfigured, match=f"{names[-1]!r}.* is taken"):
        mechanism_names()


def imported_for(name: str) -> list[str]:
    """The packages of mechanisms that are loaded once one was found by its name."""
    mechanism_named(name)
    folders = ("ale", "attributes", "box2d", "graph", "mujoco", "replay", "retro")
    return [folder for folder in folders if f"shared.snapshot.{folder}" in sys.modules]


@pytest.mark.parametrize(
    ("name", "folders"),
    [
        ("classic-control", ["attributes"]),
        ("ale", ["ale", "attributes"]),
        ("mujoco", ["attributes", "mujoco"]),
        ("box2d", ["attributes", "box2d", "replay"]),
        ("object-graph", ["attributes", "graph", "mujoco"]),
    ],
)
def test_finding_a_mechanism_by_its_name_imports_no_other_family(name: str, folders: list[str]) -> None:
    assert in_child(imported_for, None, "0", name) == folders


def test_every_mechanism_of_a_family_is_the_registrys() -> None:
    assert [name for family in FAMILIES for name in family.mechanisms] == OWN[:6]
