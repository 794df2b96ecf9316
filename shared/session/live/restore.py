"""An environment from a stored snapshot, and its end: the one way in which either happens."""

import logging
from operator import methodcaller
from typing import Any

import gymnasium

from shared.session.live.placement import Thread
from shared.session.stored.header import Header
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Reseed
from shared.snapshot.contract.mechanism import Mechanism, Subject
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.making.vector import subject_to_restore
from shared.snapshot.registry import libraries_of, mechanism_named
from shared.snapshot.versions.compatibility import check_libraries

_log = logging.getLogger(__name__)


def rebuilt(loaded: Loaded) -> Subject:
    """Rebuild the environment of a snapshot and make it continue from there."""
    subject = subject_to_restore(mechanism_named(loaded.header.mechanism), loaded.header.recipe)
    try:
        continue_from(subject, loaded)
    except BaseException:
        subject.close()  # what it holds in OpenGL is not Python's to free
        raise
    return subject


def continue_from(subject: Subject, loaded: Loaded) -> None:
    """Let the environment continue from the snapshot; that of a reseeded fork gets new generators."""
    subject.restore(loaded.body)
    if loaded.header.reseed is not None:
        entropy, number = loaded.header.reseed
        subject.apply(Reseed(entropy, (number,)))


def check_compatible(header: Header) -> Mechanism:
    """The mechanism of a snapshot that the libraries here can continue.

    Raises:
        SnapshotIncompatible: it was written by other versions than are installed here.
    """
    mechanism = mechanism_named(header.mechanism)
    check_libraries(header.libraries, libraries_of(mechanism, header.recipe))
    return mechanism


async def closed(thread: Thread, subject: Subject | gymnasium.Env[Any, Any]) -> None:
    """Close an environment on its own thread. Whatever its code does then, the stored snapshot is as it was."""
    if thread.lost:
        return
    try:
        await thread.run(interruptible, methodcaller("close"), subject)
    except Exception:  # an environment is foreign code, and nothing depends on how it ends
        _log.warning("an environment failed while it was closed", exc_info=True)
