"""Every call that is awaited returns what the blocking one of its name does."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import gymnasium_http
from gymnasium_http import AsyncEnv, AsyncRecorded, HTTPEnv, Recorded
from gymnasium_http.asynchronous.instance import AsyncInstance
from gymnasium_http.blocking import BlockingInstance
from sameness import same


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
