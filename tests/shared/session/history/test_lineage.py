"""What is named as a fork counts only if it says so itself."""

import asyncio

from shared.session.history.lineage import lineage_of
from shared.session.history.recordings import Recordings
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import recorded
from tests.shared.session.sessions import session


def test_a_foreign_instance_that_is_named_is_no_descendant() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference, other = await recorded(at), await recorded(at)
        [fork] = (await at.forking.fork(reference, 1, None)).instance_ids
        header = await at.snapshots.header(reference)
        await at.segments.beside.branch(
            header, [other.instance_id, "../../state", "00000000-0000-4000-8000-000000000000"]
        )
        found = await lineage_of(Recordings(at.snapshots, at.segments), at.segments, reference)
        assert [each.header.instance_id for each in found.descendants] == [fork]

    asyncio.run(test())
