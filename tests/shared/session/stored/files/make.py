"""Writes what the code stores today into this folder: `python -m tests.shared.session.stored.files.make`.

Run it once for each version of the envelope. A file that exists is not written again: it stands for what a store
still holds, which later code did not write.
"""

import asyncio
from pathlib import Path

from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.session import Session
from shared.session.stored.idempotency import Keyed
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Stored

KEY = b"the key that signs these files.."
SEED = 5
INSTANCE = Reference("public", "00000000-0000-4000-8000-000000000001")
KEYED = Keyed.of("public", "a key", b"a request")


async def main() -> None:
    """Write a CartPole, a checkpoint and a fork of it; then the same CartPole with keyed calls and statistics."""
    store = MemoryStore()
    session = Session(store, [KEY], live_envs=8, idle_ttl_s=3600)

    async def write(name: str, reference: Reference) -> None:
        stored = await store.get(reference.key)
        assert isinstance(stored, Stored)
        with (Path(__file__).parent / f"{name}.v{stored.body[7]}").open("xb") as file:
            file.write(stored.body)

    def reply(result: object) -> object:
        return result

    await session.creation.create(INSTANCE.owner, Recipe("CartPole-v1"), (), instance_id=INSTANCE.instance_id)
    await session.call(InstanceCall(INSTANCE, operations.reset(SEED, None), reply))
    await session.call(InstanceCall(INSTANCE, operations.Step(1), reply))
    await session.call(InstanceCall(INSTANCE, operations.Step(0), reply))
    await write("stepped", INSTANCE)
    checkpoint = await session.checkpoints.keep(INSTANCE, "two steps", None, KEYED.part(1))
    await write("checkpoint", checkpoint.reference)
    [fork] = (await session.forking.fork(INSTANCE, 1, 7, None, KEYED.part(2))).instance_ids
    await write("fork", INSTANCE._replace(instance_id=fork))
    await session.call(InstanceCall(INSTANCE, operations.start_statistics(resume=False), reply))
    for _ in range(12):  # always to the right: the pole falls within these
        if not (await session.snapshots.header(INSTANCE)).progress.ended:
            await session.call(InstanceCall(INSTANCE, operations.Step(1), reply))
    await session.call(InstanceCall(INSTANCE, operations.reset(None, None), reply))
    for number in range(3, 6):
        await session.call(InstanceCall(INSTANCE, operations.Step(1), reply, keyed=KEYED.part(number)))
    await write("keyed", INSTANCE)


if __name__ == "__main__":
    asyncio.run(main())
