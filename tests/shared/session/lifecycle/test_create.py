"""An instance is created once, whatever the store does, and what cannot be created leaves nothing behind."""

from typing import Any

import pytest

from shared.errors import Contended, KeyReused, OutcomeUnknown, SnapshotTooLarge, StoreFailed, StoreUnavailable
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.live.placement import Thread
from shared.session.live.restore import closed
from shared.session.stored.reference import Reference
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import register_environments
from shared.storage.protocol import Conflict
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, key, listed, nothing, run, session, step, uninterrupted

CART_POLE = Recipe("CartPole-v1")


def as_it_is(reply: Any) -> Any:
    return reply


def test_a_creation_that_another_process_won_keeps_no_live_environment_of_its_own() -> None:
    """Its environment drew generators of its own, which the stored snapshot does not have."""

    async def test() -> None:
        store = FaultyStore(remote=False)
        one, other = session(store), session(store)
        keyed = key("k", b"body")
        recipe = Recipe("LunarLander-v3")
        first = await one.creation.create("public", recipe, (), keyed)
        assert (await other.creation.create("public", recipe, (), keyed)).nonce == first.nonce
        with pytest.raises(KeyReused):
            await other.creation.create("public", recipe, (), key("k", b"another"))
        [twin] = (await one.forking.fork(first.reference, 1, None)).instance_ids
        reset = operations.reset(None, None)
        found = [
            (await at.call(InstanceCall(Reference("public", each), reset, as_it_is))).reply
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
        store = FaultyStore(remote=False)
        store.before_put.extend([fail(OutcomeUnknown("lost"))] * 8)
        with pytest.raises(OutcomeUnknown, match="repeat it with its Idempotency-Key"):
            await created(session(store))

    run(test)


def test_a_creation_takes_the_place_of_an_expired_one_of_the_same_key(clock: Clock) -> None:
    async def test() -> None:
        at = session(FaultyStore(), idle_ttl_s=3600)
        keyed = key("k", b"body")
        first = await at.creation.create("public", Recipe("CartPole-v1"), (), keyed)
        clock.forward(4000)
        assert await at.creation.made_before("public", keyed) is None
        second = await at.creation.create("public", Recipe("CartPole-v1"), (), keyed)
        assert (second.instance_id, second.created > first.created) == (first.instance_id, True)

    run(test)


@pytest.mark.parametrize("entered", [False, True])
def test_a_keyed_creation_that_broke_off_is_found_and_listed_by_its_repetition(entered: bool) -> None:
    """It broke off before or after its index entry was written; the snapshot stands in both cases."""

    async def test() -> None:
        store = FaultyStore()
        faults = store.after_put if entered else store.before_put
        faults.extend([nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreUnavailable):
            await session(store).creation.create("public", CART_POLE, (), key("k", b"body"))
        at = session(store)
        instance_id = await at.creation.made_before("public", key("k", b"body"))
        assert instance_id is not None
        assert await listed(at) == {instance_id: "CartPole-v1"}
        with pytest.raises(KeyReused):
            await at.creation.made_before("public", key("k", b"another"))

    run(test)


def test_a_call_without_a_key_was_never_made_before() -> None:
    async def test() -> None:
        store = FaultyStore()
        assert await session(store).creation.made_before("public", None) is None
        assert store.calls == {}

    run(test)


def test_an_id_that_is_taken_makes_no_second_instance() -> None:
    async def test() -> None:
        at = session(FaultyStore())
        first = await at.creation.create("public", CART_POLE, (), instance_id="an-id")
        with pytest.raises(Contended, match="Another instance got the same id"):
            await at.creation.create("public", CART_POLE, (), instance_id="an-id")
        assert (await at.snapshots.header(first.reference)).nonce == first.nonce

    run(test)


def test_a_creation_whose_index_entry_is_not_written_is_taken_back() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        store.before_put += [nothing, fail(StoreUnavailable("gone"))]
        with pytest.raises(StoreUnavailable):
            await at.creation.create("public", CART_POLE, ())
        assert [entry async for entry in store.list("")] == []

    run(test)


def test_a_creation_that_cannot_be_taken_back_is_named() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        store.before_put += [nothing, fail(StoreUnavailable("gone"))]
        store.before_delete.append(fail(StoreUnavailable("gone")))
        with pytest.raises(StoreFailed, match="can be closed; try again") as raised:
            await at.creation.create("public", CART_POLE, ())
        [left] = raised.value.evidence["left_behind"]
        await at.closing.close(Reference("public", left), None, None)
        assert [entry async for entry in store.list("")] == []

    run(test)


def test_a_keyed_creation_whose_index_entry_is_not_written_stays_for_its_repetition() -> None:
    async def test() -> None:
        at = session(store := FaultyStore())
        store.before_put += [nothing, fail(StoreUnavailable("gone"))]
        with pytest.raises(StoreUnavailable):
            await at.creation.create("public", CART_POLE, (), key("c"))
        made = await at.creation.made_before("public", key("c"))
        assert made is not None
        assert await listed(at) == {made: "CartPole-v1"}

    run(test)


def test_a_creation_that_fails_closes_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        shut = []

        async def noted(thread: Thread, subject: Subject) -> None:
            shut.append(subject)
            await closed(thread, subject)

        monkeypatch.setattr("shared.session.lifecycle.create.closed", noted)
        store = FaultyStore()
        store.before_put.append(fail(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            await session(store).creation.create("public", CART_POLE, ())
        assert len(shut) == 1

    run(test)


def test_a_first_snapshot_over_the_limit_is_refused_and_not_stored() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store, max_snapshot_bytes=10)
        with pytest.raises(SnapshotTooLarge, match="10 is the most") as raised:
            await at.creation.create("public", CART_POLE, ())
        assert raised.value.evidence["limit"] == 10
        assert [entry async for entry in store.list("")] == []
        assert at.live_envs == 0

    run(test)


@pytest.mark.parametrize(("env_id", "live"), [("CartPole-v1", 0), ("LunarLander-v3", 1)])
def test_a_new_instance_stays_live_where_its_calls_are_made_on_a_worker(env_id: str, live: int) -> None:
    """It is made on a worker; CartPole's calls are made on the event loop, so that it is restored there."""

    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        header = await at.creation.create("public", Recipe(env_id), ())
        assert (header.revision, header.progress.episode, at.live_envs) == (0, 0, live)
        store.calls.clear()
        await at.call(InstanceCall(header.reference, operations.reset(1, None), as_it_is))
        assert store.calls == ({"put": 1} if live else {"put": 1, "get": 1})

    run(test)


@pytest.mark.parametrize(("affinity", "live"), [("its own", 1), (None, 1), ("another", 0), ("", 0)])
def test_a_new_instance_stays_live_unless_its_calls_are_sent_elsewhere(affinity: str | None, live: int) -> None:
    async def test() -> None:
        at, keyed = session(FaultyStore()), key("k", b"body")
        named = keyed.instance_id(0) if affinity == "its own" else affinity
        header = await at.creation.create("public", Recipe("LunarLander-v3"), (), keyed, affinity=named)
        assert at.live_envs == live
        reset = await at.call(InstanceCall(header.reference, operations.reset(1, None), as_it_is))
        assert reset.header.revision == 1

    run(test)


@pytest.mark.parametrize(
    ("recipe", "needs"),
    [
        (CART_POLE, False),
        (Recipe("ALE/Pong-v5"), False),
        (Recipe("ALE/Pong-v5", kwargs={"sound_obs": True}), True),
        (Recipe("wild/Unknown-v0"), True),
    ],
    ids=lambda given: str(given),
)
def test_it_is_known_before_what_has_to_be_tried(recipe: Recipe, needs: bool) -> None:
    """Also where a family has mechanisms, none of which carries what the arguments make of it."""
    register_environments(["ale_py"])

    async def test() -> None:
        assert await session(FaultyStore()).creation.needs_trial(recipe) is needs

    run(test)
