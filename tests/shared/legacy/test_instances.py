"""Instances of the legacy API are created under free short ids and listed by them."""

from collections.abc import Coroutine
from typing import Any

import pytest

from shared.errors import Contended, NotCreatable
from shared.legacy import instances
from shared.legacy.instance_ids import full_id, short_id
from shared.session.session import Session
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.sessions import run, session


def created(at: Session, env_id: str, seed: int | None = None) -> Coroutine[Any, Any, Any]:
    return instances.create(at, "ann", env_id, seed, ())


@pytest.mark.filterwarnings("ignore:.*out of date")
def test_a_registered_id_makes_that_very_version_with_its_seed() -> None:
    async def test() -> None:
        header = await created(session(MemoryStore()), "CartPole-v0", 7)
        assert header.recipe == Recipe("CartPole-v0", seed=7)
        assert short_id(header.instance_id) is not None

    run(test)


def test_an_id_whose_version_is_gone_makes_the_newest() -> None:
    async def test() -> None:
        header = await created(session(MemoryStore()), "FrozenLake-v0")
        assert header.recipe.env_id == "FrozenLake-v1"

    run(test)


def test_an_unknown_id_is_refused_in_the_original_servers_words() -> None:
    async def test() -> None:
        with pytest.raises(NotCreatable, match="Attempted to look up malformed environment ID 'Nothing-v0'"):
            await created(session(MemoryStore()), "Nothing-v0")

    run(test)


def test_the_list_has_only_this_apis_instances_of_the_owner() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        ours = await created(at, "CartPole-v1")
        await at.creation.create("ann", Recipe("CartPole-v1"), ())
        await instances.create(at, "bob", "CartPole-v1", None, ())
        assert await instances.env_ids(at, "ann") == {short_id(ours.instance_id): "CartPole-v1"}

    run(test)


def test_a_taken_id_is_drawn_again_and_eight_taken_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        draws = iter(["aaaaaaaa", "aaaaaaaa", "bbbbbbbb", *["aaaaaaaa"] * 8])
        monkeypatch.setattr(instances, "token_hex", lambda _: next(draws))
        assert (await created(at, "CartPole-v1")).instance_id == full_id("aaaaaaaa")
        assert await instances.free_id(at, "ann") == full_id("bbbbbbbb")
        with pytest.raises(Contended):
            await instances.free_id(at, "ann")

    run(test)
