"""A live environment is only a cache: whatever becomes of it, an instance goes on as it is stored."""

import time

import msgspec

from shared.session.stored.reference import Reference
from tests.shared.session.episodes import created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def test_after_a_conflict_a_near_store_is_asked_before_every_step_for_a_while() -> None:
    """Asking costs less there than a step made in vain, so taking turns costs no conflicts."""

    async def test() -> None:
        store = FaultyStore(remote=False)
        one, other = session(store), session(store)
        reference = await created(one)
        for at in (other, one):
            await step(at, reference)
        store.calls.clear()
        for at in (other, one, one, other):
            await step(at, reference)
        assert store.calls["put"] == 4 + 1  # the one conflict is the other's, whose first step was made unasked

    run(test)


def test_an_instance_that_another_process_keeps_using_does_not_expire_here() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store, idle_ttl_s=60), session(store, idle_ttl_s=60)
        reference = await created(one)
        live = one.live.get(reference)
        assert live is not None
        await step(other, reference)
        past = msgspec.structs.replace(live.header, used=time.time() - 61)
        live.equals(live.loaded._replace(header=past))
        assert await step(one, reference) == uninterrupted(2)[1]

    run(test)


def test_more_instances_than_live_environments_are_all_served() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=2)
        references = [await created(at) for _ in range(5)]
        for expected in uninterrupted(4):
            for reference in references:
                assert await step(at, reference) == expected
        assert at.live_envs == 2

    run(test)


def test_an_instance_has_one_lock_whether_it_is_live_or_not() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = Reference("public", "another")
        held = at.live.lock(reference)
        assert at.live.lock(reference) is held
        assert at.live.lock(Reference("ann", "another")) is not held
        made = await created(at)
        before = at.live.lock(made)
        await at.live.discard(made)
        assert at.live.get(made) is None
        assert at.live.lock(made) is before, "a call that waits holds it"

    run(test)


def test_an_environment_that_is_being_called_is_not_dropped_for_room() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=1)
        called = await created(at)
        async with at.live.lock(called):
            await created(at)
            assert at.live.get(called) is not None

    run(test)


def test_the_one_used_longest_ago_makes_room() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=2)
        first, second = await created(at), await created(at)
        await step(at, first)
        third = await created(at)
        assert [at.live.get(each) is not None for each in (first, second, third)] == [True, False, True]

    run(test)


def test_a_live_environment_that_another_process_overtook_goes_on_from_there() -> None:
    """Not restored anew: the environment is the same object, with the newer state."""

    async def test() -> None:
        store = FaultyStore(remote=False)
        one, other = session(store), session(store)
        reference = await created(one)
        await step(other, reference)
        live, confirmed = await one.live.current(reference)
        assert (live.header.revision, confirmed) == (1, False)
        one.live.beware(live)
        again, confirmed = await one.live.current(reference)
        assert (again is live, live.header.revision, confirmed) == (True, 2, True)
        assert await step(one, reference) == uninterrupted(2)[1]

    run(test)
