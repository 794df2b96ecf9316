"""An old environment id leads to the version that replaced it."""

from collections.abc import Iterator

import gymnasium
import pytest

from shared.legacy.env_ids import GONE, replacement


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    before = dict(gymnasium.registry)
    for env_id in (
        "Maze-v1",
        "Maze-v3",
        "ALE/Kaboom-v5",
        "Other/Maze-v9",
        "Unversioned",
        "Twice-v1",
        "ALE/Twice-v5",
    ):
        gymnasium.register(env_id, entry_point="nowhere:Nothing")
    yield
    gymnasium.registry.clear()
    gymnasium.registry.update(before)


@pytest.mark.parametrize(
    ("asked", "newest"),
    [
        ("Maze-v0", "Maze-v3"),
        ("Maze-v1", "Maze-v3"),
        ("Kaboom-v0", "ALE/Kaboom-v5"),
        ("Twice-v0", "Twice-v1"),
        ("Other/Maze-v1", "Other/Maze-v9"),
    ],
)
def test_an_older_version_leads_to_the_newest_of_its_namespace(asked: str, newest: str) -> None:
    assert replacement(asked) == (newest, {})


@pytest.mark.parametrize(
    "asked",
    [
        "Maze-v3",
        "Maze-v4",
        "Maze",
        "Unversioned",
        "Nothing-v0",
        "Elsewhere/Maze-v0",
        "Twice-v1",
        "Twice-v2",
        "Maze-ram-v0",
        "Kaboom-ram-v1",
        "not an id",
        "",
    ],
)
def test_what_has_no_newer_version_leads_nowhere(asked: str) -> None:
    assert replacement(asked) is None


@pytest.mark.parametrize(
    ("asked", "obs_type", "frameskip", "sticky"),
    [
        ("Kaboom-ram-v0", "ram", [2, 5], 0.25),
        ("KaboomDeterministic-v4", "rgb", 4, 0.0),
        ("KaboomNoFrameskip-v0", "rgb", 1, 0.25),
        ("Kaboom-ramNoFrameskip-v4", "ram", 1, 0.0),
        ("Kaboom-ramDeterministic-v0", "ram", 4, 0.25),
    ],
)
def test_an_atari_id_that_spelled_out_its_arguments_leads_to_the_game_with_them(
    asked: str, obs_type: str, frameskip: object, sticky: float
) -> None:
    kwargs = {"obs_type": obs_type, "frameskip": frameskip, "repeat_action_probability": sticky}
    assert replacement(asked) == ("ALE/Kaboom-v5", kwargs)


def test_space_invaders_skipped_three_frames_so_that_its_shots_are_seen() -> None:
    gymnasium.registry.pop("SpaceInvadersDeterministic-v4", None)
    if "ALE/SpaceInvaders-v5" not in gymnasium.registry:
        gymnasium.register("ALE/SpaceInvaders-v5", entry_point="nowhere:Nothing")
    found = replacement("SpaceInvadersDeterministic-v4")
    assert found is not None
    assert found.kwargs["frameskip"] == 3


@pytest.mark.parametrize("env_id", ["Copy-v0", "HandManipulateBlock-v0", "FetchReach-v1", "NChain-v0", "Go9x9-v0"])
def test_what_gym_once_had_is_known_to_be_gone(env_id: str) -> None:
    assert GONE.fullmatch(env_id)
    assert replacement(env_id) is None


@pytest.mark.parametrize("env_id", ["CartPole-v0", "Copycat-v0", "Copy", "Nothing-v0"])
def test_what_gym_never_had_is_not(env_id: str) -> None:
    assert not GONE.fullmatch(env_id)
