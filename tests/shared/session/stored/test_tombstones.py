"""A repeated call is told from a new one after its object is deleted, if there was a key to remember."""

import pytest

from shared.errors import KeyReused
from shared.session.stored.reference import Reference
from shared.session.stored.tombstones import PREFIX, Tombstones
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import key, run

INSTANCE = Reference("ann", "i")


def tombstones(store: FaultyStore) -> Tombstones:
    return Tombstones(store)


def test_what_had_no_key_leaves_none() -> None:
    async def test() -> None:
        store = FaultyStore()
        await tombstones(store).put(INSTANCE, b"", None)
        assert [entry async for entry in store.list("")] == []

    run(test)


def test_the_call_that_created_it_is_recognised() -> None:
    async def test() -> None:
        at, creation = tombstones(FaultyStore()), key("c", b"body")
        assert not await at.made_before(INSTANCE, creation)
        await at.put(INSTANCE, creation.body, None)
        assert await at.made_before(INSTANCE, creation)
        with pytest.raises(KeyReused):
            await at.made_before(INSTANCE, key("c", b"another"))

    run(test)


def test_the_call_that_deleted_it_is_recognised_and_no_other() -> None:
    async def test() -> None:
        at, deletion = tombstones(FaultyStore()), key("d", b"body")
        assert not await at.deleted_before(INSTANCE, deletion)
        await at.put(INSTANCE, b"", deletion)
        assert await at.deleted_before(INSTANCE, deletion)
        assert not await at.deleted_before(INSTANCE, None)
        assert not await at.deleted_before(INSTANCE, key("e", b"body"))
        assert not await at.made_before(INSTANCE, deletion)
        with pytest.raises(KeyReused):
            await at.deleted_before(INSTANCE, key("d", b"another"))

    run(test)


def test_a_deletion_without_a_key_costs_no_read() -> None:
    async def test() -> None:
        store = FaultyStore()
        assert not await tombstones(store).deleted_before(INSTANCE, None)
        assert store.calls == {}

    run(test)


def test_an_instance_and_its_checkpoint_have_tombstones_of_their_own() -> None:
    """Beside each other: SeaweedFS keeps no object `a` beside an `a/b`."""

    async def test() -> None:
        store = FaultyStore()
        at, checkpoint = tombstones(store), INSTANCE._replace(checkpoint_id="c")
        await at.put(INSTANCE, b"", key("a"))
        await at.put(checkpoint, b"", key("b"))
        assert await at.deleted_before(INSTANCE, key("a"))
        assert await at.deleted_before(checkpoint, key("b"))
        keys = [entry.key async for entry in store.list(PREFIX)]
        assert len(keys) == 2
        assert not any(other.startswith(f"{each}/") for each in keys for other in keys)

    run(test)


def test_one_that_was_removed_recognises_nothing() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = tombstones(store)
        await at.put(INSTANCE, b"made", key("d"))
        await at.remove(INSTANCE)
        assert not await at.deleted_before(INSTANCE, key("d"))
        assert [entry async for entry in store.list("")] == []

    run(test)
