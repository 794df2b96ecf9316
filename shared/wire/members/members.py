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

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import Space, spaces

from shared.wire.members.casts import cast_of
from shared.wire.members.numeric import BoundedArrays, is_numeric
from shared.wire.members.parts import Cast
from shared.wire.values.mismatch import Mismatch


def caster(space: Space[Any], called: str = "action") -> Cast:
    """A function from what was sent to a new member of `space`.

    It raises `InvalidAction`, and nothing else for any parsed JSON or msgpack. The message names the part
    by its path, starting with `called`, as in `action["arm"][1]`; the evidence is the whole `action` as it
    was sent and the text of the `space`.
    """
    cast = cast_of(space)

    def member_or_refusal(raw: Any) -> Any:
        try:
            return cast(raw)
        except Mismatch as mismatch:
            raise mismatch.as_invalid_action(called, raw, space) from None

    return member_or_refusal


def member(space: Space[Any], raw: Any, called: str = "action") -> Any:
    """`caster(space, called)(raw)`, for a space that is used once."""
    return caster(space, called)(raw)


def members(space: Space[Any], raws: Any, called: str = "actions") -> Sequence[Any]:
    """The members that a list of what was sent stands for, or one typed array with a first axis over them.

    Raises:
        InvalidAction: one of them is none, and its `index` is in the evidence; or the list is no list.
    """
    if is_numeric(space):
        try:
            stack, _ = BoundedArrays.of(space).stack(raws)
        except Mismatch as mismatch:
            if not isinstance(raws, list):
                raise mismatch.as_invalid_action(called, raws, space) from None
        else:
            # Copies: an environment may keep its action, and would keep all of them.
            return list(stack) if isinstance(space, spaces.Discrete) else [np.array(row) for row in stack]
    if not isinstance(raws, list):
        raise Mismatch("a list of them is needed").as_invalid_action(called, raws, space)
    cast = cast_of(space)
    # One by one, so that the first that does not fit is named.
    return [_numbered(called, index, space, cast, raw) for index, raw in enumerate(raws)]


def _numbered(called: str, index: int, space: Space[Any], cast: Cast, raw: Any) -> Any:
    try:
        return cast(raw)
    except Mismatch as mismatch:
        mismatch.path.append(index)
        refusal = mismatch.as_invalid_action(called, raw, space)
        refusal.evidence["index"] = index
        raise refusal from None
