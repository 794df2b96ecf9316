"""The kinds of calls of a soak: everything that agents, pages and people do with instances, in shares."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol


class Caller(Protocol):
    """Sends a request and returns the reply's JSON, or None where it is not JSON."""

    async def send(self, method: str, path: str, body: Any = None) -> Any: ...


class Kind(NamedTuple):
    """A kind of environment, with actions that it takes."""

    body: dict[str, Any]
    actions: list[Any]
    share: int


KINDS = [
    Kind({"env_id": "CartPole-v1", "render_mode": "rgb_array"}, [0, 1], 8),
    Kind({"env_id": "FrozenLake-v1", "render_mode": "rgb_array"}, [0, 1, 2, 3], 3),
    Kind({"env_id": "Pendulum-v1"}, [[-1.0], [0.5]], 3),
    Kind({"env_id": "LunarLander-v3", "render_mode": "rgb_array"}, [0, 1, 2, 3], 2),
    Kind({"env_id": "ALE/Pong-v5", "render_mode": "rgb_array"}, [0, 2, 3], 2),
    Kind(
        {"env_id": "HalfCheetah-v5", "render_mode": "rgb_array", "kwargs": {"width": 64, "height": 64}},
        [[0.1] * 6],
        1,
    ),
    Kind({"env_id": "CartPole-v1", "num_envs": 8}, [[0, 1] * 4], 1),
]


@dataclass
class Instance:
    """An instance of the soak's."""

    path: str
    kind: Kind

    @property
    def instance_id(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def draws(self) -> bool:
        return "render_mode" in self.kind.body


Call = Callable[[Caller, Instance, random.Random], Awaitable[None]]


async def create(caller: Caller, kind: Kind) -> Instance:
    """A new instance that was reset."""
    created = await caller.send("POST", "/v1/envs/", kind.body)
    instance = Instance(f"/v1/envs/{created['instance_id']}", kind)
    await caller.send("POST", f"{instance.path}/reset/", {"seed": 1})
    return instance


async def step(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """A step, and a reset where it ended an episode."""
    reply = await caller.send("POST", f"{instance.path}/step/", {"action": draw.choice(instance.kind.actions)})
    if "num_envs" not in instance.kind.body and (reply["terminated"] or reply["truncated"]):
        await reset(caller, instance, draw)


async def reset(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """A reset."""
    await caller.send("POST", f"{instance.path}/reset/", {"seed": draw.randrange(100)})


async def rollout(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """Twenty random steps from a reset in one call."""
    await reset(caller, instance, draw)
    if "num_envs" not in instance.kind.body:
        await caller.send("POST", f"{instance.path}/rollout/", {"policy": "random", "steps": 20})


async def picture(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """A picture of what can be drawn: from a copy, and by the environment itself."""
    if instance.draws:
        await caller.send("GET", f"{instance.path}/monitor/render/")
        await caller.send("POST", f"{instance.path}/render/")


async def wall(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """What the monitor asks for once: a thumbnail drawn from a copy."""
    await caller.send("GET", f"/v1/monitor/frames/?ids={instance.instance_id}&since=")


async def branch(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """Two forks, stepped together and closed."""
    forks = (await caller.send("POST", f"{instance.path}/fork/", {"count": 2}))["instance_ids"]
    calls = [{"instance_id": each, "seed": 1} for each in forks]
    await caller.send("POST", "/v1/batch/reset/", {"calls": calls})
    calls = [{"instance_id": each, "action": draw.choice(instance.kind.actions)} for each in forks]
    await caller.send("POST", "/v1/batch/step/", {"calls": calls})
    for each in forks:
        await caller.send("DELETE", f"/v1/envs/{each}/")


async def return_to(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """A checkpoint, a step, and back."""
    kept = (await caller.send("POST", f"{instance.path}/checkpoints/", {}))["checkpoint_id"]
    await reset(caller, instance, draw)
    await caller.send("POST", f"{instance.path}/restore/", {"checkpoint_id": kept})
    await caller.send("DELETE", f"{instance.path}/checkpoints/{kept}/")


async def short_life(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """Another of the kind, created, stepped and closed."""
    other = await create(caller, instance.kind)
    await step(caller, other, draw)
    await caller.send("DELETE", f"{other.path}/")


async def look(caller: Caller, instance: Instance, draw: random.Random) -> None:
    """The record, the spaces and a sample."""
    await caller.send("GET", f"{instance.path}/")
    await caller.send("GET", f"{instance.path}/observation_space/")
    await caller.send("POST", f"{instance.path}/action_space/sample/", {})


CALLS: dict[Call, int] = {
    step: 60,
    reset: 5,
    rollout: 5,
    picture: 8,
    wall: 6,
    branch: 4,
    return_to: 4,
    short_life: 4,
    look: 4,
}
"""The kinds of calls, with their shares."""
