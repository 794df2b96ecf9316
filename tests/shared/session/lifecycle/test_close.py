"""An instance is closed once; its key is recognised although nothing is left of it."""

import pytest

from shared.errors import InstanceNotFound, KeyReused, OutcomeUnknown, StaleRevision, StoreUnavailable
from shared.session.inventory.merge import LEEWAY_S, Swept
from shared.session.inventory.sweep import sweep
from shared.session.stored.tombstones import LIFETIME_S
from shared.storage.protocol import Conflict
from tests.shared.session import episodes
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import at_once, created, fail, key, listed, run, session, step, swept
from tests.shared.session.writers import ENDLESS, writing


def test_a_repeated_close_gets_the_first_reply_and_any_other_is_refused() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at)
        assert await at.closing.close(reference, None, key("k")) is False
        assert await at.closing.close(reference, None, key("k")) is True
        with pytest.raises(KeyReused):
            await at.closing.close(reference, None, key("k", b"another"))
        for other in (None, key("l")):
            with pytest.raises(InstanceNotFound):
                await at.closing.close(reference, None, other)

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict(), StoreUnavailable("gone")])
@pytest.mark.parametrize("done", [True, False])
def test_a_close_that_fails_is_completed_by_its_repetition(error: Exception, done: bool) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        await at.checkpoints.keep(reference, "")
        (store.after_delete if done else store.before_delete).append(fail(error))
        try:
            await at.closing.close(reference, None, key("k"))
        except StoreUnavailable:
            await session(store).closing.close(reference, None, key("k"))
        assert await listed(at) == {}
        with pytest.raises(InstanceNotFound):
            await step(at, reference)

    run(test)


def test_a_close_conditional_on_another_revision_is_refused_and_leaves_no_tombstone() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at, other = session(store), session(store)
        reference = await created(at)
        with pytest.raises(StaleRevision):
            await at.closing.close(reference, 0, key("k"))

        def overtake() -> None:
            at_once(step(other, reference))
            raise Conflict

        store.before_delete.append(overtake)
        with pytest.raises(StaleRevision):
            await at.closing.close(reference, 1, key("k"))
        assert [entry async for entry in store.list("closed/")] == []
        await step(other, reference)

    run(test)


def test_a_repeated_creation_after_the_close_makes_no_second_instance() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        reference = await created(at, key("c"))
        await at.closing.close(reference, None, None)
        assert await at.creation.made_before("public", key("c")) == reference.instance_id
        with pytest.raises(KeyReused):
            await at.creation.made_before("public", key("c", b"another"))
        assert await at.creation.made_before("public", key("d")) is None

    run(test)


def test_a_tombstone_is_swept_some_minutes_after_its_time(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        await at.closing.close(await created(at), None, key("k"))
        assert (await swept(at)).tombstones == 0
        clock.forward(LIFETIME_S + LEEWAY_S - 10)
        assert (await swept(at)).tombstones == 0
        clock.forward(20)
        assert await sweep(at.snapshots) == Swept(0, 0, 0, tombstones=1)
        assert [entry async for entry in store.list("closed/")] == []

    run(test)


def test_an_instance_closed_by_another_process_is_gone_here_too() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store), session(store)
        reference = await created(one)
        await other.closing.close(reference, None, None)
        with pytest.raises(InstanceNotFound):
            await step(one, reference)

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict()])
def test_a_close_whose_reply_is_lost_is_done(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        store.after_delete.append(fail(error))
        await at.closing.close(reference, None, None)
        assert [entry async for entry in store.list("")] == []
        with pytest.raises(InstanceNotFound):
            await at.closing.close(reference, None, None)

    run(test)


def test_an_instance_is_closed_while_another_process_writes_to_it_without_a_pause() -> None:
    async def test() -> None:
        store = FaultyStore()
        fast = session(store)
        reference = await episodes.created(fast, ENDLESS)
        writer = writing(fast, reference)
        async with writer as others:
            assert await session(store).closing.close(reference, None, None) is False
            with pytest.raises(InstanceNotFound):
                await others.ended()

    run(test)
