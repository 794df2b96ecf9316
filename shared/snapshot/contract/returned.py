"""What `reset` and `step` return, in the kinds that packages give where Gymnasium names one.

MO-Gymnasium's reward is a vector, with a number for each objective; rware and lbforaging give lists, with one for
each agent. Some give an array of one element, or None.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.errors import NotEncodable

_NUMBER = (float, int, np.floating, np.integer, np.bool)


def check_reset(returned: Any) -> tuple[Any, Any]:
    """The observation and the info.

    Raises:
        NotEncodable: `reset` returned something else.
    """
    if isinstance(returned, tuple) and len(returned) == 2:
        return returned
    raise NotEncodable(
        f"The environment's reset returned {_kind(returned)}; it has to return a tuple of observation and info, "
        "as Gymnasium's does."
    )


def check_step(returned: Any) -> tuple[Any, Any, Any, Any, Any]:
    """The observation, the reward, the two flags and the info.

    Raises:
        NotEncodable: `step` returned something else.
    """
    if isinstance(returned, tuple) and len(returned) == 5:
        return returned
    raise NotEncodable(
        f"The environment's step returned {_kind(returned)}; it has to return a tuple of observation, reward, "
        "terminated, truncated and info, as Gymnasium's does."
    )


def reward_of(given: Any) -> float | NDArray[np.float64] | None:
    """A reward as a number, as an array of numbers, or None where the environment gave none.

    An array of one element is that number. A list of one stays an array, since it has one for each agent.

    Raises:
        NotEncodable: it is none of these, such as a dict, or an integer that no float comes near.
    """
    if isinstance(given, _NUMBER):
        try:
            return float(given)
        except OverflowError:
            raise NotEncodable(
                "The environment's reward is an integer beyond every float, so it cannot be told.", field="reward"
            ) from None
    return None if given is None else _numbers("reward", given, np.float64)


def flag_of(name: str, given: Any) -> bool | NDArray[np.bool]:
    """`terminated` or `truncated` as a bool, or as an array of them. None is False.

    Raises:
        NotEncodable: it is none of these.
    """
    if isinstance(given, _NUMBER) or given is None:
        return bool(given)
    flags: bool | NDArray[np.bool] = _numbers(name, given, np.bool)
    return flags


def has_ended(terminated: Any, truncated: Any) -> bool:
    """Whether a step has ended the episode: for every agent, where the flags have one for each.

    Raises:
        NotEncodable: the flags are no flags, or are as many as each other neither in number nor in shape.
    """
    if isinstance(terminated, bool) and isinstance(truncated, bool):
        return terminated or truncated
    flags = flag_of("terminated", terminated), flag_of("truncated", truncated)
    try:
        return bool(np.all(np.logical_or(*flags)))
    except ValueError:
        raise NotEncodable(
            f"The environment's terminated has the shape {np.shape(flags[0])} and its truncated "
            f"{np.shape(flags[1])}; they have to have the same."
        ) from None


def told_reward(given: Any) -> Any:
    """A reward for a client without NumPy: a float where it is one number, else as it was given."""
    reward = reward_of(given)
    return reward if isinstance(reward, float) else given


def told_flag(name: str, given: Any) -> Any:
    """A flag for a client without NumPy: a bool where it is one, else as it was given."""
    flag = flag_of(name, given)
    return flag if isinstance(flag, bool) else given


def _numbers(name: str, given: Any, dtype: type[Any]) -> Any:
    """A Python number, or an array of the dtype."""
    try:
        array = np.asarray(given)
        if array.dtype.kind == "O" and array.ndim == 0 and hasattr(given, "__float__"):
            array = np.asarray(float(given))  # a Fraction, or an integer beyond 64 bits
        if array.dtype.kind in "biuf":
            array = array.astype(dtype)
            return array.item() if array.size == 1 and not isinstance(given, list | tuple) else array
    except (TypeError, ValueError, OverflowError):
        pass  # told below, as what NumPy makes no array of numbers of
    raise NotEncodable(
        f"The environment's {name} is {_kind(given)}, which is neither a number nor an array of numbers nor None, "
        "so it cannot be told.",
        field=name,
    )


def _kind(value: Any) -> str:
    """What a value is, without its content."""
    kind = type(value)
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"a value of type {name}"
