"""An instance is made once, ends once, and is gone everywhere then, whatever the store does."""

import pytest

from shared.errors import (
    InstanceNotFound,
    KeyReused,
    OutcomeUnknown,
)
from shared.session.calls import operations
from shared.session.stored.envelope import Reference
from shared.session.stored.idempotency import Keyed
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Conflict
from tests.shared.session.conftest import Clock
from tests.shared.session.episodes import call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run, session


def test_a_creation_that_another_process_won_keeps_no_live_environment_of_its_own() -> None:
    """Its environment drew generators of its own, which the stored snapshot does not have."""

    async def test() -> None:
        store = FaultyStore(brief=True)
        one, other = session(store), session(store)
        key = Keyed.of("public", "k", b"body")
        recipe = Recipe("LunarLander-v3")
        first = await one.creation.create("public", recipe, (), key)
        assert (await other.creation.create("public", recipe, (), key)).nonce == first.nonce
        with pytest.raises(KeyReused):
            await other.creation.create("public", recipe, (), Keyed.of("public", "k", b"another"))
        [twin] = (await one.forking.fork(first.reference, 1, None)).instance_ids
        reset = operations.reset(None, None)
        found = [
            (await call(at, Reference("public", each), reset)).reply
            for at, each in ((other, first.instance_id), (one, twin))
        ]
        assert found[0]["observation"].tolist() == found[1]["observation"].tolist()

    run(test)


def test_a_creation_whose_reply_is_lost_still_gives_the_instance() -> None:
    async def test() -> None:
        store = FaultyStore()
        store.after_put.append(fail(OutcomeUnknown("lost")))
        at = session(store)
        reference = await created(at)
        assert await step(at, reference) == uninterrupted(1)[0]

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("the request was lost"), Conflict()])
def test_a_creation_that_was_not_done_is_done_again(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        store.before_put.append(fail(error))
        at = session(store)
        reference = await created(at)
        assert await step(at, reference) == uninterrupted(1)[0]

    run(test)


def test_a_creation_that_never_gets_through_is_of_unknown_outcome() -> None:
    async def test() -> None:
        store = FaultyStore(brief=True)
        store.before_put.extend([fail(OutcomeUnknown("lost"))] * 8)
        with pytest.raises(OutcomeUnknown, match="repeat it with its Idempotency-Key"):
            await created(session(store))

    run(test)


def test_a_creation_takes_the_place_of_an_expired_one_of_the_same_key(clock: Clock) -> None:
    async def test() -> None:
        at = session(FaultyStore(), idle_ttl_s=3600)
        key = Keyed.of("public", "k", b"body")
        first = await at.creation.create("public", Recipe("CartPole-v1"), (), key)
        clock.forward(4000)
        assert await at.creation.made_before("public", key) is None
        second = await at.creation.create("public", Recipe("CartPole-v1"), (), key)
        assert (second.instance_id, second.created > first.created) == (first.instance_id, True)

    run(test)


def test_an_instance_that_is_not_used_is_gone(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store, idle_ttl_s=3600)
        reference = await created(at)
        assert await at.snapshots.index.list("public") == {reference.instance_id: "CartPole-v1"}
        clock.forward(4000)
        for cold in (at, session(store, idle_ttl_s=3600)):
            with pytest.raises(InstanceNotFound):
                await step(cold, reference)
        assert await at.snapshots.index.list("public") == {}
        with pytest.raises(InstanceNotFound):
            await at.closing.close(reference, None, None)

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
        assert [*store.list("")] == []
        with pytest.raises(InstanceNotFound):
            await at.closing.close(reference, None, None)

    run(test)
