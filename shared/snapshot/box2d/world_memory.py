"""The free list of a Box2D world: the order in which an emptied world numbers its next shapes.

BipedalWalker and CarRacing reset by destroying every body of their world and making new ones in it. The nodes of
the world's collision tree then stand on a free list, in the order in which earlier episodes gave them back. New
shapes take their numbers from that list; contacts are made in the order of the numbers, and forces are summed in
the order of the contacts. On a world made anew, without the list, 94 of 100 BipedalWalkers in their second to
sixth episode continued with other last bits; with the list none of 400 did.

pybox2d has no API for the list, so it is read and written through ctypes. Nothing is read before the release and
the size of the allocation have been checked, and no pointer is followed before the numbers around it make sense.
"""

import ctypes
import sys
from functools import cache
from typing import Any

import numpy as np

from shared.errors import SnapshotCorrupt, SnapshotIncompatible

_RELEASE = ("2", "3")
_BROAD_PHASE_AT = 0x192A0
"""Byte offset of `m_contactManager.m_broadPhase` in `b2World`, behind allocators that take 100 KB themselves.

Box2D 2.3 on 64 bits. Source: the debug information in the wheel of Box2D 2.3.10.
"""
_INITIAL_CAPACITY = 16
"""Nodes in the tree of a new world (`b2DynamicTree::b2DynamicTree`)."""
_LARGEST_CAPACITY = 1 << 16
_NULL_NODE = -1
"""`b2_nullNode`."""
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
    """Whether the world's collision tree holds no shape. Call it only where `layout_is_known`."""
    broad_phase = _broad_phase(world)
    tree = broad_phase.tree
    return (tree.root, tree.count, broad_phase.proxies, broad_phase.moves) == (_NULL_NODE, 0, 0, 0)


def free_nodes(world: Any) -> bytes:
    """The free list of an empty world, as int32: 2 to 4 KB. Call it only where `layout_is_known`."""
    tree = _broad_phase(world).tree
    following = _following(tree).tolist()
    numbers: list[int] = []
    number = tree.free
    while number != _NULL_NODE and len(numbers) < tree.capacity:
        numbers.append(number)
        number = following[number]
    return np.array(numbers, np.int32).tobytes()


def world_numbering(numbers: bytes, gravity: Any) -> Any:
    """A new, empty world with the free list that `free_nodes` read.

    Raises:
        SnapshotIncompatible: The memory layout of the installed Box2D is not known.
        SnapshotCorrupt: No world can have that list.
    """
    import Box2D

    if not layout_is_known():
        raise SnapshotIncompatible(
            "The snapshot holds a part of Box2D's memory, and the memory layout of the Box2D here is not "
            "known; restore it where Box2D 2.3 for 64 bits is installed."
        )
    return _world_numbering(Box2D.b2World(gravity=gravity), np.frombuffer(numbers, np.int32))


def _world_numbering(world: Any, order: np.ndarray[Any, Any]) -> Any:
    if len(order) > _LARGEST_CAPACITY or sorted(order) != list(range(len(order))):
        raise SnapshotCorrupt("The free list in the snapshot is not one that Box2D can have.")
    tree = _broad_phase(world).tree
    if order.tolist() == list(range(tree.capacity)):
        return world  # a new world's own list
    body = world.CreateStaticBody()
    while tree.capacity < len(order):  # Box2D doubles it when it is full
        body.CreateCircleFixture(radius=1)
    world.DestroyBody(body)
    world.Step(_EPISODE_STEP_S, 1, 1)  # the length of the last step scales the next one's first guess
    _following(tree)[order] = [*order[1:], _NULL_NODE]
    tree.free = order[0]
    return world


@cache
def layout_is_known() -> bool:
    """Whether the offsets in this module are those of the installed Box2D, tried out on a world made for it."""
    import Box2D

    if ctypes.sizeof(ctypes.c_void_p) != 8 or sys.byteorder != "little":
        return False
    if tuple(Box2D.__version__.split(".")[:2]) != _RELEASE:
        return False
    world = Box2D.b2World()
    if not _reaches(int(world.this), _BROAD_PHASE_AT + ctypes.sizeof(_BroadPhase)):
        return False
    if _counts(world) != (_NULL_NODE, 0, _INITIAL_CAPACITY, 0, 0, 0):
        return False
    body = world.CreateStaticBody()
    for _ in range(9):  # a tree of 9 leaves has 17 nodes
        body.CreateCircleFixture(radius=1)
    root, *counts = _counts(world)
    if not 0 <= root < 32 or counts != [17, 32, 17, 9, 9]:
        return False
    # Only from here on is a pointer followed.
    world.DestroyBody(body)
    world.Step(_EPISODE_STEP_S, 1, 1)
    found = np.frombuffer(free_nodes(world), np.int32)
    if not is_empty(world) or sorted(found) != list(range(32)):
        return False
    world = _world_numbering(Box2D.b2World(), found[::-1])
    world.CreateStaticBody().CreateCircleFixture(radius=1)
    return bool(_counts(world)[0] == found[-1])


def _reaches(address: int, size: int) -> bool:
    """Whether the allocation at `address` has `size` bytes or more, where the C library tells (glibc, musl)."""
    if not sys.platform.startswith("linux"):
        return True
    usable_size = ctypes.CDLL(None).malloc_usable_size
    usable_size.argtypes, usable_size.restype = [ctypes.c_void_p], ctypes.c_size_t
    return bool(usable_size(address) >= size)


def _counts(world: Any) -> tuple[int, ...]:
    broad_phase = _broad_phase(world)
    tree = broad_phase.tree
    return (tree.root, tree.count, tree.capacity, tree.free, broad_phase.proxies, broad_phase.moves)


def _broad_phase(world: Any) -> _BroadPhase:
    return _BroadPhase.from_address(int(world.this) + _BROAD_PHASE_AT)


def _following(tree: _Tree) -> np.ndarray[Any, Any]:
    """The number of the node after each on the free list, as a view of Box2D's own memory."""
    nodes = (_Node * tree.capacity).from_address(tree.nodes)
    return np.frombuffer(nodes, np.dtype(_Node))["parent_or_next"]
