"""A session puts together what is done with the instances of one store, and gives up nothing that was saved."""

import asyncio

import pytest

from shared.errors import InstanceNotFound
from shared.session.calls import operations
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.episodes import call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def test_shutting_down_closes_what_is_live_and_keeps_what_was_saved() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await created(at)
        first = await step(at, reference)
        assert at.live_envs == 1
        await at.shut_down()
        assert at.live_envs == 0
        assert [first, await step(session(store), reference)] == uninterrupted(2)

    run(test)


def test_a_newer_snapshot_is_found_here_without_asking_the_store() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await created(at)
        before = await at.snapshots.load(reference)
        await step(at, reference)
        store.calls.clear()
        found = await at.newer(before, ask=False)
        assert found is not None
        assert found.header.revision == before.header.revision + 1
        assert not store.calls

    run(test)


def test_what_another_process_wrote_is_found_only_by_asking() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store), session(store)
        reference = await created(one)
        before = await one.snapshots.load(reference)
        await step(other, reference)
        assert await one.newer(before, ask=False) is None
        found = await one.newer(before, ask=True)
        assert found is not None
        assert found.header.revision == before.header.revision + 1
        await other.closing.close(reference, None, None)
        with pytest.raises(InstanceNotFound):
            await one.newer(before, ask=True)

    run(test)


def test_a_copy_is_never_drawn_on_the_event_loop() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        header = await at.creation.create("public", Recipe("CartPole-v1", render_mode="rgb_array"), ())
        await call(at, header.reference, operations.reset(1, None))
        thread = at.thread_for_copy(await at.snapshots.load(header.reference))
        assert await thread.run(_running_loop) is None

    run(test)


def _running_loop() -> object:
    return asyncio._get_running_loop()
