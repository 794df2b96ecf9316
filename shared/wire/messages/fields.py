"""What members of several bodies are. Each body has a file of its own kind, since a function reads one or two.

Members of spaces are `Any`, as their form depends on the instance's space; `members` reads them. Keys that are not
named in a body are ignored, as gymnasium-http-api does.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict

_DEEPEST = 32
_MOST_SEED_BITS = 4096
_DECIMAL = re.compile(r"0|[1-9]\d{0,1300}", re.ASCII)


def _integral(value: Any) -> Any:
    """Accept 1.0 for 1, as some languages have only doubles; refuse what pydantic would round or parse."""
    if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(f"{value!r} is not an integer")
    return int(value) if isinstance(value, float) else value


def _storable(value: Any, depth: int = 0) -> Any:
    """Refuse what a snapshot's header cannot store: integers over 64 bits and very deep nesting."""
    if depth > _DEEPEST:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        raise ValueError("an integer is not from -2^63 to 2^63 - 1, as 64 bits hold it")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _storable(item, depth + 1)
    return value


def _seed(value: Any) -> Any:
    """Accept decimal text too, since MessagePack and many languages have no integers over 64 bits."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and value.bit_length() > _MOST_SEED_BITS:
        raise ValueError(f"a seed has at most {_MOST_SEED_BITS} bits here, not {value.bit_length()}")
    return _integral(value)


INTEGRAL = BeforeValidator(_integral)
"""Before an integer: it may be sent as 1.0, and not as text or as a Boolean."""

Flag = Annotated[bool, Strict()]
"""True or false, and no number or word that pydantic would take for one."""

Seed = Annotated[
    int,
    # The bound comes first; after a validator, pydantic would not write it into the JSON Schema.
    Field(
        ge=0,
        description="As `Env.reset(seed=...)` takes it. One over 64 bits may also be its decimal text.",
        examples=[42],
    ),
    BeforeValidator(_seed),
]
Revision = Annotated[int, Field(ge=0, lt=1 << 63), INTEGRAL]
PlaceText = Annotated[str, Field(pattern=r"^[0-9]{1,16}([.][0-9]{1,9})?$")]
RecordingName = Annotated[str, Field(max_length=200)]
RECORDED = "A revision that was recorded, or `R.k` for call k within it."
Keywords = Annotated[dict[str, Any], BeforeValidator(_storable)]


Policy = Literal["random", "repeat"]
POLICIES = (
    "`random`: each action is drawn as `action_space/sample/` draws it. `repeat`: each is the one before it again "
    "with `probability`, else drawn, as sticky actions are."
)
Probability = Annotated[float, Field(ge=0, le=1, examples=[0.25])]
REPEATS = "With the policy `repeat`: how probable it is that an action is the one before it again."


def check_probability(policy: Policy | None, probability: float | None) -> None:
    """Check that the policy that repeats actions, and no other, says how often."""
    if (policy == "repeat") is (probability is None):
        raise ValueError("it takes probability with the policy repeat, and only with that one")
