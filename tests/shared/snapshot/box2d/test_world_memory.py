"""The free list of a Box2D world is read and written where it is, and nowhere else."""

import sys
from typing import Any

import numpy as np
import pytest

from shared.errors import SnapshotCorrupt, SnapshotIncompatible
from shared.snapshot.box2d import world_memory
from shared.snapshot.box2d.world_memory import free_nodes, is_empty, layout_is_known, world_numbering

Box2D = pytest.importorskip("Box2D")


@pytest.fixture
def used() -> Any:
    """An empty world in which 40 shapes were made, and destroyed in another order."""
    world = Box2D.b2World()
    bodies = [world.CreateStaticBody(position=(number, 0)) for number in range(40)]
    for body in bodies:
        body.CreateCircleFixture(radius=0.4)
    for place in np.random.default_rng(0).permutation(40):
        world.DestroyBody(bodies[place])
    world.Step(1 / 50, 1, 1)
    return world


def test_the_layout_is_that_of_the_installed_box2d() -> None:
    """Without it BipedalWalker and CarRacing live for some 10,000 steps only."""
    assert layout_is_known()


def test_a_new_world_numbers_nodes_like_the_one_read(used: Any) -> None:
    """80 nodes of 128 have been used."""
    numbers = free_nodes(used)
    assert sorted(np.frombuffer(numbers, np.int32)) == list(range(128))
    other = world_numbering(numbers, used.gravity)
    assert is_empty(other)
    assert free_nodes(other) == numbers
    for world in (used, other):
        bodies = [world.CreateStaticBody(position=(number % 7, number)) for number in range(50)]
        for body in bodies:
            body.CreateCircleFixture(radius=0.7)
        for body in bodies:
            world.DestroyBody(body)
        world.Step(1 / 50, 1, 1)
    assert free_nodes(other) == free_nodes(used)


def test_a_world_with_shapes_is_not_empty(used: Any) -> None:
    """Its free list would be only a part of its tree."""
    assert is_empty(used)
    used.CreateStaticBody().CreateCircleFixture(radius=1)
    assert not is_empty(used)


@pytest.mark.parametrize("numbers", [[0, 1, 1], [0, 2], range(-1, 15), range(1 << 17)])
def test_a_list_that_no_world_has_is_refused(numbers: Any) -> None:
    """Written into a world it would make Box2D write elsewhere."""
    with pytest.raises(SnapshotCorrupt):
        world_numbering(np.array(numbers, np.int32).tobytes(), (0, 0))


def test_a_layout_that_does_not_hold_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the numbers at the offsets, before a pointer is followed."""
    monkeypatch.setattr(world_memory, "_BROAD_PHASE_AT", world_memory._BROAD_PHASE_AT - 8)
    monkeypatch.setattr(world_memory, "free_nodes", pytest.fail)
    assert not layout_is_known.__wrapped__()


@pytest.mark.parametrize("release", ["2.4.1", "3.1.0", "2.30.1"])
def test_nothing_is_read_of_another_release(release: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Box2D 2.4 moved what is read; 3 has no such class."""
    monkeypatch.setattr(Box2D, "__version__", release)
    monkeypatch.setattr(world_memory, "_broad_phase", pytest.fail)
    assert not layout_is_known.__wrapped__()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc and musl tell an allocation's size")
def test_nothing_is_read_past_the_end_of_a_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read there may end the process."""
    monkeypatch.setattr(world_memory, "_BROAD_PHASE_AT", world_memory._BROAD_PHASE_AT + 4096)
    monkeypatch.setattr(world_memory, "_broad_phase", pytest.fail)
    assert not layout_is_known.__wrapped__()


def test_a_list_is_not_written_where_the_layout_is_not_known(monkeypatch: pytest.MonkeyPatch, used: Any) -> None:
    """The snapshot may come from a machine where it is."""
    monkeypatch.setattr(world_memory, "layout_is_known", lambda: False)
    with pytest.raises(SnapshotIncompatible):
        world_numbering(free_nodes(used), used.gravity)
