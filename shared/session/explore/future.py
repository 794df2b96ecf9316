"""What one sequence of actions came to, and many of them as columns of a reply."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple, get_args

from shared.session.calls.columns import Columns, Rewards
from shared.snapshot.contract.returned import told_flag
from shared.wire.values.detached import size_of

Column = Literal["returns", "steps", "terminations", "truncations", "observations", "actions", "rewards", "infos"]
COLUMNS: tuple[Column, ...] = get_args(Column)

_FUTURE_BYTES = 32
"""The return, the number of steps and the flags."""


class Future(NamedTuple):
    """The end of one future. What is not included is None."""

    steps: int
    total: Any
    """The discounted return: a float, or an array where rewards are."""
    terminated: Any
    truncated: Any
    observation: Any
    """The last one; None if no step was made."""
    info: Any
    actions: Any
    """Those that were applied."""
    rewards: Any

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return _FUTURE_BYTES + sum(map(size_of, (self.observation, self.info, self.actions, self.rewards)))


def joined(futures: Sequence[Future], include: Collection[Column]) -> dict[str, Any]:
    """A value for each future, under the names in `include`."""
    columns: dict[Column, Any] = {
        "returns": lambda: _column([future.total for future in futures]),
        "steps": lambda: _column([future.steps for future in futures]),
        "terminations": lambda: _column([told_flag("terminated", each.terminated) for each in futures]),
        "truncations": lambda: _column([told_flag("truncated", each.truncated) for each in futures]),
        "observations": lambda: _column([future.observation for future in futures]),
        "actions": lambda: [_column(future.actions) for future in futures],
        "rewards": lambda: [_rewards(future.rewards) for future in futures],
        "infos": lambda: [future.info for future in futures],
    }
    return {name: columns[name]() for name in COLUMNS if name in include}


def _column(values: Sequence[Any]) -> Any:
    column = Columns()
    for value in values:
        column.append(value)
    return column.joined() if values else []


def _rewards(values: Sequence[Any]) -> Any:
    rewards = Rewards()
    for value in values:
        rewards.append(value)
    return rewards.joined()
