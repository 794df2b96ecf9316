"""The cast to a space's members, by the nearest Gymnasium class; `members` has the table of what is sent."""

from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from gymnasium.spaces import GraphInstance

from shared.errors import text_of
from shared.wire.members.numeric import BoundedArrays, last
from shared.wire.members.parts import Cast, Part, check_keys, dict_of, items_of, tuple_of, within
from shared.wire.members.stacks import stack_of
from shared.wire.values.arrays import ArrayReader, from_typed, integer
from shared.wire.values.mismatch import Mismatch


def cast_of(space: Space[Any]) -> Cast:
    """A function from what was sent to a new member; it raises `Mismatch` and nothing else.

    An array of a Box may be outside its bounds.
    """
    cast = _nearest_cast_of(space)
    if type(space) in _nearest_cast_of.registry or isinstance(space, spaces.Box):
        return cast

    def cast_and_ask(raw: Any) -> Any:
        value = cast(raw)
        try:
            contained = space.contains(value)
        except Exception as error:  # the environment's own code
            raise Mismatch(f"the space's own check raised {type(error).__name__}: {text_of(error)}") from error
        if not contained:
            raise Mismatch("the space itself says so")
        return value

    return cast_and_ask


def _part(space: Space[Any]) -> Part:
    return space, cast_of(space)


@singledispatch
def _nearest_cast_of(space: Space[Any]) -> Cast:
    """The cast of the nearest Gymnasium class, which a subclass may narrow."""
    shape, dtype = space.shape, space.dtype
    if shape is None or dtype is None or dtype.kind not in "biuf":
        return lambda raw: raw
    reader = ArrayReader(dtype)
    return lambda raw: reader(raw, shape)


@_nearest_cast_of.register
def _discrete(space: spaces.Discrete) -> Cast:
    scalar = space.dtype.type
    lowest, highest = int(space.start), last(space)

    def cast(raw: Any) -> Any:
        index = raw if type(raw) is int else _index(raw)
        if lowest <= index <= highest:
            return scalar(index)
        raise Mismatch(f"it takes an integer from {lowest} to {highest}")

    return cast


def _index(raw: Any) -> int:
    """An integer sent in any form, a 0-d array included."""
    if isinstance(raw, dict):
        raw = from_typed(raw)
    return integer(raw[()] if isinstance(raw, np.ndarray) and raw.ndim == 0 else raw)


@_nearest_cast_of.register(spaces.Box)
@_nearest_cast_of.register(spaces.MultiBinary)
@_nearest_cast_of.register(spaces.MultiDiscrete)
def _array(space: spaces.Box | spaces.MultiBinary | spaces.MultiDiscrete) -> Cast:
    return BoundedArrays.of(space).one


@_nearest_cast_of.register
def _text(space: spaces.Text) -> Cast:
    shortest, longest, characters = space.min_length, space.max_length, space.character_set

    def cast(raw: Any) -> str:
        if isinstance(raw, str) and shortest <= len(raw) <= longest and characters.issuperset(raw):
            return str(raw)
        raise Mismatch(f"it takes a string of {shortest} to {longest} of its characters")

    return cast


@_nearest_cast_of.register(spaces.Tuple)
def _tuple(space: "spaces.Tuple[Any]") -> Cast:
    return tuple_of([_part(part) for part in space.spaces])


@_nearest_cast_of.register
def _dict(space: spaces.Dict) -> Cast:
    return dict_of({key: _part(part) for key, part in space.spaces.items()})


@_nearest_cast_of.register(spaces.OneOf)
def _one_of(space: "spaces.OneOf[Any]") -> Cast:
    parts = [_part(part) for part in space.spaces]

    def cast(raw: Any) -> tuple[np.int64, Any]:
        if not isinstance(raw, (list, tuple)) or len(raw) != 2:
            raise Mismatch("it takes a list of an index and a value")
        index = integer(raw[0])
        if not 0 <= index < len(parts):
            raise Mismatch(f"the index is from 0 to {len(parts) - 1}")
        return np.int64(index), within(1, parts[index], raw[1])

    return cast


@_nearest_cast_of.register
def _sequence(space: spaces.Sequence) -> Cast:
    if not space.stack:
        return items_of(_part(space.feature_space))
    stack = stack_of(space.feature_space, _part)
    return lambda raw: stack(raw)[0]


@_nearest_cast_of.register
def _graph(space: spaces.Graph) -> Cast:
    node_part = space.node_space, stack_of(space.node_space, _part)
    edge_part = (space.edge_space, stack_of(space.edge_space, _part)) if space.edge_space is not None else None

    def cast(raw: Any) -> GraphInstance:
        check_keys(raw, ("nodes",), optional=("edges", "edge_links"))
        nodes, node_count = within("nodes", node_part, raw["nodes"])
        edges, links = raw.get("edges"), raw.get("edge_links")
        if edges is None and links is None:
            return GraphInstance(nodes, None, None)
        if edge_part is None:
            raise Mismatch("it has no edge space, so its edges and edge_links are null")
        edges, edge_count = within("edges", edge_part, edges)
        # int32 as in Graph.sample and Graph.from_jsonable.
        pairs = BoundedArrays((2,), np.dtype(np.int32), 0, node_count - 1)
        links, link_count = within("edge_links", (space, pairs.stack), links)
        if link_count != edge_count:
            raise Mismatch(f"{edge_count} edges need as many edge_links, not {link_count}")
        return GraphInstance(nodes, edges, links)

    return cast
