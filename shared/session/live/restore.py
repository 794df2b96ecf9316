"""An environment from a stored snapshot, and its end: the one way in which either happens."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from operator import methodcaller
from typing import Any, NamedTuple

import gymnasium

from shared.errors import NotCreatable, SnapshotIncompatible
from shared.session.live.placement import Thread
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Reseed
from shared.snapshot.contract.mechanism import Mechanism, Subject, versions_in
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.making.parts import parts_of
from shared.snapshot.making.registration import register_for
from shared.snapshot.making.vector import subject_to_restore
from shared.snapshot.registry import libraries_of, mechanism_named
from shared.snapshot.versions.compatibility import (
    Accept,
    Dependencies,
    check_continues,
    cpu_features,
    dependencies_here,
)

_log = logging.getLogger(__name__)


def rebuilt(loaded: Loaded) -> Subject:
    """Rebuild the environment of a snapshot and make it continue from there.

    Raises:
        SnapshotIncompatible: it cannot be made here any more.
    """
    with _can_be_made(loaded):
        subject = subject_to_restore(mechanism_named(loaded.header.mechanism), loaded.header.recipe)
    return taken_over(subject, loaded)


def taken_over(subject: Subject, loaded: Loaded) -> Subject:
    """Make a subject that nobody else uses continue from the snapshot, whatever it did before."""
    try:
        continue_from(subject, loaded)
    except BaseException:
        subject.close()  # what it holds in OpenGL is not Python's to free
        raise
    return subject


def continue_from(subject: Subject, loaded: Loaded) -> None:
    """Let the environment continue from the snapshot; that of a reseeded fork gets new generators."""
    with _can_be_made(loaded):
        subject.restore(loaded.body)
    if loaded.header.reseed is not None:
        entropy, number = loaded.header.reseed
        subject.apply(Reseed(entropy, (number,)))


@contextmanager
def _can_be_made(loaded: Loaded) -> Iterator[None]:
    """Tell what an environment lacks here that was made once, such as a file of a model or a plugin."""
    try:
        yield
    except NotCreatable as error:
        raise SnapshotIncompatible(
            f"{loaded.header.recipe.env_id} was made when the instance was created and cannot be made here now: "
            f"{error.detail.rstrip('.')}. The instance is kept; restore what is missing."
        ) from error


class Compatible(NamedTuple):
    """A snapshot that can be continued here."""

    mechanism: Mechanism
    dependencies: Dependencies
    """Those of the snapshots that are written from here on."""
    moved: str | None
    """In words, what is other here than where the snapshot was written; None if nothing is."""


def check_compatible(loaded: Loaded, accept: Accept) -> Compatible:
    """Check that a snapshot can be continued exactly with what is installed here.

    Raises:
        SnapshotIncompatible: it was written by other versions, and they are not known to be equal.
        Misconfigured: what registers its environment cannot be imported.
    """
    header, mechanism = loaded.header, mechanism_named(loaded.header.mechanism)
    register_for(header.recipe.env_id)
    libraries = libraries_of(mechanism, header.recipe)
    in_body = versions_in(mechanism, loaded.body)
    written = Dependencies({**in_body, **header.libraries}, header.digests, header.cpu)
    moved = check_continues(written, libraries, parts_of(header.recipe), accept)
    if moved is None and f"numpy {libraries['numpy']}" in header.digests:
        return Compatible(mechanism, written._replace(versions=libraries), None)
    # The digests of before stay: a journal keeps the versions that it began with.
    digests = {**header.digests, **dependencies_here({*in_body, *libraries}).digests}
    return Compatible(mechanism, Dependencies(libraries, digests, cpu_features()), moved)


async def closed(thread: Thread, subject: Subject | gymnasium.Env[Any, Any]) -> None:
    """Close an environment on its own thread. Whatever its code does then, the stored snapshot is as it was."""
    if thread.lost:
        return
    try:
        await thread.run(interruptible, methodcaller("close"), subject)
    except Exception:  # an environment is foreign code, and nothing depends on how it ends
        _log.warning("an environment failed while it was closed", exc_info=True)
