"""A quick step leaves what the general path leaves, byte by byte, and takes only what is not special."""

import asyncio
import time
from random import Random
from typing import Any

import pytest

from shared.errors import CallTooLong, GymHTTPError, OutcomeUnknown
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.live.quick_step import QuickStep
from shared.session.session import Session
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import ABSENT, Conflict, Stored
from shared.web.protocol.negotiation import encoding_for
from tests.shared.session.episodes import STEP, call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, key, run, session

RECIPES = [
    Recipe("CartPole-v1"),
    Recipe("CartPole-v1", max_episode_steps=5, autoreset="NextStep"),
    Recipe("Pendulum-v1", max_episode_steps=4, autoreset="SameStep"),
    Recipe("MountainCar-v0", seed=1 << 70),
    Recipe("Acrobot-v1"),
    Recipe("FrozenLake-v1"),
    Recipe("Taxi-v4"),
    Recipe("Blackjack-v1"),
    Recipe("CliffWalking-v1"),
]
ACTIONS: list[Any] = [0, 1, True, 1.0, [0.5], 7, "left", None]
LOST = [Conflict(), OutcomeUnknown("lost")]
CALLS = 150
ENCODINGS = encoding_for(b"", b"", b""), encoding_for(b"application/msgpack", b"", b"")


@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_replies_and_stored_objects_are_those_of_the_general_path(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through conflicts, lost replies, refused actions, repeated keys, and calls that are never quick."""
    origin, quick = FaultyStore(remote=False), _counted(monkeypatch)
    monkeypatch.setattr("shared.session.stored.retry.Retry.again", _at_once)
    monkeypatch.setattr("time.time", lambda: 1.8e9)

    async def test() -> None:
        reference = await created(session(origin), recipe)
        found = await _played(origin, reference, monkeypatch)
        made = len(quick)
        with monkeypatch.context() as patch:
            patch.setattr(QuickStep, "of", lambda live, snapshots: None)
            expected = await _played(origin, reference, monkeypatch)
        assert made > CALLS / 3
        assert len(quick) == made, "the others took the general path"
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert one == other, number

    run(test)


async def _played(origin: FaultyStore, reference: Reference, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What each call comes to and leaves in a store that begins as `origin` is."""
    store, draw = FaultyStore(remote=False), Random(1)
    for name, body in (await _objects(origin)).items():
        await store.put(name, body, ABSENT)
    at, found = session(store), []
    monkeypatch.setattr("os.urandom", Random(2).randbytes)
    acknowledged: list[bytes] = []
    keyed: Keyed | None = None
    for number in range(CALLS):
        if draw.random() < 0.8 or keyed is None:
            keyed = key(f"{number}")
            operation: Any = operations.Step(draw.choice(ACTIONS[:5] if draw.random() < 0.9 else ACTIONS))
            if draw.random() < 0.1:
                operation = draw.choice([operations.reset(number, None), operations.sample("action_space")])
        if draw.random() < 0.1:
            store.before_put.append(
                fail(draw.choice([Conflict(), OutcomeUnknown("lost"), Conflict(sent_once=True)]))
            )
        if draw.random() < 0.1:
            store.after_put.append(fail(draw.choice(LOST)))
        given = keyed if draw.random() < 0.7 else None
        if draw.random() < 0.5:
            acknowledged.append(key(f"{number - 1}").key)
        made = InstanceCall(reference, operation, ENCODINGS[number % 2], keyed=given, acknowledged=acknowledged)
        found.append((await _outcome(at, made), await _objects(store)))
    return found


async def _outcome(at: Session, made: InstanceCall) -> Any:
    try:
        outcome = await at.call(made)
    except GymHTTPError as error:
        return type(error), error.detail
    return outcome.reply, outcome.header.revision, outcome.replayed, outcome.moved


async def _objects(store: FaultyStore) -> dict[str, bytes]:
    keys = [entry.key async for entry in store.list("")]
    return {name: stored.body for name in keys if isinstance(stored := await store.get(name), Stored)}


async def _at_once(_: Any, **__: Any) -> None:
    await asyncio.sleep(0)


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Grows with each quick step."""
    made, call = list[bytes](), QuickStep.__call__

    def counted(self: QuickStep, *args: Any) -> Any:
        made.append(b"")
        return call(self, *args)

    monkeypatch.setattr(QuickStep, "__call__", counted)
    return made


def test_what_is_special_is_not_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = _counted(monkeypatch)

    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        await call(at, reference, STEP, if_match=1)
        await call(at, reference, operations.record("on"))
        await call(at, reference, STEP)
        await call(at, reference, operations.record("off"))
        [twin] = (await at.forking.fork(reference, 1, 1)).instance_ids
        fork = Reference("public", twin)
        await call(at, fork, STEP)
        assert not quick
        await call(at, fork, STEP)
        assert len(quick) == 1

    run(test)


def test_a_quick_step_that_takes_too_long_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = _counted(monkeypatch)

    async def test() -> None:
        at = session(FaultyStore(remote=False), max_call_seconds=0.1)
        reference = await created(at)
        live = at.live.get(reference)
        assert live is not None
        live.env.unwrapped.__dict__["step"] = _endless
        with pytest.raises(CallTooLong):
            await call(at, reference, STEP)
        assert [await step(at, reference) for _ in range(2)] == uninterrupted(2)
        assert len(quick) == 3

    run(test)


def _endless(_: Any) -> None:
    while True:
        time.sleep(0)
