"""An owner has no more instances than the limit, and counting them does not cost a list of all."""

import asyncio
import uuid
from typing import Any

import pytest

from shared.errors import NotCreatable, QuotaExceeded
from shared.session.session import Session
from shared.session.stored.quota import Quota
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, key, run, session


async def create(at: Session, owner: str = "ann", **recipe: Any) -> Any:
    return await at.creation.create(owner, Recipe("CartPole-v1", **recipe), ())


def test_an_owner_has_as_many_as_the_limit_and_another_owner_too() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=3)
        for owner in ("ann", "bob"):
            for _ in range(3):
                await create(at, owner)
            with pytest.raises(QuotaExceeded, match="You have 3 environments, and 3 is the most") as raised:
                await create(at, owner)
            assert raised.value.evidence == {"limit": 3}

    run(test)


def test_forks_count_and_are_made_all_or_none() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=5)
        reference = await created(at)
        for keyed in (None, key("k")):
            with pytest.raises(QuotaExceeded):
                await at.forking.fork(reference, 5, None, None, keyed)
        assert len(await at.snapshots.index.list("public")) == 1
        await at.forking.fork(reference, 4, None, None, key("k"))
        assert (await at.forking.fork(reference, 4, None, None, key("k"))).replayed
        with pytest.raises(QuotaExceeded):
            await at.forking.fork(reference, 1, None)

    run(test)


def test_what_is_closed_or_was_refused_makes_room_again() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=2)
        first = await create(at)
        for _ in range(3):
            with pytest.raises(NotCreatable):
                await create(at, kwargs={"nothing": 1})
        await create(at)
        with pytest.raises(QuotaExceeded):
            await create(at)
        await at.closing.close(first.reference, None, None)
        await create(at)

    run(test)


def test_what_has_expired_or_was_closed_elsewhere_makes_room(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store, max_envs=2), session(store, max_envs=2)
        first = await create(one)
        await create(other)
        with pytest.raises(QuotaExceeded):
            await create(other)
        await one.closing.close(first.reference, None, None)
        monkeypatch.setattr("shared.session.stored.quota._FULL_S", 0.0)
        await create(other)
        clock.forward(4000)
        await create(session(store, max_envs=2, idle_ttl_s=3600))

    run(test)


def test_creations_at_the_same_moment_stay_within_the_limit() -> None:
    async def test() -> None:
        at = session(FaultyStore(), max_envs=3)
        made = await asyncio.gather(*(create(at) for _ in range(6)), return_exceptions=True)
        assert sum(isinstance(each, QuotaExceeded) for each in made) == 3
        assert len(await at.snapshots.index.list("ann")) == 3

    run(test)


@pytest.mark.parametrize(("stored", "read"), [(20_000, 500), (99_999, 110_000)])
def test_far_from_the_limit_a_page_is_read_and_near_it_all(stored: int, read: int) -> None:
    """100,000 is the limit; what is read is the bound of this many entries."""

    async def test() -> None:
        store = FaultyStore(brief=True)
        for _ in range(stored):
            store.put(f"state/ann/{uuid.uuid4()}", b"")
        at = session(store)
        entries, seen = at.objects.entries, 0

        async def counted(prefix: str) -> Any:
            nonlocal seen
            async for entry in entries(prefix):
                seen += 1
                yield entry

        at.objects.entries = counted  # type: ignore[method-assign]
        quota = Quota(at.snapshots, 100_000)
        async with quota.room("ann", 1):
            assert seen <= read
        before = seen
        if stored == 99_999:
            assert seen >= stored
            with pytest.raises(QuotaExceeded):
                async with quota.room("ann", 1):
                    raise AssertionError("there is no room")
        assert seen == before  # one count is good for a while

    run(test)
