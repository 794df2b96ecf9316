"""Environments that are awaited are made, attached and carried elsewhere."""

import asyncio
import copy
import pickle

import gymnasium
import gymnasium_http
import pytest
from gymnasium_http import AsyncConnection, AsyncRecorded, Connection
from sameness import same


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


def test_a_connection_of_the_other_kind_is_refused_at_once(url: str) -> None:
    with pytest.raises(TypeError, match="use make_async"):
        gymnasium_http.make("Sum-v0", connection=AsyncConnection(url))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="use make"):
        asyncio.run(gymnasium_http.make_async("Sum-v0", connection=Connection(url)))  # type: ignore[arg-type]
