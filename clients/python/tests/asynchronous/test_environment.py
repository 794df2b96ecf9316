"""An environment that is awaited plays what one in process does, and refuses what the blocking one refuses."""

import asyncio
from typing import Any

import gymnasium
import gymnasium_http
import pytest
from faults import REFUSED
from gymnasium_http import AsyncConnection
from sameness import same

from asynchronous.acrobot import ACTIONS, episode, in_process


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
