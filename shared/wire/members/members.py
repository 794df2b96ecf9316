"""What a client sent, already parsed from JSON or msgpack, as a member of its space.

A caster is compiled once for a space and called once for a step. The rule is that of the environment in
process: a value is accepted when the member it denotes is one that `space.contains`, and it is never
clipped, wrapped or reshaped to become one. Membership is judged after the cast, so that 0.1 is within a
float32 bound of 0.1.

    space                           sent as                                     member
    Discrete                        an integer, also 1.0 or true                scalar of the space's dtype
    Box, MultiBinary, MultiDiscrete nested lists or a typed array               array of the space's dtype
    Text                            a string                                    str
    Dict                            an object with exactly the space's keys     dict in the space's order
    Tuple                           a list                                      tuple
    Sequence                        a list                                      tuple
    Sequence, stacked               as the stack: arrays, object or list of it  the stack
    Graph                           {"nodes", "edges"?, "edge_links"?}          GraphInstance, int32 links
    OneOf                           [index, value]                              (np.int64, member)

A subclass is cast like its nearest Gymnasium space and then asked itself, except inside a stack or a graph.
A space of no known kind is asked about what was sent, as an array if it has a shape and a numeric dtype.
"""

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from gymnasium.spaces import GraphInstance

from shared.wire.members.numeric import BoundedArrays, last
from shared.wire.members.parts import Cast, Part, check_keys, dict_of, items_of, tuple_of, within
from shared.wire.values.arrays import ArrayReader, from_typed, integer
from shared.wire.values.mismatch import Unfit


def caster(space: Space[Any], called: str = "action") -> Cast:
    """A function from what was sent to a new member of `space`.

    It raises `InvalidAction`, and nothing else for any parsed JSON or msgpack. The message names the part
    by its path, starting with `called`, as in `action["arm"][1]`; the evidence is the whole `action` as it
    was sent and the text of the `space`.
    """
    cast = _cast_of(space)

    def member_or_refusal(raw: Any) -> Any:
        try:
            return cast(raw)
        except Unfit as unfit:
            raise unfit.refusal(called, raw, space) from None

    return member_or_refusal


def member(space: Space[Any], raw: Any, called: str = "action") -> Any:
    """`caster(space, called)(raw)`, for a space that is used once."""
    return caster(space, called)(raw)


def members(space: Space[Any], raws: Any, called: str = "actions") -> Sequence[Any]:
    """The members that a list of what was sent stands for, or one typed array with a first axis over them.

    Raises:
        InvalidAction: one of them is none, and its `index` is in the evidence; or the list is no list.
    """
    if isinstance(space, spaces.Box | spaces.MultiBinary | spaces.MultiDiscrete | spaces.Discrete) and (
        type(space) in _nearest_cast_of.registry
    ):
        try:
            stack, _ = BoundedArrays.of(space).stack(raws)
        except Unfit as unfit:
            if not isinstance(raws, list):
                raise unfit.refusal(called, raws, space) from None
        else:
            # Copies: an environment may keep its action, and would keep all of them.
            return list(stack) if isinstance(space, spaces.Discrete) else [np.array(row) for row in stack]
    if not isinstance(raws, list):
        raise Unfit("a list of them is needed").refusal(called, raws, space)
    cast = _cast_of(space)
    # One by one, so that the first that does not fit is named.
    return [_numbered(called, index, space, cast, raw) for index, raw in enumerate(raws)]


def _numbered(called: str, index: int, space: Space[Any], cast: Cast, raw: Any) -> Any:
    try:
        return cast(raw)
    except Unfit as unfit:
        unfit.path.append(index)
        refusal = unfit.refusal(called, raw, space)
        refusal.evidence["index"] = index
        raise refusal from None


def _cast_of(space: Space[Any]) -> Cast:
    cast = _nearest_cast_of(space)
    if type(space) in _nearest_cast_of.registry:
        return cast

    def cast_and_ask(raw: Any) -> Any:
        value = cast(raw)
        if not space.contains(value):
            raise Unfit("the space itself says so")
        return value

    return cast_and_ask


def _part(space: Space[Any]) -> Part:
    return space, _cast_of(space)


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
        raise Unfit(f"it takes an integer from {lowest} to {highest}")

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
        raise Unfit(f"it takes a string of {shortest} to {longest} of its characters")

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
            raise Unfit("it takes a list of an index and a value")
        index = integer(raw[0])
        if not 0 <= index < len(parts):
            raise Unfit(f"the index is from 0 to {len(parts) - 1}")
        return np.int64(index), within(1, parts[index], raw[1])

    return cast


@_nearest_cast_of.register
def _sequence(space: spaces.Sequence) -> Cast:
    if not space.stack:
        return items_of(_part(space.feature_space))
    stack = _stack_of(space.feature_space)
    return lambda raw: stack(raw)[0]


@_nearest_cast_of.register
def _graph(space: spaces.Graph) -> Cast:
    node_part = space.node_space, _stack_of(space.node_space)
    edge_part = (space.edge_space, _stack_of(space.edge_space)) if space.edge_space is not None else None

    def cast(raw: Any) -> GraphInstance:
        check_keys(raw, ("nodes",), optional=("edges", "edge_links"))
        nodes, node_count = within("nodes", node_part, raw["nodes"])
        edges, links = raw.get("edges"), raw.get("edge_links")
        if edges is None and links is None:
            return GraphInstance(nodes, None, None)
        if edge_part is None:
            raise Unfit("it has no edge space, so its edges and edge_links are null")
        edges, edge_count = within("edges", edge_part, edges)
        # int32 as in Graph.sample and Graph.from_jsonable.
        pairs = BoundedArrays((2,), np.dtype(np.int32), 0, node_count - 1)
        links, link_count = within("edge_links", (space, pairs.stack), links)
        if link_count != edge_count:
            raise Unfit(f"{edge_count} edges need as many edge_links, not {link_count}")
        return GraphInstance(nodes, edges, links)

    return cast


def _stack_of(space: Space[Any]) -> Cast:
    """A cast to any number of members, stacked like `gymnasium.vector.utils.concatenate`, and the number."""
    match space:
        case spaces.Box() | spaces.MultiBinary() | spaces.MultiDiscrete() | spaces.Discrete():
            return BoundedArrays.of(space).stack
        case spaces.Tuple():
            in_tuple = tuple_of([(part, _stack_of(part)) for part in space.spaces])

            def stack_tuple(raw: Any) -> tuple[tuple[Any, ...], int]:
                stacks = in_tuple(raw)
                return tuple(stack for stack, _ in stacks), _common_length(stacks)

            return stack_tuple
        case spaces.Dict():
            in_dict = dict_of({key: (part, _stack_of(part)) for key, part in space.spaces.items()})

            def stack_dict(raw: Any) -> tuple[dict[Any, Any], int]:
                stacks = in_dict(raw)
                return {key: stack for key, (stack, _) in stacks.items()}, _common_length(stacks.values())

            return stack_dict
    items = items_of(_part(space))
    return lambda raw: (stack := items(raw), len(stack))


def _common_length(stacks: Iterable[tuple[Any, int]]) -> int:
    lengths = {length for _, length in stacks}
    if len(lengths) > 1:
        raise Unfit(f"its stacks have different lengths: {sorted(lengths)}")
    return lengths.pop() if lengths else 0
