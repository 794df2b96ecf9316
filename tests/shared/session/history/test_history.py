"""Every recorded place is had again bit for bit, in a fresh process too, and differences are told."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared.session.calls import operations
from shared.session.calls.actions import sampled
from shared.session.calls.rollout import rollout
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.record.digest import digest_of
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import WrapperRecipe
from shared.storage.memory import MemoryStore
from shared.storage.sqlite import SQLiteStore
from tests.shared.session.history.places import returned
from tests.shared.session.record.recording import call, recorded, rolled, steps
from tests.shared.session.sessions import KEYS, session

RECIPES: list[tuple[str, dict[str, Any]]] = [
    ("CartPole-v1", {}),
    ("CartPole-v1", {"num_envs": 3, "autoreset": "NextStep"}),
    (
        "CartPole-v1",
        {"num_envs": 2, "autoreset": "SameStep", "wrappers": (WrapperRecipe("RecordEpisodeStatistics"),)},
    ),
    ("CartPole-v1", {"wrappers": (WrapperRecipe("RecordEpisodeStatistics"),), "max_episode_steps": 5}),
    ("FrozenLake-v1", {}),
    ("Pendulum-v1", {}),
    ("Blackjack-v1", {}),
]


async def played(at: Session, reference: Reference) -> dict[Place, bytes]:
    """Calls of every kind; the digests of what steps returned, by their places."""
    vector = (await at.snapshots.header(reference)).recipe.num_envs is not None
    seen: dict[Place, bytes] = {}
    for number in range(30):
        action = await call(at, reference, operations.sample("action_space"))
        reply = await call(at, reference, operations.Step(action["sample"].tolist(), as_it_is=True))
        revision = (await at.snapshots.header(reference)).revision
        seen[Place(revision)] = digest_of(reply["observation"], reply["info"])
        if not vector and (reply["terminated"] or reply["truncated"]):
            await call(at, reference, operations.reset(None, None))
        if number % 10 == 4:
            await call(at, reference, rollout(sampled(50, 100), None if vector else "reset", [], 1 << 20))
    return seen


@pytest.mark.parametrize(("env_id", "recipe"), RECIPES, ids=[f"{env_id} {recipe}" for env_id, recipe in RECIPES])
def test_every_place_returns_what_it_did(env_id: str, recipe: dict[str, Any]) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, env_id, **recipe)
        history, seen = History(at), await played(at, reference)
        for place, digest in seen.items():
            observation, _, _, _, info = await returned(history, reference, place)
            assert digest_of(observation, info) == digest
        _, verified = await history.verify(reference, None, 60)
        assert verified.difference is None
        assert verified.calls >= len(seen) + 150
        await history.close()

    asyncio.run(test())


def test_a_state_of_the_past_goes_on_as_it_did() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 10)
        replies = await steps(at, reference, 12)
        history = History(at)
        past = history.past(reference, Place(6))
        [fork] = (await at.forking.fork(reference, 1, None, past=past)).instance_ids
        again = await steps(at, reference._replace(instance_id=fork), 8)
        header = await at.snapshots.header(reference._replace(instance_id=fork))
        assert header.origin == (reference.instance_id, 6)
        for one, other in zip(replies[4:12], again, strict=True):
            np.testing.assert_array_equal(one["observation"], other["observation"])
        last = (await at.snapshots.header(reference)).revision
        await at.checkpoints.restore(reference, lambda header: header.revision, past=past)
        assert (await at.snapshots.header(reference)).revision == last + 1
        once_more = await steps(at, reference, 8)
        for one, other in zip(replies[4:12], once_more, strict=True):
            np.testing.assert_array_equal(one["observation"], other["observation"])
        _, page = await history.page(reference, Place(last), 2)
        assert [(row.call, row.arguments) for row in page.rows] == [("restore", {"to": "6"}), ("step", None)]
        assert (await history.verify(reference, None, 60))[1].difference is None
        await history.close()

    asyncio.run(test())


FRESH = """
import asyncio, json, sys
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.record.digest import digest_of
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.storage.sqlite import SQLiteStore

async def main():
    at = Session(SQLiteStore(sys.argv[1]), [bytes.fromhex(sys.argv[2])], live_envs=1, idle_ttl_s=3600)
    history, reference = History(at), Reference("public", sys.argv[3])
    found = {}
    for place in json.loads(sys.argv[4]):
        _, result = await history.at(reference, Place.parse(place), lambda live, row, r: r, lambda reply: reply)
        found[place] = digest_of(result[0], result[-1]).hex()
    _, verified = await history.verify(reference, None, 60)
    print(json.dumps([found, verified.difference is None]))

asyncio.run(main())
"""


def test_a_fresh_process_returns_what_this_one_did(tmp_path: Path) -> None:
    async def record() -> tuple[Reference, dict[Place, bytes]]:
        at = Session(SQLiteStore(tmp_path / "store.db"), KEYS, live_envs=8, idle_ttl_s=3600)
        reference = await recorded(at, "FrozenLake-v1")
        seen = await played(at, reference)
        await at.shut_down()
        return reference, seen

    reference, seen = asyncio.run(record())
    places = [str(place) for place in seen][::5]
    arguments = [str(tmp_path / "store.db"), KEYS[0].hex(), reference.instance_id, json.dumps(places)]
    output = subprocess.run(
        [sys.executable, "-c", FRESH, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
        cwd=Path(__file__).parents[4],
    ).stdout
    found, verified = json.loads(output.splitlines()[-1])
    assert found == {place: seen[Place.parse(place)].hex() for place in places}
    assert verified
