"""A place is reached from the keyframe before it."""

import asyncio

import numpy as np
import pytest

from shared.session.calls import operations
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.storage.memory import MemoryStore
from tests.shared.session.history.places import returned
from tests.shared.session.record.recording import call, recorded, rolled, steps
from tests.shared.session.sessions import session


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


def test_the_only_call_of_a_revision_is_its_first() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        [reply] = await steps(at, reference, 1)
        history = History(at)
        for place in (Place(2), Place(2, 0)):
            observation, *_ = await returned(history, reference, place)
            np.testing.assert_array_equal(observation, reply["observation"])
        assert (await history.state(reference, Place(2, 0))).body == (await at.snapshots.load(reference)).body
        await history.close()

    asyncio.run(test())
