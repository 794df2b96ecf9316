"""What was written is deleted, what may have been written is looked for, and nothing else is asked about."""

import msgspec
import pytest

from shared.errors import InstanceNotFound, OutcomeUnknown, StoreUnavailable
from shared.session.lifecycle.take_back import left_behind
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run, session, snapshots
from tests.shared.session.stored.test_envelope import HEADER


def test_an_instance_of_which_nothing_is_known_is_looked_for_and_deleted_with_its_entry() -> None:
    async def test() -> None:
        at = session(store := FaultyStore())
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        assert await left_behind(at.snapshots, [(header, OutcomeUnknown("lost"))]) == []
        assert [entry async for entry in store.list("")] == []

    run(test)


def test_one_that_was_not_written_costs_the_store_nothing() -> None:
    async def test() -> None:
        store = FaultyStore()
        assert await left_behind(snapshots(store), [(HEADER, StoreUnavailable("away"))]) == []
        assert sum(store.calls.values()) == 0

    run(test)


def test_one_that_cannot_be_asked_about_or_deleted_is_named() -> None:
    async def test() -> None:
        at = session(store := FaultyStore())
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        loaded = await at.snapshots.load(header.reference)
        store.before_get.append(fail(StoreUnavailable("away")))
        assert await left_behind(at.snapshots, [(header, OutcomeUnknown("lost"))]) == [header.instance_id]
        store.before_delete.append(fail(OutcomeUnknown("lost")))
        assert await left_behind(at.snapshots, [(header, loaded)]) == [header.instance_id]
        assert await left_behind(at.snapshots, [(header, loaded)]) == []
        with pytest.raises(InstanceNotFound):
            await at.snapshots.load(header.reference)

    run(test)


def test_another_instance_under_the_same_id_is_left_alone() -> None:
    """Clients of the legacy dialect have ids of eight digits, of which two may be alike."""

    async def test() -> None:
        at = session(FaultyStore())
        header = await at.creation.create("ann", Recipe("CartPole-v1"), ())
        ours = msgspec.structs.replace(header, created=header.created + 1)
        assert await left_behind(at.snapshots, [(ours, OutcomeUnknown("lost"))]) == []
        assert (await at.snapshots.header(header.reference)).created == header.created

    run(test)
