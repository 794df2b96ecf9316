"""Environments live where their calls are short enough, and are interrupted wherever that is."""

import asyncio
import threading
import time
from collections.abc import Generator
from typing import Any

import pytest
from gymnasium.envs.classic_control import CartPoleEnv

from shared.errors import CallTooLong
from shared.session.live.environment import LiveEnvironment
from shared.session.live.kind import Kind
from shared.session.live.placement import CallLimit, Placement
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.storage.memory import MemoryStore
from tests.shared.session.episodes import STEP, call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session

KIND, OTHER, SHORT = Kind("A-v0", None), Kind("B-v0", None), Kind("C-v0", None)
MADE = Kind("A-v0", None, b"wrappers")


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
                await call(at, reference, STEP)
        found += [await step(at, reference) for _ in range(3)]
        assert found == uninterrupted(4)

    run(test)


def test_new_environments_go_to_the_workers_in_turn() -> None:
    threads = Placement(CallLimit())
    workers = [threads.worker() for _ in range(8)]
    assert len(set(workers)) == 4
    assert workers[:4] == workers[4:]


def test_the_home_of_an_environment_is_its_mechanisms() -> None:
    threads = Placement(CallLimit())
    assert threads.home(KIND, Home.GRAPHICS) is threads.home(OTHER, Home.GRAPHICS)
    assert threads.home(KIND, Home.LOOP) is threads.home(OTHER, Home.LOOP)
    assert threads.home(KIND, Home.WORKER) is not threads.home(KIND, Home.LOOP)


def test_all_of_whose_engine_a_process_holds_one_have_one_thread_of_their_own() -> None:
    threads = Placement(CallLimit())
    alone = threads.home(KIND, Home.ALONE)
    assert alone is threads.home(OTHER, Home.ALONE) is threads.beside_loop(Home.ALONE)
    assert alone not in [threads.loop, threads.beside_loop(Home.GRAPHICS), *(threads.worker() for _ in range(4))]
    assert not threads.misplaced(alone, KIND, Home.ALONE)


def test_a_long_call_with_the_one_engine_gives_no_turn_to_another() -> None:
    """The other would end its engine each time, and it would have to be made again."""
    began: list[str] = []

    def call(name: str, made: int) -> Generator[None, None, None]:
        for _ in range(made):
            began.append(name)
            time.sleep(0.004)
            yield

    async def test() -> None:
        alone = Placement(CallLimit()).home(KIND, Home.ALONE)
        await asyncio.gather(alone.run_in_turns(call("first", 8)), alone.run_in_turns(call("second", 2)))

    asyncio.run(test())
    assert began == ["first"] * 8 + ["second"] * 2


def test_a_kind_of_long_calls_lives_on_a_worker() -> None:
    threads = Placement(CallLimit())
    loop, worker = threads.loop, threads.worker()
    noted = 0
    while not threads.misplaced(loop, KIND, Home.LOOP):
        threads.note(KIND, Home.LOOP, 0.01)
        noted += 1
    assert noted == 4
    assert not threads.misplaced(worker, KIND, Home.LOOP)
    assert threads.home(KIND, Home.LOOP) is not loop


@pytest.mark.parametrize("calls", [[0.9] + [0.0001] * 10, [0.002] * 8 + [0.0001] * 80, [0.0009] * 100])
def test_a_busy_moment_or_some_resets_move_no_registered_kind(calls: list[float]) -> None:
    threads = Placement(CallLimit())
    loop = threads.home(KIND, Home.LOOP)
    for seconds in calls * 20:
        threads.note(KIND, Home.LOOP, seconds)
        assert not threads.misplaced(loop, KIND, Home.LOOP)


@pytest.mark.parametrize(("kind", "seconds"), [(MADE, 0.021), (KIND, 1.1)])
def test_one_call_that_held_the_loop_moves_its_kind_at_once(kind: Kind, seconds: float) -> None:
    threads = Placement(CallLimit())
    for _ in range(200):
        threads.note(kind, Home.LOOP, 0.0001)
    assert threads.home(kind, Home.LOOP) is threads.loop
    threads.note(kind, Home.LOOP, seconds)
    assert threads.misplaced(threads.loop, kind, Home.LOOP)


def test_what_a_client_has_put_together_begins_on_a_worker_until_it_has_shown_itself_short() -> None:
    threads = Placement(CallLimit())
    assert threads.home(KIND, Home.LOOP) is threads.loop
    assert threads.home(MADE, Home.LOOP) is not threads.loop
    for _ in range(100):
        threads.note(MADE, Home.LOOP, 0.0001)
    threads.note(MADE, Home.LOOP, 0.5)  # all anew
    for _ in range(100):
        threads.note(MADE, Home.LOOP, 0.0001)
    assert threads.home(MADE, Home.LOOP) is not threads.loop
    for _ in range(200):
        threads.note(MADE, Home.LOOP, 0.0001)
    assert threads.home(MADE, Home.LOOP) is threads.loop
    assert threads.restorer(threads.loop, MADE, Home.LOOP) is not threads.loop


def test_the_kinds_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.live.placement._MOST_KINDS", 2)
    threads = Placement(CallLimit())
    kinds = [Kind("A-v0", None, bytes([number])) for number in range(3)]
    for kind in kinds:
        for _ in range(200):
            threads.note(kind, Home.LOOP, 0.0001)
    assert [threads.home(kind, Home.LOOP) is threads.loop for kind in kinds] == [False, True, True]


def test_repeated_steps_are_made_on_a_worker_alone() -> None:
    """At an ended episode they are short, so what they have shown is no promise."""

    async def test() -> None:
        at = session(MemoryStore())
        repeat = WrapperRecipe("RepeatAction", {"num_repeats": 64})
        recipe = Recipe("MountainCar-v0", max_episode_steps=-1, wrappers=(repeat, repeat))
        reference = await created(at, recipe)
        for _ in range(3):
            await call(at, reference, STEP)
        live = at.live.get(reference)
        assert live is not None
        assert live.thread is not at.placement.loop
        assert live.home is Home.WORKER

    run(test)


def test_a_kind_returns_to_the_loop_when_its_calls_are_short_after_all() -> None:
    threads = Placement(CallLimit())
    loop, worker = threads.loop, threads.worker()
    for seconds in [0.01] * 4 + [0.0008] * 1000:  # about as long as may be
        threads.note(KIND, Home.LOOP, seconds)
    assert not threads.misplaced(worker, KIND, Home.LOOP)
    for seconds in ([0.0001] * 50 + [0.003]) * 4:
        threads.note(KIND, Home.LOOP, seconds)
    assert threads.misplaced(worker, KIND, Home.LOOP)
    assert threads.home(KIND, Home.LOOP) is loop


@pytest.mark.parametrize("home", [Home.WORKER, Home.GRAPHICS])
def test_what_belongs_elsewhere_stays_there_however_short_its_calls(home: Home) -> None:
    threads = Placement(CallLimit())
    assert not threads.misplaced(threads.home(KIND, home), KIND, home)


def test_an_environment_of_either_thread_begins_on_a_worker_and_is_restored_on_one() -> None:
    threads = Placement(CallLimit())
    loop, worker = threads.home(SHORT, Home.LOOP), threads.home(KIND, Home.EITHER)
    assert worker is not loop
    for _ in range(200):
        threads.note(KIND, Home.EITHER, 0.0001)
    assert threads.misplaced(worker, KIND, Home.EITHER)
    assert threads.home(KIND, Home.EITHER) is loop
    assert threads.restorer(loop, KIND, Home.EITHER) is not loop
    assert threads.restorer(loop, KIND, Home.LOOP) is loop


def test_an_environment_of_either_thread_moves_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not restored, and answers what it would have answered where it was."""

    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at, Recipe("LunarLander-v3"))
        live = at.live.get(reference)
        assert live is not None
        found = [await step(at, reference) for _ in range(3)]
        assert live.thread is not at.placement.loop
        monkeypatch.setattr("shared.session.live.placement._TO_LOOP_S", 1e-6)
        monkeypatch.setattr("shared.session.live.placement._SHORT_CALL_S", 10.0)
        found += [await step(at, reference) for _ in range(3)]
        assert live.thread is at.placement.loop
        assert at.live.get(reference) is live
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
        live = at.live.get(reference)
        assert live is not None
        assert live.thread is not at.placement.loop

    run(test)


def test_an_environment_whose_calls_are_long_leaves_the_event_loop() -> None:
    """The loop's own thread is asked for by name; nothing here measures a duration."""
    threads: list[str] = []

    def slow(live: LiveEnvironment) -> Any:
        threads.append(threading.current_thread().name)
        time.sleep(0.02)
        return STEP(live)

    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at)
        found = []
        for _ in range(6):
            outcome = await call(at, reference, slow)
            found.append([float(value) for value in outcome.reply["observation"]])
        assert found == uninterrupted(6)
        assert threads[0] == "MainThread"
        assert threads[-1].startswith("worker")

    run(test)
