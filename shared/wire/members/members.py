"""Members of a space from what a client sent, already parsed from JSON or MessagePack.

A caster is made once for a space and called for each step. A value is accepted if `space.contains` the member that
it stands for, except that the numbers of a Box may be outside its bounds: in process they reach the environment,
which clips them, uses them or refuses them. A value is never clipped, wrapped or reshaped here.

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

A subclass, except of Box, is cast like its nearest Gymnasium space and then checked with its own `contains`, but
not inside a stack or a graph. A space of another kind checks what was sent, as an array if it has a shape and a
numeric dtype.
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

    For any parsed JSON or MessagePack it returns a member or raises `InvalidAction`. The message names the part
    that does not fit by its path from `called`, as in `action["arm"][1]`. The evidence is the whole `action` as it
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
    """Members from a list, or from one typed array with a first axis over them.

    Raises:
        InvalidAction: one does not fit, and the evidence has its `index`; or it is not a list.
    """
    if is_numeric(space):
        try:
            stack, _ = BoundedArrays.of(space).stack(raws)
        except Mismatch as mismatch:
            if not isinstance(raws, list):
                raise mismatch.as_invalid_action(called, raws, space) from None
        else:
            # Copies, since an environment that keeps its action would keep the whole stack.
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
