"""The folders of an owner are swept side by side, and nothing that lives goes, however they are listed."""

from collections.abc import AsyncIterator

import pytest

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.inventory.merge import LEEWAY_S, Merge, Swept, delete_expired
from shared.session.session import Session
from shared.session.stored.tombstones import LIFETIME_S
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Entry, Stored, Tag, Unchanged
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import key, run, session


async def merged(at: Session, owner: str = "ann", after: str = "") -> tuple[list[str], Swept]:
    """The instances that a sweep of the owner comes to, and what it deletes."""
    swept = Swept()
    began = await at.snapshots.clock.read()
    return [each async for each in Merge(at.snapshots, owner, began, after, swept).instances()], swept


class Shuffled(FaultyStore):
    """A store that lists in the opposite order, which none may."""

    def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        entries = super().list(prefix, after)

        async def backwards() -> AsyncIterator[Entry]:
            for entry in reversed([entry async for entry in entries]):
                yield entry

        return backwards() if prefix.startswith("state/") else entries


def test_every_instance_of_any_folder_is_come_to_once_and_in_order() -> None:
    async def test() -> None:
        store = FaultyStore()
        for name in (
            "state/ann/1",
            "index/ann/2/x",
            "checkpoints/ann/3/a",
            "checkpoints/ann/3/b",
            "closed/ann/4.a",
        ):
            await store.put(name, b"not a snapshot")
        await store.put("state/anna/5", b"not a snapshot")
        assert (await merged(session(store)))[0] == ["1", "2", "3", "4"]
        assert (await merged(session(store), after="2"))[0] == ["3", "4"]

    run(test)


def test_leftovers_of_an_instance_that_is_gone_go(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        await store.put("index/ann/1/x", b"")
        await store.put("checkpoints/ann/1/a", b"")
        await store.put("checkpoints/ann/2/b", b"")
        at = session(store)
        assert (await merged(at))[1] == Swept()  # they may be a new instance's
        clock.forward(120)
        assert (await merged(at))[1] == Swept(index_entries=1, checkpoints=2)
        assert [entry.key async for entry in store.list("")] == ["clock/now"]

    run(test)


def test_tombstones_go_after_their_day(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store, idle_ttl_s=10 * LIFETIME_S)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), (), key("make"))
        await at.closing.close(header.reference, None, key("close"))
        clock.forward(LIFETIME_S + 60)
        assert (await merged(at))[1] == Swept()
        clock.forward(LEEWAY_S)
        assert (await merged(at))[1] == Swept(tombstones=1)

    run(test)


def test_what_lives_stays_though_a_store_lists_in_another_order_than_it_should(clock: Clock) -> None:
    async def test() -> None:
        store = Shuffled()
        at = session(store, idle_ttl_s=10_000)
        headers = [await at.creation.create("ann", Recipe("CartPole-v1"), ()) for _ in range(5)]
        for header in headers:
            await at.checkpoints.keep(header.reference, "")
        clock.forward(5000)
        swept = (await merged(at))[1]
        assert (swept.instances, swept.index_entries, swept.checkpoints) == (0, 0, 0)

    run(test)


def test_an_instance_that_is_written_to_while_it_is_swept_stays() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        stale = await store.get(header.reference.key)
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))
        inner = store.get

        async def get(key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
            return stale

        store.get = get  # type: ignore[method-assign]
        assert not await delete_expired(at.snapshots, header.reference)
        store.get = inner  # type: ignore[method-assign]
        assert (await at.snapshots.header(header.reference)).revision == 1

    run(test)


@pytest.mark.parametrize("kept", [False, True])
def test_what_expired_and_what_lives_are_told_apart_between_neighbours(kept: bool, clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        old = [await at.creation.create("ann", Recipe("CartPole-v1"), ()) for _ in range(3)]
        clock.forward(4000)
        new = [await at.creation.create("ann", Recipe("CartPole-v1"), ()) for _ in range(3)] if kept else []
        assert (await merged(at))[1] == Swept(instances=len(old), index_entries=len(old))
        left = {entry.key.split("/")[2] async for entry in store.list("") if entry.key != "clock/now"}
        assert left == {header.instance_id for header in new}

    run(test)
