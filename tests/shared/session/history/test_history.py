"""Every recorded place is had again bit for bit, in a fresh process too, and differences are told."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.errors import HistoryDamaged, NotRecorded, RevisionNotFound, SnapshotDiverged
from shared.session.calls import operations
from shared.session.calls.actions import sampled
from shared.session.calls.rollout import rollout
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.record.digest import digest_of
from shared.session.record.segments import folder_of, name_of
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import WrapperRecipe
from shared.storage.memory import MemoryStore
from shared.storage.sqlite import SQLiteStore
from tests.shared.session.record.recording import call, log_of, recorded, rolled, steps
from tests.shared.session.sessions import KEYS, created, session, turns_beside

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


def tell(live: Any, row: Any, returned: Any) -> Any:
    return returned


async def returned(history: History, reference: Reference, place: Place) -> Any:
    return (await history.at(reference, place, tell, lambda reply: reply))[1]


async def played(at: Session, reference: Reference) -> dict[Place, bytes]:
    """Calls of every kind; the digests of what steps returned, by their places."""
    vector = (await at.snapshots.header(reference)).recipe.num_envs is not None
    seen: dict[Place, bytes] = {}
    for number in range(30):
        action = await call(at, reference, operations.sample("action_space"))
        reply = await call(at, reference, operations.step(action["sample"].tolist(), as_it_is=True))
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


def test_places_of_a_long_rollout_are_reached_from_its_keyframes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.recorder.KEYFRAME_US", 500)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        rollouts = [await rolled(at, reference, 1500) for _ in range(2)]
        history = History(at)
        _, page = await history.page(reference, Place(1), 1000)
        steps_of = [row.place for row in page.rows if row.call == "step"]
        for number in (0, 1, 499, 500, 803):
            observation, *_ = await returned(history, reference, steps_of[number])
            np.testing.assert_array_equal(observation, rollouts[0]["observations"][number])
        observation, *_ = await returned(history, reference, Place(3))
        np.testing.assert_array_equal(observation, rollouts[1]["observations"][-1])
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


def test_what_was_never_recorded_is_told_with_the_range() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 3)
        await rolled(at, reference, 4)
        history = History(at)
        for place in (Place(0), Place(6), Place(10**15)):
            with pytest.raises(RevisionNotFound, match="from 1 to 5"):
                await returned(history, reference, place)
        with pytest.raises(RevisionNotFound, match=r"5\.0 to 5\.3"):
            await returned(history, reference, Place(5, 4))
        with pytest.raises(NotRecorded, match="record"):
            await history.page(await created(at), None, 1)

    asyncio.run(test())


async def altered(at: Session, reference: Reference, tail: Any) -> None:
    """Sign the state again with another tail, as only this service could."""
    loaded = await at.snapshots.load(reference)
    assert loaded.header.log is not None
    log = msgspec.structs.replace(loaded.header.log, tail=tail(loaded.header.log.tail))
    await at.snapshots.save(msgspec.structs.replace(loaded.header, log=log), loaded.body, loaded.tag)
    await at.live.discard(reference)


def test_a_difference_is_told_by_its_place() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 5)
        await altered(at, reference, lambda tail: tail[:-2] + bytes([tail[-2] ^ 1]) + tail[-1:])
        history = History(at)
        _, verified = await history.verify(reference, None, 60)
        assert verified.difference is not None
        assert (verified.difference.place, verified.calls) == (Place(6), 5)
        with pytest.raises(SnapshotDiverged, match="Revision 6"):
            await returned(history, reference, Place(6))
        await history.close()

    asyncio.run(test())


def test_a_segment_out_of_its_chain_is_told_and_the_instance_goes_on() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await steps(at, reference, 300)
        log = await log_of(at, reference)
        await store.delete(f"{folder_of(reference, log.birth)}{name_of(log.after)}")
        history = History(at)
        for work in (history.page(reference, None, 1000), history.verify(reference, None, 60)):
            with pytest.raises(HistoryDamaged, match="missing"):
                await work
        with pytest.raises(HistoryDamaged, match="missing"):
            await returned(history, reference, Place(log.after))
        await steps(at, reference, 1)

    asyncio.run(test())


def test_a_long_log_is_verified_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.segments.KEYFRAME_US", 1000)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 400)
        history, calls, begin, parts = History(at), 0, None, 0
        while True:
            _, verified = await history.verify(reference, begin, 0.0)
            assert verified.difference is None
            calls, parts, begin = calls + verified.calls, parts + 1, verified.next
            if begin is None:
                break
        assert calls == (await at.snapshots.header(reference)).revision
        assert parts > 1
        await history.close()

    asyncio.run(test())


def test_pages_have_every_row_once() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 150)
        await steps(at, reference, 120)
        await rolled(at, reference, 30)
        history = History(at)
        _, whole = await history.page(reference, None, 1000)
        found: list[Any] = []
        after: Place | None = None
        while True:
            _, page = await history.page(reference, after, 7)
            found += page.rows
            after = page.next
            if after is None:
                break
        assert found == [*whole.rows]
        progress = (await at.snapshots.header(reference)).progress
        assert (found[-1].episode, found[-1].step) == (progress.episode, progress.steps)

    asyncio.run(test())


def test_what_was_recorded_of_many_steps_is_read_beside_the_event_loop() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 5000)
        history = History(at)
        assert await turns_beside(history.page(reference, Place(2, 4000), 10)) > 1
        _, page = await history.page(reference, Place(2, 4000), 10)
        assert [row.place for row in page.rows] == [Place(2, 4001 + number) for number in range(10)]
        await history.close()

    asyncio.run(test())


def test_a_revision_that_no_call_made_has_the_state_of_the_one_before() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 3)
        await call(at, reference, operations.start_statistics(resume=False))
        last = (await at.snapshots.header(reference)).revision
        body = (await at.snapshots.load(reference)).body
        await steps(at, reference, 2)
        history = History(at)
        assert (await history.at(reference, Place(last), lambda *told: told[1].call, lambda reply: reply))[
            1
        ] is None
        state = await history.state(reference, Place(last))
        assert (state.body, state.header.progress.steps) == (body, 3)
        await history.close()

    asyncio.run(test())
