"""An instance's entry in the index is there from its addition to its removal."""

import msgspec

from shared.session.stored.header import Header
from shared.session.stored.index import Index
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run
from tests.shared.session.stored.test_envelope import HEADER


def header(env_id: str) -> Header:
    return msgspec.structs.replace(HEADER, owner="ann", instance_id="1", recipe=Recipe(env_id))


def test_an_entry_is_there_from_its_addition_to_its_removal() -> None:
    async def test() -> None:
        at, entered = Index(FaultyStore()), header("CartPole-v1")
        assert not await at.has(entered)
        for _ in range(2):
            await at.add(entered)
            assert await at.has(entered)
        for _ in range(2):
            await at.remove(entered)
            assert not await at.has(entered)

    run(test)


def test_an_entrys_key_says_everything_and_its_body_nothing() -> None:
    async def test() -> None:
        store = FaultyStore()
        await Index(store).add(header("ALE/Pong-v5"))
        assert [(entry.key, entry.size) async for entry in store.list("")] == [("index/ann/1/ALE%2FPong-v5", 0)]

    run(test)
