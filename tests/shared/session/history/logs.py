"""Parts of an instance's log, for tests."""

from shared.session.history.parts import Parts
from shared.session.session import Session
from shared.session.stored.reference import Reference


async def parts_of(at: Session, reference: Reference) -> Parts:
    return Parts(at.segments, await at.snapshots.load(reference))
