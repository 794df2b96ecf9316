"""A transfer writes an instance's entry in the index last, and trusts no store's word for a write."""

import pytest

from shared.errors import InstanceNotFound, OutcomeUnknown, StoreFailed
from shared.session.inventory.transfer import Transfer
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Absent, Tag, read
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.record.recording import recorded
from tests.shared.session.sessions import KEYS, created, fail, run, session


class Written(MemoryStore):
    """A store that notes the order of its writes, and may forget one."""

    def __init__(self, forgets: str = "") -> None:
        super().__init__()
        self.keys: list[str] = []
        self._forgets = forgets

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        self.keys.append(key)
        if self._forgets and key.startswith(self._forgets):
            return Tag("")
        return await super().put(key, body, expect)


def test_the_snapshot_comes_after_what_belongs_to_it_and_the_index_last() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await recorded(at)
        await at.checkpoints.keep(reference, "kept")
        target = Written()
        done = await Transfer(at.objects, target, KEYS).copy()
        assert [key.partition("/")[0] for key in target.keys] == ["checkpoints", "history", "state", "index"]
        assert (done.instances, done.objects, done.refused) == (1, 4, [])
        assert await read(target, target.keys[1]) == await read(at.objects, target.keys[1])

    run(test)


def test_a_write_of_unknown_outcome_is_looked_at() -> None:
    async def test() -> None:
        at, target = session(FaultyStore(remote=False)), FaultyStore(remote=False)
        await created(at)
        target.after_put.append(fail(OutcomeUnknown("the reply is lost")))
        assert (await Transfer(at.objects, target, KEYS).copy()).instances == 1

    run(test)


def test_a_write_that_is_not_kept_is_an_error() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        await created(at)
        with pytest.raises(StoreFailed, match="did not keep state/"):
            await Transfer(at.objects, Written(forgets="state/"), KEYS).copy()

    run(test)


def test_an_instance_that_was_closed_leaves_what_it_is_recognised_by_and_no_more() -> None:
    async def test() -> None:
        at, target = session(FaultyStore(remote=False)), Written()
        reference = await created(at)
        checkpoint = await at.checkpoints.keep(reference, "kept")
        body = await read(at.objects, checkpoint.reference.key)
        await at.objects.put(f"closed/public/{reference.instance_id}", b"a tombstone")
        await at.objects.delete(reference.key)
        done = await Transfer(at.objects, target, KEYS).copy()
        assert target.keys == [f"closed/public/{reference.instance_id}"]
        assert (done.instances, body is None) == (0, False)

    run(test)


def test_an_id_that_is_not_there_transfers_nothing() -> None:
    async def test() -> None:
        at, target = session(FaultyStore(remote=False)), Written()
        reference = await created(at)
        with pytest.raises(InstanceNotFound):
            await Transfer(at.objects, target, KEYS).copy([reference.instance_id, "another"])
        assert target.keys == []

    run(test)
