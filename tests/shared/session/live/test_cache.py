"""A live environment is only a cache: whatever becomes of it, an instance goes on as it is stored."""

import time

import msgspec

from tests.shared.session.episodes import created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def test_after_a_conflict_a_near_store_is_asked_before_every_step_for_a_while() -> None:
    """Asking costs less there than a step made in vain, so taking turns costs no conflicts."""

    async def test() -> None:
        store = FaultyStore(brief=True)
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
        at = session(FaultyStore(brief=True), live_envs=2)
        references = [await created(at) for _ in range(5)]
        for expected in uninterrupted(4):
            for reference in references:
                assert await step(at, reference) == expected
        assert at.live_envs == 2

    run(test)
