"""What comes out otherwise is told by its place."""

import asyncio
from typing import Any

import msgspec
import pytest

from shared.errors import SnapshotDiverged
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.storage.memory import MemoryStore
from tests.shared.session.history.places import returned
from tests.shared.session.record.recording import recorded, steps
from tests.shared.session.sessions import session


async def altered(at: Session, reference: Reference, tail: Any) -> None:
    """Sign the state again with another tail, as only this service could."""
    loaded = await at.snapshots.load(reference)
    assert loaded.header.log is not None
    log = msgspec.structs.replace(loaded.header.log, tail=tail(loaded.header.log.tail))
    await at.snapshots.save(msgspec.structs.replace(loaded.header, log=log), loaded.body, loaded.tag)
    await at.live.discard(reference)


def test_a_difference_is_told_by_its_place() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 5)
        await altered(at, reference, lambda tail: tail[:-2] + bytes([tail[-2] ^ 1]) + tail[-1:])
        history = History(at)
        _, verified = await history.verify(reference, None, 60)
        assert verified.difference is not None
        assert (verified.difference.place, verified.calls) == (Place(6), 5)
        with pytest.raises(SnapshotDiverged, match="Revision 6"):
            await returned(history, reference, Place(6))
        await history.close()

    asyncio.run(test())
