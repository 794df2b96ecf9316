"""Kept states are instances of their own: all of them, none, or those that a repeated call completes."""

import pytest

from shared.errors import KeyReused, QuotaExceeded, ReplyGone, SnapshotTooLarge, StoreFailed, StoreUnavailable
from shared.session.lifecycle.keep import State
from shared.session.session import Session
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.snapshot.versions.compatibility import Dependencies
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, key, listed, nothing, run, session, step


async def origin(at: Session, states: int = 2) -> tuple[Loaded, list[State]]:
    """An instance, and states that are its own with other counts."""
    loaded = await at.snapshots.load(await created(at))
    libraries, digests, cpu = loaded.header.libraries, loaded.header.digests, loaded.header.cpu
    here = Dependencies(libraries, {**digests, "another 1": "digest"}, cpu)
    return loaded, [State(loaded.body, Progress(1, number), here) for number in range(states)]


def test_a_kept_state_is_an_instance_with_its_progress_and_its_origin() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        loaded, states = await origin(at)
        header = loaded.header
        ids, made = await at.keeping.ids(header, 2, None)
        assert not made
        await at.keeping.keep(loaded, ids, states, None)
        second = await at.snapshots.header(Reference("public", ids[1]))
        assert (second.progress.steps, second.revision, second.reseed, second.keyed) == (1, 0, None, ())
        assert second.origin == (header.instance_id, 1)
        assert (second.libraries, second.digests, second.cpu) == states[1].dependencies
        assert await step(at, second.reference) == await step(at, header.reference)
        assert set(await listed(at, "public")) == {header.instance_id, *ids}

    run(test)


def test_a_call_that_fails_in_the_middle_leaves_none_behind() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        loaded, states = await origin(at, 4)
        header = loaded.header
        store.before_put.extend([nothing] * 2 + [fail(StoreUnavailable("gone"))])
        ids, _ = await at.keeping.ids(header, 4, None)
        with pytest.raises(StoreFailed, match="none was left behind"):
            await at.keeping.keep(loaded, ids, states, None)
        assert [entry.key async for entry in store.list("state/")] == [header.reference.key]

    run(test)


def test_a_repeated_call_completes_what_it_began_and_then_finds_it() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        at = session(store)
        loaded, states = await origin(at, 3)
        header = loaded.header
        keyed = key("k", b"body")
        ids, _ = await at.keeping.ids(header, 3, keyed)
        store.before_put.extend([nothing, fail(StoreUnavailable("gone"))])
        with pytest.raises(StoreFailed, match="repeat the call"):
            await at.keeping.keep(loaded, ids, states, keyed)
        assert await at.keeping.ids(header, 3, keyed) == (ids, False)
        await at.keeping.keep(loaded, ids, states, keyed)
        assert await at.keeping.ids(header, 3, keyed) == (ids, True)
        assert set(await listed(at, "public")) == {header.instance_id, *ids}
        with pytest.raises(KeyReused):
            await at.keeping.ids(header, 3, key("k", b"another"))

    run(test)


def test_a_repeated_call_whose_instances_were_closed_is_told_so() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        loaded, states = await origin(at, 1)
        header = loaded.header
        keyed = key("k")
        [kept], _ = await at.keeping.ids(header, 1, keyed)
        await at.keeping.keep(loaded, [kept], states, keyed)
        await at.closing.close(Reference("public", kept), None, None)
        with pytest.raises(ReplyGone) as gone:
            await at.keeping.ids(header, 1, keyed)
        assert gone.value.evidence == {"instance_ids": [kept]}

    run(test)


def test_limits_hold_for_what_is_kept() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), max_envs=2)
        loaded, states = await origin(at)
        with pytest.raises(QuotaExceeded):
            await at.keeping.keep(loaded, ["a", "b"], states, None)
        large = states[0]._replace(body=b"x" * 10_000)
        small = session(FaultyStore(remote=False), max_snapshot_bytes=5000)
        with pytest.raises(SnapshotTooLarge):
            await small.keeping.keep(loaded, ["a"], [large], None)

    run(test)
