"""What is awaited returns what blocks, applies each call once, and leaves an event loop as it was."""

import asyncio
import copy
import gc
import inspect
import multiprocessing
import pickle
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import gymnasium
import gymnasium_http
import httpx
import pytest
from faults import REFUSED
from gymnasium_http import AsyncConnection, AsyncEnv, AsyncRecorded, AsyncVectorEnv, Connection, HTTPEnv, Recorded
from gymnasium_http.asynchronous.instance import AsyncInstance
from gymnasium_http.blocking import BlockingInstance
from gymnasium_http.transport.async_websocket import AsyncWebSocket
from gymnasium_http.transport.frames import Gone
from sameness import same

FORK = multiprocessing.get_context("fork")
ACTIONS = [number // 3 % 2 for number in range(30)]


async def episode(env: AsyncEnv, actions: Sequence[int] = ACTIONS, seed: int = 7) -> list[Any]:
    """What an episode returns, call by call."""
    return [await env.reset(seed=seed), *[await env.step(action) for action in actions]]


def in_process(actions: Sequence[int] = ACTIONS, seed: int = 7) -> list[Any]:
    env = gymnasium.make("Acrobot-v1")
    return [env.reset(seed=seed), *(env.step(action) for action in actions)]


@pytest.mark.parametrize("sessions", [True, False])
def test_an_episode_is_that_in_process_over_either(url: str, sessions: bool) -> None:
    async def play() -> None:
        connection = AsyncConnection(url, sessions=sessions)
        async with await gymnasium_http.make_async("Acrobot-v1", connection=connection) as env:
            assert env.transport == "http", "nothing was called yet"
            assert same(await episode(env), in_process())
            assert env.transport == ("session" if sessions else "http")
            assert (await env.record())["revision"] == len(ACTIONS) + 1
            assert env.spec is not None
            assert (env.spec.id, env.render_mode, env.action_space.contains(2)) == ("Acrobot-v1", None, True)
        assert (env.closed, env.transport, connection.is_open) == (True, "http", False)
        with pytest.raises(gymnasium.error.ClosedEnvironmentError):
            await env.step(0)
        with pytest.raises(gymnasium_http.InstanceNotFound):
            await gymnasium_http.attach_async(env.instance_id, url=url)

    asyncio.run(play())


def test_sixty_four_play_at_once_over_sessions_of_their_own(url: str) -> None:
    async def play() -> list[list[Any]]:
        connection = AsyncConnection(url)
        env = await gymnasium_http.make_async("Acrobot-v1", connection=connection)
        envs = [env, *await env.fork(63)]
        played = await asyncio.gather(*(episode(each, ACTIONS[:5], seed) for seed, each in enumerate(envs)))
        assert {each.transport for each in envs} == {"session"}
        await asyncio.gather(*(each.close() for each in envs))
        assert not connection.is_open
        return played

    for seed, played in enumerate(asyncio.run(play())):
        assert same(played, in_process(ACTIONS[:5], seed))


def test_a_vector_is_that_in_process(url: str) -> None:
    local = gymnasium.make_vec("CartPole-v1", 3, vectorization_mode="sync")
    actions = [[1, 0, 1]] * 30
    expected = [local.reset(seed=3), *(local.step(each) for each in actions)]

    async def play() -> None:
        async with await gymnasium_http.make_vec_async("CartPole-v1", 3, url=url) as envs:
            assert isinstance(envs, AsyncVectorEnv)
            assert same([await envs.reset(seed=3), *[await envs.step(each) for each in actions]], expected)
            assert (envs.num_envs, envs.autoreset_mode) == (3, local.metadata["autoreset_mode"])
            assert envs.single_action_space == local.single_action_space

    asyncio.run(play())


async def tour(env: Any, wait: Callable[[Any], Awaitable[Any]]) -> list[Any]:
    """What the calls beside steps return, but for ids."""
    await wait(env.recording())
    await wait(env.reset(seed=3))
    checkpoint = await wait(env.checkpoint("here"))
    rolled = await wait(env.rollout(policy="random", steps=20, on_end="reset", steps_per_call=8))
    futures = await wait(env.explore(policy="random", count=4, steps=5, keep=1))
    [ahead] = futures.kept.values()
    revision = (await wait(env.record()))["revision"]
    there = await wait(env.at(revision))
    there.pop("time")
    found = [
        {**vars(rolled), "resets": [vars(each) for each in rolled.resets]},
        futures.returns,
        revision,
        (await wait(ahead.record()))["steps"],
        await wait(env.render()),
        there,
        await wait(env.verify()),
        [(row["call"], row["action"]) for row in await listed(env.history())],
        (await wait(env.episode(1)))["observations"],
        [each["steps"] for each in await wait(env.episodes())],
        [each["name"] for each in await wait(env.checkpoints())],
    ]
    await wait(env.restore(checkpoint))
    found.append(await wait(env.step(1)))
    await wait(env.restore(revision=revision))
    [fork] = await wait(env.fork(reseed=5))
    found += [await wait(fork.step(2)), fork.action_space.sample(), await wait(env.step(2))]
    await wait(env.delete_checkpoint(checkpoint))
    found.append(await wait(env.checkpoints()))
    for each in (ahead, fork, env):
        await wait(each.close())
    return found


async def listed(rows: Any) -> list[Any]:
    return [row async for row in rows] if hasattr(rows, "__aiter__") else list(rows)


async def at_once(value: Any) -> Any:
    return value


async def awaited(value: Awaitable[Any]) -> Any:
    return await value


def test_all_other_calls_return_what_the_blocking_ones_do(url: str) -> None:
    async def play() -> list[Any]:
        env = await gymnasium_http.make_async("FrozenLake-v1", url=url, render_mode="ansi", seed=3)
        return await tour(env, awaited)

    env = gymnasium_http.make("FrozenLake-v1", url=url, render_mode="ansi", seed=3)
    assert same(asyncio.run(play()), asyncio.run(tour(env, at_once)))


def calls_of(kind: type) -> dict[str, inspect.Signature]:
    found = {name: value for name, value in vars(kind).items() if inspect.isfunction(value) and name[0] != "_"}
    return {name: inspect.signature(value) for name, value in found.items()}


def is_awaited(call: Any) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.isasyncgenfunction(call)


def test_every_call_of_the_one_is_a_call_of_the_other() -> None:
    expected = {**calls_of(Recorded), **calls_of(BlockingInstance)}
    found = {**calls_of(AsyncRecorded), **calls_of(AsyncInstance)}
    assert set(found) - {"render"} == set(expected)  # the others are written in the classes of environments
    for name, signature in found.items():
        if name not in ("close", "render"):
            assert signature == expected[name], name
        assert is_awaited(getattr(AsyncEnv, name)), name
        assert not is_awaited(getattr(HTTPEnv, name)), name


def test_it_moves_by_id_pickle_and_file_and_its_spec_makes_one_that_blocks(url: str) -> None:
    async def play() -> None:
        env = await gymnasium_http.make_async("CartPole-v1", url=url)
        await env.reset(seed=4)
        moved = await gymnasium_http.from_snapshot_async(await env.snapshot(), url=url)
        assert same(await moved.step(1), await env.step(1))
        await moved.close()
        again = pickle.loads(pickle.dumps(env))
        await again.step(0)
        attached = await gymnasium_http.attach_async(await env.detach(), connection=again.connection)
        assert (await attached.record())["steps"] == 2
        assert (await gymnasium_http.instances_async(url=url))[env.instance_id] == "CartPole-v1"
        await attached.recording()
        await attached.step(1)
        assert env.instance_id in [each["instance_id"] for each in await gymnasium_http.recordings_async(url=url)]
        assert await AsyncRecorded(AsyncConnection(url), env.instance_id).episodes()
        with pytest.raises(TypeError, match=r"await env\.fork"):
            copy.deepcopy(attached)
        with pytest.raises(ValueError, match="rgb_array"):
            await gymnasium_http.make_async("CartPole-v1", url=url, render_mode="human")
        await attached.close()
        assert env.spec is not None
        gymnasium.make(env.spec).close()

    asyncio.run(play())


def test_what_is_refused_is_raised_and_no_server_is_named(url: str) -> None:
    async def play() -> None:
        async with await gymnasium_http.make_async("CartPole-v1", url=url) as env:
            with pytest.raises(gymnasium_http.ResetNeeded):
                await env.step(0)
            await env.reset(seed=7)
            with pytest.raises(gymnasium_http.InvalidAction):
                await env.step(9)
            assert env.transport == "session"
        with pytest.raises(gymnasium_http.NoServer, match="Is `make run` up"):
            await gymnasium_http.make_async("CartPole-v1", url=REFUSED)

    asyncio.run(play())


@pytest.mark.parametrize("before", [True, False], ids=["before it arrived", "after it was applied"])
def test_a_call_whose_connection_is_lost_is_applied_once(
    url: str, monkeypatch: pytest.MonkeyPatch, before: bool
) -> None:
    asked, count = AsyncWebSocket.asked, 0

    async def lossy(self: AsyncWebSocket, message: bytes, timeout: float) -> bytes:
        nonlocal count
        count += 1
        if count % 5 == 0 and before:
            raise Gone
        reply = await asked(self, message, timeout)
        if count % 5 == 0:
            raise Gone
        return reply

    monkeypatch.setattr(AsyncWebSocket, "asked", lossy)

    async def play() -> None:
        async with await gymnasium_http.make_async("Acrobot-v1", url=url) as env:
            assert same(await episode(env), in_process())
            assert (await env.record())["revision"] == len(ACTIONS) + 1

    asyncio.run(play())


class Holding(httpx.AsyncHTTPTransport):
    """Keeps the reply to the first step for ever."""

    def __init__(self, applied: asyncio.Event) -> None:
        super().__init__()
        self._applied = applied

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        reply = await super().handle_async_request(request)
        if request.url.path.endswith("/step/") and not self._applied.is_set():
            await reply.aclose()
            self._applied.set()
            await asyncio.Event().wait()
        return reply


@pytest.mark.parametrize("sessions", [True, False])
def test_a_cancelled_call_is_applied_once_when_it_is_made_again(
    url: str, monkeypatch: pytest.MonkeyPatch, sessions: bool
) -> None:
    asked = AsyncWebSocket.asked

    async def play() -> None:
        applied = asyncio.Event()

        async def held(self: AsyncWebSocket, message: bytes, timeout: float) -> bytes:
            await asked(self, message, timeout)
            applied.set()
            await asyncio.Event().wait()
            return b""

        env = await gymnasium_http.make_async("Sum-v0", url=url)
        await env.reset()
        if not sessions:
            env.connection = AsyncConnection(url, transport=lambda: Holding(applied))
        with monkeypatch.context() as patched:
            patched.setattr(AsyncWebSocket, "asked", held)
            step = asyncio.create_task(env.step(5))
            await applied.wait()
            step.cancel()
            with pytest.raises(asyncio.CancelledError):
                await step
        assert (await env.step(5))[0] == 5
        assert (await env.step(5))[0] == 10
        await env.close()

    asyncio.run(play())


def test_tasks_that_share_an_environment_wait_for_one_another(url: str) -> None:
    async def play() -> int:
        async with await gymnasium_http.make_async("Sum-v0", url=url) as env:
            await env.reset()
            await asyncio.gather(*(env.step(1) for _ in range(24)))
            observation, *_ = await env.step(0)
            return int(observation)

    assert asyncio.run(play()) == 24


@pytest.mark.parametrize("sessions", [True, False])
def test_a_loop_that_ends_closes_what_was_left_open_without_a_warning(
    url: str, sessions: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    kept: list[AsyncEnv] = []

    async def play() -> None:
        connection = AsyncConnection(url, sessions=sessions)
        kept.append(await gymnasium_http.make_async("Sum-v0", connection=connection))
        await kept[0].reset()
        dropped = await gymnasium_http.make_async("Sum-v0", url=url)
        await dropped.reset()

    asyncio.run(play(), debug=True)
    gc.collect()
    assert told == []
    # And the next loop goes on.
    assert asyncio.run(step_and_close(kept.pop())) == 2
    gc.collect()
    assert told == []


async def step_and_close(env: AsyncEnv) -> int:
    observation, *_ = await env.step(2)
    await env.close()
    return int(observation)


def child(steps: Callable[[], Coroutine[Any, Any, list[int]]], told: Any) -> None:
    told.send(asyncio.run(steps()))


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_has_sockets_of_its_own(url: str) -> None:
    async def play() -> None:
        env = await gymnasium_http.make_async("Sum-v0", url=url)
        await env.reset()
        assert env.transport == "session"

        async def steps() -> list[int]:
            assert env.transport == "http"
            return [int((await env.step(3))[0]) for _ in range(5)]

        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=child, args=(steps, theirs))
        process.start()
        assert await asyncio.to_thread(ours.recv) == [3, 6, 9, 12, 15]
        await asyncio.to_thread(process.join, 60)
        assert process.exitcode == 0
        # The parent's own session was left alone, and sees what the child did.
        assert env.transport == "session"
        assert (await env.step(1))[0] == 16
        assert env.transport == "session"
        await env.close()

    asyncio.run(play())


def test_a_connection_of_the_other_kind_is_refused_at_once(url: str) -> None:
    with pytest.raises(TypeError, match="use make_async"):
        gymnasium_http.make("Sum-v0", connection=AsyncConnection(url))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="use make"):
        asyncio.run(gymnasium_http.make_async("Sum-v0", connection=Connection(url)))  # type: ignore[arg-type]
