"""Calls have a limit wherever they are made, and one that is stuck does not take others with it."""

import asyncio
import time
from collections.abc import Generator
from typing import Any

import gymnasium
import pytest
from gymnasium.envs.classic_control import CartPoleEnv

from shared.errors import CallTooLong
from shared.session.calls import operations
from shared.session.live.placement import CallLimit, Placement
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.timeout import interruptible
from shared.storage.memory import MemoryStore
from tests.shared.session.test_session import created, encode, run, session, step, uninterrupted


def test_a_call_that_waits_for_its_thread_does_not_use_up_its_time() -> None:
    async def test() -> None:
        worker = Placement(CallLimit(0.5)).worker()
        assert await asyncio.gather(*(worker.run(_naps, 0.3) for _ in range(4))) == [0.3] * 4

    run(test)


def _naps(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.live.placement.GRACE_S", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_stuck_call_is_answered_and_its_thread_left_alone_until_it_comes_back() -> None:
    async def test() -> None:
        threads = Placement(CallLimit(0.1))
        stuck = threads.worker()
        with pytest.raises(CallTooLong, match="cannot be interrupted"):
            await stuck.run(_naps, 1.5)
        assert stuck.lost
        assert not any(threads.worker() is stuck for _ in range(8))
        assert await threads.worker().run(_naps, 0.0) == 0.0
        async with asyncio.timeout(60):
            while stuck.lost:
                await asyncio.sleep(0.05)
        assert await stuck.run(_naps, 0.0) == 0.0

    run(test)


def test_an_environment_on_the_event_loop_is_interrupted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instance goes on from its last good state, bit for bit."""
    own_step = CartPoleEnv.step

    def endless(env: CartPoleEnv, action: Any) -> Any:
        own_step(env, action)  # type: ignore[no-untyped-call]
        while True:
            pass

    async def test() -> None:
        at = session(MemoryStore(), max_call_seconds=0.2)
        reference = await created(at)
        found = [await step(at, reference)]
        with monkeypatch.context() as patched:
            patched.setattr(CartPoleEnv, "step", endless)
            with pytest.raises(CallTooLong):
                await at.call(reference, operations.step(1), encode)
        found += [await step(at, reference) for _ in range(3)]
        assert found == uninterrupted(4)

    run(test)


def test_an_environment_that_fails_while_it_is_closed_harms_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(env: gymnasium.Env[Any, Any]) -> None:
        raise RuntimeError("closed badly")

    async def test() -> None:
        at = session(MemoryStore(), live_envs=1)
        monkeypatch.setattr(CartPoleEnv, "close", failing)
        first, second = await created(at), await created(at)
        assert [await step(at, each) for each in (first, second)] == uninterrupted(1) * 2

    run(test)


def test_new_environments_go_to_the_workers_in_turn() -> None:
    threads = Placement(CallLimit())
    workers = [threads.worker() for _ in range(8)]
    assert len(set(workers)) == 4
    assert workers[:4] == workers[4:]


def test_the_turns_of_one_call_share_its_time() -> None:
    def turns() -> Generator[None, None, None]:
        while True:
            interruptible(_naps, 0.05)
            yield

    async def test() -> None:
        threads = Placement(CallLimit(0.3))
        for home in (Home.LOOP, Home.WORKER):
            began = time.monotonic()
            with pytest.raises(CallTooLong):
                await threads.home("kind", home).run_in_turns(turns())
            assert time.monotonic() - began >= 0.3

    run(test)


def test_the_home_of_an_environment_is_its_mechanisms() -> None:
    threads = Placement(CallLimit())
    assert threads.home("kind", Home.GRAPHICS) is threads.home("other", Home.GRAPHICS)
    assert threads.home("kind", Home.LOOP) is threads.home("other", Home.LOOP)
    assert threads.home("kind", Home.WORKER) is not threads.home("kind", Home.LOOP)


def test_a_kind_of_long_calls_lives_on_a_worker() -> None:
    threads = Placement(CallLimit())
    loop, worker = threads.home("kind", Home.LOOP), threads.worker()
    noted = 0
    while not threads.misplaced(loop, "kind", Home.LOOP):
        threads.note("kind", Home.LOOP, 0.01)
        noted += 1
    assert noted == 4
    assert not threads.misplaced(worker, "kind", Home.LOOP)
    assert threads.home("kind", Home.LOOP) is not loop


@pytest.mark.parametrize("calls", [[30.0] + [0.0001] * 10, [0.002] * 8 + [0.0001] * 80, [0.0009] * 100])
def test_one_long_call_or_some_resets_move_nothing(calls: list[float]) -> None:
    threads = Placement(CallLimit())
    loop = threads.home("kind", Home.LOOP)
    for seconds in calls * 20:
        threads.note("kind", Home.LOOP, seconds)
        assert not threads.misplaced(loop, "kind", Home.LOOP)


def test_a_kind_returns_to_the_loop_when_its_calls_are_short_after_all() -> None:
    threads = Placement(CallLimit())
    loop, worker = threads.home("kind", Home.LOOP), threads.worker()
    for seconds in [0.01] * 4 + [0.0008] * 1000:  # about as long as may be
        threads.note("kind", Home.LOOP, seconds)
    assert not threads.misplaced(worker, "kind", Home.LOOP)
    for seconds in ([0.0001] * 50 + [0.003]) * 4:
        threads.note("kind", Home.LOOP, seconds)
    assert threads.misplaced(worker, "kind", Home.LOOP)
    assert threads.home("kind", Home.LOOP) is loop


@pytest.mark.parametrize("home", [Home.WORKER, Home.GRAPHICS])
def test_what_belongs_elsewhere_stays_there_however_short_its_calls(home: Home) -> None:
    threads = Placement(CallLimit())
    assert not threads.misplaced(threads.home("kind", home), "kind", home)


def test_an_environment_of_either_thread_begins_on_a_worker_and_is_restored_on_one() -> None:
    threads = Placement(CallLimit())
    loop, worker = threads.home("short", Home.LOOP), threads.home("kind", Home.EITHER)
    assert worker is not loop
    for _ in range(200):
        threads.note("kind", Home.EITHER, 0.0001)
    assert threads.misplaced(worker, "kind", Home.EITHER)
    assert threads.home("kind", Home.EITHER) is loop
    assert threads.restorer(loop, Home.EITHER) is not loop
    assert threads.restorer(loop, Home.LOOP) is loop


def test_an_environment_of_either_thread_moves_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not restored, and answers what it would have answered where it was."""

    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at, Recipe("LunarLander-v3"))
        live = at._live.get(reference)
        assert live is not None
        found = [await step(at, reference) for _ in range(3)]
        assert live.thread is not at._placement.home("short", Home.LOOP)
        monkeypatch.setattr("shared.session.live.placement._TO_LOOP_S", 1e-6)
        monkeypatch.setattr("shared.session.live.placement._SHORT_CALL_S", 10.0)
        found += [await step(at, reference) for _ in range(3)]
        assert live.thread is at._placement.home("short", Home.LOOP)
        assert at._live.get(reference) is live
        assert found == uninterrupted(6, env_id="LunarLander-v3")

    run(test)


def test_an_environment_that_draws_stays_on_a_worker_however_short_its_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A frame is long, and of a LunarLander that nobody has drawn for a while, seconds."""

    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at, Recipe("LunarLander-v3", render_mode="rgb_array"))
        monkeypatch.setattr("shared.session.live.placement._TO_LOOP_S", 1e-6)
        monkeypatch.setattr("shared.session.live.placement._SHORT_CALL_S", 10.0)
        for _ in range(3):
            await step(at, reference)
        live = at._live.get(reference)
        assert live is not None
        assert live.thread is not at._placement.home("short", Home.LOOP)

    run(test)
