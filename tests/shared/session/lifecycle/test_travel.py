"""An instance is made of a file once, with room in its owner's quota, or not at all."""

import pytest

from shared.errors import QuotaExceeded, StoreFailed, StoreUnavailable
from shared.session.session import Session
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, key, listed, nothing, run, session, step


async def file_of(at: Session) -> bytes:
    file, _ = await at.travel.file(await created(at))
    return file


def test_an_instance_of_a_file_has_the_progress_of_then_and_its_origin() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        file, written = await at.travel.file(reference)
        header = await at.travel.arrive("ann", file, ())
        assert (header.owner, header.revision, header.origin) == ("ann", 0, (reference.instance_id, 1))
        assert header.progress == written.progress
        assert await step(at, header.reference) == await step(at, reference)
        assert await listed(at, "ann") == {header.instance_id: "CartPole-v1"}

    run(test)


def test_a_call_with_a_key_that_broke_off_is_completed_by_the_next() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at, keyed = session(store), key("k", b"file")
        file = await file_of(at)
        store.before_put.extend([nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed):
            await at.travel.arrive("ann", file, (), keyed)
        assert await listed(at, "ann") == {}
        made = await at.creation.made_before("ann", keyed)
        assert made == keyed.instance_id(0)
        assert await listed(at, "ann") == {made: "CartPole-v1"}

    run(test)


def test_without_a_key_nothing_is_left_of_a_call_that_broke_off() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        file = await file_of(at)
        store.before_put.extend([nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed):
            await at.travel.arrive("ann", file, ())
        assert [entry.key async for entry in store.list("state/ann/")] == []

    run(test)


def test_the_bytes_of_a_file_count() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), max_stored_bytes=1500)
        file = await file_of(at)
        await at.travel.arrive("ann", file, ())
        await at.travel.arrive("ann", file, ())
        with pytest.raises(QuotaExceeded, match="GYM_HTTP_MAX_STORED_BYTES"):
            await at.travel.arrive("ann", file, ())

    run(test)
