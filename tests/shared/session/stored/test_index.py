"""Instances are listed from keys alone: those with an index entry whose snapshot is there and has not expired."""

import time

import msgspec

from shared.session.stored.expiry import Expiry
from shared.session.stored.header import Header
from shared.session.stored.index import Index
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run
from tests.shared.session.stored.test_envelope import HEADER


def header(owner: str, instance_id: str, env_id: str = "CartPole-v1") -> Header:
    return msgspec.structs.replace(HEADER, owner=owner, instance_id=instance_id, recipe=Recipe(env_id))


def index(store: FaultyStore) -> Index:
    return Index(store, Expiry(3600, time.time))


async def enter(store: FaultyStore, entered: Header) -> None:
    """Store something as the instance's snapshot, which a list does not read, and enter it."""
    await store.put(entered.reference.key, b"")
    await index(store).add(entered)


def test_any_environment_id_is_listed_as_it_is() -> None:
    env_ids = ["CartPole-v1", "ALE/Pong-v5", "a.module:Env-v0", "Größe-v1", "50%41-v0", "a b-v0", "a//b-v0"]

    async def test() -> None:
        store = FaultyStore()
        for number, env_id in enumerate(env_ids):
            await enter(store, header("ann", str(number), env_id))
        assert await index(store).list("ann") == {str(number): each for number, each in enumerate(env_ids)}
        assert {entry.key.count("/") async for entry in store.list("index/")} == {
            3
        }  # the id is one segment of the key

    run(test)


def test_an_owner_sees_no_instance_of_another_whose_name_begins_the_same() -> None:
    async def test() -> None:
        store = FaultyStore()
        await enter(store, header("ann", "1"))
        await enter(store, header("anna", "2"))
        assert await index(store).list("ann") == {"1": "CartPole-v1"}

    run(test)


def test_a_list_costs_two_listings_however_many_there_are() -> None:
    async def test() -> None:
        store = FaultyStore()
        for number in range(50):
            await enter(store, header("ann", str(number)))
        store.calls.clear()
        assert len(await index(store).list("ann")) == 50
        assert store.calls == {"list": 2}

    run(test)


def test_an_entry_without_a_snapshot_is_not_listed_and_the_other_way_round() -> None:
    async def test() -> None:
        store = FaultyStore()
        await index(store).add(header("ann", "no snapshot"))
        await store.put(header("ann", "no entry").reference.key, b"")
        assert await index(store).list("ann") == {}

    run(test)


def test_what_has_expired_is_not_listed(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        await enter(store, header("ann", "1"))
        clock.forward(3601)
        await enter(store, header("ann", "2"))
        assert await index(store).list("ann") == {"2": "CartPole-v1"}

    run(test)


def test_an_entry_is_there_from_its_addition_to_its_removal() -> None:
    async def test() -> None:
        at, entered = index(FaultyStore()), header("ann", "1")
        assert not await at.has(entered)
        for _ in range(2):
            await at.add(entered)
            assert await at.has(entered)
        for _ in range(2):
            await at.remove(entered)
            assert not await at.has(entered)

    run(test)
