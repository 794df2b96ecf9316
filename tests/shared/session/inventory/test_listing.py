"""Instances are listed from keys alone: those with an index entry whose snapshot is there and has not expired."""

import asyncio
import math
import random
import tracemalloc
import uuid
from collections.abc import Sequence

import msgspec
import pytest

from shared.errors import InvalidValue
from shared.session.inventory import listing as module
from shared.session.inventory.listing import MOST_IN_PAGE, Listing, Page
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Store
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, snapshots
from tests.shared.session.stored.test_envelope import HEADER


def header(owner: str, instance_id: str, env_id: str = "CartPole-v1") -> Header:
    return msgspec.structs.replace(HEADER, owner=owner, instance_id=instance_id, recipe=Recipe(env_id))


async def enter(objects: Store, entered: Header) -> None:
    """Store something as the instance's snapshot, which a list does not read, and enter it."""
    await objects.put(entered.reference.key, b"")
    await snapshots(objects).index.add(entered)


async def enter_many(objects: Store, owner: str, count: int) -> list[str]:
    """The ids of so many instances, in order."""
    ids = sorted(str(uuid.UUID(int=random.Random(number).getrandbits(128), version=4)) for number in range(count))
    for instance_id in ids:
        await enter(objects, header(owner, instance_id))
    return ids


async def listed(objects: Store, *owners: str) -> dict[str, str]:
    found = await Listing(snapshots(objects)).all(owners or ["ann"])
    return {reference.instance_id: env_id for reference, env_id in found.items()}


async def pages(at: Snapshots, owners: Sequence[str], limit: int) -> list[Page]:
    found = [await Listing(at).page(owners, limit)]
    while found[-1].last is not None:
        found.append(await Listing(at).page(owners, limit, found[-1].last))
    return found


def test_any_environment_id_is_listed_as_it_is() -> None:
    env_ids = ["CartPole-v1", "ALE/Pong-v5", "a.module:Env-v0", "Größe-v1", "50%41-v0", "a b-v0", "a//b-v0"]

    async def test() -> None:
        store = FaultyStore()
        for number, env_id in enumerate(env_ids):
            await enter(store, header("ann", str(number), env_id))
        assert await listed(store) == {str(number): each for number, each in enumerate(env_ids)}
        # The id is one segment of the key.
        assert {entry.key.count("/") async for entry in store.list("index/")} == {3}

    run(test)


def test_an_owner_sees_no_instance_of_another_whose_name_begins_the_same() -> None:
    async def test() -> None:
        store = FaultyStore()
        await enter(store, header("ann", "1"))
        await enter(store, header("anna", "2"))
        assert await listed(store) == {"1": "CartPole-v1"}

    run(test)


def test_a_page_costs_two_listings_however_many_there_are() -> None:
    async def test() -> None:
        store = FaultyStore()
        await enter_many(store, "ann", 50)
        for limit in (1, 50, MOST_IN_PAGE):
            store.calls.clear()
            assert len((await Listing(snapshots(store)).page(["ann"], limit)).env_ids) == min(limit, 50)
            assert store.calls == {"list": 2}

    run(test)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 20, 1000])
def test_pages_have_every_instance_once_and_in_order_whatever_their_length(limit: int) -> None:
    async def test() -> None:
        store = FaultyStore()
        ids = {owner: await enter_many(store, owner, 7) for owner in ("bob", "ann", "nobody else's")}
        found = await pages(snapshots(store), ["bob", "ann"], limit)
        assert all(len(page.env_ids) <= limit for page in found)
        references = [reference for page in found for reference in page.env_ids]
        assert references == [Reference(owner, each) for owner in ("bob", "ann") for each in ids[owner]]

    run(test)


def test_an_instance_that_ends_or_begins_between_two_pages_leaves_the_others_as_they_were() -> None:
    async def test() -> None:
        store = FaultyStore()
        ids = await enter_many(store, "ann", 6)
        first = await Listing(snapshots(store)).page(["ann"], 3)
        assert first.last == Reference("ann", ids[2])
        await store.delete(first.last.key)
        await store.delete(Reference("ann", ids[4]).key)
        await enter(store, header("ann", "00000000-0000-4000-8000-000000000000"))
        second = await Listing(snapshots(store)).page(["ann"], 3, first.last)
        assert [reference.instance_id for reference in second.env_ids] == [ids[3], ids[5]]

    run(test)


def test_an_entry_without_a_snapshot_is_not_listed_and_the_other_way_round() -> None:
    async def test() -> None:
        store = FaultyStore()
        await snapshots(store).index.add(header("ann", "no snapshot"))
        await store.put(header("ann", "no entry").reference.key, b"")
        assert await listed(store) == {}
        await enter(store, header("ann", "no more"))
        assert await listed(store) == {"no more": "CartPole-v1"}

    run(test)


def test_what_has_expired_is_not_listed(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        await enter(store, header("ann", "1"))
        clock.forward(3601)
        await enter(store, header("ann", "2"))
        assert await listed(store) == {"2": "CartPole-v1"}

    run(test)


def test_a_page_of_what_has_expired_ends_in_time_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(module, "_MOST_READ", 20)

    async def test() -> None:
        store = FaultyStore()
        ids = await enter_many(store, "ann", 100)
        clock.forward(3601)
        await store.put(Reference("ann", ids[70]).key, b"")
        found = await pages(snapshots(store), ["ann"], 10)
        assert len(found) > 5
        assert [each.instance_id for page in found for each in page.env_ids] == [ids[70]]

    run(test)


def test_all_at_once_are_refused_where_they_are_too_many_and_the_error_says_how(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 5)

    async def test() -> None:
        store = FaultyStore()
        await enter_many(store, "ann", 5)
        assert len(await listed(store)) == 5
        await enter_many(store, "bob", 1)
        with pytest.raises(InvalidValue, match=r"over 5 .* in pages: send \?limit=1000") as raised:
            await listed(store, "ann", "bob")
        assert raised.value.evidence == {"limit": 5}

    run(test)


def test_a_page_takes_the_room_of_a_page_wherever_it_begins() -> None:
    """Most of a megabyte is the page itself."""

    async def test() -> None:
        store = MemoryStore()
        ids = await enter_many(store, "ann", 5_000)
        for begin in ("", ids[2_500], ids[-1200]):
            after = Reference("ann", begin) if begin else None
            tracemalloc.start()
            page = await Listing(snapshots(store)).page(["ann"], 1000, after)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert len(page.env_ids) == 1000
            assert peak < 1_500_000

    run(test)


def test_others_have_their_turn_while_a_long_list_is_made() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        await enter_many(store, "ann", 2000)
        turns = 0

        async def other() -> None:
            nonlocal turns
            while turns < math.inf:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.ensure_future(other())
        await listed(store)
        counting.cancel()
        assert turns >= 4

    run(test)
