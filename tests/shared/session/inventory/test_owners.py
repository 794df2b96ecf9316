"""Everyone who has anything in the store is found, at one page of keys each."""

import pytest

from shared.session.inventory.owners import FOLDERS, owners_in
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_owner_is_found_by_an_object_in_any_folder(folder: str) -> None:
    async def test() -> None:
        store = FaultyStore()
        await store.put(f"{folder}ann/1/2", b"")
        assert await owners_in(store) == ["ann"]

    run(test)


def test_owners_whose_names_begin_alike_are_all_found() -> None:
    names = ["a", "a-b", "a.b", "a0", "ab", "b"]

    async def test() -> None:
        store = FaultyStore()
        for name in names:
            for number in range(3):
                await store.put(f"state/{name}/{number}", b"")
        assert await owners_in(store) == sorted(names)

    run(test)


def test_who_is_found_costs_one_listing_each_however_much_they_have() -> None:
    async def test() -> None:
        store = FaultyStore()
        for number in range(3000):
            await store.put(f"state/{'ab'[number % 2]}/{number}", b"")
        assert await owners_in(store) == ["a", "b"]
        assert store.calls["list"] == 2 + len(FOLDERS)

    run(test)


def test_what_somebody_else_has_put_there_is_passed_over() -> None:
    async def test() -> None:
        store = FaultyStore()
        for key in (
            "state/notes",
            "state/zebra",
            "stray",
            "elsewhere/ann/1",
            f"state/bob/{chr(0x10FFFF)}{chr(0x10FFFF)}",
        ):
            await store.put(key, b"")
        assert await owners_in(store) == ["bob"]

    run(test)
