"""The new processes of a proof: another hash seed than this one's, and nothing of the environment in memory."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.snapshot.isolation.child_process import Interpreter
from shared.snapshot.isolation.nursery import nursery

HASH_SEED = "4242"
"""The same for all of them: what depends on it is not shared between two."""

_PREPARED = (
    "shared.snapshot.conformance.alive",
    "shared.snapshot.conformance.fresh_process",
    "shared.snapshot.conformance.turns",
    "shared.snapshot.graph.mechanism",
    "shared.snapshot.replay.alone",
    "shared.snapshot.graph.leaves:registered_leaves",
    "shared.snapshot.registry:foreign_mechanisms",
    "shared.snapshot.versions.distributions:installed",
)
"""What is called there, the mechanisms for environments of which nothing is known, and all that is installed."""


@contextmanager
def new_processes() -> Iterator[None]:
    """While the block runs, each begins as a fork of one that has imported what all of them need."""
    with nursery(Interpreter.here().origin(HASH_SEED), _PREPARED):
        yield
