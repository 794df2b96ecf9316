"""Thirteen clients that want everything for themselves, until their process is ended.

`python -m tests.greedy URL` begins them all, `python -m tests.greedy URL forks lists` some of them.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

_REPEAT = {"name": "RepeatAction", "kwargs": {"num_repeats": 64}}


class Greedy:
    """One server's greedy clients."""

    def __init__(self, url: str, client: httpx2.AsyncClient) -> None:
        self._url = url
        self._client = client

    async def long_steps(self) -> None:
        """Steps that repeat thousands of others."""
        instance = await self._created("MountainCar-v0", max_episode_steps=-1, wrappers=[_REPEAT, _REPEAT])
        while True:
            await self._post(f"{instance}/reset/")
            await self._post(f"{instance}/step/", action=1)

    async def long_rollouts(self) -> None:
        """Rollouts of the longest steps that a client may take."""
        instance = await self._created("LunarLander-v3")
        while True:
            await self._post(f"{instance}/reset/")
            await self._post(
                f"{instance}/rollout/", policy="random", steps=2000, on_end="reset", include=["rewards"]
            )

    async def vectors(self) -> None:
        """Steps of many environments at once."""
        instance = await self._created("CartPole-v1", num_envs=32)
        await self._post(f"{instance}/reset/")
        while True:
            await self._post(f"{instance}/step/", action=[1] * 32)

    async def big_bodies(self) -> None:
        """Bodies of which none is an action."""
        instance = await self._created("CartPole-v1")
        while True:
            await self._post(f"{instance}/step/", action=[[0.5] * 1000] * 40)

    async def many_creations(self) -> None:
        """Instances, each with arguments of its own."""
        while True:
            for size in range(1, 60):
                await self._created("FrozenLake-v1", kwargs={"desc": ["S" + "F" * 40] * size + ["F" * 40 + "G"]})

    async def slow_bodies(self) -> None:
        """A hundred connections whose bodies never come."""
        host, port = self._url.removeprefix("http://").split(":")
        writers = [(await asyncio.open_connection(host, int(port)))[1] for _ in range(100)]
        for writer in writers:
            writer.write(b"POST /v1/envs/ HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{")
        await asyncio.sleep(30)

    async def pictures(self) -> None:
        """Frames, one after another."""
        instance = await self._created("CartPole-v1", render_mode="rgb_array")
        await self._post(f"{instance}/reset/")
        while True:
            await self._client.get(f"{self._url}/v1/envs/{instance}/monitor/render/")

    async def lists(self) -> None:
        """Lists of everything that there is."""
        while True:
            await self._client.get(f"{self._url}/v1/envs/")

    async def forks(self) -> None:
        """As many twins as one call makes."""
        instance = await self._created("FrozenLake-v1")
        while True:
            for count in (50, 1000):
                await self._post(f"{instance}/fork/", count=count)

    async def checkpoint_lists(self) -> None:
        """Lists of as many checkpoints as there may be."""
        instance = await self._created("FrozenLake-v1")
        for _ in range(64):
            await self._post(f"{instance}/checkpoints/")
        while True:
            await self._client.get(f"{self._url}/v1/envs/{instance}/checkpoints/")

    async def batches(self) -> None:
        """Many calls in one, on instances of its own."""
        instances = [await self._created("CartPole-v1") for _ in range(64)]
        while True:
            await self._batch("reset", [{"instance_id": each} for each in instances])
            await self._batch("step", [{"instance_id": each, "action": 1} for each in instances])

    async def slow_headers(self) -> None:
        """A hundred connections whose headers never end, byte by byte."""
        host, port = self._url.removeprefix("http://").split(":")
        writers = [(await asyncio.open_connection(host, int(port)))[1] for _ in range(100)]
        for writer in writers:
            writer.write(b"GET / HTTP/1.1\r\nA: ")
        while writers:
            writers = [writer for writer in writers if not writer.is_closing()]
            for writer in writers:
                writer.write(b"a")
            await asyncio.sleep(0.1)

    async def endless_headers(self) -> None:
        """Headers as fast as they go."""
        host, port = self._url.removeprefix("http://").split(":")
        while True:
            _, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(b"GET / HTTP/1.1\r\n")
                for _ in range(1000):
                    writer.write(b"A: " + b"a" * 10_000 + b"\r\n")
                    await writer.drain()
            except ConnectionError:
                writer.close()
                await asyncio.sleep(0.05)

    async def _batch(self, call: str, calls: list[dict[str, Any]]) -> None:
        await self._client.post(f"{self._url}/v1/batch/{call}/", content=json.dumps({"calls": calls}))

    async def _created(self, env_id: str, **body: Any) -> str:
        reply = await self._post("", env_id=env_id, **body)
        return str(reply.get("instance_id", "none"))

    async def _post(self, path: str, **body: Any) -> Any:
        reply = await self._client.post(f"{self._url}/v1/envs/{path}", content=json.dumps(body))
        return reply.json()


async def main(url: str, *names: str) -> None:
    """Let them begin, all if none is named; each that fails begins again."""
    async with httpx2.AsyncClient(timeout=60) as client:
        greedy = Greedy(url, client)
        kinds = [
            method
            for name, method in vars(Greedy).items()
            if not name.startswith("_") and name in (names or vars(Greedy))
        ]
        print(len(kinds), flush=True)
        await asyncio.gather(*(_again(method.__get__(greedy)) for method in kinds))


async def _again(begin: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await begin()
        except (OSError, httpx2.HTTPError, ValueError):
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
