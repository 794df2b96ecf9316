"""An environment from a stored snapshot, and its end: the one way in which either happens."""

import logging
from operator import methodcaller

from shared.session.live.placement import Thread
from shared.session.stored.envelope import Header
from shared.session.stored.snapshots import Loaded
from shared.snapshot.codec.compatibility import check_libraries
from shared.snapshot.contract.calls import Reseed
from shared.snapshot.contract.mechanism import Home, Mechanism, Subject
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.making.vector import made
from shared.snapshot.registry import libraries_of, mechanism_named

_log = logging.getLogger(__name__)


def rebuilt(loaded: Loaded) -> Subject:
    """Make the environment of a snapshot and let it continue from there."""
    subject = made(mechanism_named(loaded.header.mechanism), loaded.header.recipe)
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


def home_of(header: Header) -> Home:
    """Where the environment's calls are made.

    One that draws stays off the event loop: a frame takes milliseconds, and LunarLander's flames seconds.
    """
    home = mechanism_named(header.mechanism).home
    draws = header.recipe.render_mode not in (None, "human")
    return Home.WORKER if home is Home.EITHER and draws else home


async def closed(thread: Thread, subject: Subject) -> None:
    """Close an environment on its own thread. Whatever its code does then, the stored snapshot is as it was."""
    if thread.lost:
        return
    try:
        await thread.run(interruptible, methodcaller("close"), subject)
    except Exception:  # an environment is foreign code, and nothing depends on how it ends
        _log.warning("an environment failed while it was closed", exc_info=True)
