"""A live environment from a stored snapshot: the one way in which one continues."""

from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Reseed
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.making.vector import subject_to_restore
from shared.snapshot.registry import mechanism_named


def continue_from(subject: Subject, loaded: Loaded) -> None:
    """Make the environment continue from the snapshot, with new generators if it was forked so."""
    subject.restore(loaded.body)
    if loaded.header.reseed is not None:
        entropy, number = loaded.header.reseed
        subject.apply(Reseed(entropy, (number,)))


def rebuilt(loaded: Loaded) -> Subject:
    """Rebuild the environment of a snapshot and make it continue from there."""
    subject = subject_to_restore(mechanism_named(loaded.header.mechanism), loaded.header.recipe)
    try:
        continue_from(subject, loaded)
    except BaseException:
        subject.close()  # what it holds in OpenGL is not Python's to free
        raise
    return subject
