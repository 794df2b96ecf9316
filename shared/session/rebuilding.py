"""A live environment from a stored snapshot: the one way in which one continues."""

from shared.session.snapshots import Loaded
from shared.snapshot.calls import Reseed
from shared.snapshot.mechanism import Subject
from shared.snapshot.recipe import make
from shared.snapshot.registry import mechanism_named
from shared.snapshot.vector import adopt


def continue_from(subject: Subject, loaded: Loaded) -> None:
    """Make the environment continue from the snapshot, with new generators if it was forked so."""
    subject.restore(loaded.body)
    if loaded.header.reseed is not None:
        entropy, number = loaded.header.reseed
        subject.apply(Reseed(entropy, (number,)))


def rebuilt(loaded: Loaded) -> Subject:
    """Rebuild the environment of a snapshot and make it continue from there."""
    recipe = loaded.header.recipe
    mechanism = mechanism_named(loaded.header.mechanism)
    # A mechanism may have kept one that was closed, where making one is slow: an Atari game takes 90 ms to load.
    rebuild = getattr(mechanism, "rebuild", None)
    subject: Subject = (rebuild and rebuild(recipe)) or adopt(mechanism, make(recipe), recipe)
    try:
        continue_from(subject, loaded)
    except BaseException:
        subject.close()  # what it holds in OpenGL is not Python's to free
        raise
    return subject
