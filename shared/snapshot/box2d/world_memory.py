"""What a Box2D world keeps when all its bodies are destroyed: the order in which it will number new ones.

BipedalWalker and CarRacing reset by destroying every body of one world and making new ones in it. The nodes of
the world's collision tree then stand on a free list in the order in which earlier episodes gave them back, and
new shapes take their numbers from there; contacts are made in the order of the numbers, and forces are summed
in the order of the contacts. Without that list 94 of 100 BipedalWalkers in their second to sixth episode went
on with other last bits on a world made anew; with it none of 400 worlds did.

pybox2d does not show the list, so it is read and written through ctypes, at places that are tried out first.
"""

import ctypes
import sys
from functools import cache
from typing import Any

import numpy as np

from shared.errors import SnapshotCorrupt, SnapshotIncompatible

_BROAD_PHASE_AT = 0x192A0
"""The place of m_contactManager.m_broadPhase in b2World: after allocators that hold 100 KB themselves.

Box2D 2.3 on 64 bits, from the debug information of the wheel of Box2D 2.3.10.
"""
_FIRST_CAPACITY = 16
_LARGEST_CAPACITY = 1 << 16
_NONE = -1
_EPISODE_STEP_S = 1 / 50


class _Node(ctypes.Structure):
    _fields_ = (
        ("box", ctypes.c_float * 4),
        ("user_data", ctypes.c_void_p),
        ("parent_or_next", ctypes.c_int32),
        ("child1", ctypes.c_int32),
        ("child2", ctypes.c_int32),
        ("height", ctypes.c_int32),
    )


class _Tree(ctypes.Structure):
    _fields_ = (
        ("root", ctypes.c_int32),
        ("nodes", ctypes.c_void_p),
        ("count", ctypes.c_int32),
        ("capacity", ctypes.c_int32),
        ("free", ctypes.c_int32),
        ("path", ctypes.c_uint32),
        ("insertions", ctypes.c_int32),
    )


class _BroadPhase(ctypes.Structure):
    _fields_ = (
        ("tree", _Tree),
        ("proxies", ctypes.c_int32),
        ("move_buffer", ctypes.c_void_p),
        ("move_capacity", ctypes.c_int32),
        ("moves", ctypes.c_int32),
        ("pair_buffer", ctypes.c_void_p),
        ("pair_capacity", ctypes.c_int32),
        ("pairs", ctypes.c_int32),
    )


def is_empty(world: Any) -> bool:
    """Whether nothing of a shape is left in the world but the free list."""
    broad_phase = _broad_phase(world)
    tree = broad_phase.tree
    return (tree.root, tree.count, broad_phase.proxies, broad_phase.moves) == (_NONE, 0, 0, 0)


def free_nodes(world: Any) -> bytes:
    """The numbers that an empty world will give to new nodes, in order, as int32: 2 to 4 KB."""
    tree = _broad_phase(world).tree
    following = _following(tree).tolist()
    numbers: list[int] = []
    number = tree.free
    while number != _NONE and len(numbers) < tree.capacity:
        numbers.append(number)
        number = following[number]
    return np.array(numbers, np.int32).tobytes()


def world_numbering(numbers: bytes, gravity: Any) -> Any:
    """A new, empty world that numbers new nodes as `free_nodes` read.

    Raises:
        SnapshotIncompatible: the layout of Box2D's memory here is not known.
        SnapshotCorrupt: no world can have that list.
    """
    import Box2D

    if not layout_is_known():
        raise SnapshotIncompatible("The snapshot holds a part of Box2D's memory, which has another form here.")
    return _world_numbering(Box2D.b2World(gravity=gravity), np.frombuffer(numbers, np.int32))


def _world_numbering(world: Any, order: np.ndarray[Any, Any]) -> Any:
    if len(order) > _LARGEST_CAPACITY or sorted(order) != list(range(len(order))):
        raise SnapshotCorrupt("The free list in the snapshot is not one of Box2D's.")
    tree = _broad_phase(world).tree
    if order.tolist() == list(range(tree.capacity)):
        return world  # nothing was ever made in the other either
    body = world.CreateStaticBody()
    while tree.capacity < len(order):  # it doubles when there are more shapes than it holds
        body.CreateCircleFixture(radius=1)
    world.DestroyBody(body)
    world.Step(_EPISODE_STEP_S, 1, 1)  # the length of the last step scales the next one's first guess
    _following(tree)[order] = [*order[1:], _NONE]
    tree.free = order[0]
    return world


@cache
def layout_is_known() -> bool:
    """Whether the places named here are those of the installed Box2D, tried out on a world of its own."""
    import Box2D

    if ctypes.sizeof(ctypes.c_void_p) != 8 or sys.byteorder != "little":
        return False
    world = Box2D.b2World()
    if _counts(world) != (_NONE, 0, _FIRST_CAPACITY, 0, 0, 0):
        return False
    body = world.CreateStaticBody()
    for _ in range(9):  # a tree of 9 leaves has 17 nodes
        body.CreateCircleFixture(radius=1)
    root, *counts = _counts(world)
    if not 0 <= root < 32 or counts != [17, 32, 17, 9, 9]:
        return False
    # Only now is an address followed.
    world.DestroyBody(body)
    world.Step(_EPISODE_STEP_S, 1, 1)
    found = np.frombuffer(free_nodes(world), np.int32)
    if not is_empty(world) or sorted(found) != list(range(32)):
        return False
    world = _world_numbering(Box2D.b2World(), found[::-1])
    world.CreateStaticBody().CreateCircleFixture(radius=1)
    return bool(_counts(world)[0] == found[-1])


def _counts(world: Any) -> tuple[int, ...]:
    broad_phase = _broad_phase(world)
    tree = broad_phase.tree
    return (tree.root, tree.count, tree.capacity, tree.free, broad_phase.proxies, broad_phase.moves)


def _broad_phase(world: Any) -> _BroadPhase:
    return _BroadPhase.from_address(int(world.this) + _BROAD_PHASE_AT)


def _following(tree: _Tree) -> np.ndarray[Any, Any]:
    """For each free node the number of the next, in place."""
    nodes = (_Node * tree.capacity).from_address(tree.nodes)
    return np.frombuffer(nodes, np.dtype(_Node))["parent_or_next"]
