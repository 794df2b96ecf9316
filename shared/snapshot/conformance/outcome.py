"""What a call came to, field by field, so that a difference is told by its place.

An exception of the environment's own is an outcome like any other: a board game raises for a move that is not
allowed, and has to raise for it after a restore too.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.errors import EnvironmentRaised
from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Sample, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.generators.generators import generator_state, generators_of

Outcome = Mapping[str, str]
"""A digest by the path of each value, such as `info['episode']['r']`; or the exception's text under `raised`."""

_RETURNED: Mapping[type[Call], tuple[str, ...]] = {
    Step: ("observation", "reward", "terminated", "truncated", "info"),
    Reset: ("observation", "info"),
    Render: ("frame",),
    Sample: ("sample",),
    Reseed: ("result",),
}

_RAISED = "raised"
_MOST_PARTS = 64
"""A longer list is compared as one value."""
_MOST_TOLD = 4


def outcome(env: Any, call: Call, returned: Any) -> Outcome:
    """What the call returned, and the generators of the environment after it."""
    names = _RETURNED[type(call)]
    if len(names) == 1:
        fields: Mapping[str, Any] = {names[0]: returned}
    elif isinstance(returned, tuple) and len(returned) == len(names):
        fields = dict(zip(names, returned, strict=True))
    else:
        fields = {"result": returned}
    found = {path: told for name, value in fields.items() for path, told in _digests(name, value)}
    for number, generator in enumerate(generators_of(env)):
        found[f"generator {number}"] = digest(generator_state(generator))
    return found


def raised(error: Exception) -> Outcome:
    """The outcome of a call that raised. Addresses in the text, which differ by process, are left out."""
    told = error if isinstance(error, EnvironmentRaised) else EnvironmentRaised(error)
    return {_RAISED: re.sub(r"0x[0-9a-fA-F]+", "0x", "{exception}: {text}".format(**told.evidence))}


def told(outcome: Outcome) -> str:
    """The exception of a call that raised."""
    return outcome[_RAISED]


def has_raised(outcome: Outcome) -> bool:
    """Whether the call raised."""
    return _RAISED in outcome


def difference(expected: Outcome, found: Outcome) -> str | None:
    """In words, in what the outcomes differ; None if they are equal."""
    if expected == found:
        return None
    if _RAISED in found:
        return f"it raised {found[_RAISED]}"
    if _RAISED in expected:
        return f"it did not raise {expected[_RAISED]}"
    paths = [path for path in {**expected, **found} if expected.get(path) != found.get(path)]
    more = f" and {len(paths) - _MOST_TOLD} more" if len(paths) > _MOST_TOLD else ""
    return f"{', '.join(paths[:_MOST_TOLD])}{more} differed"


def _digests(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """The value's parts by their paths; what a container is itself stands under its own."""
    kind = type(value)
    if kind is dict:
        yield path, digest([kind.__name__, *value])
        for key, item in value.items():
            # RecordEpisodeStatistics reports wall-clock seconds as "t", beside the return and the length.
            if not (key == "t" and value.keys() == {"r", "l", "t"}):
                yield from _digests(f"{path}[{key!r}]", item)
    elif (kind is list or kind is tuple) and len(value) <= _MOST_PARTS:
        yield path, digest([kind.__name__, len(value)])
        for index, item in enumerate(value):
            yield from _digests(f"{path}[{index}]", item)
    else:
        yield path, digest(value)
