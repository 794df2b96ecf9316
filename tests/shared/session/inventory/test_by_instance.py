"""A folder's listing goes instance by instance, whatever stands behind their ids."""

import pytest

from shared.session.inventory.by_instance import BEHIND_ALL, ByInstance
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run


async def walked(objects: FaultyStore, folder: str, after: str = "") -> list[tuple[str, str]]:
    """The ids that a walk comes to, each with the rest of its key."""
    listing, seen = ByInstance(objects, folder, "ann", after), []
    await listing.advance()
    while listing.instance_id != BEHIND_ALL:
        seen.append((listing.instance_id, listing.rest))
        await listing.advance()
    assert listing.taken >= len(seen)
    return seen


@pytest.mark.parametrize(
    ("folder", "rest", "seen"),
    [("state/", "", ""), ("index/", "/ALE%2FPong-v5", "ALE%2FPong-v5"), ("closed/", ".two", "two")],
)
def test_a_walk_tells_the_instance_and_what_stands_behind_it(folder: str, rest: str, seen: str) -> None:
    async def test() -> None:
        objects = FaultyStore()
        for instance_id in ("b", "a"):
            await objects.put(f"{folder}ann/{instance_id}{rest}", b"")
        await objects.put(f"{folder}anna/c{rest}", b"")
        assert await walked(objects, folder) == [("a", seen), ("b", seen)]

    run(test)


@pytest.mark.parametrize("folder", ["state/", "checkpoints/"])
def test_a_walk_begins_behind_an_instance_and_all_that_is_its(folder: str) -> None:
    async def test() -> None:
        objects = FaultyStore()
        rests = [""] if folder == "state/" else ["/1", "/2"]
        for instance_id in ("a", "b", "c"):
            for rest in rests:
                await objects.put(f"{folder}ann/{instance_id}{rest}", b"")
        assert [each for each, _ in await walked(objects, folder, "b")] == ["c"] * len(rests)
        assert await walked(objects, folder, "c") == []

    run(test)


def test_an_entry_has_its_size_and_its_time() -> None:
    async def test() -> None:
        objects = FaultyStore()
        await objects.put("state/ann/a", b"four")
        listing = ByInstance(objects, "state/", "ann")
        await listing.advance()
        assert (listing.entry.size, listing.entry.written > 0) == (4, True)

    run(test)
