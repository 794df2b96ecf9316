"""Stacks of members: one array for all of them, as `Sequence(stack=True)` and `Graph` have them."""

from collections.abc import Callable, Iterable
from typing import Any

from gymnasium import Space, spaces

from shared.wire.members.numeric import BoundedArrays
from shared.wire.members.parts import Cast, Part, dict_of, items_of, tuple_of
from shared.wire.values.mismatch import Mismatch


def stack_of(space: Space[Any], part: Callable[[Space[Any]], Part]) -> Cast:
    """A cast to any number of members, stacked like `gymnasium.vector.utils.concatenate`, and their number.

    `part` gives the cast of a space whose members are not stacked but listed.
    """
    match space:
        case spaces.Box() | spaces.MultiBinary() | spaces.MultiDiscrete() | spaces.Discrete():
            return BoundedArrays.of(space).stack
        case spaces.Tuple():
            in_tuple = tuple_of([(inner, stack_of(inner, part)) for inner in space.spaces])

            def stack_tuple(raw: Any) -> tuple[tuple[Any, ...], int]:
                stacks = in_tuple(raw)
                return tuple(stack for stack, _ in stacks), _common_length(stacks)

            return stack_tuple
        case spaces.Dict():
            in_dict = dict_of({key: (inner, stack_of(inner, part)) for key, inner in space.spaces.items()})

            def stack_dict(raw: Any) -> tuple[dict[Any, Any], int]:
                stacks = in_dict(raw)
                return {key: stack for key, (stack, _) in stacks.items()}, _common_length(stacks.values())

            return stack_dict
    items = items_of(part(space))
    return lambda raw: (stack := items(raw), len(stack))


def _common_length(stacks: Iterable[tuple[Any, int]]) -> int:
    lengths = {length for _, length in stacks}
    if len(lengths) > 1:
        raise Mismatch(f"its stacks have different lengths: {sorted(lengths)}")
    return lengths.pop() if lengths else 0
