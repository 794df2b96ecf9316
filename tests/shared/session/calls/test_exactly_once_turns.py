"""A slow writer beside one that writes without a pause is served at its first try, on stores near and far."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared.errors import StaleRevision
from shared.session.calls import actions
from shared.session.calls.call import InstanceCall
from shared.session.calls.rollout import rollout
from shared.session.calls.timing import Timing
from shared.session.live.environment import Operation
from shared.session.session import Session
from shared.session.stored.header import Turn
from shared.session.stored.reference import Reference
from shared.session.stored.retry import MOST_TRIES
from shared.storage.cloud.s3 import S3Store
from shared.storage.protocol import Store
from shared.storage.sqlite import SQLiteStore
from tests.blocking import result
from tests.fixtures_s3 import BUCKET
from tests.shared.session.episodes import STEP, call, created
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session
from tests.shared.session.writers import ENDLESS, writing

STEPS = 3000


def rolled(steps: int) -> Operation:
    """A rollout of so many steps."""
    return rollout(actions.given([1] * steps, steps), "stop", ["rewards"], 1 << 30)


@pytest.fixture(params=["sqlite", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that answers in microseconds, and a real S3 server."""
    if request.param == "sqlite":
        opened: Store = SQLiteStore(tmp_path / "snapshots.db")
    else:
        request.getfixturevalue("aws_environment")
        opened = S3Store(BUCKET, uuid.uuid4().hex)
    yield opened
    result(opened.close())


async def timed(at: Session, reference: Reference, operation: Operation, **more: Any) -> tuple[Any, Timing]:
    timing = Timing()
    outcome = await at.call(InstanceCall(reference, operation, lambda result: result, **more), timing)
    return outcome, timing


def test_a_rollout_of_3000_steps_gets_in_beside_a_writer_without_pause(store: Store) -> None:
    async def test() -> None:
        fast, slow = session(store), session(store)
        reference = await created(fast, ENDLESS)
        async with writing(fast, reference) as writer:
            outcome, timing = await timed(slow, reference, rolled(STEPS))
            assert outcome.reply["steps"] == STEPS
            assert timing.retries < MOST_TRIES / 2
            await writer.serve(3)  # and the other goes on

    run(test)


def test_eight_calls_beside_a_writer_without_pause_are_each_served_at_once(store: Store) -> None:
    """Each of these calls comes from a process that does not hold the instance, as a load balancer's may."""

    async def test() -> None:
        fast = session(store)
        reference = await created(fast, ENDLESS)
        async with writing(fast, reference):
            for _ in range(8):
                _, timing = await timed(session(store), reference, STEP)
                assert timing.retries < MOST_TRIES / 2

    run(test)


def test_two_long_writers_without_pause_are_served_by_turns(store: Store) -> None:
    async def test() -> None:
        sessions = [session(store), session(store)]
        reference = await created(sessions[0], ENDLESS)

        async def write(at: Session) -> None:
            for _ in range(5):
                await call(at, reference, rolled(300))

        await asyncio.gather(*map(write, sessions))
        header = await sessions[0].snapshots.header(reference)
        assert (header.revision, header.progress.steps, header.turn) == (11, 3000, None)

    run(test)


def test_a_claimant_that_dies_holds_the_others_up_for_its_turn_and_no_longer() -> None:
    """What is refused writes nothing, so the turn still stands in the header, and is not waited for again."""

    async def test() -> None:
        store = FaultyStore(remote=False)
        one, dead = session(store), session(store)
        reference = await created(one)
        loaded = await dead.snapshots.load(reference)
        header = msgspec.structs.replace(loaded.header, turn=Turn(b"is dead.", 0.3))
        await dead.snapshots.save(header, loaded.body, loaded.tag)
        await one.live.discard(reference)
        began = time.monotonic()
        with pytest.raises(StaleRevision):
            await call(one, reference, STEP, if_match=99)
        assert time.monotonic() - began >= 0.3
        store.calls.clear()
        with pytest.raises(StaleRevision):
            await call(one, reference, STEP, if_match=99)
        assert store.calls["get"] <= 2
        await call(one, reference, STEP)
        header = await one.snapshots.header(reference)
        assert (header.revision, header.turn) == (2, None)

    run(test)


def test_a_call_that_is_refused_in_its_turn_gives_it_back() -> None:
    async def test() -> None:
        store = FaultyStore(remote=False)
        slow, fast = session(store), session(store)
        reference = await created(slow, ENDLESS)
        await slow.live.discard(reference)  # so that its call is on what it has read
        store.calls.clear()
        rolling = asyncio.ensure_future(call(slow, reference, rolled(STEPS), if_match=1))
        await asyncio.sleep(0)
        await call(fast, reference, STEP)
        with pytest.raises(StaleRevision):
            await rolling
        assert (await fast.snapshots.header(reference)).turn is None
        assert store.calls["put"] == 4  # one of each call, the turn, and its end

    run(test)
