"""Whether a trainer learns the same on the server as in process: every call and every number, bit for bit."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.places import Place
from training.recording import digest

Numbers = Mapping[str, NDArray[Any]]
"""What was learnt: parameters, the optimizer's state, losses."""

Trainer = Callable[[Place], Numbers]
"""Trains in environments of the place, always from the same seed."""

_MOST_NAMED = 3


class Run(NamedTuple):
    """What one training came to."""

    calls: list[bytes]
    """A digest of each reset and step, with what it returned."""
    numbers: Numbers
    seconds: float


def run(trainer: Trainer, place: Place) -> Run:
    """Train, and close the environments."""
    began = time.perf_counter()
    try:
        numbers = trainer(place)
    finally:
        place.close()
    return Run(place.recording.digests, numbers, time.perf_counter() - began)


def differences(local: Run, remote: Run) -> list[str]:
    """In words, what differs between two runs; nothing if they are the same, bit for bit."""
    found = []
    if local.calls != remote.calls:
        pairs = zip(local.calls, remote.calls, strict=False)
        shorter = min(len(local.calls), len(remote.calls))
        first = next((number for number, (one, other) in enumerate(pairs) if one != other), shorter)
        found.append(f"call {first + 1} of {len(local.calls)} in process and {len(remote.calls)} on the server")
    names = local.numbers.keys() | remote.numbers.keys()
    found += [name for name in sorted(names) if _of(local, name) != _of(remote, name)]
    return found


def line(name: str, local: Run, remote: Run) -> str:
    """What a comparison came to, in one line."""
    differ = differences(local, remote)
    count = sum(array.size for array in local.numbers.values())
    if differ:
        told = ", ".join(differ[:_MOST_NAMED])
        verdict = f"DIFFERENT in {told}" + (f" and {len(differ) - _MOST_NAMED} more" * (len(differ) > _MOST_NAMED))
    else:
        verdict = f"the same, {digest([local.calls, local.numbers]).hex()[:16]}"
    return (
        f"{name}: {len(local.calls):,} calls and {count:,} numbers are {verdict} "
        f"({local.seconds:.1f} s in process, {remote.seconds:.1f} s on the server)"
    )


def compare(name: str, trainer: Trainer, local: Place, remote: Place) -> bool:
    """Train in both places, print the line, and return whether they came to the same.

    Raises:
        ValueError: the trainer made no calls or learnt no numbers, so there is nothing to compare.
    """
    first, second = run(trainer, local), run(trainer, remote)
    if not first.calls or not any(np.size(array) for array in first.numbers.values()):
        raise ValueError(
            f"{name} made {len(first.calls)} calls and learnt {len(first.numbers)} arrays of numbers."
        )
    print(line(name, first, second), flush=True)
    return not differences(first, second)


def _of(run: Run, name: str) -> bytes | None:
    return digest(run.numbers[name]) if name in run.numbers else None
