"""What the clients do: they step, reset, fork, checkpoint, restore and delete a few shared instances."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.chaos.client import Client
from tests.chaos.plan import Plan

_ENVS = {"CartPole-v1": (12, 2), "FrozenLake-v1": (3, 4), "LunarLander-v3": (1, 4)}
"""How often each environment is chosen, and how many actions it has."""

_OPS = {"step": 76, "reset": 8, "read": 4, "checkpoint": 3, "restore": 4, "fork": 3, "create": 1, "delete": 1}
_FEWEST, _MOST = 6, 12
_UNKEYED = 0.15
_RECORDED = 0.5
"""How many instances record their calls, and their forks with them."""
_SEEDED = 0.6

_WINDOW = 20
"""The most calls between a call's first request and its last: fewer than an instance remembers."""


class Shared:
    """An instance that every client knows."""

    def __init__(self, name: str, env_id: str) -> None:
        self.name = name
        self.env_id = env_id
        self.checkpoints: list[str] = []
        self._begun = 0
        self._under_way: set[int] = set()

    @asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """Hold a call back while an older one is repeated: an instance forgets old calls, as documented."""
        while self._under_way and self._begun - min(self._under_way) >= _WINDOW:
            await asyncio.sleep(0.005)
        self._begun += 1
        number = self._begun
        self._under_way.add(number)
        try:
            yield
        finally:
            self._under_way.discard(number)


class Workload:
    """The instances of one run, and what a client does with them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.instances: list[Shared] = []
        self.deleted: set[str] = set()
        """Instances that some client asked to delete."""

    async def drive(self, client: Client) -> None:
        """Make calls until the plan is fulfilled."""
        while not self._plan.done:
            await self._plan.turn()
            op = self._plan.random.choices(list(_OPS), list(_OPS.values()))[0]
            if len(self.instances) < _FEWEST or (op == "create" and len(self.instances) < _MOST):
                await self._create(client)
            elif op == "delete" and len(self.instances) > _FEWEST:
                await self._delete(client)
            elif op not in ("create", "delete"):
                shared = self._plan.random.choice(self.instances)
                async with shared.room():
                    await self._call(client, shared, op)

    async def _create(self, client: Client) -> None:
        env_id = self._plan.random.choices(list(_ENVS), [often for often, _ in _ENVS.values()])[0]
        record = self._plan.random.random() < _RECORDED
        created = (await client.call("create", keyed=True, env_id=env_id, record=record)).acknowledgement
        if created is None:
            return
        shared = Shared(created.reply["instance_id"], env_id)
        # The first reset has a seed: without one, the environment draws from the system's entropy.
        reset = await client.call("reset", shared.name, keyed=True, seed=self._plan.random.randrange(1000))
        if reset.acknowledgement is not None:
            self.instances.append(shared)

    async def _delete(self, client: Client) -> None:
        shared = self.instances.pop(self._plan.random.randrange(len(self.instances)))
        self.deleted.add(shared.name)
        keyed = self._plan.random.random() > _UNKEYED
        while not {200, 404} & {
            each.status for each in (await client.call("delete", shared.name, keyed=keyed)).attempts
        }:
            await asyncio.sleep(0.05)

    async def _call(self, client: Client, shared: Shared, op: str) -> None:
        keyed = op != "read" and self._plan.random.random() > _UNKEYED
        if op == "restore" and not shared.checkpoints:
            op = "checkpoint"
        done = (await client.call(op, shared.name, keyed=keyed, **self._body(shared, op))).acknowledgement
        if done is None:
            return
        if op == "checkpoint":
            shared.checkpoints.append(done.reply["checkpoint_id"])
        elif op == "fork":
            await self._adopt(client, shared, done.reply["instance_ids"])

    def _body(self, shared: Shared, op: str) -> dict[str, Any]:
        draw = self._plan.random
        if op == "step":
            return {"action": draw.randrange(_ENVS[shared.env_id][1])}
        if op == "reset":
            return {"seed": draw.randrange(1000)} if draw.random() < _SEEDED else {}
        if op == "restore":
            return {"checkpoint_id": draw.choice(shared.checkpoints)}
        return {"count": draw.randint(1, 2)} if op == "fork" else {}

    async def _adopt(self, client: Client, origin: Shared, names: list[str]) -> None:
        """Read the revision that the forks come from, and share them with every client or delete them again."""
        for name in names:
            # Before any other client knows of it: a reader of a record that is gone would wait forever.
            await client.insist("read", name)
            self.instances.append(Shared(name, origin.env_id))
        while len(self.instances) > _MOST:
            await self._delete(client)
