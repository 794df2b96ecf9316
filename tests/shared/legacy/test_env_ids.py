"""An old environment id leads to the version that replaced it."""

from collections.abc import Iterator

import gymnasium
import pytest

from shared.legacy.env_ids import newest_version


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    before = dict(gymnasium.registry)
    for env_id in ("Maze-v1", "Maze-v3", "ALE/Kaboom-v5", "Other/Maze-v9", "Unversioned"):
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
        ("Other/Maze-v1", "Other/Maze-v9"),
    ],
)
def test_an_older_version_leads_to_the_newest_of_its_namespace(asked: str, newest: str) -> None:
    assert newest_version(asked) == newest


@pytest.mark.parametrize(
    "asked", ["Maze-v3", "Maze-v4", "Maze", "Unversioned", "Nothing-v0", "Elsewhere/Maze-v0", "not an id", ""]
)
def test_what_has_no_newer_version_leads_nowhere(asked: str) -> None:
    assert newest_version(asked) is None
